//! One tab, its lock and its messages, as a dialogue of inputs and effects.

use super::*;
use session_keepalive::engine::{
    CheckResult, Effect, Facts, Instant, Machine, Now, Outcome, RequestId, TabMessage, Verdict, WallTime,
};

const START: Input = Input::Start { visible: true, online: true, persisted: Persisted::NOTHING };
const REPLIED: Outcome = Outcome::Verdict(Verdict::Valid(Facts {
    epoch: Some(1),
    idle_in: None,
    absolute_in: None,
    warn_in: None,
    next_check_in: None,
    reconnected: false,
}));

struct Tab {
    machine: Machine,
    now: u64,
}

impl Tab {
    fn new(config: Config) -> Self {
        Self { machine: Machine::new(Config { cross_tab: true, ..config }), now: 5000 }
    }

    /// A started tab whose first check is answered.
    fn connected(config: Config) -> Self {
        let mut tab = Self::new(config);
        tab.feed(START);
        tab.feed(Input::LockResult { granted: true });
        tab.feed(Input::Replied { id: RequestId(0), outcome: REPLIED });
        assert_eq!(tab.machine.snapshot().status, Status::Connected);
        tab.now += 10_000;
        tab
    }

    fn feed(&mut self, input: Input) -> Vec<Effect> {
        let chance = Chance(u32::MAX / 2);
        self.machine.handle(Now { instant: Instant(self.now), wall: WallTime(self.now), chance }, input)
    }

    fn receives(&mut self, message: TabMessage) -> Vec<Effect> {
        self.feed(Input::Received { message, age: Millis::ZERO })
    }

    fn receives_check_started(&mut self, phase: Phase, since: u64) -> Vec<Effect> {
        self.receives(TabMessage::CheckStarted { phase, activity: false, since: Millis(since) })
    }

    fn receives_valid_result(&mut self, signed_in: bool) -> Vec<Effect> {
        let Outcome::Verdict(verdict) = REPLIED else { unreachable!() };
        let (request, phase) = (RequestId(1 << 31), Phase::Validate);
        self.receives(TabMessage::CheckFinished(CheckResult {
            request,
            phase,
            verdict,
            epoch: 1,
            next_in: INTERVAL,
            signed_in,
        }))
    }

    fn status(&self) -> Status {
        self.machine.snapshot().status
    }

    /// The time until its deadline, in milliseconds.
    fn waits(&self) -> Option<u64> {
        self.machine.deadline().map(|deadline| deadline.0 - self.now)
    }
}

fn acquires_lock(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::AcquireLock { .. }))
}

#[test]
fn a_check_started_elsewhere_withdraws_the_lock_request() {
    let mut tab = Tab::new(cookie());
    assert!(acquires_lock(&tab.feed(START)));
    assert_eq!(tab.receives_check_started(Phase::Validate, 0), [Effect::ReleaseLock]);
    assert_eq!(tab.feed(Input::LockResult { granted: true }), [], "it came too late");
}

#[test]
fn a_lock_held_before_a_stop_is_released_after_a_new_start() {
    let mut tab = Tab::new(cookie());
    tab.feed(START);
    tab.feed(Input::LockResult { granted: true });
    tab.feed(Input::Stop);
    assert!(!acquires_lock(&tab.feed(START)), "the request is still under way");
    let effects = tab.feed(Input::Replied { id: RequestId(0), outcome: REPLIED });
    assert_eq!(effects.last(), Some(&Effect::ReleaseLock));
}

#[test]
fn a_refused_lock_is_requested_again_and_stolen_in_the_end() {
    let mut tab = Tab::new(cookie());
    let mut taken = tab.feed(START);
    let first = tab.now;
    while taken == [Effect::AcquireLock { steal: false }] || tab.now == first {
        assert_eq!(tab.feed(Input::LockResult { granted: false }), []);
        let wait = tab.waits().expect("another try");
        assert!((100..=200).contains(&wait), "{wait} ms");
        tab.now += wait;
        taken = tab.feed(Input::DeadlineReached);
    }
    assert_eq!(taken, [Effect::AcquireLock { steal: true }]);
    let waited = tab.now - first;
    assert!((15_000..=15_200).contains(&waited), "{waited} ms");
}

#[test]
fn a_tab_that_is_away_or_stopped_ignores_messages() {
    for gone in [Input::Left, Input::Stop] {
        let mut tab = Tab::connected(cookie());
        tab.feed(gone);
        assert_eq!(tab.receives(TabMessage::SignedOut), []);
        assert_eq!(tab.receives(TabMessage::CredentialWanted), []);
        assert_eq!(tab.receives_check_started(Phase::Reconnect, 0), []);
    }
}

#[test]
fn a_tab_that_checks_or_is_signed_out_ignores_a_wanted_credential() {
    let mut asking = Tab::new(page());
    asking.feed(START);
    asking.feed(Input::LockResult { granted: true });
    assert_eq!(asking.receives(TabMessage::CredentialWanted), []);
    asking.feed(Input::Replied { id: RequestId(0), outcome: REPLIED });
    assert_eq!(asking.status(), Status::Connected, "its own answer still counts");

    let mut out = Tab::connected(page());
    out.feed(Input::SignOut { everywhere: false });
    assert_eq!(out.receives(TabMessage::CredentialWanted), []);

    let mut helping = Tab::connected(page());
    assert!(acquires_lock(&helping.receives(TabMessage::CredentialWanted)));
}

