//! Shared checks: one tab sends, all tabs receive the result.

use super::world::{Browser, ServerState};
use super::*;

#[test]
fn twenty_tabs_make_one_check_per_interval() {
    let mut browser = Browser::connected(20, cookie());
    browser.run(Millis(INTERVAL.0 * 100));
    let probes = browser.probes();
    assert!((98..=102).contains(&probes), "{probes} checks in 100 intervals");
    assert!(browser.all(Status::Connected));
}

#[test]
fn a_check_is_shared_with_every_tab() {
    let mut browser = Browser::connected(3, cookie());
    browser.feed(1, Input::Check { activity: false });
    browser.run(Millis(1000));
    for (tab, by_another) in [(0, true), (1, false), (2, true)] {
        let checked = |event: &Event| matches!(event, Event::Checked { shared, .. } if *shared == by_another);
        assert_eq!(browser.events(tab).iter().filter(|event| checked(event)).count(), 1, "tab {tab}");
    }
    assert_eq!(browser.probes(), 1);
}

#[test]
fn twenty_tabs_woken_together_after_a_restart_make_one_reconnect() {
    for config in [cookie(), page()] {
        let mut browser = Browser::connected(20, config.clone());
        browser.run(Millis(10_000));
        browser.server.restart();
        browser.forget();
        browser.feed_all(Input::Resumed);
        browser.run(Millis(3000));
        let most = if config.credential == CredentialHolder::Cookie { 1 } else { 2 };
        assert_eq!(browser.probes(), most, "{:?}", browser.sent());
        assert!(browser.all(Status::Connected), "{:?}", browser.statuses());
        for tab in 0..20 {
            assert_eq!(browser.page(tab).snapshot().epoch, 2, "tab {tab}");
            let again = |event: &&Event| matches!(event, Event::Reconnected { .. });
            assert_eq!(browser.events(tab).iter().filter(again).count(), 1, "tab {tab}");
        }
    }
}

#[test]
fn a_tab_that_is_killed_in_the_middle_is_replaced_within_a_request_timeout() {
    let mut browser = Browser::connected(5, cookie());
    browser.run(Millis(10_000));
    browser.server.state = ServerState::Hangs;
    browser.feed(3, Input::Check { activity: false });
    browser.run(Millis(100));
    browser.kill(3);
    browser.server.state = ServerState::Works;
    browser.forget();
    browser.run(Config::default().validate_timeout);
    assert_eq!(browser.probes(), 1, "{:?}", browser.sent());
    assert!(browser.all(Status::Connected));
}

#[test]
fn a_frozen_tab_is_replaced_although_it_holds_the_lock() {
    let mut browser = Browser::connected(5, cookie());
    browser.run(Millis(10_000));
    browser.server.state = ServerState::Hangs;
    browser.feed(3, Input::Check { activity: false });
    browser.run(Millis(100));
    browser.freeze(3);
    browser.server.state = ServerState::Works;
    browser.forget();
    browser.run(Millis(Config::default().validate_timeout.scaled(12, 10).0 + 500));
    assert_eq!(browser.probes(), 1, "{:?}", browser.sent());
    browser.run(INTERVAL);
    browser.thaw(3);
    browser.unhang();
    browser.run(INTERVAL);
    assert!(browser.all(Status::Connected));
}

#[test]
fn a_hidden_tab_with_throttled_timers_does_not_add_checks() {
    let mut browser = Browser::connected(4, cookie());
    for tab in 1..4 {
        browser.hide(tab, 60_000);
    }
    browser.run(Millis(INTERVAL.0 * 50));
    let probes = browser.probes();
    assert!((42..=55).contains(&probes), "{probes} checks in 50 intervals");
}

#[test]
fn a_slow_backend_gets_requests_from_one_tab_only() {
    let mut browser = Browser::connected(5, cookie());
    browser.run(Millis(10_000));
    browser.server.state = ServerState::Hangs;
    browser.forget();
    browser.feed_all(Input::Focused);
    browser.run(Millis(80_000));
    assert_eq!(browser.probes(), 1, "{:?}", browser.sent());
    assert!(browser.all(Status::Degraded), "after 15 s every tab says so: {:?}", browser.statuses());
    for tab in 0..5 {
        let slow = |event: &&Event| matches!(event, Event::Slow { .. });
        assert_eq!(browser.events(tab).iter().filter(slow).count(), 1, "tab {tab}");
    }
    browser.server.state = ServerState::Works;
    browser.unhang();
    browser.run(Millis(1000));
    assert!(browser.all(Status::Connected));
}

