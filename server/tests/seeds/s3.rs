//! S3, `oidc-1h`: an hour from the sign-in, cleaned up every quarter of it.

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use session_keepalive::wire::ProblemCode::*;
use session_keepalive_server::{
    config::Settings,
    id::SessionId,
    migrate,
    policy::{Absolute, Cleanup, Policy},
    revocations::Revocations,
    sessions::Sweeper,
};
use tokio_util::sync::CancellationToken;

use super::{
    http::{Backend, settings},
    log,
    postgres::{Login, cluster},
    world::{Browser, HOUR, MINUTE, SECOND, World, https_cookie, in_memory, in_postgres, promises},
};

promises! { "oidc-1h" over memory: super::in_memory, postgres: super::in_postgres => [
    s3_1_a_session_keeps_what_the_way_to_the_provider_needs_and_then_whose_it_is
    s3_2_a_session_lasts_an_hour
    s3_2_how_long_it_lasts_can_be_set
    s3_3_a_sweep_on_demand_works_in_batches
    s3_4_what_has_expired_is_gone_before_any_cleanup
    s3_5_a_part_of_what_a_session_keeps_is_changed
    s3_8_what_was_cleaned_up_is_logged
] }

promises! { "oidc-1h" over postgres_alone: super::in_postgres => [
    s3_1_the_table_shows_neither_tokens_nor_ids_and_has_no_index_twice
    s3_8_a_cleanup_that_fails_is_logged_and_the_next_one_does_its_work
] }

async fn s3_1_a_session_keeps_what_the_way_to_the_provider_needs_and_then_whose_it_is(world: World) {
    let begun = json!({ "nonce": "n-0S6_WzA2Mj", "state": "param=value", "verifier": "dBjftJeZ4CVP" });
    let mut alice = Browser::default();
    assert_eq!(alice.begin(&world, &begun).await.unwrap().answer.subject, None);
    assert_eq!(alice.kept(&world).await, begun);
    world.pass(MINUTE * 10);
    let token = json!({ "accessToken": "SlAV32hkKG" });
    assert_eq!(alice.sign_in(&world, "alice", &token).await.unwrap().answer.subject.as_deref(), Some("alice"));
    assert_eq!(alice.kept(&world).await, token, "what the way needed is gone");
    world.pass(MINUTE * 5);
    let answer = alice.active(&world).await.unwrap().answer;
    assert_eq!(answer.absolute_in, Some(55 * 60), "the hour is counted from the sign-in");
    let record = world.list("alice").await.remove(0);
    assert_eq!(record.last_seen.since(record.created), MINUTE * 5);
}

