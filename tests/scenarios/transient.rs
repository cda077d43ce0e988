//! Transient answers: no definitive verdict.

use super::*;

#[test]
fn no_transient_answer_ever_ends_the_session() {
    let server_states = [
        ServerState::Down,
        ServerState::Hangs,
        ServerState::Says(200, None),
        ServerState::Says(302, None),
        ServerState::Says(403, None),
        ServerState::Says(404, None),
        ServerState::Says(408, None),
        ServerState::Says(425, None),
        ServerState::Says(429, Some(5)),
        ServerState::Says(500, None),
        ServerState::Says(502, None),
        ServerState::Says(503, Some(5)),
        ServerState::Says(504, None),
        ServerState::Says(520, None),
        ServerState::Refuses(ProblemCode::StoreUnavailable),
        ServerState::Refuses(ProblemCode::RateLimited),
        ServerState::Refuses(ProblemCode::CsrfRefused),
        ServerState::Refuses(ProblemCode::InvalidRequest),
    ];
    for config in [cookie(), page()] {
        for state in server_states {
            let mut world = World::connected(config.clone());
            world.server.state = state;
            world.run(HOUR);
            assert_eq!(world.status(), Status::Degraded, "{state:?}");
            assert_eq!((world.redirects(), world.cleared()), (vec![], 0), "{state:?}");
            world.server.restart();
            world.unhang();
            world.run(Millis::from_secs(120));
            assert_eq!(world.status(), Status::Connected, "{state:?}");
        }
    }
}

#[test]
fn a_lost_session_waits_for_a_backend_that_is_still_down() {
    let mut world = World::connected(page());
    world.server.state = ServerState::Refuses(ProblemCode::SessionUnknown);
    world.run(Millis(INTERVAL.0 - 1000));
    while world.reconnects() == 0 {
        world.run(Millis(10));
    }
    world.server.state = ServerState::Says(503, None);
    world.run(HOUR);
    assert_eq!((world.status(), world.redirects()), (Status::Degraded, vec![]));
    assert!(world.reconnects() > 2);
    world.server.state = ServerState::Works;
    world.run(MINUTE);
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn while_the_user_waits_retries_back_off_to_the_cap() {
    let mut world = World::connected(steady());
    world.chance = Some(Chance::HIGHEST);
    world.server.state = ServerState::Down;
    world.run(HOUR);
    let sent = world.sent();
    let gaps: Vec<u64> = sent.windows(2).skip(1).map(|pair| pair[1].0.since(pair[0].0).0 - 20).collect();
    assert_eq!(&gaps[..8], [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
}

#[test]
fn without_a_waiting_user_the_first_retry_is_spread_and_later_ones_keep_the_interval() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    world.chance = Some(Chance::HIGHEST);
    world.server.state = ServerState::Down;
    world.run(HOUR);
    let sent = world.sent();
    let gaps: Vec<u64> = sent.windows(2).skip(1).map(|pair| pair[1].0.since(pair[0].0).0 - 20).collect();
    assert_eq!(&gaps[..3], [30_000, 300_000, 300_000]);
}

#[test]
fn a_returning_user_does_not_wait_for_the_interval() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    world.server.state = ServerState::Down;
    world.run(Millis(INTERVAL.0 * 2));
    let before = world.validates();
    world.server.restart();
    world.run(Millis::from_secs(10));
    world.feed(Input::Visible);
    world.run(Millis::from_secs(5));
    assert_eq!((world.validates(), world.status()), (before + 1, Status::Connected));
}

#[test]
fn retry_after_is_a_floor() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Says(429, Some(60));
    next_check(&mut world);
    let refused = world.validates();
    let until = world.sent().last().unwrap().0 + world.latency + MINUTE;
    world.server.state = ServerState::Works;
    while world.validates() == refused {
        world.feed(Input::Focused);
        world.feed(Input::Check { activity: false });
        world.run(Millis(500));
    }
    assert!(world.sent().last().unwrap().0 >= until);
    assert!(world.settled(Promised::Check) > 0, "a check that may not be sent is not kept waiting");
}

#[test]
fn no_retry_after_is_longer_than_an_hour() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Says(503, Some(u32::MAX));
    next_check(&mut world);
    world.server.state = ServerState::Works;
    world.run(HOUR + MINUTE);
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn a_check_is_sent_as_soon_as_retry_after_has_passed() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Says(429, Some(60));
    world.run(INTERVAL);
    let retry_floor = world.sent()[1].0 + world.latency + MINUTE;
    world.server.state = ServerState::Hangs;
    world.run(Millis(retry_floor.since(world.now).0 - 1));
    world.feed(Input::Check { activity: false });
    assert_eq!((world.validates(), world.settled(Promised::Check)), (2, 1), "held to the end");
    world.now = world.now + Millis(1);
    world.feed(Input::Check { activity: false });
    assert_eq!((world.validates(), world.settled(Promised::Check)), (3, 1), "sent, and awaited");
}

#[test]
fn degraded_carries_the_reason_and_the_time_of_the_next_attempt() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Says(503, Some(7));
    world.run(INTERVAL);
    let degraded = Event::Degraded { reason: Reason::Server, retry_in_ms: Millis::from_secs(7) };
    assert!(world.events().contains(&degraded), "{:?}", world.events());
    let failure = SnapshotError { code: Reason::Server, status: Some(503), retryable: true };
    assert_eq!(world.snapshot().error, Some(failure));
    world.server.state = ServerState::Refuses(ProblemCode::SessionExpired);
    world.run(MINUTE);
    let failure = SnapshotError { code: Reason::SessionExpired, status: None, retryable: false };
    assert_eq!(world.snapshot().error, Some(failure));
}

#[test]
fn connected_is_emitted_when_the_status_becomes_connected_and_not_with_every_check() {
    let mut world = World::connected(steady());
    let emitted = |world: &World| world.events().iter().filter(|event| **event == Event::Connected).count();
    next_check(&mut world);
    assert_eq!((emitted(&world), world.validates()), (1, 2));
    world.server.state = ServerState::Down;
    next_check(&mut world);
    assert_eq!(emitted(&world), 1);
    world.server.state = ServerState::Works;
    world.run(MINUTE);
    assert_eq!(emitted(&world), 2);
}

#[test]
fn checked_is_emitted_for_a_verdict_only() {
    let mut world = World::connected(page());
    let emitted = |world: &World| {
        world.events().iter().filter(|event| matches!(event, Event::Checked { shared: false, .. })).count()
    };
    assert_eq!(emitted(&world), 1);
    world.server.state = ServerState::Down;
    next_check(&mut world);
    assert!(world.validates() > 2);
    assert_eq!(emitted(&world), 1, "a transient answer is no verdict");
    world.server.restart();
    world.run(MINUTE);
    assert_eq!((world.reconnects(), emitted(&world)), (1, 2), "a reconnect is no check");
}
