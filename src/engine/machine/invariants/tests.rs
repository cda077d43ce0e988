//! Every invariant can fail: each has a step that violates it, and that one first.

use super::*;
use crate::engine::{
    CheckResult, Config, CredentialHolder, Event, FetchId, FetchStep, Generation, Input, Instant, Millis, Now, Outcome,
    Persisted, Phase, Reason, Request, RequestId, Snapshot, Status, TabMessage, Verdict,
};

const NOW: Instant = Instant(1_000_000);
const VALIDATE: Request = Request::Validate { attempt: 1, activity: false };
const RECONNECT: Request = Request::Reconnect { attempt: 1, activity: false };
const LOGOUT: Request = Request::Logout { everywhere: false };
const EXPIRED: Event = Event::Disconnected { reason: Reason::SessionExpired };
const FETCH: FetchId = FetchId(1);

/// A step, and what was observed before it.
struct Case {
    config: Config,
    seen: Observer,
    input: Input,
    effects: Vec<Effect>,
    before: Snapshot,
    after: Snapshot,
    deadline: Option<Instant>,
    may_redirect: bool,
}

/// A running machine with a good session, and an input that changes nothing.
fn quiet() -> Case {
    let snapshot = Snapshot {
        status: Status::Connected,
        reason: None,
        epoch: 1,
        answered_by: None,
        last_ok_at: None,
        next_check_at: None,
        expires_in_ms: None,
        error: None,
    };
    Case {
        config: Config::default(),
        seen: Observer { running: true, newest: Some(RequestId(0)), ..Observer::default() },
        input: Input::DeadlineReached,
        effects: Vec::new(),
        before: snapshot,
        after: snapshot,
        deadline: Some(NOW + Millis(1)),
        may_redirect: true,
    }
}

fn does(effects: &[Effect]) -> Case {
    Case { effects: effects.to_vec(), ..quiet() }
}

/// The session ends on this input, with these effects after the change.
fn ends(input: Input, effects: &[Effect]) -> Case {
    let quiet = quiet();
    let after = Snapshot { status: Status::Disconnected, reason: Some(Reason::SessionExpired), ..quiet.before };
    let effects = [&[Effect::Change(after)], effects].concat();
    Case { input, effects, after, ..quiet }
}

/// The status becomes another one.
fn becomes(status: Status) -> Case {
    let quiet = quiet();
    let after = Snapshot { status, ..quiet.before };
    Case { effects: vec![Effect::Change(after)], after, ..quiet }
}

fn replied(verdict: Verdict) -> Input {
    Input::Replied { id: RequestId(0), outcome: Outcome::Verdict(verdict) }
}

const fn send(request: Request) -> Effect {
    Effect::Send { id: RequestId(1), request, key: 1 }
}

fn check(phase: Phase, age: u32) -> Option<Check> {
    Some(Check { id: RequestId(0), phase, sent: NOW.minus(Millis::from_secs(age)) })
}

fn logout(age: u32) -> Option<LogoutCall> {
    Some(LogoutCall { id: RequestId(0), sent: NOW.minus(Millis::from_secs(age)) })
}

fn waiting(refused: bool, age: u32) -> Vec<WaitingFetch> {
    vec![WaitingFetch { fetch: FETCH, refused, since: NOW.minus(Millis::from_secs(age)) }]
}

fn with(mut case: Case, change: impl FnOnce(&mut Case)) -> Case {
    change(&mut case);
    case
}

fn sharing(case: Case) -> Case {
    with(case, |case| (case.config.cross_tab, case.seen.lock_held) = (true, true))
}

/// The invariant that the step violates.
fn violated(case: Case) -> Option<String> {
    let now = Now { instant: NOW, ..Now::default() };
    let Case { ref config, mut seen, input, ref effects, before, after, deadline, may_redirect } = case;
    let step = Step { config, now, input, effects, before, after, deadline, may_redirect };
    let error = seen.observe(&step).err()?;
    Some(error.split(':').next().unwrap_or_default().to_owned())
}

