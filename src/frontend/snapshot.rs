//! What is true of the session now.

use super::error::KeepAliveError;
use crate::engine::{Millis, Reason, Status, WallTime};

/// What is true of the session now. Plain data, which keeps its value whatever becomes of the session. The default is that of a
/// session which is not running, as on a server.
///
/// ```
/// use session_keepalive::{Snapshot, Status};
///
/// fn banner(now: &Snapshot) -> Option<String> {
///     match now.status {
///         Status::Degraded | Status::Offline | Status::Reconnecting => Some("Your work is kept.".to_owned()),
///         _ => None,
///     }
/// }
/// assert_eq!(banner(&Snapshot::default()), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The current status.
    pub status: Status,
    /// The reason for the status, if there is one.
    pub reason: Option<Reason>,
    /// Whose session it is, as far as the server has said.
    pub subject: Option<String>,
    /// How often the session has been established; 0 before the first verdict.
    pub epoch: u32,
    /// The time of the last valid answer.
    pub last_ok_at: Option<WallTime>,
    /// The time of the next check; `None` while none is planned.
    pub next_check_at: Option<WallTime>,
    /// Time until the nearer of the idle and absolute limits, as of this snapshot.
    pub expires_in: Option<Millis>,
    /// The last error; `None` when all is well, and after signing out.
    pub error: Option<KeepAliveError>,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            status: Status::Inactive,
            reason: None,
            subject: None,
            epoch: 0,
            last_ok_at: None,
            next_check_at: None,
            expires_in: None,
            error: None,
        }
    }
}
