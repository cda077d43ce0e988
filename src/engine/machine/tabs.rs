//! Shared checks: one tab of a name sends, all tabs receive the result.
//!
//! A tab acquires the lock before it sends, and broadcasts the start and the result of its request. The other tabs treat that
//! request as in flight, as if it were their own, and apply the result. If the sender is closed or frozen, the other tabs wait
//! until the limit of its request; then one of them acquires the lock and sends. A frozen tab still holds the lock, so the lock
//! is stolen in the end.

use super::super::effect::{Effect, Effects, Phase};
use super::super::input::Outcome;
use super::super::tab_message::{CheckResult, TabMessage};
use super::super::time::{Instant, Millis, Now};
use super::super::verdict::{Reason, Verdict};
use super::lifecycle::Lifecycle;
use super::probing::{Probe, Requester};
use super::sign_out::Logout;
use super::{Machine, SessionState};

/// How long a tab waits for another tab to start a reconnect with its credential.
const CREDENTIAL_WAIT: Millis = Millis(500);
/// Delay before the lock is requested again after a refusal, plus up to as much again at random. A message from the holder
/// delays the request further.
pub(super) const LOCK_RETRY: Millis = Millis(100);

/// The state of the lock in this tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Lock {
    /// Neither held nor requested.
    #[default]
    Free,
    /// Requested; the result is pending.
    Requested,
    /// Held: only this tab may send.
    Held,
}

/// The lock, and what this tab waits for from other tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Tabs {
    pub(super) lock: Lock,
    /// The lock is not requested before this.
    pub(super) not_before: Option<Instant>,
    /// From this moment on the lock is stolen: its holder has had it for too long.
    pub(super) steal_at: Option<Instant>,
    /// The other tabs may start a reconnect with their credential until this moment.
    pub(super) credential_wanted_until: Option<Instant>,
}

impl Tabs {
    /// Resets everything but the lock.
    pub(super) fn only_lock(self) -> Self {
        Self { lock: self.lock, ..Self::default() }
    }
}

impl Machine {
    /// Sends a check or reconnect, or requests the lock first.
    pub(super) fn send_or_acquire(&mut self, now: Now, out: &mut Effects) {
        if !self.config.cross_tab || self.tabs.lock == Lock::Held {
            return self.send_probe(now, out);
        }
        self.tabs.lock = Lock::Requested;
        let steal = self.tabs.steal_at.is_some_and(|at| at <= now.instant);
        out.push(Effect::AcquireLock { steal });
    }

    /// The result of a lock request. If there is nothing left to send, [`Self::release_lock`] releases the lock after the drain.
    pub(super) fn lock_result(&mut self, now: Now, granted: bool) {
        if self.tabs.lock != Lock::Requested {
            return;
        }
        if granted {
            self.tabs = Tabs { lock: Lock::Held, ..Tabs::default() };
        } else {
            self.tabs.lock = Lock::Free;
            self.retry_lock_later(now);
            self.tabs.steal_at = self.tabs.steal_at.or(Some(now.instant + self.config.validate_timeout));
        }
    }

    /// Releases the lock, or withdraws the request for it, as soon as it is no longer needed.
    pub(super) fn release_lock(&mut self, now: Now, out: &mut Effects) {
        let needed = match self.tabs.lock {
            Lock::Free => return,
            Lock::Requested => self.check_due().is_some_and(|due| due <= now.instant),
            Lock::Held => self.lifecycle != Lifecycle::Disposed && self.own_probe().is_some(),
        };
        if !needed {
            self.tabs.lock = Lock::Free;
            out.push(Effect::ReleaseLock);
        }
    }

    pub(super) fn broadcast(&self, message: TabMessage, out: &mut Effects) {
        if self.config.cross_tab {
            out.push(Effect::Broadcast(message));
        }
    }

    /// Applies a message from another tab. While a request of this tab is in flight, its own answer counts instead.
    pub(super) fn received(&mut self, now: Now, message: TabMessage, out: &mut Effects) {
        if self.lifecycle != Lifecycle::Running || self.page.away {
            return;
        }
        let own_request = self.own_probe().is_some();
        match message {
            TabMessage::CheckStarted { phase, activity, since } if !own_request => {
                self.check_started(now, phase, activity, since, out);
            }
            TabMessage::CheckFinished(result) => {
                if let Some(probe) = self.probe.take_if(|_| !own_request) {
                    self.check_finished(now, probe, result, out);
                }
            }
            TabMessage::CredentialWanted if !own_request && !matches!(self.state, SessionState::Over(_)) => {
                self.probe = None;
                self.lose(now);
            }
            TabMessage::CheckStarted { .. } | TabMessage::CredentialWanted => {}
            TabMessage::SignedOut => self.signed_out_elsewhere(out),
            TabMessage::Activity => self.user_active(now, out),
        }
    }

