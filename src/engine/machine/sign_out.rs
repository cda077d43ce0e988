//! Signing out: effective at once in the page, and delivered to the server as soon as possible.

use super::super::effect::{Effect, Effects, Promised, Request};
use super::super::ids::RequestId;
use super::super::input::{Outcome, SignOut};
use super::super::schedule;
use super::super::tab_message::TabMessage;
use super::super::time::{Instant, Now};
use super::super::verdict::{Reason, Verdict};
use super::{Machine, SessionState};

/// The delivery of a sign-out to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Logout {
    /// Nothing to deliver.
    None,
    /// The logout is in flight.
    InFlight { id: RequestId, everywhere: bool, sent: Instant, failures: u32 },
    /// The logout failed and is retried at `at`.
    Waiting { at: Instant, everywhere: bool, failures: u32 },
}

impl Logout {
    pub(super) const fn undelivered(self) -> Option<SignOut> {
        match self {
            Self::None => None,
            Self::InFlight { everywhere, .. } | Self::Waiting { everywhere, .. } => Some(SignOut { everywhere }),
        }
    }

    /// Whether an undelivered sign-out ends every session of the subject.
    const fn everywhere(self) -> bool {
        matches!(self.undelivered(), Some(SignOut { everywhere: true }))
    }

    pub(super) fn waits_for(self, reply: RequestId) -> bool {
        matches!(self, Self::InFlight { id, .. } if id == reply)
    }
}

impl Machine {
    /// A sign-out takes precedence over any request in flight.
    pub(super) fn sign_out(&mut self, now: Now, everywhere: bool, out: &mut Effects) {
        self.drop_probe(out);
        out.push(Effect::ClearCredential);
        self.broadcast(TabMessage::SignedOut, out);
        self.end(Reason::SignedOut, out);
        self.check_after_logout = false;
        if self.config.can_log_out {
            let everywhere = everywhere || self.logout.everywhere();
            self.drop_logout(out);
            self.send_logout(now, everywhere, 0, out);
        } else {
            out.push(Effect::Settle(Promised::SignOut));
        }
    }

    /// The answer of a request that the machine no longer waits for. If it established a session after the user had signed out,
    /// that session is ended as well.
    pub(super) fn late_reply(&mut self, now: Now, outcome: &Outcome, out: &mut Effects) {
        let alive = matches!(outcome, Outcome::Verdict(Verdict::Valid(_)));
        // If a check was requested since, the session may be that of a new sign-in.
        let signed_out = matches!(self.state, SessionState::Over(Reason::SignedOut | Reason::SignedOutElsewhere))
            && self.schedule.next.is_none();
        if alive && signed_out && self.config.can_log_out {
            let everywhere = self.logout.everywhere();
            self.drop_logout(out);
            self.send_logout(now, everywhere, 0, out);
        }
    }

    pub(super) fn logout_replied(&mut self, now: Now, outcome: Outcome, out: &mut Effects) {
        let Logout::InFlight { everywhere, failures, .. } = self.logout else { return };
        out.push(Effect::Settle(Promised::SignOut));
        // A check requested after the sign-out means that the user has signed in again.
        let superseded = self.schedule.next.is_some();
        self.logout = match outcome {
            // A retry of a malformed request would fail as well.
            Outcome::Verdict(Verdict::Transient(trouble)) if trouble.reason != Reason::Misconfigured && !superseded => {
                let failures = failures.saturating_add(1);
                let backoff = schedule::backoff(&self.config, failures, now.chance);
                let delay = backoff.max(trouble.retry_after.unwrap_or_default().min(schedule::RETRY_AFTER_MAX));
                Logout::Waiting { at: now.instant + delay, everywhere, failures }
            }
            Outcome::Verdict(
                Verdict::Valid(_) | Verdict::Lost | Verdict::Ended(_) | Verdict::Rejected(_) | Verdict::Transient(_),
            )
            | Outcome::NoCredential => Logout::None,
        };
        if self.logout == Logout::None && core::mem::take(&mut self.check_after_logout) {
            self.state = SessionState::Unknown;
            self.schedule.next = Some(now.instant);
        }
    }

    /// Aborts the logout: a sign-in or another sign-out supersedes it.
    pub(super) fn drop_logout(&mut self, out: &mut Effects) {
        if let Logout::InFlight { id, .. } = core::mem::replace(&mut self.logout, Logout::None) {
            out.push(Effect::Abort(id));
        }
    }

    /// A requested check cancels the retry of a failed logout. A logout in flight is still awaited.
    pub(super) fn cancel_logout_retry(&mut self) {
        if let Logout::Waiting { .. } = self.logout {
            self.logout = Logout::None;
            self.check_after_logout = false;
        }
    }

    /// Deletes a stored sign-out of another tab or an earlier page: delivered now, it would end the session of a new sign-in.
    pub(super) fn forget_sign_out(&self, out: &mut Effects) {
        if self.logout == Logout::None && self.persisted.sign_out.is_none() {
            out.push(Effect::PersistSignOut(None));
        }
    }

    pub(super) fn send_logout(&mut self, now: Now, everywhere: bool, failures: u32, out: &mut Effects) {
        let id = self.fresh_id();
        self.logout = Logout::InFlight { id, everywhere, sent: now.instant, failures };
        out.push(Effect::Send { id, request: Request::Logout { everywhere }, key: self.key });
    }
}
