//! S4, `strict-30m`: half an hour without the person ends a session, whatever its page does.

use session_keepalive::wire::ProblemCode::*;
use session_keepalive_server::{config::Settings, sessions::CookieChange};

use super::{
    http::Backend,
    postgres::cluster,
    world::{
        HOUR, MINUTE, SECOND, World, https_cookie, in_a_file, in_memory, in_postgres, in_redis, promises, redis_url,
    },
};

promises! { "strict-30m" over memory: super::in_memory, sqlite: super::in_a_file, postgres: super::in_postgres, redis: super::in_redis => [
    s4_3_the_cookie_rolls
    s4_4_half_an_hour_without_the_person_ends_the_session
    s4_4_an_open_page_keeps_nothing_alive
    s4_4_a_person_who_is_there_stays_signed_in_for_12_hours
    s4_5_a_sign_in_gets_a_new_id
    s4_6_a_logout_destroys_the_session_and_clears_the_cookie
    s4_7_a_use_is_written_down_once_a_minute
    s4_8_the_person_is_warned_five_minutes_before
    s4_9_sessions_can_be_watched
    s4_10_a_person_has_ten_sessions
] }

async fn s4_3_the_cookie_rolls(world: World) {
    let mut alice = world.signed_in("alice").await;
    for _ in 0..30 {
        world.pass(MINUTE * 20);
        let granted = alice.active(&world).await.unwrap();
        assert!(matches!(granted.session, CookieChange::Set { max_age: Some(age), .. } if age == HOUR));
    }
}

async fn s4_4_half_an_hour_without_the_person_ends_the_session(world: World) {
    let mut alice = world.signed_in("alice").await;
    world.pass(MINUTE * 30 - SECOND);
    assert!(alice.clone().heartbeat(&world).await.is_ok());
    world.pass(SECOND);
    let refused = alice.active(&world).await.unwrap_err();
    assert_eq!((refused.code, refused.code.as_str()), (SessionTimeout, "SESSION_TIMEOUT"));
    assert_eq!(world.live().await, 0, "it is destroyed");
    assert_eq!(alice.refusal(&world).await, SessionTimeout);
}

async fn s4_4_an_open_page_keeps_nothing_alive(world: World) {
    let mut alice = world.signed_in("alice").await;
    for minutes in (5..30).step_by(5) {
        world.pass(MINUTE * 5);
        let left = 60 * (30 - minutes);
        assert_eq!(alice.answer(&world).await.idle_in, Some(left));
    }
    world.pass(MINUTE * 5);
    assert_eq!(alice.refusal(&world).await, SessionTimeout);
}

async fn s4_4_a_person_who_is_there_stays_signed_in_for_12_hours(world: World) {
    let mut alice = world.signed_in("alice").await;
    for _ in 1..144 {
        world.pass(MINUTE * 5);
        alice.active(&world).await.unwrap();
    }
    world.pass(MINUTE * 5);
    assert_eq!(alice.active(&world).await.unwrap_err().code, SessionExpired);
}

async fn s4_5_a_sign_in_gets_a_new_id(world: World) {
    let mut alice = world.signed_in("alice").await;
    let (mut planted, before) = (alice.clone(), alice.session());
    alice.connect(&world, "alice").await.unwrap();
    assert_ne!(alice.session(), before);
    assert_eq!(planted.refusal(&world).await, SessionRevoked);
}

async fn s4_6_a_logout_destroys_the_session_and_clears_the_cookie(world: World) {
    let mut alice = world.signed_in("alice").await;
    let mut copied = alice.clone();
    alice.logout(&world).await;
    assert!(alice.presented.session.is_none());
    assert_eq!(copied.refusal(&world).await, SessionRevoked);
    assert_eq!(world.live().await, 0);
}

async fn s4_7_a_use_is_written_down_once_a_minute(world: World) {
    let mut alice = world.signed_in("alice").await;
    let signed_in = world.list("alice").await[0].last_activity;
    let mut writes = 0;
    let mut known = signed_in;
    for _ in 0..180 {
        world.pass(SECOND);
        alice.active(&world).await.unwrap();
        let found = world.list("alice").await[0].last_activity;
        writes += usize::from(found != known);
        known = found;
    }
    assert_eq!((writes, known.since(signed_in)), (3, MINUTE * 3));
}

