//! The end of a session, by a definitive verdict.

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
        world.server.state = ServerState::Refuses(code);
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
fn a_session_that_is_over_has_no_subject_or_data() {
    let mut world = World::connected(cookie());
    assert!(world.snapshot().answered_by.is_some());
    world.server.state = ServerState::Refuses(ProblemCode::SessionExpired);
    next_check(&mut world);
    assert_eq!((world.status(), world.snapshot().answered_by), (Status::Disconnected, None));
    world.feed(Input::Stop);
    assert_eq!((world.status(), world.snapshot().answered_by), (Status::Inactive, None));
}

#[test]
fn with_redirects_off_there_are_events_only() {
    let mut world = World::connected(Config { redirects: false, ..cookie() });
    world.server.state = ServerState::Refuses(ProblemCode::SessionExpired);
    world.run(HOUR);
    assert_eq!((world.status(), world.redirects()), (Status::Disconnected, vec![]));
}

#[test]
fn a_redirect_is_cancelled_by_a_sign_in_or_a_stop() {
    for input in [Input::Stop, Input::Dispose, Input::Remembered] {
        let mut world = World::connected(cookie());
        world.server.state = ServerState::Refuses(ProblemCode::SessionExpired);
        next_check(&mut world);
        assert!(world.machine.may_redirect(Reason::SessionExpired));
        world.feed(input);
        assert!(!world.machine.may_redirect(Reason::SessionExpired), "{input:?}");
    }
}

#[test]
fn after_the_end_no_request_is_sent_until_a_sign_in() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Refuses(ProblemCode::SessionExpired);
    next_check(&mut world);
    let sent = world.sent().len();
    for input in [Input::Visible, Input::Focused, Input::Online, Input::Restored { persisted: Persisted::NOTHING }] {
        world.feed(input);
    }
    world.run(HOUR);
    assert_eq!(world.sent().len(), sent);
    world.server.state = ServerState::Works;
    world.feed(Input::Remembered);
    world.run(Millis(100));
    assert_eq!((world.status(), world.snapshot().epoch), (Status::Connected, 1));
}

#[test]
fn a_check_after_the_end_finds_a_new_session() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Refuses(ProblemCode::SessionExpired);
    next_check(&mut world);
    world.server.state = ServerState::Works;
    world.feed(Input::Check { activity: false });
    world.run(Millis(100));
    assert_eq!(world.status(), Status::Connected);
    assert_eq!(world.settled(Promised::Check), 1);
}
