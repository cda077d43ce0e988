//! Starting, stopping and disposing of the machine.

use super::super::effect::{Effect, Effects, FetchStep, Promised};
use super::super::input::Persisted;
use super::super::time::Now;
use super::page::Page;
use super::sign_out::Logout;
use super::{Machine, Schedule, SessionState};

/// Whether the machine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lifecycle {
    /// Not started yet, or stopped.
    Inactive,
    /// Checking.
    Running,
    /// Disposed: no input has an effect any more.
    Disposed,
}

impl Machine {
    pub(super) fn start(&mut self, now: Now, visible: bool, online: bool, persisted: Persisted, out: &mut Effects) {
        match self.lifecycle {
            Lifecycle::Running | Lifecycle::Disposed => {}
            Lifecycle::Inactive => {
                self.lifecycle = Lifecycle::Running;
                self.page = Page::opened(now, visible, online);
                self.page.idle_at = self.config.idle.map(|idle| now.instant + idle);
                self.tabs = self.tabs.only_lock();
                self.forget_trouble();
                self.schedule = Schedule::default();
                self.restore(now, persisted, out);
                if self.logout == Logout::None {
                    self.state = SessionState::Unknown;
                    self.schedule.next = Some(now.instant);
                } else {
                    // The sign-out is delivered before the first check.
                    self.drop_probe(out);
                }
            }
        }
    }

    pub(super) fn stop(&mut self, out: &mut Effects) {
        self.lifecycle = Lifecycle::Inactive;
        // A request that may re-establish the session stays in flight; a new start waits for its answer.
        if !self.probe.is_some_and(|probe| self.may_reestablish(&probe)) {
            self.drop_probe(out);
        }
        self.schedule.next = None;
        self.settle_check(out);
        self.fetches.release(self.session.generation, FetchStep::Deliver, out);
        if let Logout::InFlight { .. } | Logout::Waiting { .. } = self.logout {
            out.push(Effect::Settle(Promised::SignOut));
        }
    }

    /// Stops for good: from now on no input has an effect.
    pub(super) fn dispose(&mut self, out: &mut Effects) {
        self.stop(out);
        self.lifecycle = Lifecycle::Disposed;
    }
}
