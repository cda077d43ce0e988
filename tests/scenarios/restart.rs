//! A backend that has lost its sessions.

use super::*;

#[test]
fn the_next_check_after_a_restart_re_establishes_the_session() {
    let mut world = World::connected(cookie());
    world.server.restart();
    next_check(&mut world);
    assert_eq!((world.status(), world.snapshot().epoch), (Status::Connected, 2));
    assert_eq!(world.reconnects(), 0, "with a ticket cookie the check itself re-establishes");
    assert!(world.events().iter().any(|event| matches!(event, Event::Reconnected { epoch: 2, .. })));
    assert_eq!(world.redirects(), []);
}

#[test]
fn the_downtime_counts_from_the_first_transient_answer() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Down;
    next_check(&mut world);
    let down_since = world.sent()[1].0 + world.latency;
    world.run(MINUTE);
    world.server.restart();
    world.run(MINUTE);
    let healed = *world
        .log
        .iter()
        .find(|(_, effect)| matches!(effect, session_keepalive::engine::Effect::Emit(Event::Reconnected { .. })))
        .map(|(at, _)| at)
        .unwrap();
    assert!(world.events().contains(&Event::Reconnected { downtime_ms: healed.since(down_since), epoch: 2 }));
}

#[test]
fn with_a_credential_of_the_page_one_reconnect_follows() {
    let mut world = World::connected(page());
    world.server.restart();
    world.server.ticket = true;
    // This server re-establishes the session on the reconnect call only.
    world.server.state = ServerState::Refuses(ProblemCode::SessionUnknown);
    world.run(Millis(INTERVAL.0 - 1000));
    while world.reconnects() == 0 {
        world.run(Millis(10));
    }
    world.server.state = ServerState::Works;
    world.run(Millis(100));
    assert_eq!((world.status(), world.reconnects()), (Status::Connected, 1));
    assert_eq!(world.snapshot().epoch, 2);
}

#[test]
fn the_epoch_never_decreases_while_the_session_lasts() {
    let mut world = World::connected(page());
    for epoch in 2..=4 {
        world.server.remembers = false;
        world.server.ticket = true;
        world.server.epoch = 0;
        next_check(&mut world);
        assert_eq!((world.snapshot().epoch, world.server.epoch), (epoch, 1));
        next_check(&mut world);
        assert_eq!(world.snapshot().epoch, epoch);
    }
}

#[test]
fn without_a_ticket_a_lost_session_is_reconnected_once_and_then_over() {
    let mut world = World::connected(cookie());
    world.server.restart();
    world.server.ticket = false;
    next_check(&mut world);
    assert_eq!((world.status(), world.reason()), (Status::Disconnected, Some(Reason::SessionLost)));
    assert_eq!(world.reconnects(), 1);
    assert_eq!(world.redirects(), [Reason::SessionLost]);
}

#[test]
fn without_a_reconnect_call_a_lost_session_is_over() {
    let mut world = World::connected(Config { can_reconnect: false, ..cookie() });
    world.server.restart();
    world.server.ticket = false;
    next_check(&mut world);
    assert_eq!((world.reconnects(), world.reason()), (0, Some(Reason::SessionLost)));
}

#[test]
fn without_a_credential_a_lost_session_is_over() {
    let mut world = World::connected(page());
    world.credential = false;
    world.server.restart();
    world.server.ticket = false;
    next_check(&mut world);
    assert_eq!((world.status(), world.reason()), (Status::Disconnected, Some(Reason::CredentialMissing)));
    assert_eq!(world.redirects(), [Reason::CredentialMissing]);
}

#[test]
fn a_refused_credential_is_cleared() {
    let mut world = World::connected(page());
    world.server.restart();
    world.server.ticket = false;
    next_check(&mut world);
    assert_eq!((world.reason(), world.cleared()), (Some(Reason::CredentialRejected), 1));
}

#[test]
fn another_tab_that_reconnected_shows_in_the_epoch() {
    let mut world = World::connected(cookie());
    world.server.epoch = 2;
    next_check(&mut world);
    assert_eq!(world.snapshot().epoch, 2);
    assert!(world.events().iter().any(|event| matches!(event, Event::Reconnected { .. })));
}

#[test]
fn a_credential_handed_over_after_a_fruitless_reconnect_is_used() {
    let mut world = World::connected(page());
    world.server.restart();
    world.credential = false;
    world.feed(Input::Check { activity: false });
    world.run(Millis(30));
    assert_eq!(world.reconnects(), 1, "it looks for one");
    world.feed(Input::Remembered);
    world.run(Millis(15));
    world.credential = true;
    world.run(Millis(1000));
    assert_eq!((world.status(), world.redirects().len()), (Status::Connected, 0));
}
