//! Signing out: at once here, and delivered to the server as soon as it can be.

use super::super::effect::{Effect, Effects, Promised, Request};
use super::super::ids::RequestId;
use super::super::input::{Outcome, SignOut};
use super::super::schedule;
use super::super::tab_message::TabMessage;
use super::super::time::{Instant, Now};
use super::super::verdict::{Reason, Verdict};
use super::{Machine, SessionState};

/// What the server has still to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Logout {
    /// Nothing.
    None,
    /// It is being told.
    InFlight { id: RequestId, everywhere: bool, sent: Instant, failures: u32 },
    /// It could not be told; again at this time.
    Waiting { at: Instant, everywhere: bool, failures: u32 },
}

impl Logout {
    pub(super) const fn undelivered(self) -> Option<SignOut> {
        match self {
            Self::None => None,
            Self::InFlight { everywhere, .. } | Self::Waiting { everywhere, .. } => Some(SignOut { everywhere }),
        }
    }

    /// Whether a sign-out that has still to be delivered ends every session.
    const fn everywhere(self) -> bool {
        matches!(self.undelivered(), Some(SignOut { everywhere: true }))
    }

    pub(super) fn waits_for(self, reply: RequestId) -> bool {
        matches!(self, Self::InFlight { id, .. } if id == reply)
    }
}

impl Machine {
    /// Wins over everything that is under way.
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

    /// A request that nobody waits for any more came back. If it established a session behind the back of a person who
    /// has signed out, that session is ended as well.
    pub(super) fn late_reply(&mut self, now: Now, outcome: &Outcome, out: &mut Effects) {
        let alive = matches!(outcome, Outcome::Verdict(Verdict::Valid(_)));
        // After a check that was asked for since, the session may be that of a new sign-in.
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
        // A check that was asked for after the sign-out means that somebody signed in again.
        let superseded = self.schedule.next.is_some();
        self.logout = match outcome {
            // A request that is wrong in itself does not become right by being repeated.
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

    /// A new sign-in, or a newer sign-out, takes the place of this one.
    pub(super) fn drop_logout(&mut self, out: &mut Effects) {
        if let Logout::InFlight { id, .. } = core::mem::replace(&mut self.logout, Logout::None) {
            out.push(Effect::Abort(id));
        }
    }

    /// A check was asked for: one that is under way is awaited, one that could not be delivered is not tried again.
    pub(super) fn forgo_logout(&mut self) {
        if let Logout::Waiting { .. } = self.logout {
            self.logout = Logout::None;
            self.check_after_logout = false;
        }
    }

    /// What another tab, or a page before this one, left to be delivered would now end the session of a new sign-in.
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
