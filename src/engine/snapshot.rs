//! The public picture of a session.

use postcard_schema::Schema;
use serde::{Deserialize, Serialize};

use super::ids::RequestId;
use super::named::named;
use super::time::{Millis, WallTime};
use super::verdict::Reason;

named! {
    /// The public `Status`.
    Status:
    /// No verdict yet.
    Starting = "starting";
    /// The last verdict was valid.
    Connected = "connected";
    /// No verdict can be had; the session is kept.
    Degraded = "degraded";
    /// The browser is offline; the session is kept, checks are paused.
    Offline = "offline";
    /// The server forgot the session; it is being re-established.
    Reconnecting = "reconnecting";
    /// Definitive: the reason says why.
    Disconnected = "disconnected";
    /// Stopped or disposed.
    Inactive = "inactive";
}

/// What went wrong last, as far as a person or a log can use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct SnapshotError {
    /// Why.
    pub code: Reason,
    /// The HTTP status, if an answer came back.
    pub status: Option<u16>,
    /// Whether it may heal by itself.
    pub retryable: bool,
}

/// The public `Snapshot`. The shell adds `subject` and `data`, which the engine need not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Snapshot {
    /// What is true now.
    pub status: Status,
    /// Why, where there is a reason.
    pub reason: Option<Reason>,
    /// How often the session has been established; 0 before the first verdict.
    pub epoch: u32,
    /// The request whose valid answer is the last one.
    pub answered_by: Option<RequestId>,
    /// The last valid verdict.
    pub last_ok_at: Option<WallTime>,
    /// The next check.
    pub next_check_at: Option<WallTime>,
    /// Until the nearest limit, as of this snapshot.
    pub expires_in_ms: Option<Millis>,
    /// What went wrong last.
    pub error: Option<SnapshotError>,
}
