//! What an answer means for the session.

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
    /// Pushed out by a limit.
    SessionEvicted = "session-evicted";
    /// The session is lost and no credential is stored.
    CredentialMissing = "credential-missing";
    /// The credential was refused.
    CredentialRejected = "credential-rejected";
    /// The person signed out here.
    SignedOut = "signed-out";
    /// The person signed out in another tab.
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

/// What a valid answer says about the session. Whose it is, and what else an application may put into a verdict, does not
/// matter here: the shell keeps that by the request's id, and the snapshot names the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Facts {
    /// How often the server has established it.
    pub epoch: Option<u32>,
    /// Until the idle limit.
    pub idle_in: Option<Millis>,
    /// Until the absolute limit.
    pub absolute_in: Option<Millis>,
    /// Until the person should be warned.
    pub warn_in: Option<Millis>,
    /// Until the next check, where the server sets it.
    pub next_check_in: Option<Millis>,
    /// This very request re-established the session.
    pub reconnected: bool,
}

/// No verdict could be had, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Trouble {
    /// Why.
    pub reason: Reason,
    /// The HTTP status, if an answer came back.
    pub status: Option<u16>,
    /// How long the server asked to be left alone.
    pub retry_after: Option<Millis>,
}

/// What an answer means for the session.
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
