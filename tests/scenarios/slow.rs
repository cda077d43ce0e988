//! Slow requests and timeouts.

use super::*;

#[test]
fn a_request_is_slow_after_three_seconds_and_counts_as_failed_after_fifteen() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 2500));
    assert_eq!(world.status(), Status::Connected);
    world.run(Millis(1000));
    assert!(world.events().contains(&Event::Slow { phase: Phase::Validate, elapsed_ms: Millis(3000) }));
    assert_eq!(world.status(), Status::Connected);
    world.run(Millis::from_secs(13));
    assert_eq!((world.status(), world.reason()), (Status::Degraded, Some(Reason::Timeout)));
}

#[test]
fn a_request_that_may_re_establish_stays_the_only_one_for_ninety_seconds() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 89_000));
    assert_eq!((world.validates(), world.aborts()), (2, 0));
    world.feed(Input::Check { activity: false });
    world.feed(Input::Focused);
    assert_eq!(world.validates(), 2);
    world.run(Millis::from_secs(5));
    assert_eq!(world.aborts(), 1);
}

#[test]
fn a_slow_answer_does_not_degrade_an_offline_or_ended_session() {
    for input in [Input::Offline, Input::SignOut { everywhere: false }] {
        let mut world = World::connected(steady());
        world.feed(input);
        world.run(Millis(100));
        world.server.state = ServerState::Hangs;
        world.feed(Input::Check { activity: false });
        world.feed(Input::Online);
        world.feed(input);
        world.run(MINUTE + MINUTE);
        assert!(!world.events().iter().any(|event| matches!(event, Event::Degraded { .. })), "{input:?}");
    }
}

#[test]
fn a_late_answer_within_the_long_limit_still_counts() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 60_000));
    world.server.restart();
    world.unhang();
    world.run(Millis(10));
    assert_eq!((world.status(), world.snapshot().epoch, world.aborts()), (Status::Connected, 2, 0));
}

#[test]
fn a_check_that_cannot_re_establish_is_aborted_after_fifteen_seconds() {
    let mut world = World::connected(Config { jitter_permille: 0, ..page() });
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 16_000));
    assert_eq!((world.aborts(), world.reason()), (1, Some(Reason::Timeout)));
}

#[test]
fn a_retry_repeats_its_idempotency_key_and_a_new_attempt_has_a_new_one() {
    let mut world = World::connected(page());
    let keys = |world: &World| -> Vec<(bool, u32)> {
        let key = |(_, effect): &(_, session_keepalive::engine::Effect)| match effect {
            session_keepalive::engine::Effect::Send { key, request, .. } => {
                Some((matches!(request, Request::Reconnect { .. }), *key))
            }
            _ => None,
        };
        world.log.iter().filter_map(key).filter(|(reconnect, _)| *reconnect).collect()
    };
    world.server.state = ServerState::Refuses(ProblemCode::SessionUnknown);
    world.run(Millis(INTERVAL.0 - 1000));
    while world.reconnects() == 0 {
        world.run(Millis(10));
    }
    world.server.state = ServerState::Down;
    world.run(MINUTE);
    let outage = keys(&world);
    assert!(outage.len() > 3 && outage.iter().all(|key| *key == outage[0]), "{outage:?}");
    world.server.state = ServerState::Works;
    world.run(MINUTE);
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation: Generation(2), refusal: Refusal::SessionUnknown });
    assert_ne!(keys(&world).last(), outage.first());
}
