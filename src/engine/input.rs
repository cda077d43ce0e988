//! Every input of the machine: from the application, the page, the other tabs and the network.

use postcard_schema::Schema;
use serde::{Deserialize, Serialize};

use super::ids::{FetchId, Generation, RequestId};
use super::tab_message::TabMessage;
use super::time::Millis;
use super::verdict::Verdict;

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Outcome {
    /// The verdict on the answer, or on its absence.
    Verdict(Verdict),
    /// Nothing was sent: the reconnect needs a credential and none is stored.
    NoCredential,
}

/// How the server refused a `session.fetch` call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Refusal {
    /// With `SESSION_UNKNOWN`: the session is lost.
    SessionUnknown,
    /// With any other 401, 419 or 440: a check decides.
    Unclear,
}

/// What an earlier page, or another tab, left in the storage of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Persisted {
    /// A sign-out that has not been delivered to the server.
    pub sign_out: Option<SignOut>,
    /// The rest of a `Retry-After`: no request may be sent before it has passed.
    pub retry_floor: Option<Millis>,
    /// The user signed out in another tab while this page did not run and could not receive the message.
    pub signed_out: bool,
}

impl Persisted {
    /// Nothing is stored.
    pub const NOTHING: Self = Self { sign_out: None, retry_floor: None, signed_out: false };
}

/// A sign-out that has not been delivered to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct SignOut {
    /// It ends every session of the subject.
    pub everywhere: bool,
}

/// One input of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Input {
    // The application.
    /// Start, with the page as it is now.
    Start {
        /// The page is visible.
        visible: bool,
        /// The browser believes that it has a network.
        online: bool,
        /// What the storage holds.
        persisted: Persisted,
    },
    /// Pause until the next start.
    Stop,
    /// End: no later input has an effect.
    Dispose,
    /// Check now.
    Check {
        /// The check counts as activity: "I'm still here".
        activity: bool,
    },
    /// The application signed in, or handed over a credential.
    Remembered,
    /// The user signs out.
    SignOut {
        /// End every session of the subject.
        everywhere: bool,
    },
    /// A `session.fetch` call wants to send.
    FetchStarted(FetchId),
    /// A `session.fetch` call was refused.
    FetchRefused {
        /// The call.
        fetch: FetchId,
        /// The generation it was sent in.
        generation: Generation,
        /// How it was refused.
        refusal: Refusal,
    },
    /// A `session.fetch` call is over: answered or aborted.
    FetchEnded(FetchId),

    // The page.
    /// The deadline has passed.
    DeadlineReached,
    /// The page became visible.
    Visible,
    /// The page was hidden.
    Hidden,
    /// The window got the focus.
    Focused,
    /// The page is going away, perhaps into the back/forward cache.
    Left,
    /// The page came back out of the back/forward cache.
    Restored {
        /// What the storage holds by now.
        persisted: Persisted,
    },
    /// The page was frozen and runs again.
    Resumed,
    /// The browser came online.
    Online,
    /// The browser went offline.
    Offline,
    /// The user did something.
    UserActive,

    // The other tabs.
    /// The answer to [`Effect::AcquireLock`](super::Effect::AcquireLock).
    LockResult {
        /// This tab holds the lock now and may send; otherwise another tab holds it.
        granted: bool,
    },
    /// A message from another tab. The shell passes [`TabMessage::CredentialWanted`] on only if this tab holds a credential.
    Received {
        /// The message.
        message: TabMessage,
        /// How long ago it was sent: a frozen tab receives its messages late.
        age: Millis,
    },

    // The network.
    /// A request was answered, or failed.
    Replied {
        /// The request.
        id: RequestId,
        /// Its outcome.
        outcome: Outcome,
    },
}

impl Input {
    /// The name in `docs/states.txt` and in the words of a log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Stop => "stop",
            Self::Dispose => "dispose",
            Self::Check { .. } => "check",
            Self::Remembered => "remembered",
            Self::SignOut { .. } => "signOut",
            Self::FetchStarted(_) => "fetchStarted",
            Self::FetchRefused { .. } => "fetchRefused",
            Self::FetchEnded(_) => "fetchEnded",
            Self::DeadlineReached => "deadlineReached",
            Self::Visible => "visible",
            Self::Hidden => "hidden",
            Self::Focused => "focused",
            Self::Left => "left",
            Self::Restored { .. } => "restored",
            Self::Resumed => "resumed",
            Self::Online => "online",
            Self::Offline => "offline",
            Self::UserActive => "userActive",
            Self::LockResult { .. } => "lockResult",
            Self::Received { .. } => "received",
            Self::Replied { .. } => "replied",
        }
    }
}
