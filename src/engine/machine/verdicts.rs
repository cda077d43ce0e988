//! What each verdict does to the machine.

use super::super::classify::unknown_on_reconnect;
use super::super::effect::{Effect, Effects, Event, FetchStep, Phase};
use super::super::input::{Outcome, RequestId};
use super::super::news::Answered;
use super::super::schedule;
use super::super::snapshot::Status;
use super::super::time::{Millis, Now};
use super::super::verdict::{Facts, Reason, Trouble, Verdict};
use super::probing::{Asker, Probe};
use super::session::Continuity;
use super::{Lifecycle, Machine, Standing};

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

    /// What a request of this tab came back with.
    fn answered(&mut self, now: Now, probe: Probe, outcome: Outcome, out: &mut Effects) {
        let signed_in = self.check_promised && self.standing != Standing::Good;
        if self.is_outdated(&probe, &outcome) {
            return;
        }
        match outcome {
            Outcome::NoCredential if self.config.shares => self.look_for_credential(now, out),
            Outcome::NoCredential => self.conclude(Reason::CredentialMissing, out),
            Outcome::Verdict(verdict) => {
                self.judge(now, probe, verdict, None, out);
                self.tell_answer(now, &probe, verdict, signed_in, out);
            }
        }
    }

    /// It was sent before something changed, and what changed has asked for another. What re-establishes the session counts
    /// nevertheless.
    pub(super) fn is_outdated(&self, probe: &Probe, outcome: &Outcome) -> bool {
        let reestablishes = matches!(outcome, Outcome::Verdict(Verdict::Valid(facts)) if facts.reconnected);
        probe.id < self.fresh_from && !reestablishes
    }

    /// Takes in a verdict on a request of this tab, or of another one as it was `told`.
    pub(super) fn judge(
        &mut self,
        now: Now,
        probe: Probe,
        verdict: Verdict,
        told: Option<Answered>,
        out: &mut Effects,
    ) {
        self.schedule.quiet_since = Some(now.instant);
        if probe.phase == Phase::Validate && !matches!(verdict, Verdict::Transient(_)) {
            let duration_ms = now.instant.since(probe.sent);
            out.emit(Event::Checked { duration_ms, shared: probe.asker == Asker::AnotherTab });
        }
        match verdict {
            Verdict::Valid(facts) => self.valid(now, probe, facts, told, out),
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

    fn valid(&mut self, now: Now, probe: Probe, facts: Facts, told: Option<Answered>, out: &mut Effects) {
        let known = matches!(self.standing, Standing::Good | Standing::Lost);
        let reestablished =
            facts.reconnected || probe.phase == Phase::Reconnect || known && self.session.outdated_by(&facts);
        let continuity = match (reestablished, known) {
            (true, _) => Continuity::Reestablished,
            (false, true) => Continuity::Same,
            (false, false) => Continuity::New,
        };
        let downtime_ms = now.instant.since(self.ordeal.since.unwrap_or(probe.sent));
        let request = told.map_or(probe.id, |told| told.request);
        self.session.absorb(now, request, facts, continuity, self.config.warn_before);
        self.standing = Standing::Good;
        self.forget_trouble();
        self.page.active &= !probe.activity;
        let delay = match told {
            None => schedule::next_check(&self.config, self.session.wished, now.chance),
            Some(Answered { epoch, next_in, .. }) => {
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
        self.keep_promise(out);
    }

    fn lost(&mut self, now: Now, probe: Probe, out: &mut Effects) {
        match (probe.phase, self.standing) {
            (Phase::Reconnect, _) => {
                out.push(Effect::ClearCredential);
                self.conclude(unknown_on_reconnect(self.holder()), out);
            }
            (Phase::Validate, Standing::Over(reason)) => self.conclude(reason, out),
            (Phase::Validate, Standing::Unknown | Standing::Good | Standing::Lost) => {
                if self.config.can_reconnect {
                    self.lose(now);
                } else {
                    self.conclude(Reason::SessionLost, out);
                }
            }
        }
    }

    /// The server forgot the session: nothing is decided before the reconnect is.
    pub(super) fn lose(&mut self, now: Now) {
        let since = self.ordeal.since.unwrap_or(now.instant);
        let floor = self.schedule.floor;
        self.forget_trouble();
        self.ordeal.since = Some(since);
        self.schedule.floor = floor;
        self.standing = Standing::Lost;
        self.fresh_from = self.next_request;
        self.schedule.next = Some(now.instant);
    }

    /// A definitive verdict against the session. Only the way into it leads to the login page, never staying in it.
    pub(super) fn conclude(&mut self, reason: Reason, out: &mut Effects) {
        match self.standing {
            Standing::Over(known) => self.end(known, out),
            Standing::Unknown | Standing::Good | Standing::Lost => {
                self.end(reason, out);
                if self.config.redirects {
                    out.push(Effect::Redirect(reason));
                }
            }
        }
    }

    pub(super) fn transient(&mut self, now: Now, trouble: Trouble, out: &mut Effects) {
        self.keep_promise(out);
        if matches!(self.standing, Standing::Over(_)) {
            self.schedule.next = None;
            return;
        }
        self.ordeal.since = self.ordeal.since.or(Some(now.instant));
        self.ordeal.failures = self.ordeal.failures.saturating_add(1);
        let coming_up = trouble.reason == Reason::Network && self.page.network_comes_up();
        if !coming_up {
            self.ordeal.trouble = Some(trouble);
        }
        if let Some(length) = trouble.retry_after {
            self.schedule.floor = Some(now.instant + length.min(schedule::RETRY_AFTER_MAX));
        }
        let waiting = coming_up || self.page.visible || !self.fetches.is_empty();
        let delay = schedule::retry(&self.config, waiting, self.ordeal.failures, self.session.wished, now.chance);
        let next = (now.instant + delay).max(self.schedule.floor.unwrap_or_default());
        self.schedule.next = Some(next);
        if !coming_up {
            self.tell_degraded(trouble.reason, next.since(now.instant), out);
        }
    }

    /// Said only where the status says it too: not of a session that is over, and not while offline.
    pub(super) fn tell_degraded(&self, reason: Reason, retry_in_ms: Millis, out: &mut Effects) {
        if self.status() == Status::Degraded {
            out.emit(Event::Degraded { reason, retry_in_ms });
        }
    }
}
