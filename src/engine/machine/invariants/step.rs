//! What the shell sees of one input.

use crate::engine::{Config, Effect, Input, Instant, Machine, Now, Outcome, Reason, Snapshot, TabMessage, Verdict};

/// One input, and everything that the machine returned for it.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The config of the machine.
    pub config: &'a Config,
    /// When the input was fed.
    pub now: Now,
    /// The input.
    pub input: Input,
    /// The effects, in order.
    pub effects: &'a [Effect],
    /// The snapshot before the input.
    pub before: Snapshot,
    /// The snapshot after the input.
    pub after: Snapshot,
    /// The deadline after the input.
    pub deadline: Option<Instant>,
    /// [`Machine::may_redirect`] allows every redirect among the effects.
    pub may_redirect: bool,
}

impl<'a> Step<'a> {
    /// What `machine` has just returned for `input`.
    pub fn new(
        config: &'a Config,
        now: Now,
        input: Input,
        effects: &'a [Effect],
        before: Snapshot,
        machine: &Machine,
    ) -> Self {
        let allowed = |effect: &Effect| !matches!(*effect, Effect::Redirect(reason) if !machine.may_redirect(reason));
        Self {
            config,
            now,
            input,
            effects,
            before,
            after: *machine.snapshot(),
            deadline: machine.deadline(),
            may_redirect: effects.iter().all(allowed),
        }
    }

    pub(super) fn count(&self, wanted: fn(&Effect) -> bool) -> usize {
        self.effects.iter().filter(|effect| wanted(effect)).count()
    }

    /// The user signed out, here or in another tab.
    pub(super) fn signs_out(&self) -> bool {
        matches!(self.input, Input::SignOut { .. } | Input::Received { message: TabMessage::SignedOut, .. })
    }

    /// The storage brought a sign-out that has not been delivered.
    pub(super) fn restores_sign_out(&self) -> bool {
        let (Input::Start { persisted, .. } | Input::Restored { persisted }) = self.input else { return false };
        persisted.sign_out.is_some()
    }

    /// The storage says that the user signed out in another tab meanwhile.
    pub(super) fn restores_signed_out(&self) -> bool {
        let (Input::Start { persisted, .. } | Input::Restored { persisted }) = self.input else { return false };
        persisted.signed_out
    }

    /// The input carries a verdict, or the lack of a credential, that may end a session.
    pub(super) fn is_definitive(&self) -> bool {
        let verdict = match self.input {
            Input::Replied { outcome: Outcome::NoCredential, .. } => return true,
            Input::Replied { outcome: Outcome::Verdict(verdict), .. } => verdict,
            Input::Received { message: TabMessage::CheckFinished(result), .. } => result.verdict,
            _ => return false,
        };
        match verdict {
            Verdict::Lost | Verdict::Ended(_) | Verdict::Rejected(_) => true,
            Verdict::Valid(_) | Verdict::Transient(_) => false,
        }
    }

    /// The session may end for this reason: after the input, or because no other tab had a credential either.
    pub(super) fn may_end(&self, reason: Reason) -> bool {
        self.is_definitive() || reason == Reason::CredentialMissing && self.config.cross_tab
    }
}
