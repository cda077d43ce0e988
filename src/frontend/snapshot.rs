//! What is true of the session now.

use super::error::KeepAliveError;
use super::facade::SnapshotObject;
use crate::engine::{Millis, Reason, Status, WallTime};

/// What is true of the session now. Plain data, which keeps its value whatever becomes of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What is true now.
    pub status: Status,
    /// Why, where there is a reason.
    pub reason: Option<Reason>,
    /// Whose session it is, as far as the server has said.
    pub subject: Option<String>,
    /// How often the session has been established; 0 before the first verdict.
    pub epoch: u32,
    /// The last valid verdict.
    pub last_ok_at: Option<WallTime>,
    /// The next check; `None` while there is none to come.
    pub next_check_at: Option<WallTime>,
    /// Until the nearer of the idle and absolute limits, as of this snapshot.
    pub expires_in_ms: Option<Millis>,
    /// What went wrong last; `None` when all is well, and after signing out.
    pub error: Option<KeepAliveError>,
}

impl Snapshot {
    pub(super) fn read(object: &SnapshotObject) -> Self {
        Self {
            status: Status::parse(&object.status()).unwrap_or(Status::Inactive),
            reason: object.reason().as_deref().and_then(Reason::parse),
            subject: object.subject(),
            epoch: object.epoch(),
            last_ok_at: object.last_ok_at().map(|at| WallTime(whole(at))),
            next_check_at: object.next_check_at().map(|at| WallTime(whole(at))),
            expires_in_ms: object.expires_in_ms().map(|length| Millis(whole(length))),
            error: object.error().as_ref().map(KeepAliveError::read),
        }
    }
}

/// A whole number of JavaScript's. One that never ends is the greatest.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) const fn whole(number: f64) -> u64 {
    number as u64
}
