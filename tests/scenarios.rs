//! What the engine promises, as facts about a simulated world.
#![cfg(not(target_arch = "wasm32"))]

#[cfg(test)]
mod world;

use session_keepalive::engine::{
    Chance, Config, CredentialHolder, Event, FetchId, FetchStep, Generation, Input, Millis, Phase, Promised, Reason,
    Refusal, Request, Status,
};
use session_keepalive::wire::ProblemCode;
use world::{Mood, World};

const MINUTE: Millis = Millis::from_secs(60);
const INTERVAL: Millis = Millis::from_secs(300);
const HOUR: Millis = Millis::from_secs(3600);

fn cookie() -> Config {
    Config::default()
}

fn page() -> Config {
    Config { credential: CredentialHolder::Page, ..Config::default() }
}

fn steady() -> Config {
    Config { jitter_permille: 0, ..Config::default() }
}

/// Lets the next scheduled check happen and be answered.
fn next_check(world: &mut World) {
    world.run(Millis(INTERVAL.0 + INTERVAL.0 / 9));
}

// The schedule.

#[test]
fn checks_at_once_and_then_every_five_minutes() {
    let mut world = World::connected(steady());
    assert_eq!(world.validates(), 1);
    world.run(HOUR);
    assert_eq!(world.validates(), 13);
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn jitter_spreads_the_interval_by_a_tenth_to_both_sides() {
    for (chance, seconds) in [(Chance::LOWEST, 270), (Chance::HIGHEST, 330)] {
        let mut world = World::new(cookie());
        world.chance = chance;
        world.feed(Input::Start { visible: true, online: true });
        world.run(HOUR);
        let sent = world.sent();
        assert_eq!(sent[1].0.since(sent[0].0 + world.latency), Millis::from_secs(seconds));
    }
}

#[test]
fn the_server_can_set_the_interval_and_is_never_asked_sooner() {
    for chance in [Chance::LOWEST, Chance::HIGHEST] {
        let mut world = World::new(cookie());
        world.chance = chance;
        world.server.next_check_in = Some(1000);
        world.feed(Input::Start { visible: true, online: true });
        world.run(HOUR);
        for pair in world.sent().windows(2) {
            let apart = pair[1].0.since(pair[0].0 + world.latency);
            assert!((1_000_000..=1_100_000).contains(&apart.0), "{apart:?}");
        }
        assert!(world.validates() >= 3);
    }
}

#[test]
fn an_interval_longer_than_a_timer_can_hold_is_kept() {
    let interval = Millis(30 * 24 * 3_600_000);
    let mut world = World::new(Config { interval, jitter_permille: 0, ..cookie() });
    (world.server.idle_in, world.server.absolute_in) = (None, None);
    world.feed(Input::Start { visible: false, online: true });
    world.run(Millis(interval.0 - 10_000));
    assert_eq!(world.validates(), 1);
    world.run(Millis(20_000));
    assert_eq!(world.validates(), 2);
}

#[test]
fn the_snapshot_says_when_the_next_check_is() {
    let world = World::connected(steady());
    let at = world.snapshot().next_check_at.unwrap().0;
    assert_eq!(at, world.snapshot().last_ok_at.unwrap().0 + INTERVAL.0);
}

#[test]
fn a_hidden_page_wakes_for_its_deadline_alone() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    let due = world.machine.deadline().unwrap();
    assert!(due.since(world.now) > Millis::from_secs(200));
    world.feed(Input::Visible);
    assert!(world.machine.deadline().unwrap().since(world.now) <= Millis::from_secs(30));
}

#[test]
fn throttled_timers_are_harmless() {
    let mut world = World::connected(steady());
    world.timer_granularity = 60_000;
    world.feed(Input::Hidden);
    world.run(HOUR);
    assert!((10..=13).contains(&world.validates()), "{}", world.validates());
    assert_eq!(world.status(), Status::Connected);
}

// A restart of the backend.

