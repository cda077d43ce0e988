//! Limits of time and of number, and the cookies that follow them.

use super::*;

#[tokio::test]
async fn an_idle_session_times_out_and_says_so_while_it_is_kept() {
    let world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    world.clock.advance(DAY);
    assert_eq!(world.refusal(&browser).await, SessionTimeout);
    world.sessions.sweep().await.unwrap();
    assert_eq!(world.refusal(&browser).await, SessionTimeout);
    world.clock.advance(DAY);
    world.sessions.sweep().await.unwrap();
    assert_eq!(world.refusal(&browser.without_ticket()).await, SessionUnknown);
    assert_eq!(world.refusal(&browser).await, SessionTimeout);
}

#[tokio::test]
async fn a_session_in_use_expires_at_its_absolute_limit() {
    let world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    for _ in 0..59 {
        world.clock.advance(HOUR * 12);
        world.validate(&mut browser).await.unwrap();
    }
    let answer = world.validate(&mut browser).await.unwrap().answer;
    assert_eq!((answer.idle_in, answer.absolute_in, answer.warn_in), (Some(86_400), Some(43_200), Some(42_900)));
    world.clock.advance(HOUR * 12);
    assert_eq!(world.refusal(&browser).await, SessionExpired);
}

#[tokio::test]
async fn a_heartbeat_that_does_not_count_keeps_nobody_signed_in() {
    let world = World::with(Policy { heartbeat_counts: false, ..SERVERLESS_24H });
    let (mut tab, mut person) = (world.signed_in(Some("alice")).await, world.signed_in(Some("bob")).await);
    for _ in 0..23 {
        world.clock.advance(HOUR);
        world.validate(&mut tab).await.unwrap();
        world.sessions.validate(&person.presented, true).await.unwrap();
    }
    world.clock.advance(HOUR);
    assert_eq!(world.refusal(&tab).await, SessionTimeout);
    assert!(world.validate(&mut person).await.is_ok());
}

#[tokio::test]
async fn re_establishing_is_no_activity_where_heartbeats_do_not_count() {
    let mut world = World::with(Policy { heartbeat_counts: false, ..SERVERLESS_24H });
    let mut browser = world.signed_in(Some("alice")).await;
    world.clock.advance(HOUR * 20);
    world.restart();
    assert_eq!(world.validate(&mut browser).await.unwrap().answer.idle_in, Some(4 * 3_600));
    world.restart();
    let granted = world.sessions.validate(&browser.presented, true).await.unwrap();
    assert_eq!(granted.answer.idle_in, Some(86_400));
}

#[tokio::test]
async fn a_policy_changed_over_a_restart_applies_to_old_tickets() {
    let mut world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    world.clock.advance(HOUR * 2);
    world.policy = Policy { idle: Some(HOUR), ..SERVERLESS_24H };
    world.restart();
    assert_eq!(world.refusal(&browser).await, SessionTimeout);
    world.policy.idle = Some(HOUR * 3);
    world.restart();
    assert!(world.validate(&mut browser).await.unwrap().answer.reconnected);
}

#[tokio::test]
async fn a_rejecting_policy_refuses_the_one_too_many_and_leaves_the_others() {
    let limits = Limits { per_subject: 1, when_full: WhenFull::Reject, ..SERVERLESS_24H.limits };
    let mut world = World::with(Policy { limits, ..SERVERLESS_24H });
    let mut first = world.signed_in(Some("alice")).await;
    let connect = async |presented: &Presented| {
        world.sessions.connect(presented, CREDENTIAL.into(), Some("alice".to_owned()), true).await
    };
    assert_eq!(connect(&Presented::default()).await.unwrap_err().code, SessionLimit);
    assert!(world.validate(&mut first).await.is_ok());
    // Whoever signs in again from the one session replaces it.
    let again = connect(&first.presented).await.unwrap();
    assert_eq!(world.live().await, 1);
    let mut browser = first.clone();
    browser.take(&again.session, &again.ticket);
    assert!(world.validate(&mut browser).await.is_ok());

    world.restart();
    let _other = world.signed_in(Some("alice")).await;
    let refused = world.validate(&mut browser).await.unwrap_err();
    assert_eq!(refused.code, SessionLimit);
    assert!(browser.presented.ticket.is_some());
}

