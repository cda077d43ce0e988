//! What survives a restart, and what must not.

use super::*;

#[tokio::test]
async fn a_ticket_re_establishes_after_a_restart_in_the_check_itself() {
    let mut world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    world.clock.advance(HOUR);
    world.restart();
    let granted = world.validate(&mut browser).await.unwrap();
    assert_eq!((granted.answer.epoch, granted.answer.reconnected), (2, true));
    assert_eq!(granted.answer.subject.as_deref(), Some("alice"));
    // The absolute limit still counts from the sign-in.
    assert_eq!(granted.answer.absolute_in, Some(2_592_000 - 3_600));
    assert!(matches!(granted.ticket, CookieChange::Set { .. }));
    let unlocked = world.sessions.unlock(&browser.presented).await.unwrap();
    assert_eq!(unlocked.data.expose_secret(), CREDENTIAL);
    let again = world.validate(&mut browser).await.unwrap();
    assert_eq!((again.answer.epoch, again.answer.reconnected), (2, false));

    world.restart();
    assert_eq!(world.validate(&mut browser.without_session()).await.unwrap().answer.epoch, 3);
}

#[tokio::test]
async fn a_second_reconnect_is_an_alias_and_no_second_session() {
    let mut world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    world.restart();
    let mut tabs = [browser.clone(), browser.clone(), browser.without_session()];
    for tab in &mut tabs {
        let granted = world.reconnect(tab).await.unwrap();
        assert_eq!((granted.answer.epoch, granted.answer.reconnected), (2, true));
    }
    assert_eq!(world.live().await, 1);
    for tab in &mut tabs {
        assert!(world.validate(tab).await.is_ok());
    }
}

#[tokio::test]
async fn a_browser_left_with_the_older_id_gets_one_that_lasts() {
    let mut world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    world.restart();
    let (mut older, mut newer) = (browser.clone(), browser.clone());
    world.reconnect(&mut older).await.unwrap();
    world.reconnect(&mut newer).await.unwrap();
    let mut older = older.without_ticket();
    world.clock.advance(SECOND * 30);
    assert!(matches!(world.validate(&mut older).await.unwrap().session, CookieChange::Set { .. }));
    world.clock.advance(MINUTE * 5);
    let granted = world.validate(&mut older).await.unwrap();
    assert!(!granted.answer.reconnected);
    // The other one's id has lapsed by now; its ticket joins, with no new epoch.
    let granted = world.validate(&mut newer).await.unwrap();
    assert_eq!((granted.answer.epoch, granted.answer.reconnected), (2, true));
    assert_eq!(world.live().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_reconnects_of_one_family_make_one_record() {
    let mut world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    world.restart();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (sessions, presented) = (world.sessions.clone(), browser.presented.clone());
            tokio::spawn(async move { sessions.validate(&presented, false).await })
        })
        .collect();
    for task in tasks {
        let granted = task.await.unwrap().unwrap();
        assert_eq!((granted.answer.epoch, granted.answer.reconnected), (2, true));
        let mut tab = browser.clone().without_ticket();
        tab.take(&granted.session, &CookieChange::Keep);
        assert!(world.validate(&mut tab).await.is_ok());
    }
    assert_eq!(world.live().await, 1);
}

#[tokio::test]
async fn a_logged_out_ticket_is_revoked_after_a_restart() {
    let mut world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    world.sessions.logout(&browser.presented, false).await.unwrap();
    world.restart();
    assert_eq!(world.refusal(&browser).await, SessionRevoked);
    assert_eq!(world.reconnect(&mut browser.clone()).await.unwrap_err().code, SessionRevoked);
    assert_eq!(world.live().await, 0);
}

#[tokio::test]
async fn a_logout_after_a_restart_counts_though_the_session_is_unknown() {
    let mut world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    world.restart();
    world.sessions.logout(&browser.presented, false).await.unwrap();
    assert_eq!(world.refusal(&browser).await, SessionRevoked);
    world.restart();
    assert_eq!(world.refusal(&browser).await, SessionRevoked);
}

