//! Answers that are not a verdict.

use super::*;

#[test]
fn no_transient_answer_ever_ends_the_session() {
    let moods = [
        Mood::Down,
        Mood::Hangs,
        Mood::Says(200, None),
        Mood::Says(302, None),
        Mood::Says(403, None),
        Mood::Says(404, None),
        Mood::Says(408, None),
        Mood::Says(425, None),
        Mood::Says(429, Some(5)),
        Mood::Says(500, None),
        Mood::Says(502, None),
        Mood::Says(503, Some(5)),
        Mood::Says(504, None),
        Mood::Says(520, None),
        Mood::Refuses(ProblemCode::StoreUnavailable),
        Mood::Refuses(ProblemCode::RateLimited),
        Mood::Refuses(ProblemCode::CsrfRefused),
        Mood::Refuses(ProblemCode::InvalidRequest),
    ];
    for config in [cookie(), page()] {
        for mood in moods {
            let mut world = World::connected(config.clone());
            world.server.mood = mood;
            world.run(HOUR);
            assert_eq!(world.status(), Status::Degraded, "{mood:?}");
            assert_eq!((world.redirects(), world.cleared()), (vec![], 0), "{mood:?}");
            world.server.restart();
            world.unhang();
            world.run(Millis::from_secs(120));
            assert_eq!(world.status(), Status::Connected, "{mood:?}");
        }
    }
}

#[test]
fn a_lost_session_waits_for_a_backend_that_is_still_down() {
    let mut world = World::connected(page());
    world.server.mood = Mood::Refuses(ProblemCode::SessionUnknown);
    world.run(Millis(INTERVAL.0 - 1000));
    while world.reconnects() == 0 {
        world.run(Millis(10));
    }
    world.server.mood = Mood::Says(503, None);
    world.run(HOUR);
    assert_eq!((world.status(), world.redirects()), (Status::Degraded, vec![]));
    assert!(world.reconnects() > 2);
    world.server.mood = Mood::Works;
    world.run(MINUTE);
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn while_a_person_waits_retries_come_soon_and_back_off_to_the_cap() {
    let mut world = World::connected(steady());
    world.chance = Some(Chance::HIGHEST);
    world.server.mood = Mood::Down;
    world.run(HOUR);
    let sent = world.sent();
    let gaps: Vec<u64> = sent.windows(2).skip(1).map(|pair| pair[1].0.since(pair[0].0).0 - 20).collect();
    assert_eq!(&gaps[..8], [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
}

#[test]
fn with_nobody_waiting_the_first_recheck_is_spread_and_then_the_interval_holds() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    world.chance = Some(Chance::HIGHEST);
    world.server.mood = Mood::Down;
    world.run(HOUR);
    let sent = world.sent();
    let gaps: Vec<u64> = sent.windows(2).skip(1).map(|pair| pair[1].0.since(pair[0].0).0 - 20).collect();
    assert_eq!(&gaps[..3], [30_000, 300_000, 300_000]);
}

#[test]
fn a_person_who_comes_back_does_not_wait_for_the_interval() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    world.server.mood = Mood::Down;
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
    world.server.mood = Mood::Says(429, Some(60));
    next_check(&mut world);
    let refused = world.validates();
    let until = world.sent().last().unwrap().0 + world.latency + MINUTE;
    world.server.mood = Mood::Works;
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
    world.server.mood = Mood::Says(503, Some(u32::MAX));
    next_check(&mut world);
    world.server.mood = Mood::Works;
    world.run(HOUR + MINUTE);
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn as_soon_as_retry_after_is_over_a_check_is_a_check() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Says(429, Some(60));
    world.run(INTERVAL);
    let retry_floor = world.sent()[1].0 + world.latency + MINUTE;
    world.server.mood = Mood::Hangs;
    world.run(Millis(retry_floor.since(world.now).0 - 1));
    world.feed(Input::Check { activity: false });
    assert_eq!((world.validates(), world.settled(Promised::Check)), (2, 1), "held to the end");
    world.now = world.now + Millis(1);
    world.feed(Input::Check { activity: false });
    assert_eq!((world.validates(), world.settled(Promised::Check)), (3, 1), "sent, and awaited");
}

#[test]
fn trouble_is_told_with_its_reason_and_with_the_time_of_the_next_try() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Says(503, Some(7));
    world.run(INTERVAL);
    let told = Event::Degraded { reason: Reason::Server, retry_in_ms: Millis::from_secs(7) };
    assert!(world.events().contains(&told), "{:?}", world.events());
    let failure = SnapshotError { code: Reason::Server, status: Some(503), retryable: true };
    assert_eq!(world.snapshot().error, Some(failure));
    world.server.mood = Mood::Refuses(ProblemCode::SessionExpired);
    world.run(MINUTE);
    let failure = SnapshotError { code: Reason::SessionExpired, status: None, retryable: false };
    assert_eq!(world.snapshot().error, Some(failure));
}

#[test]
fn connected_is_told_when_it_has_become_so_and_not_with_every_check() {
    let mut world = World::connected(steady());
    let told = |world: &World| world.events().iter().filter(|event| **event == Event::Connected).count();
    next_check(&mut world);
    assert_eq!((told(&world), world.validates()), (1, 2));
    world.server.mood = Mood::Down;
    next_check(&mut world);
    assert_eq!(told(&world), 1);
    world.server.mood = Mood::Works;
    world.run(MINUTE);
    assert_eq!(told(&world), 2);
}

#[test]
fn a_check_is_told_to_be_answered_only_by_a_verdict() {
    let mut world = World::connected(page());
    let told = |world: &World| {
        world.events().iter().filter(|event| matches!(event, Event::Checked { shared: false, .. })).count()
    };
    assert_eq!(told(&world), 1);
    world.server.mood = Mood::Down;
    next_check(&mut world);
    assert!(world.validates() > 2);
    assert_eq!(told(&world), 1, "no answer is none");
    world.server.restart();
    world.run(MINUTE);
    assert_eq!((world.reconnects(), told(&world)), (1, 2), "a reconnect is no check");
}