async fn s3_1_the_table_shows_neither_tokens_nor_ids_and_has_no_index_twice(world: World) {
    let mut alice = Browser::default();
    alice.begin(&world, &json!({ "nonce": "n-0S6_WzA2Mj" })).await.unwrap();
    let rows = async || {
        let all = "SELECT string_agg(keepalive_session::text || keepalive_session_id::text, ' ')
                   FROM keepalive_session JOIN keepalive_session_id USING (family)";
        world.sql().await.query_one(all, &[]).await.unwrap().get::<_, String>(0)
    };
    // Bytes are shown as hexadecimal digits.
    let shows = |rows: &str, text: &str| rows.contains(text) || rows.contains(&hexadecimal(text.as_bytes()));
    assert!(!shows(&rows().await, "n-0S6_WzA2Mj"));
    alice.sign_in(&world, "alice", &json!({ "accessToken": "SlAV32hkKG" })).await.unwrap();
    let id = SessionId::parse(&alice.session()).unwrap();
    let rows = rows().await;
    assert!(shows(&rows, "alice") && rows.contains(&hexadecimal(id.hash().as_bytes())), "{rows}");
    assert!(!shows(&rows, "SlAV32hkKG") && !shows(&rows, &id.reveal()), "{rows}");
    assert!(!rows.contains(&hexadecimal(&URL_SAFE_NO_PAD.decode(id.reveal()).unwrap())), "{rows}");

    let mut keys = world.keys_and_indexes().await;
    let all = keys.len();
    keys.sort_by(|one, other| (&one.table, &one.columns).cmp(&(&other.table, &other.columns)));
    keys.dedup_by(|one, other| (&one.table, &one.columns) == (&other.table, &other.columns));
    assert_eq!(keys.len(), all, "{keys:?}");
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn s3_2_a_session_lasts_an_hour(world: World) {
    let mut alice = world.signed_in("alice").await;
    world.pass(HOUR - SECOND);
    let answer = alice.answer(&world).await;
    assert_eq!((answer.idle_in, answer.absolute_in), (None, Some(1)));
    world.pass(SECOND);
    assert_eq!(alice.refusal(&world).await, SessionUnknown);
}

async fn s3_2_how_long_it_lasts_can_be_set(mut world: World) {
    world.govern(Policy { absolute: Absolute::After(HOUR * 8), ..world.policy });
    let mut alice = world.signed_in("alice").await;
    world.pass(HOUR * 8 - SECOND);
    assert!(alice.answer(&world).await.valid);
    world.pass(SECOND);
    assert_eq!(alice.refusal(&world).await, SessionUnknown);
}

async fn s3_3_a_sweep_on_demand_works_in_batches(mut world: World) {
    world.govern(Policy { cleanup: Cleanup { batch: 10, ..world.policy.cleanup }, ..world.policy });
    for number in 0..35 {
        world.signed_in(&format!("subject {number}")).await;
    }
    world.pass(HOUR);
    let (revocations, mut steps) = (Revocations::none().unwrap(), Vec::new());
    let sweeper =
        Sweeper { store: &*world.store, revocations: &revocations, policy: &world.policy, clock: &world.clock };
    let sweep = sweeper.run(|step, so_far| steps.push((step.ran_out.len(), so_far.ran_out))).await.unwrap();
    assert_eq!((sweep.ran_out, sweep.stats.live, sweep.stats.ended), (35, 0, 0));
    assert_eq!(steps, [(10, 10), (10, 20), (10, 30), (5, 35)]);
}

async fn s3_4_what_has_expired_is_gone_before_any_cleanup(world: World) {
    let mut alice = world.signed_in("alice").await;
    world.pass(HOUR);
    assert_eq!(world.sessions.stats().await.unwrap().live, 1, "not cleaned up yet");
    assert_eq!(alice.refusal(&world).await, SessionUnknown);
    assert_eq!(world.sessions.unlock(&alice.presented).await.unwrap_err().code, SessionUnknown);
    assert!(world.list("alice").await.is_empty());
}

async fn s3_5_a_part_of_what_a_session_keeps_is_changed(world: World) {
    let mut alice = Browser::default();
    alice.begin(&world, &json!({ "nonce": "n-1", "state": "s-1" })).await.unwrap();
    // Side by side, and neither is lost.
    let (one, other) =
        tokio::join!(alice.change(&world, "accessToken", json!("t-1")), alice.change(&world, "sub", json!("u-1")));
    assert!(one.is_ok() && other.is_ok());
    let kept = json!({ "nonce": "n-1", "state": "s-1", "accessToken": "t-1", "sub": "u-1" });
    assert_eq!(alice.kept(&world).await, kept);
    world.pass(HOUR);
    assert_eq!(alice.change(&world, "sub", json!("u-2")).await.unwrap_err().code, SessionUnknown);
}

async fn s3_8_a_cleanup_that_fails_is_logged_and_the_next_one_does_its_work(mut world: World) {
    log::listen();
    world.govern(Policy { cleanup: Cleanup { every: SECOND, jitter: 0, ..world.policy.cleanup }, ..world.policy });
    world.signed_in("alice").await;
    world.pass(HOUR);
    world.sql().await.batch_execute("ALTER TABLE keepalive_session RENAME TO elsewhere").await.unwrap();
    let stop = CancellationToken::new();
    let sweeping = tokio::spawn({
        let (sessions, stop) = (world.sessions.clone(), stop.clone());
        async move { sessions.sweep_until(stop).await }
    });
    log::until("a sweep failed").await;
    world.sql().await.batch_execute("ALTER TABLE elsewhere RENAME TO keepalive_session").await.unwrap();
    log::until("swept ran_out=1").await;
    stop.cancel();
    sweeping.await.unwrap();
}

async fn s3_8_what_was_cleaned_up_is_logged(world: World) {
    log::listen();
    for subject in ["alice", "bob"] {
        world.signed_in(subject).await;
    }
    world.pass(HOUR);
    world.sessions.sweep().await.unwrap();
    let lines = log::lines();
    assert!(lines.contains("swept ran_out=2"), "{lines}");
}

/// In memory: the test's own time stands still while a database works.
#[tokio::test(start_paused = true)]
async fn s3_3_the_cleanup_runs_every_quarter_of_an_hour_or_as_set() {
    let mut world = World::new("oidc-1h", in_memory).await;
    assert_eq!(world.policy.cleanup.every, MINUTE * 15);
    for every in [MINUTE * 15, MINUTE * 5] {
        world.govern(Policy { cleanup: Cleanup { every, ..world.policy.cleanup }, ..world.policy });
        let sessions = world.sessions.clone();
        let sweeping = tokio::spawn(async move { sessions.sweep_until(CancellationToken::new()).await });
        world.signed_in("alice").await;
        world.pass(HOUR);
        let live = async || world.sessions.stats().await.unwrap().live;
        tokio::time::sleep(every - SECOND).await;
        assert_eq!(live().await, 1, "not before its time");
        // With its jitter of a tenth at most.
        tokio::time::sleep(every / 10 + SECOND * 2).await;
        assert_eq!(live().await, 0);
        sweeping.abort();
    }
}

/// Over a database of this test's own.
fn over(login: &Login) -> impl Fn(&mut Settings) + use<> {
    let store = login.connection_string();
    move |settings| {
        settings.preset = Some("oidc-1h".to_owned());
        settings.store = Some(store.clone());
        // The store remembers by itself.
        settings.revocations = None;
    }
}

#[tokio::test]
async fn s3_7_a_migration_can_be_repeated_over_sessions_that_live() {
    let (folder, login) = (tempfile::tempdir().unwrap(), cluster().login().await);
    let migrated = async || {
        let mut settings = settings(folder.path());
        over(&login)(&mut settings);
        migrate(&settings.resolve().unwrap()).await.unwrap()
    };
    // Two at once, on a database that has nothing.
    let (one, other) = tokio::join!(migrated(), migrated());
    assert_eq!(one, other);
    let backend = Backend::with(over(&login)).await;
    let mut alice = backend.browser();
    assert_eq!(alice.connect("sqlite:sample.db").await.status, 200);
    assert_eq!(migrated().await, one);
    assert_eq!(alice.validate().await.status, 200);
}

#[tokio::test]
async fn s3_6_a_graceful_stop_ends_the_cleanup_and_s3_8_start_and_stop_are_logged() {
    log::listen();
    let login = cluster().login().await;
    let backend = Backend::with(over(&login)).await;
    log::until(" serving ").await;
    assert_eq!(backend.browser().connect("sqlite:sample.db").await.status, 200);
    let admin = cluster().admin("postgres").await;
    let connections = async || {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
        admin.query_one(count, &[&login.user]).await.unwrap().get::<_, i64>(0)
    };
    assert!(connections().await > 0);
    backend.handle.stop().await;
    let lines = log::lines();
    assert!(lines.contains("stopping") && lines.contains("stopped"), "{lines}");
    // A cleanup that went on would have kept the store.
    let deadline = Instant::now() + Duration::from_secs(20);
    while connections().await > 0 {
        assert!(Instant::now() < deadline, "the store is still in use");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn s3_the_cookie_comes_back_from_the_identity_provider() {
    let (_, attributes) = https_cookie("oidc-1h").await;
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Secure; Path=/");
}
