//! Checks that the application requests, and the promises that wait for them.

use super::super::effect::{Effect, Effects, Promised};
use super::super::time::Now;
use super::lifecycle::Lifecycle;
use super::{Machine, SessionState};

impl Machine {
    /// `check()` or `extend()`: checks now, or settles the promise if no check can be sent.
    pub(super) fn check(&mut self, now: Now, activity: bool, out: &mut Effects) {
        if activity {
            self.user_active_here(now, out);
        }
        self.check_promised = true;
        if matches!(self.state, SessionState::Over(_)) {
            // The application may have signed in since another tab sent its request, so that request is not awaited.
            self.probe = self.own_probe().copied();
        }
        let held = self.schedule.retry_floor.is_some_and(|until| until > now.instant);
        let answer_is_late = self.probe.as_ref().is_some_and(|probe| probe.overdue);
        if self.lifecycle != Lifecycle::Running || !self.page.reachable() || held || answer_is_late {
            self.settle_check(out);
        } else {
            self.cancel_logout_retry();
            if matches!(self.state, SessionState::Over(_)) {
                self.forget_sign_out(out);
            }
            self.schedule.next = Some(now.instant);
        }
    }

    /// The application signed in or handed over a credential: earlier failures and sign-outs no longer count.
    pub(super) fn remembered(&mut self, now: Now, out: &mut Effects) {
        self.check_after_logout = false;
        self.tabs.credential_wanted_until = None;
        self.drop_logout(out);
        self.forget_sign_out(out);
        out.push(Effect::Settle(Promised::SignOut));
        if self.state != SessionState::Good {
            self.state = SessionState::Unknown;
        }
        self.forget_trouble();
        self.fresh_from = self.next_request;
        self.schedule.next = Some(now.instant);
    }

    pub(super) fn settle_check(&mut self, out: &mut Effects) {
        if core::mem::take(&mut self.check_promised) {
            out.push(Effect::Settle(Promised::Check));
        }
    }
}