#[test]
fn a_restart_is_noticed_by_the_next_check_and_healed_by_it() {
    let mut world = World::connected(cookie());
    world.server.restart();
    next_check(&mut world);
    assert_eq!((world.status(), world.snapshot().epoch), (Status::Connected, 2));
    assert_eq!(world.reconnects(), 0, "with a ticket cookie the check itself re-establishes");
    assert!(world.events().iter().any(|event| matches!(event, Event::Reconnected { epoch: 2, .. })));
    assert_eq!(world.redirects(), []);
}

#[test]
fn the_downtime_counts_from_the_first_sign_of_trouble() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Down;
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
    // This server re-establishes on the reconnect call only.
    world.server.mood = Mood::Refuses(ProblemCode::SessionUnknown);
    world.run(Millis(INTERVAL.0 - 1000));
    while world.reconnects() == 0 {
        world.run(Millis(10));
    }
    world.server.mood = Mood::Works;
    world.run(Millis(100));
    assert_eq!((world.status(), world.reconnects()), (Status::Connected, 1));
    assert_eq!(world.snapshot().epoch, 2);
}

#[test]
fn the_epoch_never_falls_while_the_session_goes_on() {
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

// Trouble that is not a verdict.

#[test]
fn no_transient_answer_ever_ends_the_session() {
    let moods = [
        Mood::Down,
        Mood::Hangs,
        Mood::Says(200, None),
        Mood::Says(302, None),
        Mood::Says(403, None),
        Mood::Says(404, None),
        Mood::Says(408, None),
        Mood::Says(425, None),
        Mood::Says(429, Some(5)),
        Mood::Says(500, None),
        Mood::Says(502, None),
        Mood::Says(503, Some(5)),
        Mood::Says(504, None),
        Mood::Says(520, None),
        Mood::Refuses(ProblemCode::StoreUnavailable),
        Mood::Refuses(ProblemCode::RateLimited),
        Mood::Refuses(ProblemCode::CsrfRefused),
        Mood::Refuses(ProblemCode::InvalidRequest),
    ];
    for config in [cookie(), page()] {
        for mood in moods {
            let mut world = World::connected(config.clone());
            world.server.mood = mood;
            world.run(HOUR);
            assert_eq!(world.status(), Status::Degraded, "{mood:?}");
            assert_eq!((world.redirects(), world.cleared()), (vec![], 0), "{mood:?}");
            world.server.restart();
            world.unhang();
            world.run(Millis::from_secs(120));
            assert_eq!(world.status(), Status::Connected, "{mood:?}");
        }
    }
}

#[test]
fn a_lost_session_waits_for_a_backend_that_is_still_down() {
    let mut world = World::connected(page());
    world.server.mood = Mood::Refuses(ProblemCode::SessionUnknown);
    world.run(Millis(INTERVAL.0 - 1000));
    while world.reconnects() == 0 {
        world.run(Millis(10));
    }
    world.server.mood = Mood::Says(503, None);
    world.run(HOUR);
    assert_eq!((world.status(), world.redirects()), (Status::Degraded, vec![]));
    assert!(world.reconnects() > 2);
    world.server.mood = Mood::Works;
    world.run(MINUTE);
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn while_a_person_waits_retries_come_soon_and_back_off_to_the_cap() {
    let mut world = World::connected(steady());
    world.chance = Chance::HIGHEST;
    world.server.mood = Mood::Down;
    world.run(HOUR);
    let sent = world.sent();
    let gaps: Vec<u64> = sent.windows(2).skip(1).map(|pair| pair[1].0.since(pair[0].0).0 - 20).collect();
    assert_eq!(&gaps[..8], [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
}

#[test]
fn with_nobody_waiting_the_first_recheck_is_spread_and_then_the_interval_holds() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    world.chance = Chance::HIGHEST;
    world.server.mood = Mood::Down;
    world.run(HOUR);
    let sent = world.sent();
    let gaps: Vec<u64> = sent.windows(2).skip(1).map(|pair| pair[1].0.since(pair[0].0).0 - 20).collect();
    assert_eq!(&gaps[..3], [30_000, 300_000, 300_000]);
}

#[test]
fn a_person_who_comes_back_does_not_wait_for_the_interval() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    world.server.mood = Mood::Down;
    world.run(Millis(INTERVAL.0 * 2));
    let before = world.validates();
    world.server.restart();
    world.run(Millis::from_secs(10));
    world.feed(Input::Visible);
    world.run(Millis::from_secs(5));
    assert_eq!((world.validates(), world.status()), (before + 1, Status::Connected));
}

#[test]
fn retry_after_is_a_floor() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Says(429, Some(60));
    next_check(&mut world);
    let refused = world.validates();
    let until = world.sent().last().unwrap().0 + world.latency + MINUTE;
    world.server.mood = Mood::Works;
    while world.validates() == refused {
        world.feed(Input::Focused);
        world.feed(Input::Check { activity: false });
        world.run(Millis(500));
    }
    assert!(world.sent().last().unwrap().0 >= until);
    assert!(world.settled(Promised::Check) > 0, "a check that may not be sent is not kept waiting");
}

#[test]
fn no_retry_after_is_longer_than_an_hour() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Says(503, Some(u32::MAX));
    next_check(&mut world);
    world.server.mood = Mood::Works;
    world.run(HOUR + MINUTE);
    assert_eq!(world.status(), Status::Connected);
}

