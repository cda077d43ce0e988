//! Cases from the test suites of other session libraries, and some that none of them has, unless another scenario covers them.
//! `tests/conformance.md` lists where each is tested.

use super::world::{Browser, ServerState};
use super::*;

#[test]
fn concurrent_callers_share_one_check_and_later_ones_get_another() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Works;
    for round in 1..=3 {
        world.log.clear();
        for _ in 0..50 {
            world.feed(Input::Check { activity: false });
        }
        world.run(Millis(1000));
        assert_eq!(world.validates(), 1, "round {round}");
        assert!(world.settled(Promised::Check) >= 1);
    }
}

#[test]
fn refused_calls_during_an_outage_cause_no_more_checks_than_the_backoff() {
    let mut world = World::connected(cookie());
    world.run(Millis(10_000));
    world.server.state = ServerState::Says(503, None);
    world.feed(Input::Hidden);
    world.log.clear();
    let generation = world.generation();
    for number in 0..50 {
        let fetch = FetchId(number);
        world.feed(Input::FetchStarted(fetch));
        world.feed(Input::FetchRefused { fetch, generation, refusal: Refusal::Unclear });
        world.run(Millis(100));
        world.feed(Input::FetchEnded(fetch));
    }
    assert!(world.validates() <= 5, "{:?}", world.sent());
}

#[test]
fn every_answer_means_the_same_to_a_fresh_and_to_an_expired_session() {
    // The definitive codes. With a cookie, a lost session is re-established by its ticket.
    let definitive = [ProblemCode::SessionTimeout, ProblemCode::SessionExpired, ProblemCode::SessionRevoked];
    let transient =
        [200, 204, 403, 408, 425, 429, 500, 502, 503, 504, 520].map(|status| ServerState::Says(status, None));
    let server_states = transient
        .into_iter()
        .chain([ServerState::Down, ServerState::Hangs])
        .chain(definitive.map(ServerState::Refuses));
    for state in server_states {
        for expired in [false, true] {
            let mut world = World::new(Config::default());
            world.server.idle_in = Some(10);
            world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
            world.run(Millis(1000));
            world.server.state = state;
            if expired {
                // No check is sent meanwhile.
                world.feed(Input::Left);
                world.run(Millis(20_000));
                world.feed(Input::Restored { persisted: Persisted::NOTHING });
            }
            world.feed(Input::Check { activity: false });
            world.run(Millis(16_000));
            let over = matches!(state, ServerState::Refuses(_));
            assert_eq!(world.status() == Status::Disconnected, over, "{state:?}, expired: {expired}");
            assert_eq!(world.redirects().len(), usize::from(over), "{state:?}, expired: {expired}");
        }
    }
}

#[test]
fn a_night_of_sleep_and_a_network_that_comes_up_slowly_show_no_failure() {
    let mut world = World::connected(cookie());
    world.run(Millis(10_000));
    world.feed(Input::Offline);
    world.sleep(Millis::from_secs(8 * 3600), true);
    world.log.clear();
    world.feed(Input::Visible);
    world.run(Millis(10_000));
    assert_eq!(world.validates(), 0, "offline");
    // The browser is online, but nothing answers yet.
    world.server.state = ServerState::Down;
    world.feed(Input::Online);
    world.run(Millis(600));
    world.server.state = ServerState::Works;
    world.run(Millis(5000));
    assert_eq!(world.status(), Status::Connected);
    let degraded = world.events().into_iter().filter(|event| matches!(event, Event::Degraded { .. })).count();
    assert_eq!(degraded, 0);
    assert!((1..=5).contains(&world.validates()), "{:?}", world.sent());
}

#[test]
fn a_network_that_does_not_come_up_degrades_the_status() {
    let mut world = World::connected(cookie());
    world.run(Millis(10_000));
    world.feed(Input::Offline);
    world.server.state = ServerState::Down;
    world.feed(Input::Online);
    world.run(Millis(60_000));
    assert_eq!((world.status(), world.reason()), (Status::Degraded, Some(Reason::Network)));
}

#[test]
fn coming_online_clears_an_earlier_outage_and_checks_at_once() {
    let mut world = World::connected(cookie());
    world.server.state = ServerState::Down;
    world.feed(Input::Check { activity: false });
    world.run(Millis(120_000));
    assert_eq!(world.status(), Status::Degraded);
    world.feed(Input::Offline);
    world.run(Millis(60_000));
    world.server.state = ServerState::Works;
    world.log.clear();
    world.feed(Input::Online);
    assert_ne!(world.status(), Status::Degraded);
    world.run(Millis(100));
    assert_eq!((world.validates(), world.status()), (1, Status::Connected));
}

