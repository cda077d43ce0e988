//! Every deadline: when it is due, and what happens then.

use super::super::classify::NoAnswer;
use super::super::effect::{Effect, Effects, Event};
use super::super::input::Outcome;
use super::super::tab_message::TabMessage;
use super::super::time::{Instant, Now};
use super::super::verdict::{Reason, Trouble, Verdict};
use super::lifecycle::Lifecycle;
use super::page::COMPARE_CLOCKS_EVERY;
use super::probing::Probe;
use super::sign_out::Logout;
use super::tabs::Lock;
use super::{Machine, SessionState};

/// The order is that in which they fire when several are due. `Probe` is last, because the others may make one due.
#[derive(Clone, Copy, Debug)]
enum Deadline {
    /// [`COMPARE_CLOCKS_EVERY`] after the last comparison, in a visible page: the monotonic clock may stop during sleep, and
    /// only a comparison with the wall clock shows it.
    Clocks,
    /// `slow_after` since the request was sent: the application may tell the user that the backend is starting.
    Slow,
    /// `validate_timeout` since this tab's request was sent: it counts as failed. It is aborted only if it cannot re-establish
    /// the session.
    Overdue,
    /// `reconnect_timeout` since a request that may re-establish the session was sent: it is aborted. Not earlier, because the
    /// server would have rotated the session while the browser keeps the old cookie.
    GiveUp,
    /// Another tab's request has reached its time limit: that tab may be closed or frozen, so this tab checks instead.
    TakeOver,
    /// `CREDENTIAL_WAIT` since this tab asked the other tabs for a credential: none of them has answered, so the
    /// session is over.
    CredentialWanted,
    /// `idle` since the last activity in any tab: the user counts as idle.
    Idle,
    /// `validate_timeout` since the logout was sent: it is aborted and retried later.
    LogoutOverdue,
    /// The backoff after a failed logout has passed: the server still has to learn of the sign-out.
    LogoutRetry,
    /// `reconnect_timeout` since a `session.fetch` call began to wait: it goes on without a verdict rather than hang.
    FetchLimit,
    /// The warning before the nearest limit, and every second after it: the application shows a countdown.
    Countdown,
    /// The interval, the backoff or a catch-up has passed: the next check or reconnect.
    Probe,
}

impl Deadline {
    const ALL: [Self; 12] = [
        Self::Clocks,
        Self::Slow,
        Self::Overdue,
        Self::GiveUp,
        Self::TakeOver,
        Self::CredentialWanted,
        Self::Idle,
        Self::LogoutOverdue,
        Self::LogoutRetry,
        Self::FetchLimit,
        Self::Countdown,
        Self::Probe,
    ];
}

impl Machine {
    /// When to feed [`Input::DeadlineReached`](crate::engine::Input::DeadlineReached). `None`: no timer is needed.
    pub fn deadline(&self) -> Option<Instant> {
        Deadline::ALL.into_iter().filter_map(|deadline| self.due(deadline)).min()
    }

    /// Fires every deadline that is due. Called after every input.
    pub(super) fn fire(&mut self, now: Now, out: &mut Effects) {
        for deadline in Deadline::ALL {
            if self.due(deadline).is_some_and(|due| due <= now.instant) {
                self.expire(deadline, now, out);
            }
        }
    }

    fn due(&self, deadline: Deadline) -> Option<Instant> {
        if self.page.away || self.lifecycle == Lifecycle::Disposed {
            return None;
        }
        let running = self.lifecycle == Lifecycle::Running;
        match deadline {
            Deadline::Clocks => (running && self.page.visible).then(|| self.page.compared + COMPARE_CLOCKS_EVERY),
            Deadline::Slow => {
                let probe = self.probe.as_ref().filter(|probe| running && !probe.slow_reported)?;
                Some(probe.sent + self.config.slow_after)
            }
            Deadline::Overdue => {
                let probe = self.own_probe().filter(|probe| running && !probe.overdue)?;
                Some(probe.sent + self.config.validate_timeout)
            }
            Deadline::GiveUp => {
                let probe = self.probe.as_ref().filter(|probe| running && self.may_reestablish(probe))?;
                Some(probe.sent + self.config.reconnect_timeout)
            }
            Deadline::TakeOver => self.other_tab_limit().filter(|_| running),
            Deadline::CredentialWanted => self.tabs.credential_wanted_until.filter(|_| running),
            Deadline::Idle => self.page.idle_at.filter(|_| running && !self.page.idle),
            Deadline::LogoutOverdue => match self.logout {
                Logout::InFlight { sent, .. } => Some(sent + self.config.validate_timeout),
                Logout::None | Logout::Waiting { .. } => None,
            },
            Deadline::LogoutRetry => match self.logout {
                Logout::Waiting { at, .. } => self.page.online.then_some(at),
                Logout::None | Logout::InFlight { .. } => None,
            },
            Deadline::FetchLimit => self.fetches.limit(),
            Deadline::Countdown => {
                let counting = running && self.state == SessionState::Good;
                counting.then(|| self.session.next_countdown()).flatten()
            }
            Deadline::Probe => self.check_due().filter(|_| self.tabs.lock != Lock::Requested),
        }
    }

