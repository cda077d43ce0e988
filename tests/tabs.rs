//! Properties of several tabs in a simulated browser, under random actions.
#![cfg(not(target_arch = "wasm32"))]

#[cfg(test)]
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use session_keepalive::engine::{Config, CredentialHolder, Input, Millis, Status};
use world::{Browser, ServerState};

const TABS: usize = 4;

/// One action on a tab, the browser or the server.
#[derive(Clone, Debug)]
enum Action {
    Input(usize, Input),
    InputToAll(Input),
    Passes(Millis),
    Frozen(usize),
    Thawed(usize),
    Killed(usize),
    Reloaded(usize),
    Left(usize),
    Restored(usize),
    Hidden(usize),
    Latency(u64),
    ServerState(ServerState),
    Unhangs,
    Restarts,
}

fn inputs() -> impl Strategy<Value = Input> {
    prop_oneof![
        4 => Just(Input::Check { activity: false }),
        1 => Just(Input::Visible),
        1 => Just(Input::Focused),
        1 => Just(Input::Resumed),
        1 => Just(Input::Online),
        1 => Just(Input::Offline),
        1 => Just(Input::UserActive),
        1 => Just(Input::Stop),
    ]
}

fn lengths() -> impl Strategy<Value = Millis> {
    prop_oneof![0..5u64, 0..50u64, 0..5000u64, 0..100_000u64, 0..1_000_000u64].prop_map(Millis)
}

fn server_states() -> impl Strategy<Value = ServerState> {
    prop_oneof![
        4 => Just(ServerState::Works),
        1 => Just(ServerState::Down),
        2 => Just(ServerState::Hangs),
        1 => proptest::option::of(0..100u32).prop_map(|wait| ServerState::Says(503, wait)),
    ]
}

/// Actions of which none ends the session. The first tab is never closed.
fn transient_actions() -> impl Strategy<Value = Action> {
    let tab = || 0..TABS;
    prop_oneof![
        6 => (tab(), inputs()).prop_map(|(tab, input)| Action::Input(tab, input)),
        1 => inputs().prop_map(Action::InputToAll),
        8 => lengths().prop_map(Action::Passes),
        2 => tab().prop_map(Action::Frozen),
        2 => tab().prop_map(Action::Thawed),
        1 => (1..TABS).prop_map(Action::Killed),
        1 => tab().prop_map(Action::Reloaded),
        1 => tab().prop_map(Action::Left),
        1 => tab().prop_map(Action::Restored),
        1 => tab().prop_map(Action::Hidden),
        1 => prop_oneof![0..200u64, 0..20_000u64].prop_map(Action::Latency),
        3 => server_states().prop_map(Action::ServerState),
        1 => Just(Action::Unhangs),
        2 => Just(Action::Restarts),
    ]
}

fn configs() -> impl Strategy<Value = Config> {
    let holders = prop_oneof![Just(CredentialHolder::Cookie), Just(CredentialHolder::Page)];
    let idle = proptest::option::of(Just(Millis::from_secs(600)));
    (holders, idle).prop_map(|(credential, idle)| Config { credential, idle, ..Config::default() })
}

fn apply(browser: &mut Browser, action: Action) {
    match action {
        Action::Input(tab, input) => {
            if browser.runs(tab) {
                browser.feed(tab, input);
            }
        }
        Action::InputToAll(input) => browser.feed_all(input),
        Action::Passes(length) => browser.run(length),
        Action::Frozen(tab) => browser.freeze(tab),
        Action::Thawed(tab) => browser.thaw(tab),
        Action::Killed(tab) => browser.kill(tab),
        Action::Reloaded(tab) => {
            if browser.runs(tab) {
                browser.reload(tab);
            }
        }
        Action::Left(tab) => {
            if browser.runs(tab) {
                browser.feed(tab, Input::Left);
            }
        }
        Action::Restored(tab) => {
            if browser.runs(tab) {
                browser.restore(tab);
            }
        }
        Action::Hidden(tab) => {
            if browser.runs(tab) {
                browser.hide(tab, 1000);
            }
        }
        Action::Latency(latency) => browser.latency = Millis(latency),
        Action::ServerState(state) => browser.server.state = state,
        Action::Unhangs => browser.unhang(),
        Action::Restarts => browser.server.remembers = false,
    }
}

/// Every tab that was not closed is open, online and visible again, and the server works.
fn recover(browser: &mut Browser) {
    browser.server.restart();
    browser.latency = Millis(20);
    for tab in 0..TABS {
        browser.thaw(tab);
        if browser.runs(tab) {
            browser.start(tab);
            browser.restore(tab);
            browser.feed(tab, Input::Online);
        }
    }
    browser.unhang();
    browser.run(Millis::from_secs(2000));
}

fn settings() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("proptest-regressions"))),
        ..ProptestConfig::with_cases(500)
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn every_tab_recovers_from_any_outage_without_the_login_page(
        config in configs(),
        actions in vec(transient_actions(), 0..60),
    ) {
        let mut browser = Browser::connected(TABS, config);
        for action in actions {
            apply(&mut browser, action);
        }
        recover(&mut browser);
        prop_assert!(browser.all(Status::Connected), "{:?}", browser.statuses());
        for tab in 0..TABS {
            prop_assert_eq!(browser.page(tab).redirects(), vec![]);
            prop_assert_eq!(browser.page(tab).cleared(), 0);
        }
    }

    #[test]
    fn a_sign_out_is_final_in_every_tab_and_is_delivered(
        config in configs(),
        before in vec(transient_actions(), 0..30),
        who in 0..TABS,
        after in vec(transient_actions(), 0..30),
    ) {
        let mut browser = Browser::connected(TABS, config);
        for action in before {
            apply(&mut browser, action);
        }
        browser.thaw(who);
        prop_assume!(browser.runs(who));
        browser.start(who);
        browser.feed(who, Input::SignOut { everywhere: false });
        for action in after {
            // A check requested after a sign-out means that the user has signed in again.
            let signs_in = matches!(
                action,
                Action::Input(_, Input::Check { .. }) | Action::InputToAll(Input::Check { .. })
            );
            if !signs_in {
                apply(&mut browser, action);
            }
        }
        recover(&mut browser);
        // If the tab that signed out was closed too early, the next page delivers the sign-out.
        browser.reload(0);
        browser.run(Millis::from_secs(2000));
        prop_assert!(browser.all(Status::Disconnected), "{:?}", browser.statuses());
        prop_assert!(!browser.server.remembers, "a session lives");
        prop_assert_eq!(browser.stored_sign_out(), None);
    }
}