// Requests that take long.

#[test]
fn a_slow_answer_is_said_after_three_seconds_and_counts_as_failed_after_fifteen() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Hangs;
    world.run(Millis(INTERVAL.0 + 2500));
    assert_eq!(world.status(), Status::Connected);
    world.run(Millis(1000));
    assert!(world.events().contains(&Event::Slow { phase: Phase::Validate, elapsed_ms: Millis(3000) }));
    assert_eq!(world.status(), Status::Connected);
    world.run(Millis::from_secs(13));
    assert_eq!((world.status(), world.reason()), (Status::Degraded, Some(Reason::Timeout)));
}

#[test]
fn a_request_that_may_re_establish_is_left_alone_for_ninety_seconds_and_alone_under_way() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Hangs;
    world.run(Millis(INTERVAL.0 + 89_000));
    assert_eq!((world.validates(), world.aborts()), (2, 0));
    world.feed(Input::Check { activity: false });
    world.feed(Input::Focused);
    assert_eq!(world.validates(), 2);
    world.run(Millis::from_secs(5));
    assert_eq!(world.aborts(), 1);
}

#[test]
fn a_slow_answer_is_no_trouble_of_a_session_that_is_offline_or_over() {
    for input in [Input::Offline, Input::SignOut { everywhere: false }] {
        let mut world = World::connected(steady());
        world.feed(input);
        world.run(Millis(100));
        world.server.mood = Mood::Hangs;
        world.feed(Input::Check { activity: false });
        world.feed(Input::Online);
        world.feed(input);
        world.run(MINUTE + MINUTE);
        assert!(!world.events().iter().any(|event| matches!(event, Event::Degraded { .. })), "{input:?}");
    }
}

#[test]
fn a_late_answer_within_the_long_limit_still_counts() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Hangs;
    world.run(Millis(INTERVAL.0 + 60_000));
    world.server.restart();
    world.unhang();
    world.run(Millis(10));
    assert_eq!((world.status(), world.snapshot().epoch, world.aborts()), (Status::Connected, 2, 0));
}

#[test]
fn a_check_that_cannot_re_establish_is_given_up_after_fifteen_seconds() {
    let mut world = World::connected(Config { jitter_permille: 0, ..page() });
    world.server.mood = Mood::Hangs;
    world.run(Millis(INTERVAL.0 + 16_000));
    assert_eq!((world.aborts(), world.reason()), (1, Some(Reason::Timeout)));
}

