//! Signing out.

use super::*;

#[test]
fn signing_out_takes_effect_at_once_and_never_redirects() {
    let mut world = World::connected(cookie());
    world.feed(Input::SignOut { everywhere: true });
    assert_eq!((world.status(), world.reason()), (Status::Disconnected, Some(Reason::SignedOut)));
    assert_eq!(world.sent().last().unwrap().1, Request::Logout { everywhere: true });
    assert_eq!((world.cleared(), world.redirects()), (1, vec![]));
    assert_eq!(world.snapshot().error, None);
    world.run(HOUR);
    assert_eq!((world.logouts(), world.settled(Promised::SignOut), world.validates()), (1, 1, 1));
}

#[test]
fn a_failed_sign_out_is_retried_and_no_check_is_sent_before() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Down;
    world.feed(Input::SignOut { everywhere: false });
    world.run(MINUTE);
    assert_eq!(world.settled(Promised::SignOut), world.logouts());
    assert!(world.logouts() > 3);
    world.feed(Input::Visible);
    assert_eq!(world.validates(), 1);
    world.server.state = ServerState::Works;
    world.run(MINUTE);
    assert!(!world.server.remembers);
    let delivered = world.logouts();
    world.run(HOUR);
    assert_eq!((world.logouts(), world.validates()), (delivered, 1));
}

#[test]
fn a_hanging_sign_out_is_aborted_and_retried() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Hangs;
    world.feed(Input::SignOut { everywhere: false });
    world.run(Millis::from_secs(16));
    world.server.state = ServerState::Works;
    world.run(MINUTE);
    assert!(!world.server.remembers);
}

#[test]
fn a_malformed_sign_out_is_not_retried() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Refuses(ProblemCode::CsrfRefused);
    world.feed(Input::SignOut { everywhere: false });
    world.run(HOUR);
    assert_eq!((world.logouts(), world.settled(Promised::SignOut)), (1, 1));
}

#[test]
fn signing_out_takes_precedence_over_a_reconnect() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.server.state = ServerState::Works;
    world.feed(Input::SignOut { everywhere: false });
    world.run(Millis(10));
    // The earlier request is answered late, with a session of its own.
    world.server.restart();
    world.server.ticket = true;
    world.unhang();
    world.run(Millis::from_secs(1));
    assert_eq!((world.status(), world.reason()), (Status::Disconnected, Some(Reason::SignedOut)));
    assert!(!world.server.remembers && !world.server.ticket, "the late session is logged out as well");
}

#[test]
fn a_session_established_after_signing_out_is_ended_also_if_the_page_had_left_before() {
    for left in [Input::Stop, Input::Left] {
        let mut world = World::connected(steady());
        world.server.state = ServerState::Hangs;
        world.run(Millis(INTERVAL.0 + 100));
        world.feed(left);
        world.server.state = ServerState::Works;
        world.feed(Input::SignOut { everywhere: false });
        world.run(Millis(100));
        // The ticket was still valid when the server received that request.
        world.server.ticket = true;
        world.unhang();
        world.run(Millis::from_secs(1));
        assert!(!world.server.remembers && !world.server.ticket, "{left:?}");
        assert_eq!(world.logouts(), 2, "{left:?}");
    }
}

#[test]
fn a_late_answer_from_before_the_sign_out_does_not_end_a_new_sign_in() {
    let mut world = World::connected(steady());
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.server.state = ServerState::Works;
    world.feed(Input::SignOut { everywhere: false });
    world.run(Millis(100));
    (world.server.remembers, world.server.ticket) = (true, true);
    world.server.state = ServerState::Hangs;
    world.feed(Input::Check { activity: false });
    world.server.state = ServerState::Works;
    world.unhang();
    world.run(Millis::from_secs(1));
    assert_eq!((world.status(), world.logouts()), (Status::Connected, 1));
    assert!(world.server.remembers);
}

#[test]
fn signing_out_again_cancels_the_requested_check() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Hangs;
    world.feed(Input::SignOut { everywhere: false });
    world.feed(Input::Check { activity: false });
    world.server.state = ServerState::Down;
    world.feed(Input::SignOut { everywhere: false });
    world.run(MINUTE);
    assert!(world.logouts() > 3, "the second sign-out is delivered");
    world.server.state = ServerState::Works;
    world.run(HOUR);
    assert_eq!((world.validates(), world.server.remembers), (1, false));
    assert_eq!(world.settled(Promised::Check), 1);
    let said = world.events().iter().filter(|event| matches!(event, Event::Disconnected { .. })).count();
    assert_eq!(said, 1);
}

#[test]
fn a_new_sign_in_cancels_an_undelivered_sign_out() {
    for sign_in in [Input::Remembered, Input::Check { activity: false }] {
        let mut world = World::connected(cookie());
        world.server.state = ServerState::Down;
        world.feed(Input::SignOut { everywhere: false });
        world.run(Millis(30));
        world.server.state = ServerState::Works;
        let sent = world.logouts();
        world.feed(sign_in);
        world.run(HOUR);
        assert_eq!((world.status(), world.logouts()), (Status::Connected, sent), "{sign_in:?}");
    }
}

#[test]
fn a_start_after_a_sign_out_delivers_it_first() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Down;
    world.feed(Input::SignOut { everywhere: false });
    world.run(Millis(30));
    world.feed(Input::Stop);
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    assert_eq!(world.status(), Status::Disconnected);
    world.server.state = ServerState::Works;
    world.run(MINUTE);
    assert!(!world.server.remembers);
    assert_eq!(world.validates(), 1);
}

#[test]
fn a_second_sign_out_keeps_the_first_one_everywhere() {
    let mut world = World::connected(cookie());
    world.feed(Input::SignOut { everywhere: true });
    world.feed(Input::SignOut { everywhere: false });
    assert_eq!(world.sent().last().unwrap().1, Request::Logout { everywhere: true });
}

#[test]
fn signing_out_of_one_session_never_becomes_everywhere() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Down;
    world.feed(Input::SignOut { everywhere: false });
    world.run(MINUTE);
    world.feed(Input::SignOut { everywhere: false });
    assert!(world.sent().iter().all(|(_, request)| *request != Request::Logout { everywhere: true }));
    assert!(world.logouts() > 3);
}
