//! S0, `serverless-24h`: sessions in memory, for a day, on a backend that restarts at any time.

use std::{fs, time::Duration};

use session_keepalive::wire::ProblemCode::*;
use session_keepalive_server::{
    sessions::{IdempotencyKey, Presented},
    ticket::TicketCookie,
};

use super::{
    http::Backend,
    log,
    world::{Browser, CREDENTIAL, DAY, HOUR, MINUTE, SECOND, World, in_memory, promises},
};

promises! { "serverless-24h" over memory: super::in_memory => [
    s0_1_a_session_is_made_on_connect_and_is_good_for_24_hours
    s0_2_10_000_sessions_live_and_one_more_pushes_out_the_least_recently_active
    s0_4_a_restart_costs_one_request
    s0_4_a_page_that_holds_the_credential_gets_a_new_session_in_one_request
    s0_5_only_what_is_over_refused_or_never_was_sends_a_person_away
    s0_6_creation_failures_expiry_and_the_number_of_sessions_are_logged
] }

async fn s0_1_a_session_is_made_on_connect_and_is_good_for_24_hours(world: World) {
    let mut alice = Browser::default();
    let granted = alice.connect(&world, "alice").await.unwrap();
    assert_eq!((granted.answer.valid, granted.answer.idle_in), (true, Some(86_400)));
    let mut late = alice.clone();
    world.pass(DAY - SECOND);
    assert!(alice.answer(&world).await.valid);
    world.pass(DAY - SECOND);
    assert!(alice.answer(&world).await.valid, "a check is a use");
    world.pass(DAY);
    assert_eq!(late.refusal(&world).await, SessionTimeout);
}

async fn s0_2_10_000_sessions_live_and_one_more_pushes_out_the_least_recently_active(world: World) {
    let mut first = world.signed_in("the first").await;
    let mut second = world.signed_in("the second").await;
    for number in 2..10_000 {
        world.pass(Duration::from_millis(1));
        world.signed_in(&format!("subject {number}")).await;
    }
    assert_eq!(world.live().await, 10_000);
    world.pass(HOUR);
    assert!(first.answer(&world).await.valid);
    let mut one_more = world.signed_in("one more").await;
    assert_eq!(world.live().await, 10_000);
    assert_eq!(second.refusal(&world).await, SessionEvicted);
    assert!(first.answer(&world).await.valid && one_more.answer(&world).await.valid);
}

async fn s0_4_a_restart_costs_one_request(mut world: World) {
    let mut alice = world.signed_in("alice").await;
    world.pass(HOUR);
    world.restart().await;
    assert_eq!(world.live().await, 0, "nothing is left of it");
    let answer = alice.answer(&world).await;
    assert!(answer.valid && answer.reconnected);
    assert_eq!((answer.epoch, answer.subject.as_deref()), (2, Some("alice")));
    assert!(!alice.answer(&world).await.reconnected);
}

async fn s0_4_a_page_that_holds_the_credential_gets_a_new_session_in_one_request(mut world: World) {
    let mut alice = world.signed_in("alice").await;
    alice.presented.ticket = None;
    world.restart().await;
    assert_eq!(alice.refusal(&world).await, SessionUnknown);
    let key = IdempotencyKey::parse("one-attempt").unwrap();
    let granted = world
        .sessions
        .reconnect_by_credential(&alice.presented, &key, CREDENTIAL.into(), Some("alice".to_owned()))
        .await
        .unwrap();
    assert_eq!((granted.answer.reconnected, granted.answer.epoch), (true, 1));
    alice.take(&granted.session, &granted.ticket);
    assert!(alice.answer(&world).await.valid);
}

async fn s0_5_only_what_is_over_refused_or_never_was_sends_a_person_away(mut world: World) {
    // Over.
    let mut alice = world.signed_in("alice").await;
    world.pass(DAY);
    assert_eq!(alice.refusal(&world).await, SessionTimeout);
    world.restart().await;
    assert_eq!(alice.refusal(&world).await, SessionTimeout, "the ticket knows it too");
    // No credential, neither in the cookie nor in the page.
    let mut bare = world.signed_in("alice").await;
    bare.presented.ticket = None;
    world.restart().await;
    assert_eq!(bare.refusal(&world).await, SessionUnknown);
    // Refused.
    let mut forged = world.signed_in("alice").await;
    forged.presented.ticket = Some(TicketCookie::presented("forged".to_owned()));
    world.restart().await;
    assert_eq!(forged.refusal(&world).await, ReconnectRefused);
    // Everything else goes on: here a check every five minutes with a restart before each.
    let mut steady = world.signed_in("alice").await;
    for _ in 0..100 {
        world.pass(MINUTE * 5);
        world.restart().await;
        assert!(steady.answer(&world).await.valid);
    }
}

async fn s0_6_creation_failures_expiry_and_the_number_of_sessions_are_logged(world: World) {
    log::listen();
    let mut alice = world.signed_in("alice").await;
    world.signed_in("bob").await;
    let _unknown = world.sessions.validate(&Presented::default(), false).await;
    world.pass(DAY);
    assert_eq!(alice.refusal(&world).await, SessionTimeout);
    assert_eq!(world.live().await, 0);
    let lines = log::lines();
    for line in [
        ["session created", "active=2"],
        ["validation failed", "SESSION_UNKNOWN"],
        ["validation failed", "SESSION_TIMEOUT"],
        ["session expired", "timeout"],
        ["swept", "active=0"],
    ] {
        assert!(lines.lines().any(|found| line.iter().all(|part| found.contains(part))), "no {line:?} in\n{lines}");
    }
}

#[tokio::test]
async fn s0_3_a_check_does_not_touch_the_target() {
    let backend = Backend::start().await;
    let mut alice = backend.browser();
    assert_eq!(alice.connect("sqlite:sample.db").await.status, 200);
    fs::remove_file(backend.file("sample.db")).unwrap();
    assert_eq!(alice.get("/api/database").await.status, 422, "the target is gone");
    assert_eq!(alice.validate().await.status, 200);
}
