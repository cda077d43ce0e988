//! What the rules remember of a machine, from the view of its shell, the application and the server.

use super::super::invariants::Observer;
use super::super::probing::Requester;
use super::super::{Machine, SessionState};
use super::normal::{Shift, awaited_logout, renamed};
use crate::engine::{
    CheckResult, FetchId, Generation, Input, Now, Outcome, Persisted, Phase, Reason, Refusal, RequestId, TabMessage,
    Verdict,
};

/// A key far from that of every attempt.
const ANOTHER: u32 = u32::MAX / 2;

/// One `session.fetch` call of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Call {
    /// No call.
    None,
    /// The call waits.
    Waits,
    /// The call is in flight, in a generation this many before the current one.
    Sent { behind: u32, again: bool },
}

/// Everything the rules need to remember.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shell {
    /// What the invariants remember.
    pub(super) seen: Observer,
    /// The answer to the check in flight is not obsolete.
    pub(super) fresh: bool,
    /// A sign-out has not been delivered to the server.
    pub(super) undelivered: bool,
    /// A check requested after the end is not result yet: the application has signed in again.
    pub(super) superseded: bool,
    /// A definitive verdict or a sign-out ended the session, and no sign-in has followed.
    pub(super) barred: bool,
    pub(super) sign_out: bool,
    pub(super) calls: [Call; 2],
    /// The undelivered sign-out is that of an earlier page.
    pub(super) left_behind: bool,
    /// The key of the last check or reconnect, and whether the next one is a retry of it.
    pub(super) key: Option<(u32, bool)>,
}

impl Shell {
    pub(super) fn new() -> Self {
        Self {
            seen: Observer::default(),
            fresh: true,
            undelivered: false,
            superseded: false,
            barred: false,
            sign_out: false,
            calls: [Call::None; 2],
            left_behind: false,
            key: None,
        }
    }

    /// A promise or a `session.fetch` call is open.
    pub(super) fn is_waited_for(&self) -> bool {
        self.seen.check_promised || self.sign_out || !self.seen.waiting.is_empty()
    }

    /// Brings itself into the normal form that goes with that of `machine`, which is not yet in it.
    pub(super) fn normalise(&mut self, machine: &Machine, now: Now) {
        let shift = Shift::from(now);
        if let Some(check) = &mut self.seen.check {
            check.id = renamed(machine, check.id);
            check.sent = shift.instant(check.sent, machine.config.reconnect_timeout);
        }
        if let Some(logout) = &mut self.seen.logout {
            logout.id = renamed(machine, logout.id);
            logout.sent = shift.instant(logout.sent, machine.config.reconnect_timeout);
        }
        for call in &mut self.seen.waiting {
            call.since = shift.instant(call.since, machine.config.reconnect_timeout);
        }
        self.seen.newest = None;
        self.fresh |= self.seen.check.is_none();
        self.key = self.key.map(|(key, retry)| (if key == machine.key { 0 } else { ANOTHER }, retry));
    }

    /// Takes in an input, before the machine handles it.
    pub(super) fn take_in(&mut self, machine: &Machine, now: Now, input: Input) {
        if self.seen.disposed {
            return;
        }
        match input {
            Input::Start { persisted, .. } => {
                if !self.seen.running {
                    self.restored(machine, persisted);
                    self.barred = self.undelivered;
                    self.next_is_another_attempt();
                }
            }
            Input::Stop | Input::Dispose => self.superseded = false,
            Input::Check { .. } => {
                let held = machine.schedule.retry_floor.is_some_and(|retry_floor| retry_floor > now.instant);
                if self.seen.running && self.seen.online && !self.seen.away && !held {
                    self.superseded = true;
                    self.undelivered &= self.seen.logout.is_some();
                    self.left_behind &= self.undelivered;
                }
            }
            Input::Remembered => {
                (self.undelivered, self.superseded, self.barred) = (false, false, false);
                self.left_behind = false;
                self.nothing_before_counts();
            }
            Input::SignOut { .. } => {
                self.sign_out = true;
                self.undelivered = machine.config.can_log_out;
                (self.superseded, self.barred, self.left_behind) = (false, true, false);
                self.next_is_another_attempt();
            }
            Input::FetchStarted(fetch) => *self.call(fetch) = Call::Waits,
            Input::FetchRefused { fetch, generation, refusal } => {
                *self.call(fetch) = Call::Waits;
                let known = self.seen.running && machine.state == SessionState::Good;
                let current = generation == machine.session.generation;
                if known && current && refusal == Refusal::SessionUnknown {
                    self.nothing_before_counts();
                }
            }
            Input::FetchEnded(fetch) => *self.call(fetch) = Call::None,
            Input::Restored { persisted } => {
                if self.seen.running {
                    self.restored(machine, persisted);
                    self.barred |= self.left_behind;
                }
            }
            Input::Replied { id, outcome } => self.replied(machine, id, outcome),
            Input::Received { message, .. } => self.received(machine, message),
            Input::Left
            | Input::Online
            | Input::Offline
            | Input::LockResult { .. }
            | Input::DeadlineReached
            | Input::Visible
            | Input::Hidden
            | Input::Focused
            | Input::Resumed
            | Input::UserActive => {}
        }
    }

