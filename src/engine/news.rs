//! What the tabs of one name tell each other: state, never a secret.

use super::effect::Phase;
use super::input::RequestId;
use super::time::Millis;
use super::verdict::Verdict;

/// One message to all other tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum News {
    /// A check or reconnect is under way: the others wait for what comes of it. Told again when it counts as failed but
    /// stays under way, because it may re-establish the session.
    Asking {
        /// Which of the two.
        phase: Phase,
        /// It tells the server that the person was active.
        activity: bool,
        /// For how long.
        since: Millis,
    },
    /// What came of it.
    Answered(Answered),
    /// The session is lost and no credential is to be had in the tab that says so: may one that has it re-establish it.
    Looking,
    /// The person signed out.
    SignedOut,
    /// The person did something.
    Active,
}

/// What came of a check or reconnect, as the tab that made it sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Answered {
    /// The request; its subject and data are told along by the shell, which names them anew where they are heard.
    pub request: RequestId,
    /// Whether it was a check or a reconnect.
    pub phase: Phase,
    /// The verdict.
    pub verdict: Verdict,
    /// How often the session has been established, as that tab counts.
    pub epoch: u32,
    /// When that tab is going to check again.
    pub next_in: Millis,
    /// The application has signed in: a tab that is signed out may believe in this session.
    pub signed_in: bool,
}
