//! The effect of each verdict on the machine.

use super::super::classify::unknown_on_reconnect;
use super::super::effect::{Effect, Effects, Event, FetchStep, Phase};
use super::super::ids::RequestId;
use super::super::input::Outcome;
use super::super::schedule;
use super::super::snapshot::Status;
use super::super::tab_message::CheckResult;
use super::super::time::{Millis, Now};
use super::super::verdict::{Facts, Reason, Trouble, Verdict};
use super::known_session::Continuity;
use super::lifecycle::Lifecycle;
use super::probing::{Probe, Requester};
use super::{Machine, Outage, SessionState};

impl Machine {
    pub(super) fn replied(&mut self, now: Now, id: RequestId, outcome: Outcome, out: &mut Effects) {
        if self.logout.waits_for(id) {
            return self.logout_replied(now, outcome, out);
        }
        match self.probe.take_if(|probe| probe.id == id) {
            Some(probe) if self.lifecycle == Lifecycle::Running => self.answered(now, probe, outcome, out),
            Some(_) | None => self.late_reply(now, &outcome, out),
        }
    }

    /// Applies the outcome of a request of this tab.
    fn answered(&mut self, now: Now, probe: Probe, outcome: Outcome, out: &mut Effects) {
        let signed_in = self.check_promised && self.state != SessionState::Good;
        if self.is_outdated(&probe, &outcome) {
            return;
        }
        match outcome {
            Outcome::NoCredential if self.config.cross_tab => self.look_for_credential(now, out),
            Outcome::NoCredential => self.conclude(Reason::CredentialMissing, out),
            Outcome::Verdict(verdict) => {
                self.judge(now, probe, verdict, None, out);
                self.broadcast_result(now, &probe, verdict, signed_in, out);
            }
        }
    }

    /// Whether the request was sent before a change that made its answer obsolete and scheduled another request. An answer that
    /// re-establishes the session is never obsolete.
    pub(super) fn is_outdated(&self, probe: &Probe, outcome: &Outcome) -> bool {
        let reestablishes = matches!(outcome, Outcome::Verdict(Verdict::Valid(facts)) if facts.reconnected);
        probe.id < self.fresh_from && !reestablishes
    }

    /// Applies a verdict on a request of this tab, or on another tab's request, whose result is `shared`.
    pub(super) fn judge(
        &mut self,
        now: Now,
        probe: Probe,
        verdict: Verdict,
        shared: Option<CheckResult>,
        out: &mut Effects,
    ) {
        self.schedule.quiet_since = Some(now.instant);
        if probe.phase == Phase::Validate && !matches!(verdict, Verdict::Transient(_)) {
            let duration_ms = now.instant.since(probe.sent);
            out.emit(Event::Checked { duration_ms, shared: probe.requester == Requester::OtherTab });
        }
        match verdict {
            Verdict::Valid(facts) => self.valid(now, probe, facts, shared, out),
            Verdict::Lost => self.lost(now, probe, out),
            Verdict::Ended(reason) => {
                if reason == Reason::SessionRevoked {
                    out.push(Effect::ClearCredential);
                }
                self.conclude(reason, out);
            }
            Verdict::Rejected(reason) => {
                out.push(Effect::ClearCredential);
                self.conclude(reason, out);
            }
            Verdict::Transient(trouble) => self.transient(now, trouble, out),
        }
    }

    fn valid(&mut self, now: Now, probe: Probe, facts: Facts, shared: Option<CheckResult>, out: &mut Effects) {
        let known = matches!(self.state, SessionState::Good | SessionState::Lost);
        let reestablished =
            facts.reconnected || probe.phase == Phase::Reconnect || known && self.session.outdated_by(&facts);
        let continuity = match (reestablished, known) {
            (true, _) => Continuity::Reestablished,
            (false, true) => Continuity::Same,
            (false, false) => Continuity::New,
        };
        let downtime_ms = now.instant.since(self.outage.since.unwrap_or(probe.sent));
        let request = shared.map_or(probe.id, |shared| shared.request);
        self.session.absorb(now, request, facts, continuity, self.config.warn_before);
        self.state = SessionState::Good;
        self.forget_trouble();
        self.page.active &= !probe.activity;
        let delay = match shared {
            None => schedule::next_check(&self.config, self.session.server_interval, now.chance),
            Some(CheckResult { epoch, next_in, .. }) => {
                self.session.epoch = self.session.epoch.max(epoch);
                schedule::after_another(next_in, now.chance)
            }
        };
        self.schedule.next = Some(now.instant + delay);
        if reestablished {
            out.emit(Event::Reconnected { downtime_ms, epoch: self.session.epoch });
        }
        let generation = self.session.generation;
        self.fetches.release(generation, FetchStep::Send(generation), out);
        self.settle_check(out);
    }

