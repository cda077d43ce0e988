//! What holds of several tabs in a simulated browser, whatever happens to them.
#![cfg(not(target_arch = "wasm32"))]

#[cfg(test)]
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use session_keepalive::engine::{Config, CredentialHolder, Input, Millis, Status};
use world::{Browser, Mood};

const TABS: usize = 4;

/// One thing that happens to a tab, the browser, or the server.
#[derive(Clone, Debug)]
enum Happening {
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
    Mood(Mood),
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

fn moods() -> impl Strategy<Value = Mood> {
    prop_oneof![
        4 => Just(Mood::Works),
        1 => Just(Mood::Down),
        2 => Just(Mood::Hangs),
        1 => proptest::option::of(0..100u32).prop_map(|wait| Mood::Says(503, wait)),
    ]
}

/// Nothing of this says that the session is over. The first tab lives on.
fn troubles() -> impl Strategy<Value = Happening> {
    let tab = || 0..TABS;
    prop_oneof![
        6 => (tab(), inputs()).prop_map(|(tab, input)| Happening::Input(tab, input)),
        1 => inputs().prop_map(Happening::InputToAll),
        8 => lengths().prop_map(Happening::Passes),
        2 => tab().prop_map(Happening::Frozen),
        2 => tab().prop_map(Happening::Thawed),
        1 => (1..TABS).prop_map(Happening::Killed),
        1 => tab().prop_map(Happening::Reloaded),
        1 => tab().prop_map(Happening::Left),
        1 => tab().prop_map(Happening::Restored),
        1 => tab().prop_map(Happening::Hidden),
        1 => prop_oneof![0..200u64, 0..20_000u64].prop_map(Happening::Latency),
        3 => moods().prop_map(Happening::Mood),
        1 => Just(Happening::Unhangs),
        2 => Just(Happening::Restarts),
    ]
}

fn configs() -> impl Strategy<Value = Config> {
    let holders = prop_oneof![Just(CredentialHolder::Cookie), Just(CredentialHolder::Page)];
    let idle = proptest::option::of(Just(Millis::from_secs(600)));
    (holders, idle).prop_map(|(credential, idle)| Config { credential, idle, ..Config::default() })
}

fn happen(browser: &mut Browser, happening: Happening) {
    match happening {
        Happening::Input(tab, input) => {
            if browser.runs(tab) {
                browser.feed(tab, input);
            }
        }
        Happening::InputToAll(input) => browser.feed_all(input),
        Happening::Passes(length) => browser.run(length),
        Happening::Frozen(tab) => browser.freeze(tab),
        Happening::Thawed(tab) => browser.thaw(tab),
        Happening::Killed(tab) => browser.kill(tab),
        Happening::Reloaded(tab) => {
            if browser.runs(tab) {
                browser.reload(tab);
            }
        }
        Happening::Left(tab) => {
            if browser.runs(tab) {
                browser.feed(tab, Input::Left);
            }
        }
        Happening::Restored(tab) => {
            if browser.runs(tab) {
                browser.restore(tab);
            }
        }
        Happening::Hidden(tab) => {
            if browser.runs(tab) {
                browser.hide(tab, 1000);
            }
        }
        Happening::Latency(latency) => browser.latency = Millis(latency),
        Happening::Mood(mood) => browser.server.mood = mood,
        Happening::Unhangs => browser.unhang(),
        Happening::Restarts => browser.server.remembers = false,
    }
}

/// Every tab that was not closed is open, online and on the screen again, and the server works.
fn all_is_well(browser: &mut Browser) {
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
    fn trouble_heals_in_every_tab_without_the_login_page(
        config in configs(),
        happenings in vec(troubles(), 0..60),
    ) {
        let mut browser = Browser::connected(TABS, config);
        for happening in happenings {
            happen(&mut browser, happening);
        }
        all_is_well(&mut browser);
        prop_assert!(browser.all(Status::Connected), "{:?}", browser.statuses());
        for tab in 0..TABS {
            prop_assert_eq!(browser.page(tab).redirects(), vec![]);
            prop_assert_eq!(browser.page(tab).cleared(), 0);
        }
    }

    #[test]
    fn a_sign_out_is_final_in_every_tab_and_is_delivered(
        config in configs(),
        before in vec(troubles(), 0..30),
        who in 0..TABS,
        after in vec(troubles(), 0..30),
    ) {
        let mut browser = Browser::connected(TABS, config);
        for happening in before {
            happen(&mut browser, happening);
        }
        browser.thaw(who);
        prop_assume!(browser.runs(who));
        browser.start(who);
        browser.feed(who, Input::SignOut { everywhere: false });
        for happening in after {
            // A check that the application asks for means that somebody signed in again.
            let signs_in = matches!(
                happening,
                Happening::Input(_, Input::Check { .. }) | Happening::InputToAll(Input::Check { .. })
            );
            if !signs_in {
                happen(&mut browser, happening);
            }
        }
        all_is_well(&mut browser);
        // If the tab that signed out was closed too early, the next page delivers it.
        browser.reload(0);
        browser.run(Millis::from_secs(2000));
        prop_assert!(browser.all(Status::Disconnected), "{:?}", browser.statuses());
        prop_assert!(!browser.server.remembers, "a session lives");
        prop_assert_eq!(browser.kept_sign_out(), None);
    }
}