    fn restored(&mut self, machine: &Machine, persisted: Persisted) {
        if persisted.sign_out.is_some() && machine.config.can_log_out && !self.undelivered {
            (self.left_behind, self.undelivered, self.superseded) = (true, true, false);
            self.next_is_another_attempt();
        }
    }

    fn replied(&mut self, machine: &Machine, id: RequestId, outcome: Outcome) {
        let valid = matches!(outcome, Outcome::Verdict(Verdict::Valid(_)));
        if self.seen.logout.is_some_and(|logout| logout.id == id) {
            let again = matches!(outcome, Outcome::Verdict(Verdict::Transient(trouble)) if trouble.reason != Reason::Misconfigured);
            self.undelivered &= again && !self.superseded;
            self.begins_anew();
        } else if self.seen.running && self.seen.check.is_some_and(|check| check.id == id) {
            self.superseded = false;
            let reestablished = matches!(outcome, Outcome::Verdict(Verdict::Valid(facts)) if facts.reconnected);
            if !self.fresh && !reestablished {
                return;
            }
            self.barred &= !valid;
            // The other tabs may have a credential.
            let undecided = outcome == Outcome::NoCredential && machine.config.cross_tab;
            if !undecided && !matches!(outcome, Outcome::Verdict(Verdict::Transient(_))) {
                self.next_is_another_attempt();
            }
        } else if valid && self.stays_signed_out(machine) {
            self.undelivered = true;
        }
    }

    fn received(&mut self, machine: &Machine, message: TabMessage) {
        if !self.seen.running || self.seen.away {
            return;
        }
        match message {
            TabMessage::CheckFinished(result) => {
                if let Some(outcome) = counts(machine, result) {
                    self.superseded = false;
                    let valid = matches!(outcome, Verdict::Valid(_));
                    self.barred &= !valid;
                    if valid && is_signed_out(machine) {
                        (self.undelivered, self.left_behind) = (false, false);
                    }
                    if !matches!(outcome, Verdict::Transient(_)) {
                        self.next_is_another_attempt();
                    }
                }
            }
            TabMessage::CheckStarted { phase, .. } => {
                let unaware = matches!(machine.state, SessionState::Unknown | SessionState::Good);
                if self.seen.check.is_none() && phase == Phase::Reconnect && unaware {
                    self.nothing_before_counts();
                }
            }
            TabMessage::CredentialWanted => {
                if self.seen.check.is_none() && !matches!(machine.state, SessionState::Over(_)) {
                    self.nothing_before_counts();
                }
            }
            TabMessage::SignedOut => {
                if machine.state != SessionState::Over(Reason::SignedOut) {
                    (self.superseded, self.barred) = (false, true);
                    self.next_is_another_attempt();
                }
            }
            TabMessage::Activity => {}
        }
    }

    /// A session that is established now must be ended: the user has signed out.
    pub(super) fn stays_signed_out(&self, machine: &Machine) -> bool {
        is_signed_out(machine) && machine.config.can_log_out && !self.superseded
    }

    /// An earlier page's sign-out is delivered: from now on this page is like any other.
    pub(super) fn begins_anew(&mut self) {
        if !self.undelivered && core::mem::take(&mut self.left_behind) {
            self.barred = false;
        }
    }

    pub(super) fn next_is_another_attempt(&mut self) {
        if let Some((_, retry)) = &mut self.key {
            *retry = false;
        }
    }

    fn nothing_before_counts(&mut self) {
        self.next_is_another_attempt();
        self.fresh &= self.seen.check.is_none();
    }

    pub(super) fn call(&mut self, fetch: FetchId) -> &mut Call {
        &mut self.calls[fetch.0 as usize]
    }
}

fn is_signed_out(machine: &Machine) -> bool {
    matches!(machine.state, SessionState::Over(Reason::SignedOut | Reason::SignedOutElsewhere))
}

/// The verdict of another tab's result, if this tab knows of the request and the result is not obsolete.
pub(super) fn counts(machine: &Machine, result: CheckResult) -> Option<Verdict> {
    let probe = machine.probe.filter(|probe| probe.requester == Requester::OtherTab)?;
    let reestablishes = matches!(result.verdict, Verdict::Valid(facts) if facts.reconnected);
    let accepted = result.signed_in && awaited_logout(machine).is_none();
    let valid = matches!(result.verdict, Verdict::Valid(_));
    let fresh = probe.id >= machine.fresh_from || reestablishes;
    (fresh && !(valid && is_signed_out(machine) && !accepted)).then_some(result.verdict)
}

/// The generation in which a call was sent.
pub(super) fn generation(machine: &Machine, behind: u32) -> Generation {
    Generation(machine.session.generation.0.wrapping_sub(behind))
}
