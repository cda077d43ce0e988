//! Definitive verdicts.

use super::*;

#[test]
fn every_definitive_verdict_leads_to_the_login_page_exactly_once() {
    let rows = [
        (ProblemCode::SessionTimeout, Reason::SessionTimeout, 0),
        (ProblemCode::SessionExpired, Reason::SessionExpired, 0),
        (ProblemCode::SessionRevoked, Reason::SessionRevoked, 1),
        (ProblemCode::SessionEvicted, Reason::SessionEvicted, 0),
        (ProblemCode::ReconnectRefused, Reason::CredentialRejected, 1),
    ];
    for (code, reason, cleared) in rows {
        let mut world = World::connected(cookie());
        world.server.mood = Mood::Refuses(code);
        world.run(HOUR);
        world.feed(Input::Check { activity: false });
        world.feed(Input::Visible);
        world.run(HOUR);
        assert_eq!((world.status(), world.reason()), (Status::Disconnected, Some(reason)));
        assert_eq!(world.redirects(), [reason]);
        assert!(world.cleared() >= cleared && (cleared == 1 || world.cleared() == 0), "{code:?}");
        let said = world.events().iter().filter(|event| matches!(event, Event::Disconnected { .. })).count();
        assert_eq!(said, 1);
    }
}

#[test]
fn with_redirects_off_there_are_events_only() {
    let mut world = World::connected(Config { redirects: false, ..cookie() });
    world.server.mood = Mood::Refuses(ProblemCode::SessionExpired);
    world.run(HOUR);
    assert_eq!((world.status(), world.redirects()), (Status::Disconnected, vec![]));
}

#[test]
fn a_redirect_is_off_once_somebody_signed_in_or_stopped() {
    for input in [Input::Stop, Input::Dispose, Input::Remembered] {
        let mut world = World::connected(cookie());
        world.server.mood = Mood::Refuses(ProblemCode::SessionExpired);
        next_check(&mut world);
        assert!(world.machine.may_redirect(Reason::SessionExpired));
        world.feed(input);
        assert!(!world.machine.may_redirect(Reason::SessionExpired), "{input:?}");
    }
}

#[test]
fn after_the_end_nothing_is_asked_until_somebody_signs_in() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Refuses(ProblemCode::SessionExpired);
    next_check(&mut world);
    let asked = world.sent().len();
    for input in [Input::Visible, Input::Focused, Input::Online, Input::Restored { persisted: Persisted::NOTHING }] {
        world.feed(input);
    }
    world.run(HOUR);
    assert_eq!(world.sent().len(), asked);
    world.server.mood = Mood::Works;
    world.feed(Input::Remembered);
    world.run(Millis(100));
    assert_eq!((world.status(), world.snapshot().epoch), (Status::Connected, 1));
}

#[test]
fn a_check_after_the_end_finds_a_new_session() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Refuses(ProblemCode::SessionExpired);
    next_check(&mut world);
    world.server.mood = Mood::Works;
    world.feed(Input::Check { activity: false });
    world.run(Millis(100));
    assert_eq!(world.status(), Status::Connected);
    assert_eq!(world.settled(Promised::Check), 1);
}
