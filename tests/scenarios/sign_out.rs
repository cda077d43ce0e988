//! Signing out.

use super::*;

#[test]
fn signing_out_is_at_once_here_and_never_redirects() {
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
fn a_sign_out_that_did_not_arrive_is_repeated_and_nothing_is_asked_before() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Down;
    world.feed(Input::SignOut { everywhere: false });
    world.run(MINUTE);
    assert_eq!(world.settled(Promised::SignOut), world.logouts());
    assert!(world.logouts() > 3);
    world.feed(Input::Visible);
    assert_eq!(world.validates(), 1);
    world.server.mood = Mood::Works;
    world.run(MINUTE);
    assert!(!world.server.remembers);
    let delivered = world.logouts();
    world.run(HOUR);
    assert_eq!((world.logouts(), world.validates()), (delivered, 1));
}

#[test]
fn a_hanging_sign_out_is_given_up_and_repeated() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Hangs;
    world.feed(Input::SignOut { everywhere: false });
    world.run(Millis::from_secs(16));
    world.server.mood = Mood::Works;
    world.run(MINUTE);
    assert!(!world.server.remembers);
}

#[test]
fn a_sign_out_that_is_wrong_in_itself_is_not_repeated() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Refuses(ProblemCode::CsrfRefused);
    world.feed(Input::SignOut { everywhere: false });
    world.run(HOUR);
    assert_eq!((world.logouts(), world.settled(Promised::SignOut)), (1, 1));
}

#[test]
fn signing_out_during_a_re_establishment_wins() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.server.mood = Mood::Works;
    world.feed(Input::SignOut { everywhere: false });
    world.run(Millis(10));
    // The old request comes back late, with a session of its own.
    world.server.restart();
    world.server.ticket = true;
    world.unhang();
    world.run(Millis::from_secs(1));
    assert_eq!((world.status(), world.reason()), (Status::Disconnected, Some(Reason::SignedOut)));
    assert!(!world.server.remembers && !world.server.ticket, "the late session is logged out as well");
}

#[test]
fn a_session_that_comes_back_after_signing_out_is_ended_also_if_its_request_was_left_before() {
    for left in [Input::Stop, Input::Left] {
        let mut world = World::connected(steady());
        world.server.mood = Mood::Hangs;
        world.run(Millis(INTERVAL.0 + 100));
        world.feed(left);
        world.server.mood = Mood::Works;
        world.feed(Input::SignOut { everywhere: false });
        world.run(Millis(100));
        // The ticket of that request was still good when the server got it.
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
    world.server.mood = Mood::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.server.mood = Mood::Works;
    world.feed(Input::SignOut { everywhere: false });
    world.run(Millis(100));
    (world.server.remembers, world.server.ticket) = (true, true);
    world.server.mood = Mood::Hangs;
    world.feed(Input::Check { activity: false });
    world.server.mood = Mood::Works;
    world.unhang();
    world.run(Millis::from_secs(1));
    assert_eq!((world.status(), world.logouts()), (Status::Connected, 1));
    assert!(world.server.remembers);
}

#[test]
fn signing_out_again_takes_back_the_check_that_was_asked_for() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Hangs;
    world.feed(Input::SignOut { everywhere: false });
    world.feed(Input::Check { activity: false });
    world.server.mood = Mood::Down;
    world.feed(Input::SignOut { everywhere: false });
    world.run(MINUTE);
    assert!(world.logouts() > 3, "the second sign-out is delivered");
    world.server.mood = Mood::Works;
    world.run(HOUR);
    assert_eq!((world.validates(), world.server.remembers), (1, false));
    assert_eq!(world.settled(Promised::Check), 1);
    let said = world.events().iter().filter(|event| matches!(event, Event::Disconnected { .. })).count();
    assert_eq!(said, 1);
}

#[test]
fn a_new_sign_in_makes_an_undelivered_sign_out_pointless() {
    for sign_in in [Input::Remembered, Input::Check { activity: false }] {
        let mut world = World::connected(cookie());
        world.server.mood = Mood::Down;
        world.feed(Input::SignOut { everywhere: false });
        world.run(Millis(30));
        world.server.mood = Mood::Works;
        let sent = world.logouts();
        world.feed(sign_in);
        world.run(HOUR);
        assert_eq!((world.status(), world.logouts()), (Status::Connected, sent), "{sign_in:?}");
    }
}

#[test]
fn a_start_after_a_sign_out_first_delivers_it() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Down;
    world.feed(Input::SignOut { everywhere: false });
    world.run(Millis(30));
    world.feed(Input::Stop);
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    assert_eq!(world.status(), Status::Disconnected);
    world.server.mood = Mood::Works;
    world.run(MINUTE);
    assert!(!world.server.remembers);
    assert_eq!(world.validates(), 1);
}

#[test]
fn a_second_sign_out_does_not_take_back_that_the_first_was_everywhere() {
    let mut world = World::connected(cookie());
    world.feed(Input::SignOut { everywhere: true });
    world.feed(Input::SignOut { everywhere: false });
    assert_eq!(world.sent().last().unwrap().1, Request::Logout { everywhere: true });
}

#[test]
fn signing_out_here_stays_here_however_often_it_is_repeated() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Down;
    world.feed(Input::SignOut { everywhere: false });
    world.run(MINUTE);
    world.feed(Input::SignOut { everywhere: false });
    assert!(world.sent().iter().all(|(_, request)| *request != Request::Logout { everywhere: true }));
    assert!(world.logouts() > 3);
}