#[tokio::test]
async fn a_logout_everywhere_after_a_restart_ends_the_other_devices_ticket() {
    let mut world = World::new();
    let (laptop, phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    let mut bob = world.signed_in(Some("bob")).await;
    world.restart();
    world.sessions.logout(&laptop.presented, true).await.unwrap();
    assert_eq!(world.refusal(&phone).await, SessionRevoked);
    assert_eq!(world.refusal(&laptop).await, SessionRevoked);
    world.restart();
    assert_eq!(world.refusal(&phone).await, SessionRevoked);
    assert!(world.validate(&mut bob).await.unwrap().answer.reconnected);
}

#[tokio::test]
async fn a_ticket_renewed_by_a_touch_beside_a_logout_everywhere_does_not_escape_it() {
    let mut world = World::new();
    let laptop = world.signed_in(Some("alice")).await;
    let mut phone = world.signed_in(Some("alice")).await;
    // The phone's ticket is sealed later than the sign-out's moment, as when the two run side by side.
    world.clock.advance(HOUR);
    world.validate(&mut phone).await.unwrap();
    world.clock.set(ManualClock::default().now());
    world.sessions.logout(&laptop.presented, true).await.unwrap();
    world.restart();
    assert_eq!(world.refusal(&phone).await, SessionRevoked);
}

#[tokio::test]
async fn a_logout_everywhere_ends_what_was_proven_before_the_clock_was_set_back() {
    for log_knows in [false, true] {
        let mut world = World::new();
        if log_knows {
            let before = world.signed_in(Some("alice")).await;
            world.sessions.logout(&before.presented, true).await.unwrap();
        }
        let phone = world.signed_in(Some("alice")).await;
        world.clock.set(ManualClock::default().now().minus(HOUR));
        let laptop = world.signed_in(Some("alice")).await;
        world.sessions.logout(&laptop.presented, true).await.unwrap();
        for browser in [&phone, &laptop] {
            assert_eq!(world.refusal(browser).await, SessionRevoked);
        }
        world.restart();
        for browser in [&phone, &laptop] {
            assert_eq!(world.refusal(browser).await, SessionRevoked);
        }
    }
}

#[tokio::test]
async fn an_evicted_session_does_not_come_back_by_its_ticket() {
    let limits = Limits { per_subject: 1, ..SERVERLESS_24H.limits };
    let mut world = World::with(Policy { limits, ..SERVERLESS_24H });
    let first = world.signed_in(Some("alice")).await;
    world.clock.advance(SECOND);
    let mut second = world.signed_in(Some("alice")).await;
    assert_eq!(world.refusal(&first).await, SessionEvicted);
    world.restart();
    assert_eq!(world.refusal(&first).await, SessionEvicted);
    assert!(world.validate(&mut second).await.is_ok());
}

#[tokio::test]
async fn a_ticket_past_a_limit_says_which() {
    let mut world = World::new();
    let mut idle = world.signed_in(Some("alice")).await;
    world.restart();
    world.clock.advance(DAY - SECOND);
    assert!(world.validate(&mut idle).await.unwrap().answer.reconnected);
    let browser = world.signed_in(Some("bob")).await;
    world.restart();
    world.clock.advance(DAY);
    assert_eq!(world.refusal(&browser).await, SessionTimeout);

    let mut used = world.signed_in(Some("carol")).await;
    for _ in 0..60 {
        world.clock.advance(HOUR * 12 - SECOND);
        world.validate(&mut used).await.unwrap();
    }
    world.restart();
    world.clock.advance(MINUTE);
    assert_eq!(world.refusal(&used).await, SessionExpired);
}

#[tokio::test]
async fn without_a_log_a_logout_counts_until_the_restart() {
    let mut world = World::new();
    world.durable = false;
    world.restart();
    let mut browser = world.signed_in(Some("alice")).await;
    world.sessions.logout(&browser.presented, false).await.unwrap();
    assert_eq!(world.refusal(&browser).await, SessionRevoked);
    world.restart();
    assert!(world.validate(&mut browser).await.unwrap().answer.reconnected);
}

#[tokio::test]
async fn a_sign_in_retried_over_a_restart_with_the_same_key_is_the_same_family() {
    let mut world = World::new();
    let by = async |world: &World| {
        world.sessions.reconnect_by_credential(&Presented::default(), &key("k"), CREDENTIAL.into(), None).await.unwrap()
    };
    let first = by(&world).await;
    world.restart();
    let second = by(&world).await;
    let mut browser = Browser::default();
    browser.take(&second.session, &second.ticket);
    world.sessions.logout(&browser.presented, false).await.unwrap();
    assert_eq!(world.live().await, 0);
    browser.take(&first.session, &first.ticket);
    assert_eq!(world.refusal(&browser).await, SessionUnknown);
}
