//! Many tabs of one name: one of them asks, all of them hear.
//!
//! Whoever wants to send takes the turn, which one tab has at a time, and tells the others. They count its request as under
//! way, just as if it were their own, and judge what they are told came of it. A tab that does not answer any more is
//! not waited for beyond the limit of its request: then the turn is taken again, at last by force.

use super::super::effect::{Effect, Effects, Phase};
use super::super::input::Outcome;
use super::super::tab_message::{CheckResult, TabMessage};
use super::super::time::{Instant, Millis, Now};
use super::super::verdict::{Reason, Verdict};
use super::lifecycle::Lifecycle;
use super::probing::{Probe, Requester};
use super::sign_out::Logout;
use super::{Machine, SessionState};

/// A tab that holds a credential has this long to say that it re-establishes the session.
const CREDENTIAL_WAIT: Millis = Millis(500);
/// Turned away, a tab asks again after this, and as much again at most. What is told meanwhile makes it wait longer.
pub(super) const LOCK_RETRY: Millis = Millis(100);

/// Who may send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Lock {
    /// Not this tab.
    #[default]
    Free,
    /// This tab has asked for it.
    Requested,
    /// This tab alone.
    Held,
}

/// What a tab knows of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Tabs {
    pub(super) lock: Lock,
    /// The turn is not asked for before.
    pub(super) not_before: Option<Instant>,
    /// From then on whoever has the turn has had it for too long.
    pub(super) steal_at: Option<Instant>,
    /// The other tabs have until then to re-establish the session.
    pub(super) credential_wanted_until: Option<Instant>,
}

impl Tabs {
    /// Nothing is known any more but whose turn it is.
    pub(super) fn only_lock(self) -> Self {
        Self { lock: self.lock, ..Self::default() }
    }
}

impl Machine {
    /// Sends at once, or as soon as it is this tab's turn.
    pub(super) fn ask(&mut self, now: Now, out: &mut Effects) {
        if !self.config.cross_tab || self.tabs.lock == Lock::Held {
            return self.send_probe(now, out);
        }
        self.tabs.lock = Lock::Requested;
        let steal = self.tabs.steal_at.is_some_and(|at| at <= now.instant);
        out.push(Effect::AcquireLock { steal });
    }

    /// The answer to that. If nothing is to be sent any more, the turn is given back when all is done.
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

    /// The turn is not kept, nor asked for, longer than it is needed.
    pub(super) fn release_lock(&mut self, now: Now, out: &mut Effects) {
        let needed = match self.tabs.lock {
            Lock::Free => return,
            Lock::Requested => self.wants_to_ask().is_some_and(|due| due <= now.instant),
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

    /// What another tab tells. A request of this tab gets its own answer.
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
        // Where the session is over nobody waits for this.
        probe.slow_reported = over || since >= self.config.slow_after;
        probe.overdue = since >= self.config.validate_timeout;
        self.probe = Some(probe);
        if probe.overdue && !over {
            self.counts_as_failed(now, out);
        }
    }

    /// Whoever is signed out believes in no session but that of a new sign-in, and in none while the server is being told.
    fn check_finished(&mut self, now: Now, probe: Probe, result: CheckResult, out: &mut Effects) {
        if let Verdict::Valid(_) = result.verdict
            && let SessionState::Over(Reason::SignedOut | Reason::SignedOutElsewhere) = self.state
        {
            if !result.signed_in || matches!(self.logout, Logout::InFlight { .. }) {
                return;
            }
            self.logout = Logout::None;
        }
        // Two tabs may have asked, if one of them had been given up.
        let probe = Probe { phase: result.phase, ..probe };
        if !self.is_outdated(&probe, &Outcome::Verdict(result.verdict)) {
            self.judge(now, probe, result.verdict, Some(result), out);
        }
        if self.state == SessionState::Lost {
            // Most likely that tab goes on to reconnect.
            self.retry_lock_later(now);
        }
    }

    /// The tab that asked has had its time. It may have been closed, and then the turn is free; or it is frozen.
    pub(super) fn take_over(&mut self, now: Now) {
        self.probe = None;
        if !matches!(self.state, SessionState::Over(_)) {
            self.schedule.next = Some(now.instant);
        }
        let grace = self.config.validate_timeout.scaled(1, 10);
        self.tabs.steal_at = Some(now.instant + grace + now.chance.of(grace));
    }

    /// No credential here. Perhaps another tab has one.
    pub(super) fn look_for_credential(&mut self, now: Now, out: &mut Effects) {
        self.tabs.credential_wanted_until = Some(now.instant + CREDENTIAL_WAIT);
        self.broadcast(TabMessage::CredentialWanted, out);
    }

    /// None has.
    pub(super) fn no_tab_has_credential(&mut self, now: Now, out: &mut Effects) {
        self.tabs.credential_wanted_until = None;
        let verdict = Verdict::Ended(Reason::CredentialMissing);
        let probe = Probe::new(self.fresh_id(), Requester::ThisTab, Phase::Reconnect, now.instant, false);
        self.conclude(Reason::CredentialMissing, out);
        self.broadcast_result(now, &probe, verdict, false, out);
    }

    /// Lets the others know what came of a request of this tab.
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

    /// The request of this tab that is under way.
    pub(super) fn own_probe(&self) -> Option<&Probe> {
        self.probe.as_ref().filter(|probe| probe.requester == Requester::ThisTab)
    }

    /// When a check or reconnect of this tab is due, if one may be.
    pub(super) fn wants_to_ask(&self) -> Option<Instant> {
        let signing_out = matches!(self.logout, Logout::InFlight { .. });
        let running = self.lifecycle == Lifecycle::Running && !self.page.away;
        let free = running && self.probe.is_none() && !signing_out && self.tabs.credential_wanted_until.is_none();
        let next = self.next_probe().filter(|_| free)?;
        Some(next.max(self.tabs.not_before.unwrap_or_default()))
    }

    /// When the tab that asks has had its time.
    pub(super) fn limit_of_another(&self) -> Option<Instant> {
        let probe = self.probe.as_ref().filter(|probe| probe.requester == Requester::OtherTab)?;
        let limit = if probe.overdue { self.config.reconnect_timeout } else { self.config.validate_timeout };
        Some(probe.sent + limit)
    }
}
