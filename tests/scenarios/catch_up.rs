//! Catching up: after the page was hidden or away, the network was lost, or the computer slept.

use super::*;

#[test]
fn coming_back_causes_one_check_however_many_events_there_are() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    world.run(MINUTE);
    for input in [Input::Visible, Input::Focused, Input::Resumed, Input::Online] {
        world.feed(input);
    }
    world.run(Millis::from_secs(20));
    assert_eq!(world.validates(), 2);
}

#[test]
fn a_recent_answer_needs_no_catch_up() {
    let mut world = World::connected(steady());
    world.run(Millis::from_secs(3));
    world.feed(Input::Focused);
    world.run(MINUTE);
    assert_eq!(world.validates(), 1);
}

#[test]
fn sleep_shows_in_the_clocks_and_causes_one_check() {
    for monotonic_stops in [true, false] {
        let mut world = World::connected(steady());
        world.run(MINUTE);
        world.sleep(Millis(8 * HOUR.0), monotonic_stops);
        world.run(MINUTE);
        assert_eq!(world.validates(), 2, "monotonic clock stops: {monotonic_stops}");
        let woke =
            world.events().iter().any(|event| matches!(event, Event::Wake { slept_ms } if slept_ms.0 >= 8 * HOUR.0));
        assert_eq!(woke, monotonic_stops);
    }
}

#[test]
fn a_wrong_wall_clock_changes_nothing_and_a_jump_causes_one_check() {
    let mut world = World::new(steady());
    world.wall_ahead -= 24 * HOUR.0;
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    world.run(HOUR);
    assert_eq!(world.validates(), 12);
    world.run(MINUTE);
    assert_eq!(world.validates(), 13);
    world.wall_ahead -= HOUR.0;
    world.run(Millis::from_secs(100));
    assert_eq!(world.validates(), 14);
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn no_check_while_offline_and_one_at_once_when_online() {
    let mut world = World::connected(steady());
    world.feed(Input::Offline);
    assert_eq!(world.status(), Status::Offline);
    world.run(HOUR);
    assert_eq!(world.validates(), 1);
    assert_eq!(world.snapshot().next_check_at, None);
    world.feed(Input::Online);
    world.run(Millis(100));
    assert_eq!((world.validates(), world.status()), (2, Status::Connected));
}

#[test]
fn a_page_out_of_the_back_forward_cache_checks_at_once() {
    let mut world = World::connected(steady());
    world.feed(Input::Left);
    assert_eq!(world.machine.deadline(), None);
    world.run(Millis::from_secs(2));
    world.feed(Input::Restored { persisted: Persisted::NOTHING });
    world.run(Millis(100));
    assert_eq!((world.validates(), world.status()), (2, Status::Connected));
}

#[test]
fn a_difference_of_a_second_between_the_clocks_is_not_sleep() {
    let mut world = World::connected(steady());
    world.run(MINUTE);
    world.wall_ahead += 1000;
    world.feed(Input::DeadlineReached);
    assert_eq!(world.validates(), 1);
    world.wall_ahead += 1001;
    world.feed(Input::DeadlineReached);
    assert_eq!(world.validates(), 2);
    assert!(world.events().contains(&Event::Wake { slept_ms: Millis(1001) }));
}