#[test]
fn retry_after_holds_in_every_tab_and_across_a_reload() {
    let mut browser = Browser::connected(3, cookie());
    browser.run(Millis(10_000));
    browser.server.state = ServerState::Says(503, Some(60));
    browser.feed(0, Input::Check { activity: false });
    browser.run(Millis(1000));
    assert!(browser.all(Status::Degraded));
    browser.forget();
    browser.reload(1);
    browser.run(Millis(50_000));
    assert_eq!(browser.probes(), 0, "{:?}", browser.sent());
    browser.server.state = ServerState::Works;
    browser.run(Millis(60_000));
    assert!(browser.all(Status::Connected));
}

#[test]
fn signing_out_in_one_tab_ends_all_and_clears_every_credential() {
    let mut browser = Browser::connected(4, page());
    browser.feed(2, Input::SignOut { everywhere: false });
    browser.run(Millis(1000));
    browser.server.restart();
    browser.run(INTERVAL);
    for tab in 0..4 {
        let reason = if tab == 2 { Reason::SignedOut } else { Reason::SignedOutElsewhere };
        assert_eq!(browser.statuses()[tab], (Status::Disconnected, Some(reason)));
        assert!(!browser.page(tab).credential, "tab {tab}");
        assert_eq!(browser.page(tab).redirects(), []);
    }
}

#[test]
fn signing_out_elsewhere_takes_precedence_over_a_reconnect() {
    let mut browser = Browser::connected(2, cookie());
    browser.run(Millis(10_000));
    browser.server.restart();
    browser.latency = Millis(500);
    browser.feed(0, Input::Check { activity: false });
    browser.run(Millis(100));
    browser.latency = Millis(20);
    browser.feed(1, Input::SignOut { everywhere: false });
    browser.run(Millis(5000));
    assert!(browser.all(Status::Disconnected), "{:?}", browser.statuses());
    assert!(!browser.server.remembers, "the session that came late is ended as well");
}

#[test]
fn an_undelivered_sign_out_outlives_the_page() {
    let mut browser = Browser::connected(1, cookie());
    browser.server.state = ServerState::Down;
    browser.feed(0, Input::SignOut { everywhere: true });
    browser.run(Millis(2000));
    browser.reload(0);
    browser.forget();
    browser.run(Millis(2000));
    assert_eq!(browser.statuses()[0], (Status::Disconnected, Some(Reason::SignedOut)));
    assert_eq!(browser.probes(), 0, "no check is sent before the logout is delivered");
    browser.server.state = ServerState::Works;
    browser.run(INTERVAL);
    assert_eq!(browser.stored_sign_out(), None);
    assert!(!browser.server.remembers && !browser.server.ticket);
    assert_eq!(browser.statuses()[0].0, Status::Disconnected);
    assert_eq!(browser.page(0).redirects().len(), 1, "like any page of a user who is not signed in");
}

#[test]
fn a_tab_without_the_credential_is_helped_by_one_that_has_it() {
    let mut browser = Browser::connected(3, page());
    browser.page_mut(0).credential = false;
    browser.page_mut(2).credential = false;
    browser.run(Millis(10_000));
    browser.server.restart();
    browser.feed(0, Input::Check { activity: false });
    browser.run(Millis(3000));
    assert!(browser.all(Status::Connected), "{:?}", browser.statuses());
    assert_eq!(browser.page(1).reconnects(), 1);
    assert_eq!(browser.page(2).reconnects(), 0);
}

#[test]
fn without_a_credential_in_any_tab_the_session_ends_after_every_tab_was_asked() {
    let mut browser = Browser::connected(3, page());
    for tab in 0..3 {
        browser.page_mut(tab).credential = false;
    }
    browser.run(Millis(10_000));
    browser.server.restart();
    browser.feed(0, Input::Check { activity: false });
    browser.run(Millis(400));
    assert!(browser.all(Status::Reconnecting), "{:?}", browser.statuses());
    browser.run(Millis(400));
    for tab in 0..3 {
        assert_eq!(browser.statuses()[tab], (Status::Disconnected, Some(Reason::CredentialMissing)));
        assert_eq!(browser.page(tab).redirects(), [Reason::CredentialMissing]);
    }
}

#[test]
fn a_sign_in_in_one_tab_connects_all() {
    let mut browser = Browser::connected(3, cookie());
    browser.feed(0, Input::SignOut { everywhere: false });
    browser.run(Millis(5000));
    (browser.server.remembers, browser.server.ticket) = (true, true);
    browser.feed(1, Input::Remembered);
    browser.feed(1, Input::Check { activity: true });
    browser.run(Millis(1000));
    assert!(browser.all(Status::Connected), "{:?}", browser.statuses());
}

