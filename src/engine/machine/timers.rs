//! Every deadline, and what happens when it has come.

use super::super::classify::NoAnswer;
use super::super::effect::{Effect, Effects, Event};
use super::super::input::Outcome;
use super::super::news::News;
use super::super::time::{Instant, Now};
use super::super::verdict::{Reason, Trouble, Verdict};
use super::page::COMPARE_CLOCKS_EVERY;
use super::probing::Probe;
use super::sign_out::Logout;
use super::tabs::Turn;
use super::{Lifecycle, Machine, Standing};

/// In the order in which they fire when several have come. The probe is last: what the others decide may ask for one.
#[derive(Clone, Copy, Debug)]
enum Timer {
    /// The clocks are to be compared: in a visible page, because the monotonic one may have stopped in sleep.
    Clocks,
    /// The request is slow: the application may tell the person that the backend is starting.
    Slow,
    /// The request counts as failed; it is given up only if it cannot re-establish the session.
    Overdue,
    /// The request that may re-establish the session has had its long limit.
    GiveUp,
    /// The tab that asks has had its time.
    TakeOver,
    /// No tab has said that it holds a credential.
    Looking,
    /// The person has done nothing for long enough.
    Idle,
    /// The logout has had its time.
    LogoutOverdue,
    /// The logout is to be tried again.
    LogoutRetry,
    /// A `session.fetch` call has waited long enough.
    FetchLimit,
    /// The countdown to the nearest limit shows its next second.
    Countdown,
    /// The next check or reconnect is due.
    Probe,
}

impl Timer {
    const ALL: [Self; 12] = [
        Self::Clocks,
        Self::Slow,
        Self::Overdue,
        Self::GiveUp,
        Self::TakeOver,
        Self::Looking,
        Self::Idle,
        Self::LogoutOverdue,
        Self::LogoutRetry,
        Self::FetchLimit,
        Self::Countdown,
        Self::Probe,
    ];
}

impl Machine {
    /// When to feed [`Input::DeadlineReached`](crate::engine::Input::DeadlineReached); `None` means never.
    pub fn deadline(&self) -> Option<Instant> {
        Timer::ALL.into_iter().filter_map(|timer| self.due(timer)).min()
    }

    /// Fires everything that is due, whichever input brought us here.
    pub(super) fn fire(&mut self, now: Now, out: &mut Effects) {
        for timer in Timer::ALL {
            if self.due(timer).is_some_and(|due| due <= now.instant) {
                self.expire(timer, now, out);
            }
        }
    }

    fn due(&self, timer: Timer) -> Option<Instant> {
        if self.page.away || self.lifecycle == Lifecycle::Disposed {
            return None;
        }
        let running = self.lifecycle == Lifecycle::Running;
        match timer {
            Timer::Clocks => (running && self.page.visible).then(|| self.page.compared + COMPARE_CLOCKS_EVERY),
            Timer::Slow => {
                let probe = self.probe.as_ref().filter(|probe| running && !probe.slow_told)?;
                Some(probe.sent + self.config.slow_after)
            }
            Timer::Overdue => {
                let probe = self.own_probe().filter(|probe| running && !probe.overdue)?;
                Some(probe.sent + self.config.validate_timeout)
            }
            Timer::GiveUp => {
                let probe = self.probe.as_ref().filter(|probe| running && self.may_reestablish(probe))?;
                Some(probe.sent + self.config.reconnect_timeout)
            }
            Timer::TakeOver => self.limit_of_another().filter(|_| running),
            Timer::Looking => self.tabs.looking_until.filter(|_| running),
            Timer::Idle => self.page.idle_at.filter(|_| running && !self.page.idle),
            Timer::LogoutOverdue => match self.logout {
                Logout::InFlight { sent, .. } => Some(sent + self.config.validate_timeout),
                Logout::None | Logout::Waiting { .. } => None,
            },
            Timer::LogoutRetry => match self.logout {
                Logout::Waiting { at, .. } => self.page.online.then_some(at),
                Logout::None | Logout::InFlight { .. } => None,
            },
            Timer::FetchLimit => self.fetches.limit(),
            Timer::Countdown => {
                let counting = running && self.standing == Standing::Good;
                counting.then(|| self.session.next_countdown()).flatten()
            }
            Timer::Probe => self.wants_to_ask().filter(|_| self.tabs.turn != Turn::Asked),
        }
    }