#[test]
fn a_backend_that_takes_45_seconds_to_start_is_waited_for() {
    let mut world = World::connected(cookie());
    world.run(Millis(10_000));
    world.server.restart();
    world.server.state = ServerState::Hangs;
    world.log.clear();
    world.feed(Input::Check { activity: false });
    world.run(Millis(45_000));
    world.server.state = ServerState::Works;
    world.unhang();
    world.run(Millis(1000));
    assert_eq!((world.validates(), world.aborts()), (1, 0), "one request, and never cut off");
    assert_eq!((world.status(), world.snapshot().epoch), (Status::Connected, 2));
}

#[test]
fn thirty_calls_in_flight_during_a_restart_all_succeed_after_one_reconnect() {
    let mut world = World::connected(page());
    world.run(Millis(10_000));
    let generation = world.generation();
    for number in 0..30 {
        world.feed(Input::FetchStarted(FetchId(number)));
    }
    world.server.restart();
    for number in 0..30 {
        let fetch = FetchId(number);
        world.feed(Input::FetchRefused { fetch, generation, refusal: Refusal::SessionUnknown });
    }
    world.run(Millis(5000));
    assert_eq!(world.reconnects(), 1);
    for number in 0..30 {
        assert_eq!(world.steps_of(FetchId(number)).len(), 2, "sent, and sent again");
    }
}

#[test]
fn a_received_message_is_not_broadcast_again() {
    let mut browser = Browser::connected(3, Config::default());
    browser.run(Millis(10_000));
    browser.forget();
    browser.feed(1, Input::Check { activity: false });
    browser.run(Millis(1000));
    for tab in [0, 2] {
        assert_eq!(browser.page(tab).broadcasts(), 0, "tab {tab}");
    }
    assert_eq!(browser.page(1).broadcasts(), 2, "the start and the result");
}

#[test]
fn a_closed_tab_neither_keeps_the_user_active_nor_makes_them_idle() {
    let config = Config { idle: Some(Millis::from_secs(600)), ..Config::default() };
    let mut browser = Browser::connected(2, config);
    browser.run(Millis::from_secs(500));
    browser.feed(1, Input::UserActive);
    browser.run(Millis(1000));
    browser.kill(1);
    let idle = |browser: &Browser| browser.events(0).contains(&Event::Idle);
    browser.run(Millis::from_secs(590));
    assert!(!idle(&browser), "its earlier activity still counts");
    browser.run(Millis::from_secs(20));
    assert!(idle(&browser), "and no later activity follows");
}

#[test]
fn extending_in_one_tab_ends_the_countdown_in_all() {
    let mut browser = Browser::new(2, Config::default());
    browser.server.idle_in = Some(100);
    browser.server.warn_in = Some(10);
    for tab in 0..2 {
        browser.start(tab);
        browser.run(Millis(1000));
    }
    browser.run(Millis(12_000));
    let counting = |event: &Event| matches!(event, Event::Expiring { .. });
    assert!((0..2).all(|tab| browser.events(tab).iter().any(counting)));
    browser.server.warn_in = Some(90);
    browser.feed(0, Input::Check { activity: true });
    browser.run(Millis(1000));
    browser.forget();
    browser.run(Millis(20_000));
    assert!((0..2).all(|tab| !browser.events(tab).iter().any(counting)));
}

#[test]
fn activity_after_an_idle_time_is_reported_at_once() {
    let mut world = World::new(Config { idle: Some(Millis::from_secs(60)), ..Config::default() });
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    world.run(Millis::from_secs(100));
    assert_eq!(world.events().iter().filter(|event| **event == Event::Idle).count(), 1);
    world.log.clear();
    world.feed(Input::UserActive);
    assert_eq!(world.events().first(), Some(&Event::Active));
    assert!(matches!(world.sent()[..], [(_, Request::Validate { activity: true, .. })]), "{:?}", world.sent());
}

#[test]
fn time_asleep_counts_as_idle() {
    let mut world = World::new(Config { idle: Some(Millis::from_secs(600)), ..Config::default() });
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    world.run(Millis(1000));
    world.sleep(Millis::from_secs(3600), true);
    world.run(Millis(31_000));
    assert!(world.events().contains(&Event::Idle));
}

#[test]
fn idle_is_not_emitted_without_the_option() {
    let mut world = World::connected(cookie());
    world.run(INTERVAL + INTERVAL + INTERVAL);
    assert!(!world.events().contains(&Event::Idle));
}

#[test]
fn a_page_restored_after_a_sign_out_elsewhere_clears_its_credential_before_it_checks() {
    let mut browser = Browser::connected(2, Config { credential: CredentialHolder::Page, ..Config::default() });
    browser.feed(0, Input::Left);
    browser.feed(1, Input::SignOut { everywhere: false });
    browser.run(Millis(5000));
    browser.server.restart();
    browser.restore(0);
    assert!(!browser.page(0).credential);
    browser.run(Millis(5000));
    assert_eq!(browser.statuses()[0].0, Status::Disconnected);
    assert!(!browser.server.remembers);
}
