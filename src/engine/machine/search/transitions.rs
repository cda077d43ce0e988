//! The transitions between statuses, with their causes: all that the searches have found, for `docs/states.txt`.

use super::explore::State;
use super::steps::Step;
use crate::engine::{Input, Outcome, Reason, Status, TabMessage};
use std::collections::{BTreeMap, BTreeSet};

/// The logout was answered, or has timed out.
const LOGOUT: &str = "logout";

/// The status before and after, as indexes of [`Status::ALL`].
type Pair = (usize, usize);

/// The causes of each transition. Their names are those of [`Input::name`], `Verdict::kind` and [`Reason`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Transitions(BTreeMap<Pair, BTreeSet<&'static str>>);

impl Transitions {
    /// Records a step that changed the status.
    pub(super) fn note(&mut self, before: &State, step: Step, after: &State) {
        let pair = (status(before), status(after));
        if pair.0 != pair.1 {
            self.0.entry((place(pair.0), place(pair.1))).or_default().insert(why(before, step, after));
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        for (pair, reasons) in &other.0 {
            self.0.entry(*pair).or_default().extend(reasons);
        }
    }

    /// One line for each cause: `connected -> degraded: transient`.
    pub(super) fn lines(&self) -> Vec<String> {
        let name = |place: usize| Status::ALL[place].as_str();
        let line = |(from, to): Pair, why: &str| format!("{} -> {}: {why}", name(from), name(to));
        self.0.iter().flat_map(|(pair, reasons)| reasons.iter().map(move |why| line(*pair, why))).collect()
    }
}

fn status(state: &State) -> Status {
    state.machine.snapshot().status
}

fn place(status: Status) -> usize {
    Status::ALL.iter().position(|other| *other == status).expect("every status is in the list")
}

/// The input, unless the time before it alone explains the new status.
fn why(before: &State, step: Step, after: &State) -> &'static str {
    let waited = step.without_input().and_then(|waited| before.after(waited).ok());
    if let Some((later, _)) = waited.filter(|(later, _)| status(later) == status(after)) {
        return by_itself(before, &later);
    }
    match step.input {
        Input::DeadlineReached => by_itself(before, after),
        Input::Received { message, .. } => match message {
            TabMessage::CheckFinished(result) => result.verdict.kind(),
            TabMessage::CheckStarted { .. }
            | TabMessage::CredentialWanted
            | TabMessage::SignedOut
            | TabMessage::Activity => by_itself(before, after),
        },
        Input::Replied { id, .. } if before.machine.logout.waits_for(id) => LOGOUT,
        Input::Replied { outcome: Outcome::Verdict(verdict), .. } => verdict.kind(),
        Input::Replied { outcome: Outcome::NoCredential, .. } => Reason::CredentialMissing.as_str(),
        input => input.name(),
    }
}

/// The new reason or, without one, the delivery of an earlier page's sign-out.
fn by_itself(before: &State, after: &State) -> &'static str {
    let reason = after.machine.snapshot().reason.map(Reason::as_str);
    let logout = before.machine.logout.undelivered().map(|_| LOGOUT);
    reason.or(logout).expect("a change without a named input has a reason")
}