    fn expire(&mut self, timer: Timer, now: Now, out: &mut Effects) {
        match timer {
            // They were, when this input came.
            Timer::Clocks => {}
            Timer::Slow => {
                if let Some(probe) = &mut self.probe {
                    probe.slow_told = true;
                    let elapsed_ms = now.instant.since(probe.sent);
                    out.emit(Event::Slow { phase: probe.phase, elapsed_ms });
                }
            }
            Timer::Overdue => self.overdue(now, out),
            Timer::GiveUp => self.give_up(now, out),
            Timer::TakeOver => self.take_over(now),
            Timer::Looking => self.nobody_has_one(now, out),
            Timer::Idle => {
                self.page.idle = true;
                out.emit(Event::Idle);
            }
            Timer::LogoutOverdue => {
                if let Logout::InFlight { id, .. } = self.logout {
                    out.push(Effect::Abort(id));
                    self.logout_replied(now, Outcome::Verdict(NoAnswer::Timeout.into()), out);
                }
            }
            Timer::LogoutRetry => {
                if let Logout::Waiting { everywhere, failures, .. } = self.logout {
                    self.send_logout(now, everywhere, failures, out);
                }
            }
            Timer::FetchLimit => {
                self.fetches.release_overdue(now.instant, self.session.generation, out);
            }
            Timer::Countdown => self.count_down(now, out),
            Timer::Probe => self.ask(now, out),
        }
    }

    /// Nobody waits for it any longer; but while it may re-establish the session it stays under way, alone.
    fn overdue(&mut self, now: Now, out: &mut Effects) {
        let Some(probe) = &mut self.probe else { return };
        probe.overdue = true;
        let probe = *probe;
        if !self.may_reestablish(&probe) {
            return self.give_up(now, out);
        }
        let Probe { phase, activity, sent, .. } = probe;
        self.tell(News::Asking { phase, activity, since: now.instant.since(sent) }, out);
        self.counts_as_failed(now, out);
    }

    /// The request under way has taken too long, and may take longer.
    pub(super) fn counts_as_failed(&mut self, now: Now, out: &mut Effects) {
        let Some(probe) = self.probe else { return };
        let retry_in_ms = (probe.sent + self.config.reconnect_timeout).since(now.instant);
        self.ordeal.since = self.ordeal.since.or(Some(now.instant));
        self.ordeal.trouble = Some(Trouble { reason: Reason::Timeout, status: None, retry_after: None });
        self.tell_degraded(Reason::Timeout, retry_in_ms, out);
        self.keep_promise(out);
    }

    fn give_up(&mut self, now: Now, out: &mut Effects) {
        if let Some(probe) = self.probe.take() {
            out.push(Effect::Abort(probe.id));
            let verdict = NoAnswer::Timeout.into();
            if let Verdict::Transient(trouble) = verdict {
                self.transient(now, trouble, out);
            }
            self.tell_answer(now, &probe, verdict, false, out);
        }
    }

    /// One event, however many seconds were slept through. At zero the server is asked: it alone decides.
    fn count_down(&mut self, now: Now, out: &mut Effects) {
        if let Some(limit) = self.session.limit {
            let seconds_left = limit.since(now.instant).as_secs_ceil();
            self.session.told = Some(seconds_left);
            out.emit(Event::Expiring { seconds_left });
            if seconds_left == 0 {
                self.pull_forward(now);
            }
        }
    }
}