#[tokio::test]
async fn a_deleting_policy_still_ends_for_good() {
    let world = World::with(Policy { end: End::Delete, ..SERVERLESS_24H });
    let browser = world.signed_in(Some("alice")).await;
    world.sessions.logout(&browser.presented, false).await.unwrap();
    assert_eq!(world.refusal(&browser.without_ticket()).await, SessionUnknown);
    assert_eq!(world.refusal(&browser).await, SessionRevoked);
}

#[tokio::test]
async fn the_session_cookie_lives_as_the_policy_says() {
    let age = |granted: &Granted| match granted.session {
        CookieChange::Set { max_age, .. } => max_age,
        CookieChange::Keep | CookieChange::Remove => panic!("the cookie is not set"),
    };
    for (max_age, at_first, after_a_touch) in
        [(CookieAge::Fixed(DAY), DAY, None), (CookieAge::Rolling(DAY), DAY, Some(DAY))]
    {
        let mut world = World::with(Policy {
            cookie: crate::policy::CookiePolicy { max_age, ..SERVERLESS_24H.cookie },
            ..SERVERLESS_24H
        });
        let mut browser = Browser { subject: Some("alice"), ..Browser::default() };
        assert_eq!(age(&world.connect(&mut browser).await), Some(at_first));
        world.clock.advance(MINUTE);
        let untouched = world.validate(&mut browser).await.unwrap();
        assert!(matches!(untouched.session, CookieChange::Keep));
        world.clock.advance(HOUR - MINUTE);
        let touched = world.validate(&mut browser).await.unwrap();
        match after_a_touch {
            Some(rolled) => assert_eq!(age(&touched), Some(rolled)),
            None => assert!(matches!(touched.session, CookieChange::Keep)),
        }
        world.restart();
        let back = world.validate(&mut browser).await.unwrap();
        assert_eq!(age(&back), Some(after_a_touch.unwrap_or(DAY - HOUR)));
    }
}

#[tokio::test]
async fn next_check_in_and_missing_limits_are_told() {
    let world = World::with(Policy {
        idle: None,
        absolute: crate::policy::Absolute::Unbounded,
        next_check_in: Some(MINUTE),
        ..SERVERLESS_24H
    });
    let granted = world.connect(&mut Browser::default()).await;
    let answer = granted.answer;
    assert_eq!((answer.idle_in, answer.absolute_in, answer.warn_in), (None, None, None));
    assert_eq!((answer.next_check_in, answer.subject), (Some(60), None));
    assert!(matches!(granted.ticket, CookieChange::Set { max_age: Some(age), .. } if age == DAY * 400));
}

#[tokio::test]
async fn a_sweep_clears_sessions_and_revocations_whose_time_has_come() {
    let world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    world.signed_in(Some("bob")).await;
    world.sessions.logout(&browser.presented, true).await.unwrap();
    let nothing = world.sessions.sweep().await.unwrap();
    assert_eq!((nothing.ran_out, nothing.dropped, nothing.revocations, nothing.stats.live), (0, 0, 0, 1));
    world.clock.advance(DAY);
    let swept = world.sessions.sweep().await.unwrap();
    assert_eq!((swept.ran_out, swept.dropped, swept.revocations, swept.stats.live), (1, 1, 0, 0));
    world.clock.advance(DAY * 29);
    let swept = world.sessions.sweep().await.unwrap();
    assert_eq!((swept.dropped, swept.revocations, swept.stats.ended), (1, 2, 0));
    // By now the ticket has run out by itself.
    assert_eq!(world.refusal(&browser.without_session()).await, SessionTimeout);
}

#[tokio::test(start_paused = true)]
async fn the_sweeper_sweeps_at_its_interval_and_stops_when_told() {
    let world = World::new();
    world.signed_in(Some("alice")).await;
    world.clock.advance(DAY);
    let stop = tokio_util::sync::CancellationToken::new();
    let sweeper = tokio::spawn({
        let (sessions, stop) = (world.sessions.clone(), stop.clone());
        async move { sessions.sweep_until(stop).await }
    });
    tokio::time::advance(world.policy.cleanup.every - SECOND).await;
    assert_eq!(world.live().await, 1);
    while world.live().await > 0 {
        tokio::time::advance(SECOND).await;
    }
    stop.cancel();
    sweeper.await.unwrap();
}
