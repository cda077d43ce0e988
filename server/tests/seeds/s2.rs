//! S2, `express-pg-24h`: a day from the sign-in, also in frames on other sites.

use session_keepalive::wire::ProblemCode::*;
use session_keepalive_server::sessions::{CookieChange, Presented};

use super::world::{DAY, HOUR, MINUTE, SECOND, World, https_cookie, in_a_file, in_memory, promises};

promises! { "express-pg-24h" over memory: super::in_memory, sqlite: super::in_a_file => [
    s2_5_a_session_lasts_24_hours_from_the_sign_in_however_it_is_used
    s2_6_nothing_is_stored_for_who_has_not_signed_in
    s2_6_data_are_not_written_again_by_use
    s2_7_the_sessions_are_counted
] }

promises! { "express-pg-24h" over sqlite_restarted: super::in_a_file => [
    s2_4_a_session_survives_a_restart_and_a_deployment
] }

async fn s2_4_a_session_survives_a_restart_and_a_deployment(mut world: World) {
    let mut alice = world.signed_in("alice").await;
    let mut over = world.signed_in("bob").await;
    let copied = over.clone();
    over.logout(&world).await;
    world.restart();
    let answer = alice.answer(&world).await;
    assert_eq!((answer.reconnected, answer.epoch, answer.subject.as_deref()), (false, 1, Some("alice")));
    assert_eq!(copied.clone().refusal(&world).await, SessionUnknown);
}

async fn s2_5_a_session_lasts_24_hours_from_the_sign_in_however_it_is_used(world: World) {
    let mut alice = world.signed_in("alice").await;
    for _ in 0..23 {
        world.pass(HOUR);
        // The browser drops the cookie when the session ends, so it is never set for longer.
        assert!(matches!(alice.active(&world).await.unwrap().session, CookieChange::Keep));
    }
    world.pass(HOUR - SECOND);
    assert_eq!(alice.answer(&world).await.absolute_in, Some(1));
    world.pass(SECOND);
    assert_eq!(alice.refusal(&world).await, SessionUnknown, "an ended session leaves nothing behind");
}

async fn s2_6_nothing_is_stored_for_who_has_not_signed_in(world: World) {
    for _ in 0..10 {
        let refused = world.sessions.validate(&Presented::default(), true).await.unwrap_err();
        assert!(matches!(refused.session, CookieChange::Keep), "no cookie either");
    }
    assert_eq!(world.live().await, 0);
}

async fn s2_6_data_are_not_written_again_by_use(world: World) {
    let mut alice = world.signed_in("alice").await;
    let before = world.list("alice").await.remove(0);
    world.pass(MINUTE);
    alice.active(&world).await.unwrap();
    let after = world.list("alice").await.remove(0);
    assert_eq!(after.data, before.data, "sealed anew, they would differ");
    assert_eq!(after.last_seen.since(before.last_seen), MINUTE, "each use is noted");
}

async fn s2_7_the_sessions_are_counted(world: World) {
    for number in 0..154 {
        world.signed_in(&format!("subject {number}")).await;
    }
    world.sessions.ping().await.unwrap();
    assert_eq!(world.sessions.stats().await.unwrap().live, 154);
    world.pass(DAY);
    assert_eq!(world.live().await, 0);
}

#[tokio::test]
async fn s2_5_the_cookie_lives_24_hours_and_travels_to_other_sites_by_https_alone() {
    let (_, attributes) = https_cookie("express-pg-24h").await;
    assert_eq!(attributes, "HttpOnly; SameSite=None; Partitioned; Secure; Path=/; Max-Age=86400");
}