    fn check_started(&mut self, now: Now, phase: Phase, activity: bool, since: Millis, out: &mut Effects) {
        if phase == Phase::Reconnect && matches!(self.state, SessionState::Unknown | SessionState::Good) {
            self.lose(now);
        }
        self.tabs = self.tabs.only_lock();
        let known = self.probe.filter(|_| since > Millis::ZERO);
        let id = known.map_or_else(|| self.fresh_id(), |probe| probe.id);
        let mut probe = Probe::new(id, Requester::OtherTab, phase, now.instant.minus(since), activity);
        let over = matches!(self.state, SessionState::Over(_));
        // After the end of the session nothing waits for this request.
        probe.slow_reported = over || since >= self.config.slow_after;
        probe.overdue = since >= self.config.validate_timeout;
        self.probe = Some(probe);
        if probe.overdue && !over {
            self.counts_as_failed(now, out);
        }
    }

    /// Applies the result of another tab's request. A tab that is signed out accepts only the session of a new sign-in, and none
    /// while its logout is in flight.
    fn check_finished(&mut self, now: Now, probe: Probe, result: CheckResult, out: &mut Effects) {
        if let Verdict::Valid(_) = result.verdict
            && let SessionState::Over(Reason::SignedOut | Reason::SignedOutElsewhere) = self.state
        {
            if !result.signed_in || matches!(self.logout, Logout::InFlight { .. }) {
                return;
            }
            self.logout = Logout::None;
        }
        // Two tabs may have sent, if one of them seemed to be gone.
        let probe = Probe { phase: result.phase, ..probe };
        if !self.is_outdated(&probe, &Outcome::Verdict(result.verdict)) {
            self.judge(now, probe, result.verdict, Some(result), out);
        }
        if self.state == SessionState::Lost {
            // The sender will most likely reconnect.
            self.retry_lock_later(now);
        }
    }

    /// The sender's request has reached its limit. The sender may be closed, and the lock free, or frozen and still holding it.
    pub(super) fn take_over(&mut self, now: Now) {
        self.probe = None;
        if !matches!(self.state, SessionState::Over(_)) {
            self.schedule.next = Some(now.instant);
        }
        let grace = self.config.validate_timeout.scaled(1, 10);
        self.tabs.steal_at = Some(now.instant + grace + now.chance.of(grace));
    }

    /// This tab has no credential; another tab may have one.
    pub(super) fn look_for_credential(&mut self, now: Now, out: &mut Effects) {
        self.tabs.credential_wanted_until = Some(now.instant + CREDENTIAL_WAIT);
        self.broadcast(TabMessage::CredentialWanted, out);
    }

    /// No tab has a credential: the session is over.
    pub(super) fn no_tab_has_credential(&mut self, now: Now, out: &mut Effects) {
        self.tabs.credential_wanted_until = None;
        let verdict = Verdict::Ended(Reason::CredentialMissing);
        let probe = Probe::new(self.fresh_id(), Requester::ThisTab, Phase::Reconnect, now.instant, false);
        self.conclude(Reason::CredentialMissing, out);
        self.broadcast_result(now, &probe, verdict, false, out);
    }

    /// Broadcasts the verdict on a request of this tab.
    pub(super) fn broadcast_result(
        &self,
        now: Now,
        probe: &Probe,
        verdict: Verdict,
        signed_in: bool,
        out: &mut Effects,
    ) {
        let next_in = self.schedule.next.map_or(Millis::ZERO, |next| next.since(now.instant));
        let (request, phase, epoch) = (probe.id, probe.phase, self.session.epoch);
        self.broadcast(
            TabMessage::CheckFinished(CheckResult { request, phase, verdict, epoch, next_in, signed_in }),
            out,
        );
    }

    fn signed_out_elsewhere(&mut self, out: &mut Effects) {
        if self.state != SessionState::Over(Reason::SignedOut) {
            self.drop_probe(out);
            out.push(Effect::ClearCredential);
            self.end(Reason::SignedOutElsewhere, out);
        }
    }

    fn retry_lock_later(&mut self, now: Now) {
        self.tabs.not_before = Some(now.instant + LOCK_RETRY + now.chance.of(LOCK_RETRY));
    }

    /// The check or reconnect of this tab that is in flight.
    pub(super) fn own_probe(&self) -> Option<&Probe> {
        self.probe.as_ref().filter(|probe| probe.requester == Requester::ThisTab)
    }

    /// When this tab's next check or reconnect is due, if one may be sent.
    pub(super) fn check_due(&self) -> Option<Instant> {
        let signing_out = matches!(self.logout, Logout::InFlight { .. });
        let running = self.lifecycle == Lifecycle::Running && !self.page.away;
        let free = running && self.probe.is_none() && !signing_out && self.tabs.credential_wanted_until.is_none();
        let next = self.next_probe().filter(|_| free)?;
        Some(next.max(self.tabs.not_before.unwrap_or_default()))
    }

    /// When the request of another tab reaches its limit.
    pub(super) fn other_tab_limit(&self) -> Option<Instant> {
        let probe = self.probe.as_ref().filter(|probe| probe.requester == Requester::OtherTab)?;
        let limit = if probe.overdue { self.config.reconnect_timeout } else { self.config.validate_timeout };
        Some(probe.sent + limit)
    }
}