async fn s4_8_the_person_is_warned_five_minutes_before(world: World) {
    let mut alice = world.signed_in("alice").await;
    assert_eq!(alice.answer(&world).await.warn_in, Some(25 * 60));
    world.pass(MINUTE * 24);
    assert_eq!(alice.answer(&world).await.warn_in, Some(60));
    world.pass(MINUTE * 3);
    let answer = alice.answer(&world).await;
    assert_eq!((answer.warn_in, answer.idle_in), (Some(0), Some(180)));
    // "Stay signed in" is an activity.
    assert_eq!(alice.active(&world).await.unwrap().answer.warn_in, Some(25 * 60));
}

async fn s4_9_sessions_can_be_watched(world: World) {
    for number in 0..7 {
        world.signed_in(&format!("subject {number}")).await;
    }
    assert_eq!(world.sessions.stats().await.unwrap().live, 7);
    let alice = world.signed_in("alice").await;
    world.pass(MINUTE);
    let listed = world.sessions.list(&alice.presented).await.unwrap().answer.sessions;
    assert_eq!(listed.iter().map(|entry| (entry.age, entry.idle_in)).collect::<Vec<_>>(), [(60, Some(1800))]);
}

async fn s4_10_a_person_has_ten_sessions(world: World) {
    let mut devices = Vec::new();
    for _ in 0..11 {
        world.pass(SECOND);
        devices.push(world.signed_in("alice").await);
    }
    let mut other = world.signed_in("bob").await;
    assert_eq!(world.list("alice").await.len(), 10);
    assert_eq!(devices[0].refusal(&world).await, SessionEvicted);
    for device in devices[1..].iter_mut().chain([&mut other]) {
        assert!(device.heartbeat(&world).await.is_ok());
    }
}

#[tokio::test]
async fn s4_1_the_store_is_one_setting_and_memory_alone_is_warned_of() {
    let login = cluster().login().await;
    for (store, lasts) in [
        ("memory:".to_owned(), false),
        ("sqlite:sessions.db".to_owned(), true),
        (login.connection_string(), true),
        (redis_url(), true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = store.replace("sessions.db", folder.path().join("sessions.db").to_str().unwrap());
        let set = |settings: &mut Settings| {
            settings.preset = Some("strict-30m".to_owned());
            // Where browsers find it again, whatever port it has.
            settings.public_origin = Some("http://localhost:4780".to_owned());
            settings.store = Some(store.clone());
            if lasts {
                settings.revocations = None;
            }
        };
        let mut asked = Vec::new();
        let backend = Backend::configured(set, |config| asked = config.policy.warnings(config.deployment())).await;
        let warned = asked.iter().any(|warning| warning.contains("every restart signs everybody out"));
        assert_eq!(warned, !lasts, "{asked:?}");

        let (mut alice, mut bob) = (backend.browser(), backend.browser());
        for browser in [&mut alice, &mut bob] {
            assert_eq!(browser.connect("sqlite:sample.db").await.status, 200);
        }
        let copied = bob.clone();
        assert_eq!(bob.logout(false).await.status, 204);
        assert_eq!(copied.clone().validate().await.code(), "SESSION_REVOKED");
        assert_eq!(alice.validate().await.status, 200);

        let backend = backend.restart(set).await;
        let found = backend.browser_with(&alice).validate().await;
        assert_eq!(found.status, if lasts { 200 } else { 401 }, "{found:?}");
        let ended = backend.browser_with(&copied).validate().await;
        assert_eq!(ended.code(), if lasts { "SESSION_REVOKED" } else { "SESSION_UNKNOWN" });
    }
}

#[tokio::test]
async fn s4_2_the_cookie_has_a_name_of_its_own_and_s4_3_stays_on_the_site() {
    let (name, attributes) = https_cookie("strict-30m").await;
    assert_eq!(name, "__Host-session");
    assert_eq!(attributes, "HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=3600");
}