    fn expire(&mut self, deadline: Deadline, now: Now, out: &mut Effects) {
        match deadline {
            // Every input compares the clocks before it is handled.
            Deadline::Clocks => {}
            Deadline::Slow => {
                if let Some(probe) = &mut self.probe {
                    probe.slow_reported = true;
                    let elapsed_ms = now.instant.since(probe.sent);
                    out.emit(Event::Slow { phase: probe.phase, elapsed_ms });
                }
            }
            Deadline::Overdue => self.overdue(now, out),
            Deadline::GiveUp => self.give_up(now, out),
            Deadline::TakeOver => self.take_over(now),
            Deadline::CredentialWanted => self.no_tab_has_credential(now, out),
            Deadline::Idle => {
                self.page.idle = true;
                out.emit(Event::Idle);
            }
            Deadline::LogoutOverdue => {
                if let Logout::InFlight { id, .. } = self.logout {
                    out.push(Effect::Abort(id));
                    self.logout_replied(now, Outcome::Verdict(NoAnswer::Timeout.into()), out);
                }
            }
            Deadline::LogoutRetry => {
                if let Logout::Waiting { everywhere, failures, .. } = self.logout {
                    self.send_logout(now, everywhere, failures, out);
                }
            }
            Deadline::FetchLimit => {
                self.fetches.release_overdue(now.instant, self.session.generation, out);
            }
            Deadline::Countdown => self.count_down(now, out),
            Deadline::Probe => self.send_or_acquire(now, out),
        }
    }

    /// A check that is overdue counts as failed. It stays in flight, and the only one, if it may re-establish the session.
    fn overdue(&mut self, now: Now, out: &mut Effects) {
        let Some(probe) = &mut self.probe else { return };
        probe.overdue = true;
        let probe = *probe;
        if !self.may_reestablish(&probe) {
            return self.give_up(now, out);
        }
        let Probe { phase, activity, sent, .. } = probe;
        self.broadcast(TabMessage::CheckStarted { phase, activity, since: now.instant.since(sent) }, out);
        self.counts_as_failed(now, out);
    }

    /// Degrades the status while the request stays in flight.
    pub(super) fn counts_as_failed(&mut self, now: Now, out: &mut Effects) {
        let Some(probe) = self.probe else { return };
        let retry_in_ms = (probe.sent + self.config.reconnect_timeout).since(now.instant);
        self.outage.since = self.outage.since.or(Some(now.instant));
        self.outage.trouble = Some(Trouble { reason: Reason::Timeout, status: None, retry_after: None });
        self.emit_degraded(Reason::Timeout, retry_in_ms, out);
        self.settle_check(out);
    }

    fn give_up(&mut self, now: Now, out: &mut Effects) {
        if let Some(probe) = self.probe.take() {
            out.push(Effect::Abort(probe.id));
            let verdict = NoAnswer::Timeout.into();
            if let Verdict::Transient(trouble) = verdict {
                self.transient(now, trouble, out);
            }
            self.broadcast_result(now, &probe, verdict, false, out);
        }
    }

    /// Emits one event, even if several seconds have passed. At zero a check follows, because only the server decides.
    fn count_down(&mut self, now: Now, out: &mut Effects) {
        if let Some(limit) = self.session.limit {
            let seconds_left = limit.since(now.instant).as_secs_ceil();
            self.session.seconds_shown = Some(seconds_left);
            out.emit(Event::Expiring { seconds_left });
            if seconds_left == 0 {
                self.pull_forward(now);
            }
        }
    }
}
