//! Verdicts: the meaning of an answer for the session.

use postcard_schema::Schema;
use serde::{Deserialize, Serialize};

use super::named::named;
use super::time::Millis;

named! {
    /// Why the session is in the state it is in. The names are those of the public `Reason` type.
    Reason:
    /// The server forgot the session and nothing could re-establish it.
    SessionLost = "session-lost";
    /// The idle limit was reached.
    SessionTimeout = "session-timeout";
    /// The absolute limit was reached.
    SessionExpired = "session-expired";
    /// Logged out, or revoked from another device.
    SessionRevoked = "session-revoked";
    /// Evicted because of a limit on concurrent sessions.
    SessionEvicted = "session-evicted";
    /// The session is lost and no credential is stored.
    CredentialMissing = "credential-missing";
    /// The credential was refused.
    CredentialRejected = "credential-rejected";
    /// The user signed out in this tab.
    SignedOut = "signed-out";
    /// The user signed out in another tab.
    SignedOutElsewhere = "signed-out-elsewhere";
    /// No answer came back.
    Network = "network";
    /// The answer did not come in time.
    Timeout = "timeout";
    /// The server, or something in front of it, failed.
    Server = "server";
    /// The server asked to wait.
    RateLimited = "rate-limited";
    /// The request itself is wrong: a header, an origin or a path.
    Misconfigured = "misconfigured";
    /// A content security policy forbids WebAssembly.
    WasmBlocked = "wasm-blocked";
}

/// The content of a valid answer, without subject and data: the shell keeps those under the request's id, which the snapshot
/// names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Facts {
    /// How often the server has established the session.
    pub epoch: Option<u32>,
    /// Time until the idle limit.
    pub idle_in: Option<Millis>,
    /// Time until the absolute limit.
    pub absolute_in: Option<Millis>,
    /// Time until the user should be warned.
    pub warn_in: Option<Millis>,
    /// Time until the next check, if the server sets it.
    pub next_check_in: Option<Millis>,
    /// This request re-established the session.
    pub reconnected: bool,
}

/// Why there is no definitive verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Trouble {
    /// The reason.
    pub reason: Reason,
    /// The HTTP status, if an answer came back.
    pub status: Option<u16>,
    /// `Retry-After`: no request before this has passed.
    pub retry_after: Option<Millis>,
}

/// The meaning of an answer for the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Verdict {
    /// The session is good.
    Valid(Facts),
    /// The server does not know the session.
    Lost,
    /// The server ended the session.
    Ended(Reason),
    /// The credential was not accepted.
    Rejected(Reason),
    /// Nothing definitive: never ends, clears or forgets anything.
    Transient(Trouble),
}

impl Verdict {
    /// The public `kind`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Valid(_) => "valid",
            Self::Lost => "lost",
            Self::Ended(_) => "ended",
            Self::Rejected(_) => "rejected",
            Self::Transient(_) => "transient",
        }
    }
}