#[test]
fn a_retry_repeats_its_idempotency_key_and_a_new_attempt_has_a_new_one() {
    let mut world = World::connected(page());
    let keys = |world: &World| -> Vec<(bool, u32)> {
        let key = |(_, effect): &(_, session_keepalive::engine::Effect)| match effect {
            session_keepalive::engine::Effect::Send { key, request, .. } => {
                Some((matches!(request, Request::Reconnect { .. }), *key))
            }
            _ => None,
        };
        world.log.iter().filter_map(key).filter(|(reconnect, _)| *reconnect).collect()
    };
    world.server.mood = Mood::Refuses(ProblemCode::SessionUnknown);
    world.run(Millis(INTERVAL.0 - 1000));
    while world.reconnects() == 0 {
        world.run(Millis(10));
    }
    world.server.mood = Mood::Down;
    world.run(MINUTE);
    let outage = keys(&world);
    assert!(outage.len() > 3 && outage.iter().all(|key| *key == outage[0]), "{outage:?}");
    world.server.mood = Mood::Works;
    world.run(MINUTE);
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation: Generation(2), refusal: Refusal::SessionUnknown });
    assert_ne!(keys(&world).last(), outage.first());
}

// Catching up.

#[test]
fn coming_back_checks_once_however_many_signs_there_are() {
    let mut world = World::connected(steady());
    world.feed(Input::Hidden);
    world.run(MINUTE);
    for input in [Input::Visible, Input::Focused, Input::Resumed, Input::Online] {
        world.feed(input);
    }
    world.run(Millis::from_secs(20));
    assert_eq!(world.validates(), 2);
}

#[test]
fn a_fresh_answer_is_not_asked_for_again() {
    let mut world = World::connected(steady());
    world.run(Millis::from_secs(3));
    world.feed(Input::Focused);
    world.run(MINUTE);
    assert_eq!(world.validates(), 1);
}

#[test]
fn sleep_is_noticed_by_the_clocks_and_costs_one_check() {
    for monotonic_stops in [true, false] {
        let mut world = World::connected(steady());
        world.run(MINUTE);
        world.sleep(Millis(8 * HOUR.0), monotonic_stops);
        world.run(MINUTE);
        assert_eq!(world.validates(), 2, "monotonic clock stops: {monotonic_stops}");
        let woke =
            world.events().iter().any(|event| matches!(event, Event::Wake { slept_ms } if slept_ms.0 >= 8 * HOUR.0));
        assert_eq!(woke, monotonic_stops);
    }
}

#[test]
fn a_wrong_wall_clock_changes_nothing_and_a_jump_costs_one_check() {
    let mut world = World::new(steady());
    world.wall_ahead -= 24 * HOUR.0;
    world.feed(Input::Start { visible: true, online: true });
    world.run(HOUR);
    assert_eq!(world.validates(), 12);
    world.run(MINUTE);
    assert_eq!(world.validates(), 13);
    world.wall_ahead -= HOUR.0;
    world.run(Millis::from_secs(100));
    assert_eq!(world.validates(), 14);
    assert_eq!(world.status(), Status::Connected);
}

#[test]
fn offline_asks_nothing_and_online_asks_at_once() {
    let mut world = World::connected(steady());
    world.feed(Input::Offline);
    assert_eq!(world.status(), Status::Offline);
    world.run(HOUR);
    assert_eq!(world.validates(), 1);
    assert_eq!(world.snapshot().next_check_at, None);
    world.feed(Input::Online);
    world.run(Millis(100));
    assert_eq!((world.validates(), world.status()), (2, Status::Connected));
}

#[test]
fn a_page_out_of_the_back_forward_cache_checks_at_once() {
    let mut world = World::connected(steady());
    world.feed(Input::Left);
    assert_eq!(world.machine.deadline(), None);
    world.run(Millis::from_secs(2));
    world.feed(Input::Restored);
    world.run(Millis(100));
    assert_eq!((world.validates(), world.status()), (2, Status::Connected));
}

