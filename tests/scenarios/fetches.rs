//! The application's `session.fetch` calls.

use super::*;

#[test]
fn a_fetch_is_sent_at_once() {
    let mut world = World::connected(cookie());
    world.feed(Input::FetchStarted(FetchId(1)));
    assert_eq!(world.steps_of(FetchId(1)), [FetchStep::Send(Generation(1))]);
}

#[test]
fn many_refused_fetches_cause_one_reconnect_and_are_all_sent_again() {
    let mut world = World::connected(cookie());
    let generation = world.generation();
    world.server.restart();
    for number in 0..300 {
        world.feed(Input::FetchRefused { fetch: FetchId(number), generation, refusal: Refusal::SessionUnknown });
    }
    world.feed(Input::FetchStarted(FetchId(300)));
    assert_eq!(world.steps_of(FetchId(300)), [], "it would be refused for certain");
    world.run(Millis(100));
    assert_eq!(world.reconnects(), 1);
    for number in 0..=300 {
        assert_eq!(world.steps_of(FetchId(number)), [FetchStep::Send(Generation(generation.0 + 1))]);
    }
}

#[test]
fn a_late_refusal_of_an_older_session_is_sent_again_without_another_reconnect() {
    let mut world = World::connected(cookie());
    let generation = world.generation();
    world.server.restart();
    next_check(&mut world);
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::SessionUnknown });
    assert_eq!(world.steps_of(FetchId(1)), [FetchStep::Send(Generation(generation.0 + 1))]);
    assert_eq!(world.reconnects(), 0);
}

#[test]
fn an_unclear_refusal_causes_a_check_first() {
    let mut world = World::connected(steady());
    let generation = world.generation();
    world.run(MINUTE);
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::Unclear });
    assert_eq!(world.validates(), 2);
    world.run(Millis(100));
    assert_eq!(world.steps_of(FetchId(1)), [FetchStep::Send(generation)]);
    // The session has just been found valid, so the refusal concerns the request.
    world.feed(Input::FetchRefused { fetch: FetchId(2), generation, refusal: Refusal::Unclear });
    assert_eq!(world.steps_of(FetchId(2)), [FetchStep::Deliver]);
    assert_eq!(world.validates(), 2);
}

#[test]
fn a_refused_fetch_gets_its_refusal_when_the_session_is_over() {
    let mut world = World::connected(cookie());
    let generation = world.generation();
    world.server.restart();
    world.server.ticket = false;
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::SessionUnknown });
    world.feed(Input::FetchStarted(FetchId(2)));
    world.run(Millis(100));
    assert_eq!(world.steps_of(FetchId(1)), [FetchStep::Deliver]);
    assert_eq!(world.steps_of(FetchId(2)), [FetchStep::Send(generation)], "its refusal is the server's to give");
}

#[test]
fn no_fetch_waits_longer_than_a_reconnect_may_take() {
    let mut world = World::connected(cookie());
    let generation = world.generation();
    world.server.state = ServerState::Down;
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::SessionUnknown });
    world.feed(Input::FetchStarted(FetchId(2)));
    world.run(Millis::from_secs(89));
    assert_eq!((world.steps_of(FetchId(1)), world.steps_of(FetchId(2))), (vec![], vec![]));
    world.run(Millis::from_secs(2));
    assert_eq!(world.steps_of(FetchId(1)), [FetchStep::Deliver]);
    assert_eq!(world.steps_of(FetchId(2)), [FetchStep::Send(generation)]);
}

#[test]
fn an_aborted_fetch_is_forgotten() {
    let mut world = World::connected(cookie());
    let generation = world.generation();
    world.server.restart();
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::SessionUnknown });
    world.feed(Input::FetchEnded(FetchId(1)));
    world.run(MINUTE);
    assert_eq!(world.steps_of(FetchId(1)), []);
}

#[test]
fn a_check_sent_before_the_loss_does_not_hide_it() {
    let mut world = World::connected(steady());
    let generation = world.generation();
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    // The server answered the check before the restart and refused the call after it, but the refusal arrives first.
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::SessionUnknown });
    world.server.state = ServerState::Works;
    world.unhang();
    world.run(Millis(1));
    assert_eq!(world.steps_of(FetchId(1)), []);
    assert_eq!(world.reconnects(), 1);
    world.run(Millis(100));
    assert_eq!(world.steps_of(FetchId(1)).len(), 1);
}

#[test]
fn a_check_that_re_established_the_session_after_the_refusal_is_enough() {
    let mut world = World::connected(steady());
    let generation = world.generation();
    world.server.state = ServerState::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.server.restart();
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::SessionUnknown });
    world.unhang();
    world.run(Millis(100));
    assert_eq!(world.steps_of(FetchId(1)), [FetchStep::Send(Generation(generation.0 + 1))]);
    assert_eq!((world.validates(), world.reconnects()), (2, 0));
}

#[test]
fn without_a_reconnect_call_a_refused_fetch_is_healed_by_a_check() {
    let mut world = World::connected(Config { can_reconnect: false, ..cookie() });
    let generation = world.generation();
    world.server.restart();
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::SessionUnknown });
    world.run(Millis(100));
    assert_eq!(world.steps_of(FetchId(1)), [FetchStep::Send(Generation(generation.0 + 1))]);
    assert_eq!((world.validates(), world.reconnects()), (2, 0));
}

#[test]
fn a_waiting_fetch_in_a_hidden_page_counts_as_a_waiting_user() {
    let mut world = World::connected(steady());
    let generation = world.generation();
    world.feed(Input::Hidden);
    world.chance = Some(Chance::HIGHEST);
    world.server.state = ServerState::Down;
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::SessionUnknown });
    world.run(Millis::from_secs(10));
    assert_eq!(world.reconnects(), 5, "again after 0.5, 1, 2 and 4 seconds, not after thirty");
}

#[test]
fn a_refusal_five_seconds_after_a_valid_check_concerns_the_session() {
    let mut world = World::connected(steady());
    let generation = world.generation();
    let answered = world.sent()[0].0 + world.latency;
    let step = |world: &mut World, number, after: u64| {
        world.now = answered + Millis(after);
        world.feed(Input::FetchRefused { fetch: FetchId(number), generation, refusal: Refusal::Unclear });
        world.steps_of(FetchId(number))
    };
    assert_eq!(step(&mut world, 1, 4999), [FetchStep::Deliver]);
    assert_eq!((step(&mut world, 2, 5000), world.validates()), (vec![], 2));
}