#[test]
fn activity_in_one_tab_is_reported_by_the_tab_that_checks() {
    let mut browser = Browser::connected(2, cookie());
    browser.run(INTERVAL);
    browser.run(INTERVAL);
    browser.forget();
    browser.feed(1, Input::UserActive);
    browser.run(Millis(10));
    browser.feed(0, Input::Check { activity: false });
    browser.run(Millis(1000));
    let reports = |(_, tab, request): &(_, usize, Request)| {
        *tab == 0 && matches!(request, Request::Validate { activity: true, .. })
    };
    assert!(browser.sent().iter().any(reports), "{:?}", browser.sent());
    browser.forget();
    browser.feed(1, Input::Check { activity: false });
    browser.run(Millis(1000));
    let idle = |(_, _, request): &(_, usize, Request)| matches!(request, Request::Validate { activity: false, .. });
    assert!(browser.sent().iter().all(idle), "reported once: {:?}", browser.sent());
}

#[test]
fn the_user_is_idle_only_when_every_tab_is() {
    let config = Config { idle: Some(Millis::from_secs(600)), ..cookie() };
    let mut browser = Browser::connected(2, config);
    for _ in 0..10 {
        browser.run(Millis::from_secs(300));
        browser.feed(1, Input::UserActive);
    }
    let idles = |browser: &Browser, tab| browser.events(tab).iter().filter(|event| **event == Event::Idle).count();
    assert_eq!((idles(&browser, 0), idles(&browser, 1)), (0, 0));
    browser.run(Millis::from_secs(601));
    assert_eq!((idles(&browser, 0), idles(&browser, 1)), (1, 1));
    browser.feed(0, Input::UserActive);
    browser.run(Millis(100));
    for tab in 0..2 {
        assert_eq!(browser.events(tab).iter().filter(|event| **event == Event::Active).count(), 1, "tab {tab}");
    }
}

#[test]
fn tabs_without_a_channel_and_locks_work_independently() {
    let mut browser = Browser::new(3, cookie());
    (browser.channel, browser.locks) = (false, false);
    for tab in 0..3 {
        browser.start(tab);
    }
    browser.run(Millis(1000));
    browser.server.restart();
    browser.run(Millis(INTERVAL.0 * 2));
    assert!(browser.all(Status::Connected));
    assert!(browser.probes() >= 3 * 2, "each for itself");
}

#[test]
fn with_locks_but_without_a_channel_every_tab_gets_its_own_answer() {
    let mut browser = Browser::new(5, cookie());
    browser.channel = false;
    for tab in 0..5 {
        browser.start(tab);
    }
    browser.run(Millis(5000));
    assert!(browser.all(Status::Connected), "{:?}", browser.statuses());
}

#[test]
fn a_page_in_the_back_forward_cache_holds_no_lock_and_catches_up_when_restored() {
    let mut browser = Browser::connected(2, cookie());
    browser.run(Millis(10_000));
    browser.server.state = ServerState::Hangs;
    browser.feed(0, Input::Check { activity: false });
    browser.run(Millis(100));
    browser.feed(0, Input::Left);
    browser.server.state = ServerState::Works;
    browser.server.restart();
    browser.run(Millis(20_000));
    assert_eq!(browser.page(1).snapshot().epoch, 2, "the other tab was not held up for longer than a timeout");
    browser.restore(0);
    browser.run(Millis(1000));
    assert!(browser.all(Status::Connected));
    assert_eq!(browser.page(0).snapshot().epoch, 2);
}

#[test]
fn a_message_received_late_counts_from_when_it_was_sent() {
    let mut browser = Browser::connected(2, cookie());
    browser.server.idle_in = Some(600);
    browser.freeze(1);
    browser.run(Millis::from_secs(700));
    browser.server.restart();
    browser.server.ticket = true;
    browser.thaw(1);
    browser.run(Millis(1000));
    assert!(browser.all(Status::Connected), "{:?}", browser.statuses());
    let left = browser.page(1).snapshot().expires_in_ms.expect("a limit");
    assert!(left > Millis::from_secs(590), "as of its own check, not of an old message: {left:?}");
}

#[test]
fn a_new_sign_in_revokes_a_sign_out_that_a_closed_tab_left_undelivered() {
    for signs_in in [Input::Remembered, Input::Check { activity: true }] {
        let mut browser = Browser::connected(2, cookie());
        browser.server.state = ServerState::Down;
        browser.feed(0, Input::SignOut { everywhere: false });
        browser.run(Millis(100));
        browser.kill(0);
        assert!(browser.stored_sign_out().is_some());
        browser.server.state = ServerState::Works;
        (browser.server.remembers, browser.server.ticket) = (true, true);
        browser.feed(1, signs_in);
        browser.run(Millis(1000));
        assert_eq!(browser.stored_sign_out(), None);
        browser.reload(1);
        browser.run(Millis(1000));
        assert!(browser.all(Status::Connected), "{:?}", browser.statuses());
        assert_eq!(browser.page(1).logouts(), 0);
    }
}