fn violations() -> Vec<(&'static str, Case)> {
    let page = |case| with(case, |case| case.config.credential = CredentialHolder::Page);
    let started = TabMessage::CheckStarted { phase: Phase::Validate, activity: false, since: Millis::ZERO };
    let expired = replied(Verdict::Ended(Reason::SessionExpired));
    let redirect = Effect::Redirect(Reason::SessionExpired);
    let changed = quiet();
    let another = Snapshot { epoch: 2, ..changed.after };
    let cleared = Effect::ClearCredential;
    let sign_out = Input::SignOut { everywhere: false };
    vec![
        ("nothing_happens_after_dispose", with(does(&[cleared]), |case| case.seen.disposed = true)),
        ("the_deadline_is_in_the_future", with(quiet(), |case| case.deadline = Some(NOW))),
        ("the_deadline_is_in_the_future", with(quiet(), |case| case.input = Input::Dispose)),
        (
            "a_change_comes_first",
            with(becomes(Status::Starting), |case| case.effects.insert(0, Effect::Emit(Event::Idle))),
        ),
        ("a_change_carries_the_new_snapshot", does(&[Effect::Change(another)])),
        ("a_change_carries_the_new_snapshot", does(&[Effect::Change(changed.after)])),
        ("a_new_snapshot_is_published", with(quiet(), |case| case.after = another)),
        ("events_agree_with_the_snapshot", does(&[Effect::Emit(Event::Connected)])),
        (
            "events_agree_with_the_snapshot",
            does(&[Effect::Emit(Event::Degraded { reason: Reason::Server, retry_in_ms: Millis(1) })]),
        ),
        ("events_agree_with_the_snapshot", does(&[Effect::Emit(EXPIRED)])),
        (
            "events_agree_with_the_snapshot",
            does(&[Effect::Emit(Event::Reconnected { downtime_ms: Millis(1), epoch: 1 })]),
        ),
        ("request_ids_are_fresh", with(does(&[send(VALIDATE)]), |case| case.seen.newest = Some(RequestId(1)))),
        ("checks_need_a_running_page_with_a_network", with(does(&[send(VALIDATE)]), |case| case.seen.running = false)),
        ("checks_need_a_running_page_with_a_network", with(does(&[send(VALIDATE)]), |case| case.seen.online = false)),
        ("checks_need_a_running_page_with_a_network", with(does(&[send(VALIDATE)]), |case| case.seen.away = true)),
        ("one_check_at_a_time", with(does(&[send(VALIDATE)]), |case| case.seen.check = check(Phase::Validate, 0))),
        ("one_check_at_a_time", with(does(&[send(VALIDATE)]), |case| case.seen.logout = logout(0))),
        ("one_logout_at_a_time", with(does(&[send(LOGOUT)]), |case| case.seen.logout = logout(0))),
        ("only_configured_calls_are_made", with(does(&[send(RECONNECT)]), |case| case.config.can_reconnect = false)),
        ("only_configured_calls_are_made", with(does(&[send(LOGOUT)]), |case| case.config.can_log_out = false)),
        ("only_configured_calls_are_made", with(does(&[redirect]), |case| case.config.redirects = false)),
        ("only_configured_calls_are_made", does(&[Effect::AcquireLock { steal: false }])),
        ("only_configured_calls_are_made", does(&[Effect::ReleaseLock])),
        ("only_configured_calls_are_made", does(&[Effect::Broadcast(TabMessage::Activity)])),
        ("only_a_lost_session_is_reconnected", does(&[send(RECONNECT)])),
        ("only_requests_in_flight_are_aborted", does(&[Effect::Abort(RequestId(0))])),
        (
            "a_request_that_may_reestablish_has_its_time",
            with(does(&[Effect::Abort(RequestId(0))]), |case| case.seen.check = check(Phase::Validate, 89)),
        ),
        (
            "a_request_that_may_reestablish_has_its_time",
            page(with(does(&[Effect::Abort(RequestId(0))]), |case| case.seen.check = check(Phase::Reconnect, 89))),
        ),
        (
            "a_check_is_aborted_only_when_late_or_unwanted",
            page(with(does(&[Effect::Abort(RequestId(0))]), |case| case.seen.check = check(Phase::Validate, 14))),
        ),
        (
            "a_logout_is_aborted_only_when_late_or_superseded",
            with(does(&[Effect::Abort(RequestId(0))]), |case| case.seen.logout = logout(14)),
        ),
        ("only_a_definitive_input_clears_the_credential", does(&[cleared])),
        ("only_a_definitive_input_ends_the_session", ends(Input::DeadlineReached, &[Effect::Emit(EXPIRED)])),
        (
            "only_a_definitive_input_ends_the_session",
            with(ends(expired, &[]), |case| {
                case.after.reason = Some(Reason::SignedOut);
                let reason = Reason::SignedOut;
                case.effects = vec![Effect::Change(case.after), Effect::Emit(Event::Disconnected { reason })];
            }),
        ),
        (
            "the_end_is_left_only_for_a_new_session",
            with(becomes(Status::Reconnecting), |case| case.before.status = Status::Disconnected),
        ),
        ("a_redirect_follows_the_end", with(does(&[redirect]), |case| case.input = expired)),
        ("a_redirect_follows_the_end", ends(expired, &[Effect::Emit(EXPIRED), redirect, redirect])),
        (
            "a_redirect_follows_the_end",
            with(ends(expired, &[Effect::Emit(EXPIRED), redirect]), |case| case.may_redirect = false),
        ),
        ("a_sign_out_takes_effect_at_once", with(quiet(), |case| case.input = sign_out)),
        (
            "a_sign_out_takes_effect_at_once",
            with(does(&[cleared]), |case| (case.input, case.config.cross_tab) = (sign_out, true)),
        ),
        ("the_lock_is_requested_once", sharing(does(&[Effect::AcquireLock { steal: false }]))),
        ("the_lock_is_requested_once", with(does(&[Effect::ReleaseLock]), |case| case.config.cross_tab = true)),
        (
            "a_shared_check_is_sent_under_the_lock",
            with(does(&[send(VALIDATE), Effect::Broadcast(started)]), |case| case.config.cross_tab = true),
        ),
        ("a_shared_check_is_announced", sharing(does(&[send(VALIDATE)]))),
        ("only_a_check_in_flight_is_announced", sharing(does(&[Effect::Broadcast(started)]))),
        ("the_lock_is_held_for_a_check_only", sharing(quiet())),
        (
            "a_promised_check_can_be_answered",
            with(quiet(), |case| (case.seen.check_promised, case.input) = (true, Input::Offline)),
        ),
        ("a_fetch_goes_on_once", does(&[Effect::Fetch { fetch: FETCH, step: FetchStep::Send(Generation(1)) }])),
        (
            "a_fetch_goes_on_once",
            with(does(&[Effect::Fetch { fetch: FETCH, step: FetchStep::Deliver }]), |case| {
                case.seen.waiting = waiting(false, 0);
            }),
        ),
        (
            "a_fetch_waits_for_a_running_machine_only",
            with(quiet(), |case| (case.seen.waiting, case.input) = (waiting(true, 0), Input::Stop)),
        ),
        ("a_fetch_waits_no_longer_than_a_reconnect", with(quiet(), |case| case.seen.waiting = waiting(true, 90))),
        ("a_stored_retry_floor_is_bounded", does(&[Effect::PersistRetryFloor(Some(Millis::from_secs(3601)))])),
    ]
}

