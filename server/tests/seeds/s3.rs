//! S3, `oidc-1h`: an hour from the sign-in, cleaned up every quarter of it.

use std::time::Duration;

use session_keepalive::wire::ProblemCode::*;
use session_keepalive_server::{
    policy::{Absolute, Cleanup, Policy},
    revocations::Revocations,
    sessions::Sweeper,
};
use tokio_util::sync::CancellationToken;

use super::{
    log,
    world::{HOUR, MINUTE, SECOND, World, https_cookie, in_a_file, in_memory, promises},
};

promises! { "oidc-1h" over memory: super::in_memory, sqlite: super::in_a_file => [
    s3_2_a_session_lasts_an_hour
    s3_2_how_long_it_lasts_can_be_set
    s3_3_a_sweep_on_demand_works_in_batches
    s3_4_what_has_expired_is_gone_before_any_cleanup
    s3_8_what_was_cleaned_up_is_logged
] }

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

#[tokio::test(start_paused = true)]
async fn s3_3_the_cleanup_runs_every_quarter_of_an_hour_and_s3_6_stops_when_told() {
    let mut world = World::new("oidc-1h", in_memory);
    assert_eq!(world.policy.cleanup.every, MINUTE * 15);
    for every in [MINUTE * 15, MINUTE * 5] {
        world.govern(Policy { cleanup: Cleanup { every, ..world.policy.cleanup }, ..world.policy });
        let stop = CancellationToken::new();
        let sweeping = tokio::spawn({
            let (sessions, stop) = (world.sessions.clone(), stop.clone());
            async move { sessions.sweep_until(stop).await }
        });
        world.signed_in("alice").await;
        world.pass(HOUR);
        let live = async || world.sessions.stats().await.unwrap().live;
        tokio::time::sleep(every - SECOND).await;
        assert_eq!(live().await, 1, "not before its time");
        // With its jitter of a tenth at most.
        tokio::time::sleep(every / 10 + SECOND * 2).await;
        assert_eq!(live().await, 0);
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(1), sweeping).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn s3_the_cookie_comes_back_from_the_identity_provider() {
    let (_, attributes) = https_cookie("oidc-1h").await;
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Secure; Path=/");
}