// The last resort.

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
    for input in [Input::Visible, Input::Focused, Input::Online, Input::Restored] {
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

// Signing out.

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
    world.feed(Input::Start { visible: true, online: true });
    assert_eq!(world.status(), Status::Disconnected);
    world.server.mood = Mood::Works;
    world.run(MINUTE);
    assert!(!world.server.remembers);
    assert_eq!(world.validates(), 1);
}

// The application's own requests.

#[test]
fn a_fetch_is_let_through_at_once() {
    let mut world = World::connected(cookie());
    world.feed(Input::FetchStarted(FetchId(1)));
    assert_eq!(world.steps_of(FetchId(1)), [FetchStep::Send(Generation(1))]);
}

#[test]
fn many_refused_fetches_make_one_reconnect_and_are_all_sent_again() {
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
fn an_unclear_refusal_asks_for_a_check_first() {
    let mut world = World::connected(steady());
    let generation = world.generation();
    world.run(MINUTE);
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::Unclear });
    assert_eq!(world.validates(), 2);
    world.run(Millis(100));
    assert_eq!(world.steps_of(FetchId(1)), [FetchStep::Send(generation)]);
    // The check has just said that the session is good: the refusal is about the request.
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
    world.server.mood = Mood::Down;
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
fn a_check_that_was_sent_before_the_loss_does_not_hide_it() {
    let mut world = World::connected(steady());
    let generation = world.generation();
    world.server.mood = Mood::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    // The check was answered before the restart, the refusal came after it, and the refusal is here first.
    world.feed(Input::FetchRefused { fetch: FetchId(1), generation, refusal: Refusal::SessionUnknown });
    world.server.mood = Mood::Works;
    world.unhang();
    world.run(Millis(1));
    assert_eq!(world.steps_of(FetchId(1)), []);
    assert_eq!(world.reconnects(), 1);
    world.run(Millis(100));
    assert_eq!(world.steps_of(FetchId(1)).len(), 1);
}

// Warning.

#[test]
fn the_person_is_warned_second_by_second_and_at_zero_the_server_is_asked() {
    let mut world = World::new(Config { jitter_permille: 0, interval: HOUR, ..cookie() });
    world.server.idle_in = Some(100);
    world.server.warn_in = Some(97);
    world.feed(Input::Start { visible: true, online: true });
    world.run(Millis(100_500));
    let left: Vec<u32> = world
        .events()
        .iter()
        .filter_map(|event| match event {
            Event::Expiring { seconds_left } => Some(*seconds_left),
            _ => None,
        })
        .collect();
    assert_eq!(left, [3, 2, 1, 0]);
    assert_eq!(world.validates(), 2);
}

#[test]
fn extending_counts_as_activity_and_ends_the_countdown() {
    let mut world = World::new(Config { jitter_permille: 0, interval: HOUR, ..cookie() });
    world.server.idle_in = Some(100);
    world.feed(Input::Start { visible: false, online: true });
    world.run(Millis(50_000));
    world.feed(Input::Check { activity: true });
    assert_eq!(world.sent().last().unwrap().1, Request::Validate { attempt: 1, activity: true });
    world.run(Millis(1000));
    assert_eq!(world.machine.deadline().unwrap().since(world.now).0 / 1000, 39);
}

#[test]
fn activity_is_told_once_and_again_only_when_there_was_some() {
    let mut world = World::connected(steady());
    assert_eq!(world.sent()[0].1, Request::Validate { attempt: 1, activity: true });
    next_check(&mut world);
    assert_eq!(world.sent()[1].1, Request::Validate { attempt: 1, activity: false });
    world.feed(Input::Active);
    next_check(&mut world);
    assert_eq!(world.sent()[2].1, Request::Validate { attempt: 1, activity: true });
}

// Life cycle.

#[test]
fn stopping_pauses_everything_and_starting_goes_on() {
    let mut world = World::connected(cookie());
    world.feed(Input::Stop);
    assert_eq!((world.status(), world.machine.deadline()), (Status::Inactive, None));
    world.run(HOUR);
    assert_eq!(world.validates(), 1);
    world.feed(Input::Start { visible: true, online: true });
    world.run(Millis(100));
    assert_eq!((world.status(), world.snapshot().epoch), (Status::Connected, 1));
}

