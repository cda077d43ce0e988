//! Limits, the countdown and activity.

use super::*;

#[test]
fn the_countdown_warns_every_second_and_checks_at_zero() {
    let mut world = World::new(Config { jitter_permille: 0, interval: HOUR, ..cookie() });
    world.server.idle_in = Some(100);
    world.server.warn_in = Some(97);
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    world.run(Millis(100_500));
    let left: Vec<u32> = world
        .events()
        .iter()
        .filter_map(|event| match event {
            Event::Expiring { seconds_left } => Some(*seconds_left),
            _ => None,
        })
        .collect();
    assert_eq!(left, [3, 2, 1, 0]);
    assert_eq!(world.validates(), 2);
}

#[test]
fn extending_counts_as_activity_and_ends_the_countdown() {
    let mut world = World::new(Config { jitter_permille: 0, interval: HOUR, ..cookie() });
    world.server.idle_in = Some(100);
    world.feed(Input::Start { visible: false, online: true, persisted: Persisted::NOTHING });
    world.run(Millis(50_000));
    world.feed(Input::Check { activity: true });
    assert_eq!(world.sent().last().unwrap().1, Request::Validate { attempt: 1, activity: true });
    world.run(Millis(1000));
    assert_eq!(world.machine.deadline().unwrap().since(world.now).0 / 1000, 39);
}

#[test]
fn activity_is_reported_once_and_again_only_after_new_activity() {
    let mut world = World::connected(steady());
    assert_eq!(world.sent()[0].1, Request::Validate { attempt: 1, activity: true });
    next_check(&mut world);
    assert_eq!(world.sent()[1].1, Request::Validate { attempt: 1, activity: false });
    world.feed(Input::UserActive);
    next_check(&mut world);
    assert_eq!(world.sent()[2].1, Request::Validate { attempt: 1, activity: true });
}

#[test]
fn a_limit_right_after_an_answer_also_causes_a_check() {
    let mut world = World::new(steady());
    world.server.absolute_in = Some(3);
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    world.run(Millis(2500));
    world.server.absolute_in = None;
    world.server.idle_in = None;
    world.run(Millis::from_secs(10));
    assert_eq!(world.validates(), 2);
}
