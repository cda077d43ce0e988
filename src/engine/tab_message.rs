//! Messages between the tabs of one name. They carry state, never a secret.

use super::effect::Phase;
use super::ids::RequestId;
use super::time::Millis;
use super::verdict::Verdict;

/// One message to all other tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TabMessage {
    /// A check or reconnect is in flight; the other tabs wait for its result. Sent again when the request counts as failed
    /// but stays in flight, because it may re-establish the session.
    CheckStarted {
        /// A check or a reconnect.
        phase: Phase,
        /// The request reports the user as active.
        activity: bool,
        /// How long the request has been in flight.
        since: Millis,
    },
    /// A check or reconnect has a verdict.
    CheckFinished(CheckResult),
    /// The session is lost and this tab has no credential: a tab that has one may re-establish the session.
    CredentialWanted,
    /// The user signed out.
    SignedOut,
    /// The user did something.
    Activity,
}

/// The result of a check or reconnect, as seen by the tab that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CheckResult {
    /// The request. The sender's shell attaches subject and data under this id; the receiver's shell assigns an id of its own.
    pub request: RequestId,
    /// A check or a reconnect.
    pub phase: Phase,
    /// The verdict.
    pub verdict: Verdict,
    /// How often the session has been established, as the sender counts.
    pub epoch: u32,
    /// Time until the sender's next check.
    pub next_in: Millis,
    /// The application has signed in: a tab that is signed out may accept this session.
    pub signed_in: bool,
}
