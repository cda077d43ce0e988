//! The public snapshot of a session.

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
    /// No verdict is available at the moment; the session is kept.
    Degraded = "degraded";
    /// The browser is offline; the session is kept, checks are paused.
    Offline = "offline";
    /// The server does not know the session; it is being re-established.
    Reconnecting = "reconnecting";
    /// The session is over; `reason` says why.
    Disconnected = "disconnected";
    /// Stopped or disposed.
    Inactive = "inactive";
}

/// The last error, for display or a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct SnapshotError {
    /// The reason.
    pub code: Reason,
    /// The HTTP status, if an answer came back.
    pub status: Option<u16>,
    /// The engine retries, and the error may go away.
    pub retryable: bool,
}

/// The public `Snapshot`. The shell adds `subject` and `data`, which the engine need not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Snapshot {
    /// The current status.
    pub status: Status,
    /// The reason for the status, if there is one.
    pub reason: Option<Reason>,
    /// How often the session has been established; 0 before the first verdict.
    pub epoch: u32,
    /// The request of the last valid answer, which brought subject and data; `None` once the session is over.
    pub answered_by: Option<RequestId>,
    /// The time of the last valid answer.
    pub last_ok_at: Option<WallTime>,
    /// The time of the next check.
    pub next_check_at: Option<WallTime>,
    /// Time until the nearest limit, as of this snapshot.
    pub expires_in_ms: Option<Millis>,
    /// The last error, while it matters.
    pub error: Option<SnapshotError>,
}