#[test]
fn starting_twice_is_starting_once() {
    let mut world = World::connected(cookie());
    world.feed(Input::Start { visible: true, online: true });
    world.run(MINUTE);
    assert_eq!(world.validates(), 1);
}

#[test]
fn stopping_keeps_every_promise() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Hangs;
    world.feed(Input::Check { activity: false });
    world.feed(Input::SignOut { everywhere: false });
    world.feed(Input::Stop);
    assert_eq!((world.settled(Promised::Check), world.settled(Promised::SignOut)), (1, 1));
}

#[test]
fn after_dispose_there_is_no_effect() {
    let mut world = World::connected(cookie());
    world.server.mood = Mood::Hangs;
    world.feed(Input::Check { activity: false });
    world.feed(Input::Dispose);
    let effects = world.log.len();
    world.unhang();
    world.server.mood = Mood::Works;
    for input in [Input::Start { visible: true, online: true }, Input::Check { activity: true }, Input::Visible] {
        world.feed(input);
    }
    world.run(HOUR);
    assert_eq!((world.log.len(), world.machine.deadline()), (effects, None));
}

#[test]
fn a_snapshot_changes_only_when_something_in_it_does() {
    let mut world = World::connected(steady());
    let changes = |world: &World| {
        world.log.iter().filter(|(_, effect)| matches!(effect, session_keepalive::engine::Effect::Change(_))).count()
    };
    let before = changes(&world);
    for input in [Input::Hidden, Input::Visible, Input::Active, Input::Focused, Input::DeadlineReached] {
        world.feed(input);
    }
    world.run(Millis::from_secs(200));
    assert_eq!(changes(&world), before);
    next_check(&mut world);
    assert_eq!(changes(&world), before + 1, "one for the check that was answered");
}

#[test]
fn a_limit_right_after_an_answer_is_asked_about_as_well() {
    let mut world = World::new(steady());
    world.server.absolute_in = Some(3);
    world.feed(Input::Start { visible: true, online: true });
    world.run(Millis(2500));
    world.server.absolute_in = None;
    world.server.idle_in = None;
    world.run(Millis::from_secs(10));
    assert_eq!(world.validates(), 2);
}

#[test]
fn a_server_cannot_ask_for_a_flood() {
    let mut world = World::new(steady());
    world.server.next_check_in = Some(0);
    world.feed(Input::Start { visible: true, online: true });
    world.run(MINUTE);
    assert!((50..=60).contains(&world.validates()), "{}", world.validates());
}

#[test]
fn a_second_sign_out_does_not_take_back_that_the_first_was_everywhere() {
    let mut world = World::connected(cookie());
    world.feed(Input::SignOut { everywhere: true });
    world.feed(Input::SignOut { everywhere: false });
    assert_eq!(world.sent().last().unwrap().1, Request::Logout { everywhere: true });
}

#[test]
fn a_new_start_waits_for_the_request_that_a_stop_left_behind() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.feed(Input::Stop);
    world.run(MINUTE);
    world.feed(Input::Start { visible: true, online: true });
    assert_eq!((world.validates(), world.aborts(), world.status()), (2, 0, Status::Degraded));
    world.server.restart();
    world.unhang();
    world.run(Millis(10));
    assert_eq!((world.validates(), world.status(), world.snapshot().epoch), (2, Status::Connected, 2));
}

#[test]
fn an_answer_that_comes_while_stopped_changes_nothing() {
    let mut world = World::connected(steady());
    world.server.mood = Mood::Hangs;
    world.run(Millis(INTERVAL.0 + 100));
    world.feed(Input::Stop);
    world.server.mood = Mood::Refuses(ProblemCode::SessionRevoked);
    world.unhang();
    world.run(MINUTE);
    assert_eq!((world.status(), world.cleared(), world.redirects()), (Status::Inactive, 0, vec![]));
}
