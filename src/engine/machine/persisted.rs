//! State that outlives the page: a sign-out that has not reached the server yet, and the rest of a `Retry-After`.

use super::super::effect::{Effect, Effects};
use super::super::input::{Persisted, SignOut};
use super::super::schedule::RETRY_AFTER_MAX;
use super::super::time::{Instant, Now};
use super::super::verdict::Reason;
use super::Machine;
use super::lifecycle::Lifecycle;
use super::sign_out::Logout;

/// The content of the storage, as far as this page knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Stored {
    pub(super) sign_out: Option<SignOut>,
    pub(super) retry_floor: Option<Instant>,
}

impl Machine {
    /// Takes over what an earlier page, or another tab, stored while this page did not run.
    pub(super) fn restore(&mut self, now: Now, persisted: Persisted, out: &mut Effects) {
        let retry_floor = persisted.retry_floor.map(|length| now.instant + length.min(RETRY_AFTER_MAX));
        self.persisted = Stored {
            sign_out: persisted.sign_out.or(self.persisted.sign_out),
            retry_floor: self.schedule.retry_floor.max(retry_floor),
        };
        let pending = persisted.sign_out.filter(|_| self.logout == Logout::None && self.config.can_log_out);
        if persisted.signed_out || pending.is_some() {
            out.push(Effect::ClearCredential);
        }
        if let Some(SignOut { everywhere }) = pending {
            self.drop_probe(out);
            self.logout = Logout::Waiting { at: now.instant, everywhere, failures: 0 };
            self.check_after_logout = true;
            self.end(Reason::SignedOut, out);
        }
        self.schedule.retry_floor = self.persisted.retry_floor;
    }

    /// Stores what the next page must know. These effects come before any request, so that a page that is closed right after
    /// sending has stored them.
    pub(super) fn persist(&mut self, now: Now, out: &mut Effects) {
        let before = self.persisted;
        self.persisted = Stored { sign_out: self.logout.undelivered(), retry_floor: self.schedule.retry_floor };
        if self.lifecycle == Lifecycle::Disposed {
            return;
        }
        if self.persisted.sign_out != before.sign_out {
            out.push(Effect::PersistSignOut(self.persisted.sign_out));
        }
        if self.persisted.retry_floor != before.retry_floor {
            let length = self.persisted.retry_floor.map(|until| until.since(now.instant));
            out.push(Effect::PersistRetryFloor(length));
        }
    }
}