#[test]
fn a_request_of_another_tab_from_before_the_loss_does_not_hide_it() {
    let mut tab = Tab::connected(page());
    tab.receives_check_started(Phase::Validate, 0);
    let (fetch, refusal) = (FetchId(1), Refusal::SessionUnknown);
    tab.feed(Input::FetchRefused { fetch, generation: Generation(1), refusal });
    assert_eq!(tab.status(), Status::Reconnecting);
    // The same request.
    tab.receives_check_started(Phase::Validate, 5000);
    tab.receives_valid_result(false);
    assert_eq!(tab.status(), Status::Reconnecting);
    tab.now += tab.waits().expect("its own check is due");
    assert!(acquires_lock(&tab.feed(Input::DeadlineReached)));
}

#[test]
fn a_request_of_another_tab_after_the_loss_counts() {
    let mut tab = Tab::connected(page());
    tab.receives_check_started(Phase::Validate, 0);
    let (fetch, refusal) = (FetchId(1), Refusal::SessionUnknown);
    tab.feed(Input::FetchRefused { fetch, generation: Generation(1), refusal });
    tab.receives_check_started(Phase::Reconnect, 0);
    tab.receives_valid_result(false);
    assert_eq!(tab.status(), Status::Connected);
}

#[test]
fn a_request_of_another_tab_is_slow_after_three_seconds_once() {
    let mut tab = Tab::connected(cookie());
    tab.receives_check_started(Phase::Validate, 0);
    assert_eq!(tab.waits(), Some(3000));
    tab.now += 3000;
    let slow = Event::Slow { phase: Phase::Validate, elapsed_ms: Millis(3000) };
    assert_eq!(tab.feed(Input::DeadlineReached), [Effect::Emit(slow)]);
    tab.now += 1000;
    assert_eq!(tab.receives_check_started(Phase::Validate, 4000), [], "once");
    assert_eq!(tab.status(), Status::Connected);
    tab.now += 11_000;
    tab.receives_check_started(Phase::Validate, 15_000);
    assert_eq!((tab.status(), tab.machine.snapshot().reason), (Status::Degraded, Some(Reason::Timeout)));
}

#[test]
fn a_signed_out_tab_accepts_only_a_new_sign_in_and_only_after_its_logout() {
    let mut tab = Tab::connected(cookie());
    let sent = tab.feed(Input::SignOut { everywhere: false });
    let logout = sent.iter().find_map(|effect| match effect {
        Effect::Send { id, request: Request::Logout { .. }, .. } => Some(*id),
        _ => None,
    });
    tab.receives_check_started(Phase::Validate, 0);
    tab.receives_valid_result(true);
    assert_eq!(tab.status(), Status::Disconnected, "the logout is under way");
    tab.feed(Input::Replied { id: logout.unwrap(), outcome: REPLIED });
    tab.receives_check_started(Phase::Validate, 0);
    tab.receives_valid_result(false);
    assert_eq!(tab.status(), Status::Disconnected, "a late answer");
    tab.receives_check_started(Phase::Validate, 0);
    tab.receives_valid_result(true);
    assert_eq!(tab.status(), Status::Connected);
}

#[test]
fn activity_is_broadcast_once_per_check_and_not_by_a_stopped_tab() {
    let mut tab = Tab::connected(cookie());
    assert_eq!(tab.feed(Input::UserActive), [Effect::Broadcast(TabMessage::Activity)]);
    assert_eq!(tab.feed(Input::UserActive), []);
    tab.feed(Input::Stop);
    assert_eq!(tab.feed(Input::UserActive), []);

    let mut idling = Tab::connected(Config { idle: Some(MINUTE), ..cookie() });
    for _ in 0..2 {
        assert_eq!(
            idling.feed(Input::UserActive),
            [Effect::Broadcast(TabMessage::Activity)],
            "others count from the last sign"
        );
    }
}

#[test]
fn the_other_tabs_plan_no_check_before_that_of_the_sender() {
    let mut tab = Tab::connected(cookie());
    tab.feed(Input::Hidden);
    tab.receives_check_started(Phase::Validate, 0);
    tab.receives_valid_result(false);
    let wait = tab.waits().expect("its own check, should the other one not come");
    assert!(wait > INTERVAL.0 && wait <= INTERVAL.0 * 11 / 10, "{wait} ms");
}

#[test]
fn a_stored_sign_out_stays_while_the_logout_is_in_flight() {
    let mut tab = Tab::connected(cookie());
    assert_eq!(stored_sign_outs(&tab.feed(Input::SignOut { everywhere: false })).len(), 1);
    assert_eq!(
        stored_sign_outs(&tab.feed(Input::Check { activity: false })),
        [],
        "the logout may not have arrived yet"
    );
    tab.now += 15_000;
    assert_eq!(
        stored_sign_outs(&tab.feed(Input::DeadlineReached)),
        [Effect::PersistSignOut(None)],
        "the user has signed in again"
    );
}

#[test]
fn a_stored_sign_out_that_is_not_retried_is_deleted_once() {
    let mut tab = Tab::connected(cookie());
    tab.feed(Input::SignOut { everywhere: false });
    tab.now += 15_000;
    assert_eq!(stored_sign_outs(&tab.feed(Input::DeadlineReached)), [], "the logout was not delivered");
    assert_eq!(stored_sign_outs(&tab.feed(Input::Check { activity: false })), [Effect::PersistSignOut(None)]);
}

fn stored_sign_outs(effects: &[Effect]) -> Vec<Effect> {
    effects.iter().copied().filter(|effect| matches!(effect, Effect::PersistSignOut(_))).collect()
}