    fn lost(&mut self, now: Now, probe: Probe, out: &mut Effects) {
        match (probe.phase, self.state) {
            (Phase::Reconnect, _) => {
                out.push(Effect::ClearCredential);
                self.conclude(unknown_on_reconnect(self.holder()), out);
            }
            (Phase::Validate, SessionState::Over(reason)) => self.conclude(reason, out),
            (Phase::Validate, SessionState::Unknown | SessionState::Good | SessionState::Lost) => {
                if self.config.can_reconnect {
                    self.lose(now);
                } else {
                    self.conclude(Reason::SessionLost, out);
                }
            }
        }
    }

    /// The server does not know the session; the reconnect decides whether it is over.
    pub(super) fn lose(&mut self, now: Now) {
        let since = self.outage.since.unwrap_or(now.instant);
        let retry_floor = self.schedule.retry_floor;
        self.forget_trouble();
        self.outage.since = Some(since);
        self.schedule.retry_floor = retry_floor;
        self.state = SessionState::Lost;
        self.fresh_from = self.next_request;
        self.schedule.next = Some(now.instant);
    }

    /// A definitive verdict ends the session. It redirects only if the session was not over before.
    pub(super) fn conclude(&mut self, reason: Reason, out: &mut Effects) {
        match self.state {
            SessionState::Over(known) => self.end(known, out),
            SessionState::Unknown | SessionState::Good | SessionState::Lost => {
                self.end(reason, out);
                if self.config.redirects {
                    out.push(Effect::Redirect(reason));
                }
            }
        }
    }

    /// Ends the session until the application signs in again.
    pub(super) fn end(&mut self, reason: Reason, out: &mut Effects) {
        let over = SessionState::Over(reason);
        let known = core::mem::replace(&mut self.state, over) == over;
        self.session.answered_by = None;
        self.schedule.next = None;
        self.forget_trouble();
        self.fetches.release(self.session.generation, FetchStep::Deliver, out);
        if !known {
            out.emit(Event::Disconnected { reason });
        }
        self.settle_check(out);
    }

    /// Resets the outage and the retry floor after a definitive verdict. The next attempt gets a new idempotency key.
    pub(super) fn forget_trouble(&mut self) {
        self.outage = Outage::default();
        self.schedule.retry_floor = None;
        self.key = self.key.wrapping_add(1);
    }

    pub(super) fn transient(&mut self, now: Now, trouble: Trouble, out: &mut Effects) {
        self.settle_check(out);
        if matches!(self.state, SessionState::Over(_)) {
            self.schedule.next = None;
            return;
        }
        self.outage.since = self.outage.since.or(Some(now.instant));
        self.outage.failures = self.outage.failures.saturating_add(1);
        let in_grace = trouble.reason == Reason::Network && self.page.use_network_grace();
        if !in_grace {
            self.outage.trouble = Some(trouble);
        }
        if let Some(length) = trouble.retry_after {
            self.schedule.retry_floor = Some(now.instant + length.min(schedule::RETRY_AFTER_MAX));
        }
        let waiting = in_grace || self.page.visible || !self.fetches.is_empty();
        let delay =
            schedule::retry(&self.config, waiting, self.outage.failures, self.session.server_interval, now.chance);
        let next = (now.instant + delay).max(self.schedule.retry_floor.unwrap_or_default());
        self.schedule.next = Some(next);
        if !in_grace {
            self.emit_degraded(trouble.reason, next.since(now.instant), out);
        }
    }

    /// Emits `Degraded` only if the status is degraded, not while offline or after the end of the session.
    pub(super) fn emit_degraded(&self, reason: Reason, retry_in_ms: Millis, out: &mut Effects) {
        if self.status() == Status::Degraded {
            out.emit(Event::Degraded { reason, retry_in_ms });
        }
    }
}
