//! The times of checks.

use super::*;

#[test]
fn checks_at_once_and_then_every_five_minutes() {
    let mut world = World::connected(steady());
    assert_eq!(world.validates(), 1);
    world.run(HOUR);
    assert_eq!(world.validates(), 13);
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn jitter_spreads_the_interval_by_a_tenth_to_both_sides() {
    for (chance, seconds) in [(Chance::LOWEST, 270), (Chance::HIGHEST, 330)] {
        let mut world = World::new(cookie());
        world.chance = Some(chance);
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        world.run(HOUR);
        let sent = world.sent();
        assert_eq!(sent[1].0.since(sent[0].0 + world.latency), Millis::from_secs(seconds));
    }
}

#[test]
fn the_server_can_set_the_interval_and_no_check_comes_sooner() {
    for chance in [Chance::LOWEST, Chance::HIGHEST] {
        let mut world = World::new(cookie());
        world.chance = Some(chance);
        world.server.next_check_in = Some(1000);
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        world.run(HOUR);
        for pair in world.sent().windows(2) {
            let apart = pair[1].0.since(pair[0].0 + world.latency);
            assert!((1_000_000..=1_100_000).contains(&apart.0), "{apart:?}");
        }
        assert!(world.validates() >= 3);
    }
}

#[test]
fn an_interval_longer_than_a_timer_can_hold_is_kept() {
    let interval = Millis(30 * 24 * 3_600_000);
    let mut world = World::new(Config { interval, jitter_permille: 0, ..cookie() });
    (world.server.idle_in, world.server.absolute_in) = (None, None);
    world.feed(Input::Start { visible: false, online: true, persisted: Persisted::NOTHING });
    world.run(Millis(interval.0 - 10_000));
    assert_eq!(world.validates(), 1);
    world.run(Millis(20_000));
    assert_eq!(world.validates(), 2);
}

#[test]
fn the_snapshot_says_when_the_next_check_is() {
    let world = World::connected(steady());
    let at = world.snapshot().next_check_at.unwrap().0;
    assert_eq!(at, world.snapshot().last_ok_at.unwrap().0 + INTERVAL.0);
}

#[test]
fn a_hidden_page_wakes_for_its_deadline_alone() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    let due = world.machine.deadline().unwrap();
    assert!(due.since(world.now) > Millis::from_secs(200));
    world.feed(Input::Visible);
    assert!(world.machine.deadline().unwrap().since(world.now) <= Millis::from_secs(30));
}

#[test]
fn throttled_timers_are_harmless() {
    let mut world = World::connected(steady());
    world.timer_granularity = 60_000;
    world.feed(Input::Hidden);
    world.run(HOUR);
    assert!((10..=13).contains(&world.validates()), "{}", world.validates());
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn an_interval_of_zero_causes_no_flood() {
    let mut world = World::new(steady());
    world.server.next_check_in = Some(0);
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    world.run(MINUTE);
    assert!((50..=60).contains(&world.validates()), "{}", world.validates());
}