#[test]
fn every_invariant_fails_for_a_step_that_violates_it() {
    for (name, case) in violations() {
        let effects = case.effects.clone();
        assert_eq!(violated(case).as_deref(), Some(name), "{effects:?}");
    }
}

#[test]
fn every_invariant_has_a_violation_and_a_name_of_its_own() {
    let violations = violations();
    for (place, invariant) in INVARIANTS.iter().enumerate() {
        let name = invariant.name;
        assert!(violations.iter().any(|(violated, _)| *violated == name), "nothing violates {name}");
        assert!(INVARIANTS.iter().skip(place + 1).all(|other| other.name != name), "{name} stands twice");
        assert!(invariant.fact.ends_with('.'), "{name} is a sentence");
    }
}

#[test]
fn a_step_that_is_right_violates_nothing() {
    let expired = replied(Verdict::Ended(Reason::SessionExpired));
    let redirect = Effect::Redirect(Reason::SessionExpired);
    let started = TabMessage::CheckStarted { phase: Phase::Validate, activity: false, since: Millis::ZERO };
    let result = CheckResult {
        request: RequestId(7),
        phase: Phase::Validate,
        verdict: Verdict::Ended(Reason::SessionExpired),
        epoch: 1,
        next_in: Millis::ZERO,
        signed_in: false,
    };
    let received = Input::Received { message: TabMessage::CheckFinished(result), age: Millis::ZERO };
    let restored = Input::Restored { persisted: Persisted { signed_out: true, ..Persisted::NOTHING } };
    let cases = [
        quiet(),
        becomes(Status::Degraded),
        ends(expired, &[Effect::Emit(EXPIRED), redirect]),
        ends(received, &[Effect::Emit(EXPIRED), redirect]),
        sharing(does(&[send(VALIDATE), Effect::Broadcast(started)])),
        with(does(&[Effect::ClearCredential]), |case| case.input = restored),
        with(does(&[Effect::Abort(RequestId(0))]), |case| case.seen.check = check(Phase::Validate, 90)),
        with(does(&[Effect::Abort(RequestId(0))]), |case| case.seen.logout = logout(15)),
        with(does(&[Effect::Fetch { fetch: FETCH, step: FetchStep::Deliver }]), |case| {
            case.seen.waiting = waiting(true, 90);
        }),
        does(&[Effect::PersistRetryFloor(Some(Millis::from_secs(3600)))]),
    ];
    for case in cases {
        let effects = case.effects.clone();
        assert_eq!(violated(case), None, "{effects:?}");
    }
}
