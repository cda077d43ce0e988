//! Starting, stopping and disposing.

use super::*;

#[test]
fn stopping_pauses_everything_and_starting_resumes() {
    let mut world = World::connected(cookie());
    world.feed(Input::Stop);
    assert_eq!((world.status(), world.machine.deadline()), (Status::Inactive, None));
    world.run(HOUR);
    assert_eq!(world.validates(), 1);
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    world.run(Millis(100));
    assert_eq!((world.status(), world.snapshot().epoch), (Status::Connected, 1));
}

#[test]
fn starting_twice_is_starting_once() {
    let mut world = World::connected(cookie());
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    world.run(MINUTE);
    assert_eq!(world.validates(), 1);
}

#[test]
fn stopping_settles_every_promise() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Hangs;
    world.feed(Input::Check { activity: false });
    world.feed(Input::SignOut { everywhere: false });
    world.feed(Input::Stop);
    assert_eq!((world.settled(Promised::Check), world.settled(Promised::SignOut)), (1, 1));
}

#[test]
fn after_dispose_there_is_no_effect() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Hangs;
    world.feed(Input::Check { activity: false });
    world.feed(Input::Dispose);
    let effects = world.log.len();
    world.unhang();
    world.server.state = ServerState::Works;
    for input in [
        Input::Start { visible: true, online: true, persisted: Persisted::NOTHING },
        Input::Check { activity: true },
        Input::Visible,
    ] {
        world.feed(input);
    }
    world.run(HOUR);
    assert_eq!((world.log.len(), world.machine.deadline()), (effects, None));
}

#[test]
fn a_snapshot_changes_only_when_something_in_it_does() {
    let mut world = World::connected(steady());
    let changes = |world: &World| {
        world.log.iter().filter(|(_, effect)| matches!(effect, session_keepalive::engine::Effect::Change(_))).count()
    };
    let before = changes(&world);
    for input in [Input::Hidden, Input::Visible, Input::UserActive, Input::Focused, Input::DeadlineReached] {
        world.feed(input);
    }
    world.run(Millis::from_secs(200));
    assert_eq!(changes(&world), before);
    next_check(&mut world);
    assert_eq!(changes(&world), before + 1, "one for the check that was answered");
}

#[test]
fn a_new_start_waits_for_the_request_in_flight_since_before_the_stop() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.feed(Input::Stop);
    world.run(MINUTE);
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    assert_eq!((world.validates(), world.aborts(), world.status()), (2, 0, Status::Degraded));
    world.server.restart();
    world.unhang();
    world.run(Millis(10));
    assert_eq!((world.validates(), world.status(), world.snapshot().epoch), (2, Status::Connected, 2));
}

#[test]
fn an_answer_while_stopped_changes_nothing() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.feed(Input::Stop);
    world.server.state = ServerState::Refuses(ProblemCode::SessionRevoked);
    world.unhang();
    world.run(MINUTE);
    assert_eq!((world.status(), world.cleared(), world.redirects()), (Status::Inactive, 0, vec![]));
}

#[test]
fn a_stopped_machine_aborts_nothing() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.feed(Input::Stop);
    assert_eq!(world.machine.deadline(), None);
    world.run(HOUR);
    assert_eq!(world.aborts(), 0);
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    assert_eq!(world.aborts(), 1, "now it has had its time");
}

#[test]
fn clocks_that_round_differently_change_nothing() {
    let mut world = World::connected(steady());
    let effects = world.log.len();
    for drift in [1, 20, 50] {
        world.wall_ahead += drift;
        world.feed(Input::DeadlineReached);
        assert_eq!(world.log.len(), effects, "{drift} ms");
        world.wall_ahead -= drift;
    }
    world.wall_ahead += 51;
    world.feed(Input::DeadlineReached);
    assert_eq!(world.log.len(), effects + 1);
}
