//! S1, `until-logout`: nothing but a sign-out or a revocation ends a session.

use session_keepalive::wire::ProblemCode::*;
use session_keepalive_server::{
    policy::{Absolute, Cleanup, Policy},
    sessions::{CookieChange, Revoked},
};

use super::world::{DAY, HOUR, SECOND, World, YEAR, https_cookie, in_a_file, in_memory, in_postgres, promises};

promises! { "until-logout" over memory: super::in_memory, sqlite: super::in_a_file, postgres: super::in_postgres => [
    s1_1_time_ends_no_session
    s1_2_the_last_activity_advances_on_use
    s1_3_the_cookie_is_set_again_while_the_session_is_used
    s1_4_a_logout_ends_the_session_at_once_and_clears_the_cookie
    s1_5_a_person_sees_sessions_of_ten_years_ago_and_revokes_any
    s1_6_several_devices_live_side_by_side
    s1_7_sessions_of_a_30_day_policy_keep_working
    s1_what_nobody_used_for_long_is_swept_on_demand
] }

async fn s1_1_time_ends_no_session(world: World) {
    let mut alice = world.signed_in("alice").await;
    world.pass(YEAR * 10);
    assert_eq!(world.live().await, 1, "a sweep takes nothing");
    let answer = alice.answer(&world).await;
    assert_eq!((answer.valid, answer.idle_in, answer.absolute_in, answer.warn_in), (true, None, None, None));
    alice.clone().logout(&world).await;
    assert_eq!(alice.refusal(&world).await, SessionRevoked);
}

async fn s1_2_the_last_activity_advances_on_use(world: World) {
    let mut alice = world.signed_in("alice").await;
    let before = world.list("alice").await[0].last_activity;
    for _ in 0..3 {
        world.pass(HOUR);
        alice.heartbeat(&world).await.unwrap();
    }
    assert_eq!(world.list("alice").await[0].last_activity.since(before), HOUR * 3);
}

async fn s1_3_the_cookie_is_set_again_while_the_session_is_used(world: World) {
    let mut alice = world.signed_in("alice").await;
    let id = alice.session();
    // Used once a month, it outlives what a browser keeps a cookie for.
    for _ in 0..30 {
        world.pass(DAY * 30);
        let granted = alice.heartbeat(&world).await.unwrap();
        assert!(matches!(granted.session, CookieChange::Set { max_age: Some(age), .. } if age == YEAR));
    }
    assert_eq!(alice.session(), id);
}

async fn s1_4_a_logout_ends_the_session_at_once_and_clears_the_cookie(world: World) {
    let mut alice = world.signed_in("alice").await;
    let mut copied = alice.clone();
    alice.logout(&world).await;
    assert!(alice.presented.session.is_none());
    assert_eq!(copied.refusal(&world).await, SessionRevoked);
    assert_eq!(world.live().await, 0);
}

async fn s1_5_a_person_sees_sessions_of_ten_years_ago_and_revokes_any(world: World) {
    let mut old = world.signed_in("alice").await;
    world.pass(YEAR * 10);
    let mut phone = world.signed_in("alice").await;
    let mut bob = world.signed_in("bob").await;
    let listed = world.sessions.list(&phone.presented).await.unwrap().answer.sessions;
    assert_eq!(listed.iter().map(|entry| entry.current).collect::<Vec<_>>(), [true, false]);
    assert_eq!((listed[1].age, listed[1].idle_in, listed[1].absolute_in), (10 * 365 * 86_400, None, None));
    let revoked = world.sessions.revoke(&phone.presented, &listed[1].handle).await.unwrap();
    assert!(matches!(revoked, Revoked::Done(_)), "{revoked:?}");
    assert_eq!(old.refusal(&world).await, SessionRevoked);
    assert!(phone.answer(&world).await.valid && bob.answer(&world).await.valid);
    assert_eq!(world.sessions.list(&phone.presented).await.unwrap().answer.sessions.len(), 1);
}

async fn s1_6_several_devices_live_side_by_side(world: World) {
    let mut devices = Vec::new();
    for _ in 0..20 {
        world.pass(SECOND);
        devices.push(world.signed_in("alice").await);
    }
    devices[7].logout(&world).await;
    for (number, device) in devices.iter_mut().enumerate() {
        assert_eq!(device.heartbeat(&world).await.is_ok(), number != 7, "{number}");
    }
}

async fn s1_7_sessions_of_a_30_day_policy_keep_working(mut world: World) {
    let until_logout = world.policy;
    world.govern(Policy { absolute: Absolute::After(DAY * 30), ..until_logout });
    let mut alice = world.signed_in("alice").await;
    assert_eq!(alice.answer(&world).await.absolute_in, Some(30 * 86_400));
    world.govern(until_logout);
    world.pass(DAY * 40);
    assert!(alice.answer(&world).await.valid);
}

async fn s1_what_nobody_used_for_long_is_swept_on_demand(mut world: World) {
    world.govern(Policy { cleanup: Cleanup { batch: 10, ..world.policy.cleanup }, ..world.policy });
    for number in 0..25 {
        world.signed_in(&format!("gone {number}")).await;
    }
    world.pass(DAY * 60);
    let mut alice = world.signed_in("alice").await;
    world.pass(DAY * 30 - SECOND);
    let swept = world.sweep_idle_for(DAY * 90).await;
    assert_eq!((swept.ran_out, swept.stats.live), (0, 26));
    world.pass(SECOND);
    let swept = world.sweep_idle_for(DAY * 90).await;
    assert_eq!((swept.ran_out, swept.stats.live), (25, 1));
    assert!(alice.answer(&world).await.valid);
}

#[tokio::test]
async fn s1_3_the_cookie_lives_a_year_and_is_out_of_scripts_reach() {
    let (_, attributes) = https_cookie("until-logout").await;
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000");
}
