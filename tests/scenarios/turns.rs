//! One tab and what it hears, as a dialogue: what is said to it, and what it does.

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

    /// Started, and its first check answered.
    fn connected(config: Config) -> Self {
        let mut tab = Self::new(config);
        tab.hears(START);
        tab.hears(Input::LockResult { granted: true });
        tab.hears(Input::Replied { id: RequestId(0), outcome: REPLIED });
        assert_eq!(tab.machine.snapshot().status, Status::Connected);
        tab.now += 10_000;
        tab
    }

    fn hears(&mut self, input: Input) -> Vec<Effect> {
        let chance = Chance(u32::MAX / 2);
        self.machine.handle(Now { instant: Instant(self.now), wall: WallTime(self.now), chance }, input)
    }

    fn is_told(&mut self, message: TabMessage) -> Vec<Effect> {
        self.hears(Input::Received { message, age: Millis::ZERO })
    }

    fn is_told_of_asking(&mut self, phase: Phase, since: u64) -> Vec<Effect> {
        self.is_told(TabMessage::CheckStarted { phase, activity: false, since: Millis(since) })
    }

    fn is_told_of_a_good_session(&mut self, signed_in: bool) -> Vec<Effect> {
        let Outcome::Verdict(verdict) = REPLIED else { unreachable!() };
        let (request, phase) = (RequestId(1 << 31), Phase::Validate);
        self.is_told(TabMessage::CheckFinished(CheckResult {
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

    /// Until the next time at which it wants to do something.
    fn waits(&self) -> Option<u64> {
        self.machine.deadline().map(|deadline| deadline.0 - self.now)
    }
}

fn takes_the_turn(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::AcquireLock { .. }))
}

#[test]
fn whoever_hears_of_another_one_asking_no_longer_asks_for_the_turn() {
    let mut tab = Tab::new(cookie());
    assert!(takes_the_turn(&tab.hears(START)));
    assert_eq!(tab.is_told_of_asking(Phase::Validate, 0), [Effect::ReleaseLock]);
    assert_eq!(tab.hears(Input::LockResult { granted: true }), [], "it came too late");
}

#[test]
fn a_turn_that_was_taken_before_a_stop_is_given_back_after_a_new_start() {
    let mut tab = Tab::new(cookie());
    tab.hears(START);
    tab.hears(Input::LockResult { granted: true });
    tab.hears(Input::Stop);
    assert!(!takes_the_turn(&tab.hears(START)), "the request is still under way");
    let effects = tab.hears(Input::Replied { id: RequestId(0), outcome: REPLIED });
    assert_eq!(effects.last(), Some(&Effect::ReleaseLock));
}

#[test]
fn a_tab_that_is_turned_away_asks_again_a_little_later_and_at_last_by_force() {
    let mut tab = Tab::new(cookie());
    let mut taken = tab.hears(START);
    let first = tab.now;
    while taken == [Effect::AcquireLock { steal: false }] || tab.now == first {
        assert_eq!(tab.hears(Input::LockResult { granted: false }), []);
        let wait = tab.waits().expect("another try");
        assert!((100..=200).contains(&wait), "{wait} ms");
        tab.now += wait;
        taken = tab.hears(Input::DeadlineReached);
    }
    assert_eq!(taken, [Effect::AcquireLock { steal: true }]);
    let waited = tab.now - first;
    assert!((15_000..=15_200).contains(&waited), "{waited} ms");
}

#[test]
fn what_is_told_to_a_tab_that_is_away_or_stopped_is_not_heard() {
    for gone in [Input::Left, Input::Stop] {
        let mut tab = Tab::connected(cookie());
        tab.hears(gone);
        assert_eq!(tab.is_told(TabMessage::SignedOut), []);
        assert_eq!(tab.is_told(TabMessage::CredentialWanted), []);
        assert_eq!(tab.is_told_of_asking(Phase::Reconnect, 0), []);
    }
}

#[test]
fn whoever_asks_itself_or_is_signed_out_helps_nobody_to_find_a_credential() {
    let mut asking = Tab::new(page());
    asking.hears(START);
    asking.hears(Input::LockResult { granted: true });
    assert_eq!(asking.is_told(TabMessage::CredentialWanted), []);
    asking.hears(Input::Replied { id: RequestId(0), outcome: REPLIED });
    assert_eq!(asking.status(), Status::Connected, "its own answer still counts");

    let mut out = Tab::connected(page());
    out.hears(Input::SignOut { everywhere: false });
    assert_eq!(out.is_told(TabMessage::CredentialWanted), []);

    let mut helping = Tab::connected(page());
    assert!(takes_the_turn(&helping.is_told(TabMessage::CredentialWanted)));
}

#[test]
fn what_another_tab_asked_before_the_loss_does_not_hide_it() {
    let mut tab = Tab::connected(page());
    tab.is_told_of_asking(Phase::Validate, 0);
    let (fetch, refusal) = (FetchId(1), Refusal::SessionUnknown);
    tab.hears(Input::FetchRefused { fetch, generation: Generation(1), refusal });
    assert_eq!(tab.status(), Status::Reconnecting);
    // It is still the same request.
    tab.is_told_of_asking(Phase::Validate, 5000);
    tab.is_told_of_a_good_session(false);
    assert_eq!(tab.status(), Status::Reconnecting);
    tab.now += tab.waits().expect("it asks itself");
    assert!(takes_the_turn(&tab.hears(Input::DeadlineReached)));
}

#[test]
fn what_another_tab_asks_after_the_loss_counts() {
    let mut tab = Tab::connected(page());
    tab.is_told_of_asking(Phase::Validate, 0);
    let (fetch, refusal) = (FetchId(1), Refusal::SessionUnknown);
    tab.hears(Input::FetchRefused { fetch, generation: Generation(1), refusal });
    tab.is_told_of_asking(Phase::Reconnect, 0);
    tab.is_told_of_a_good_session(false);
    assert_eq!(tab.status(), Status::Connected);
}

#[test]
fn a_request_of_another_tab_is_slow_after_three_seconds_and_said_to_be_so_once() {
    let mut tab = Tab::connected(cookie());
    tab.is_told_of_asking(Phase::Validate, 0);
    assert_eq!(tab.waits(), Some(3000));
    tab.now += 3000;
    let slow = Event::Slow { phase: Phase::Validate, elapsed_ms: Millis(3000) };
    assert_eq!(tab.hears(Input::DeadlineReached), [Effect::Emit(slow)]);
    tab.now += 1000;
    assert_eq!(tab.is_told_of_asking(Phase::Validate, 4000), [], "once");
    assert_eq!(tab.status(), Status::Connected);
    tab.now += 11_000;
    tab.is_told_of_asking(Phase::Validate, 15_000);
    assert_eq!((tab.status(), tab.machine.snapshot().reason), (Status::Degraded, Some(Reason::Timeout)));
}

#[test]
fn whoever_is_signed_out_believes_only_in_a_new_sign_in_and_not_before_the_server_knows() {
    let mut tab = Tab::connected(cookie());
    let sent = tab.hears(Input::SignOut { everywhere: false });
    let logout = sent.iter().find_map(|effect| match effect {
        Effect::Send { id, request: Request::Logout { .. }, .. } => Some(*id),
        _ => None,
    });
    tab.is_told_of_asking(Phase::Validate, 0);
    tab.is_told_of_a_good_session(true);
    assert_eq!(tab.status(), Status::Disconnected, "the logout is under way");
    tab.hears(Input::Replied { id: logout.unwrap(), outcome: REPLIED });
    tab.is_told_of_asking(Phase::Validate, 0);
    tab.is_told_of_a_good_session(false);
    assert_eq!(tab.status(), Status::Disconnected, "a late answer");
    tab.is_told_of_asking(Phase::Validate, 0);
    tab.is_told_of_a_good_session(true);
    assert_eq!(tab.status(), Status::Connected);
}

#[test]
fn activity_is_told_once_for_each_check_and_not_by_a_tab_that_does_not_run() {
    let mut tab = Tab::connected(cookie());
    assert_eq!(tab.hears(Input::UserActive), [Effect::Broadcast(TabMessage::Activity)]);
    assert_eq!(tab.hears(Input::UserActive), []);
    tab.hears(Input::Stop);
    assert_eq!(tab.hears(Input::UserActive), []);

    let mut idling = Tab::connected(Config { idle: Some(MINUTE), ..cookie() });
    for _ in 0..2 {
        assert_eq!(
            idling.hears(Input::UserActive),
            [Effect::Broadcast(TabMessage::Activity)],
            "others count from the last sign"
        );
    }
}

#[test]
fn after_an_answer_the_other_tabs_check_no_sooner_than_the_one_that_asked() {
    let mut tab = Tab::connected(cookie());
    tab.hears(Input::Hidden);
    tab.is_told_of_asking(Phase::Validate, 0);
    tab.is_told_of_a_good_session(false);
    let wait = tab.waits().expect("its own check, should the other one not come");
    assert!(wait > INTERVAL.0 && wait <= INTERVAL.0 * 11 / 10, "{wait} ms");
}

#[test]
fn the_mark_of_a_sign_out_stays_while_it_is_under_way_and_goes_with_it() {
    let mut tab = Tab::connected(cookie());
    assert_eq!(marks(&tab.hears(Input::SignOut { everywhere: false })).len(), 1);
    assert_eq!(marks(&tab.hears(Input::Check { activity: false })), [], "the server may not know yet");
    tab.now += 15_000;
    assert_eq!(
        marks(&tab.hears(Input::DeadlineReached)),
        [Effect::PersistSignOut(None)],
        "somebody has signed in again"
    );
}

#[test]
fn the_mark_of_a_sign_out_that_is_not_tried_again_is_taken_away_once() {
    let mut tab = Tab::connected(cookie());
    tab.hears(Input::SignOut { everywhere: false });
    tab.now += 15_000;
    assert_eq!(marks(&tab.hears(Input::DeadlineReached)), [], "the server could not be told");
    assert_eq!(marks(&tab.hears(Input::Check { activity: false })), [Effect::PersistSignOut(None)]);
}

fn marks(effects: &[Effect]) -> Vec<Effect> {
    effects.iter().copied().filter(|effect| matches!(effect, Effect::PersistSignOut(_))).collect()
}
