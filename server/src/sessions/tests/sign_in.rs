//! Signing in on a session that began before anybody was known.

use super::*;

#[tokio::test]
async fn a_session_may_begin_before_its_person_is_known() {
    let mut world = World::new();
    let mut browser = world.begun("nonce").await;
    assert!(browser.presented.ticket.is_none());
    world.clock.advance(HOUR);
    assert_eq!(world.validate(&mut browser).await.unwrap().answer.subject, None);
    let before = browser.clone();
    let granted = world.sign_in(&mut browser, "alice", true).await.unwrap();
    assert_eq!((granted.answer.subject.as_deref(), granted.answer.epoch), (Some("alice"), 1));
    assert_eq!((granted.answer.idle_in, granted.answer.absolute_in), (Some(86_400), Some(2_592_000)));
    assert!(!granted.answer.reconnected);
    let unlocked = world.sessions.unlock(&browser.presented).await.unwrap();
    assert_eq!((unlocked.data.expose_secret(), unlocked.subject.as_deref()), (CREDENTIAL, Some("alice")));
    // Whoever planted the id from before has nothing, and no grace.
    assert_eq!(world.refusal(&before).await, SessionUnknown);
    assert_eq!(world.live().await, 1);
    world.restart();
    assert!(world.validate(&mut browser).await.unwrap().answer.reconnected);
}

#[tokio::test]
async fn without_remember_a_sign_in_leaves_no_ticket() {
    let world = World::new();
    let mut browser = world.begun("nonce").await;
    let granted = world.sign_in(&mut browser, "alice", false).await.unwrap();
    assert!(matches!(granted.ticket, CookieChange::Remove));
}

#[tokio::test]
async fn signing_in_where_somebody_had_signed_in_ends_that_family() {
    let world = World::new();
    for mut browser in [world.signed_in(Some("alice")).await, world.signed_in(None).await] {
        let before = browser.clone();
        world.sign_in(&mut browser, "bob", true).await.unwrap();
        assert_eq!(world.refusal(&before).await, SessionRevoked);
        assert_eq!(world.refusal(&before.without_session()).await, SessionRevoked);
        assert_eq!(world.validate(&mut browser).await.unwrap().answer.subject.as_deref(), Some("bob"));
    }
}

#[tokio::test]
async fn signing_in_needs_no_session_before() {
    let world = World::new();
    let mut lost = world.begun("nonce").await;
    world.sessions.logout(&lost.presented, false).await.unwrap();
    for browser in [&mut lost, &mut Browser::default()] {
        world.sign_in(browser, "alice", true).await.unwrap();
        assert!(world.validate(browser).await.is_ok());
    }
}

#[tokio::test]
async fn a_ticket_left_from_another_family_ends_with_the_sign_in() {
    let world = World::new();
    let other = world.signed_in(Some("alice")).await;
    let mut browser = world.begun("nonce").await;
    browser.presented.ticket = other.presented.ticket.clone();
    world.sign_in(&mut browser, "alice", true).await.unwrap();
    assert_eq!(world.refusal(&other).await, SessionRevoked);
    assert!(world.validate(&mut browser).await.is_ok());
}

#[tokio::test]
async fn without_room_the_session_stays_as_it_was() {
    let limits = Limits { per_subject: 1, when_full: WhenFull::Reject, ..SERVERLESS_24H.limits };
    let world = World::with(Policy { limits, ..SERVERLESS_24H });
    let mut first = world.signed_in(Some("alice")).await;
    let mut browser = world.begun("nonce").await;
    assert_eq!(world.sign_in(&mut browser, "alice", true).await.unwrap_err().code, SessionLimit);
    assert_eq!(world.sessions.unlock(&browser.presented).await.unwrap().data.expose_secret(), "nonce");
    assert!(world.validate(&mut first).await.is_ok());
}

#[tokio::test]
async fn whom_a_sign_in_evicts_does_not_come_back_by_ticket() {
    let limits = Limits { per_subject: 1, ..SERVERLESS_24H.limits };
    let mut world = World::with(Policy { limits, ..SERVERLESS_24H });
    let first = world.signed_in(Some("alice")).await;
    let mut browser = world.begun("nonce").await;
    world.sign_in(&mut browser, "alice", true).await.unwrap();
    world.restart();
    assert_eq!(world.refusal(&first).await, SessionEvicted);
    assert!(world.validate(&mut browser).await.is_ok());
}

#[tokio::test]
async fn a_sign_in_just_after_a_logout_everywhere_survives_it() {
    let mut world = World::new();
    let first = world.signed_in(Some("alice")).await;
    let mut browser = world.begun("nonce").await;
    world.sessions.logout(&first.presented, true).await.unwrap();
    world.sign_in(&mut browser, "alice", true).await.unwrap();
    world.restart();
    assert!(world.validate(&mut browser).await.unwrap().answer.reconnected);
}

#[tokio::test]
async fn a_sign_in_that_a_logout_everywhere_overtakes_leaves_nothing_live() {
    let mut world = World::new();
    let laptop = world.signed_in(Some("alice")).await;
    world.clock.advance(SECOND);
    let plain = world.restart_meddled(&laptop.presented, true);
    let begun = plain.connect(&Presented::default(), "nonce".into(), None, false).await.unwrap();
    let mut browser = Browser::default();
    browser.take(&begun.session, &begun.ticket);
    assert_eq!(world.sign_in(&mut browser, "alice", true).await.unwrap_err().code, SessionRevoked);
    assert_eq!(world.live().await, 0);
}

#[tokio::test]
async fn a_ticket_is_no_way_into_somebody_elses_session() {
    let mut world = World::new();
    let mut alice = world.signed_in(Some("alice")).await;
    let parts = world.sessions.parts.clone();
    let mut record = parts.used(&alice.presented, world.clock.now()).await.unwrap().0;
    record.subject = Some(Arc::from("mallory"));
    let mut mallory = Browser::default();
    mallory.take(&CookieChange::Keep, &parts.ticket_cookie(&record, "hers".into(), world.clock.now()).unwrap());

    assert_eq!(world.refusal(&mallory).await, ReconnectRefused);
    assert_eq!(world.reconnect(&mut mallory.clone()).await.unwrap_err().code, ReconnectRefused);
    world.sessions.logout(&mallory.presented, true).await.unwrap();
    assert!(world.validate(&mut alice).await.is_ok());
    // After a restart whoever comes first has the family, and the other one nothing of it.
    world.restart();
    world.validate(&mut mallory).await.unwrap();
    assert_eq!(world.refusal(&alice).await, ReconnectRefused);
}
