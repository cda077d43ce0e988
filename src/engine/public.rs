//! The public `Snapshot` and `KeepAliveEvents` of `index.d.ts` as records: what a page is given, and what a log holds of it.
//!
//! Lengths and times are f64, as in JavaScript.

use serde::Serialize;

use super::effect::Event;
use super::snapshot::{Snapshot, SnapshotError};
use super::time::Millis;

/// `Snapshot` without `subject` and `data`, which the engine does not know.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotRecord {
    status: &'static str,
    reason: Option<&'static str>,
    epoch: u32,
    last_ok_at: Option<f64>,
    next_check_at: Option<f64>,
    expires_in_ms: Option<f64>,
    error: Option<ErrorRecord>,
}

/// The fields of `KeepAliveError` besides its message.
#[derive(Debug, Serialize)]
struct ErrorRecord {
    code: &'static str,
    status: Option<u32>,
    retryable: bool,
}

impl From<&Snapshot> for SnapshotRecord {
    #[allow(clippy::cast_precision_loss)]
    fn from(snapshot: &Snapshot) -> Self {
        let Snapshot { status, reason, epoch, answered_by: _, last_ok_at, next_check_at, expires_in_ms, error } =
            *snapshot;
        Self {
            status: status.as_str(),
            reason: reason.map(|reason| reason.as_str()),
            epoch,
            last_ok_at: last_ok_at.map(|at| at.0 as f64),
            next_check_at: next_check_at.map(|at| at.0 as f64),
            expires_in_ms: expires_in_ms.map(number),
            error: error.map(|SnapshotError { code, status, retryable }| ErrorRecord {
                code: code.as_str(),
                status: status.map(u32::from),
                retryable,
            }),
        }
    }
}

/// What comes with an event. `connected` comes with the snapshot, which is told before it.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum EventRecord {
    /// `checking`, `reconnecting`.
    Attempt {
        /// 1 for the first try.
        attempt: u32,
    },
    /// `checked`.
    Checked {
        /// From sending to the verdict.
        duration_ms: f64,
        /// Another tab made the check.
        shared: bool,
    },
    /// `slow`.
    Slow {
        /// Which request.
        phase: &'static str,
        /// Since it was sent.
        elapsed_ms: f64,
    },
    /// `degraded`.
    Degraded {
        /// Why.
        reason: &'static str,
        /// Until the next try.
        retry_in_ms: f64,
    },
    /// `reconnected`.
    Reconnected {
        /// Since the first sign of trouble.
        downtime_ms: f64,
        /// How often the session has been established.
        epoch: u32,
    },
    /// `expiring`.
    Expiring {
        /// Until the nearest limit.
        seconds_left: u32,
    },
    /// `disconnected`.
    Disconnected {
        /// Why.
        reason: &'static str,
    },
    /// `wake`.
    Wake {
        /// For about this long.
        slept_ms: f64,
    },
    /// `idle`, `active`, `connected`.
    Empty {},
}

impl From<Event> for EventRecord {
    fn from(event: Event) -> Self {
        match event {
            Event::Connected | Event::Idle | Event::Active => Self::Empty {},
            Event::Checking { attempt } | Event::Reconnecting { attempt } => Self::Attempt { attempt },
            Event::Checked { duration_ms, shared } => Self::Checked { duration_ms: number(duration_ms), shared },
            Event::Slow { phase, elapsed_ms } => Self::Slow { phase: phase.as_str(), elapsed_ms: number(elapsed_ms) },
            Event::Degraded { reason, retry_in_ms } => {
                Self::Degraded { reason: reason.as_str(), retry_in_ms: number(retry_in_ms) }
            }
            Event::Reconnected { downtime_ms, epoch } => Self::Reconnected { downtime_ms: number(downtime_ms), epoch },
            Event::Expiring { seconds_left } => Self::Expiring { seconds_left },
            Event::Disconnected { reason } => Self::Disconnected { reason: reason.as_str() },
            Event::Wake { slept_ms } => Self::Wake { slept_ms: number(slept_ms) },
        }
    }
}

#[allow(clippy::cast_precision_loss)]
const fn number(Millis(length): Millis) -> f64 {
    length as f64
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json, to_value};

    use super::super::effect::Phase;
    use super::super::ids::RequestId;
    use super::super::snapshot::Status;
    use super::super::time::WallTime;
    use super::super::verdict::Reason;
    use super::*;

    #[test]
    fn a_snapshot_has_the_public_fields() {
        let snapshot = Snapshot {
            status: Status::Degraded,
            reason: Some(Reason::RateLimited),
            epoch: 3,
            answered_by: Some(RequestId(9)),
            last_ok_at: Some(WallTime(1_795_263_284_929)),
            next_check_at: Some(WallTime(1_795_263_289_929)),
            expires_in_ms: Some(Millis(86_400_000)),
            error: Some(SnapshotError { code: Reason::RateLimited, status: Some(429), retryable: true }),
        };
        let expected = json!({
            "status": "degraded",
            "reason": "rate-limited",
            "epoch": 3,
            "lastOkAt": 1_795_263_284_929.0,
            "nextCheckAt": 1_795_263_289_929.0,
            "expiresInMs": 86_400_000.0,
            "error": {"code": "rate-limited", "status": 429, "retryable": true},
        });
        assert_eq!(to_value(SnapshotRecord::from(&snapshot)).unwrap(), expected);
    }

    #[test]
    fn what_a_snapshot_does_not_have_is_null() {
        let snapshot = Snapshot {
            status: Status::Inactive,
            reason: None,
            epoch: 0,
            answered_by: None,
            last_ok_at: None,
            next_check_at: None,
            expires_in_ms: None,
            error: None,
        };
        let record = to_value(SnapshotRecord::from(&snapshot)).unwrap();
        for field in ["reason", "lastOkAt", "nextCheckAt", "expiresInMs", "error"] {
            assert_eq!(record.get(field), Some(&Value::Null), "{field}");
        }
    }

    #[test]
    fn an_event_has_the_public_fields() {
        let rows = [
            (Event::Connected, json!({})),
            (Event::Checking { attempt: 2 }, json!({"attempt": 2})),
            (Event::Checked { duration_ms: Millis(20), shared: true }, json!({"durationMs": 20.0, "shared": true})),
            (
                Event::Slow { phase: Phase::Reconnect, elapsed_ms: Millis(3000) },
                json!({"phase": "reconnect", "elapsedMs": 3000.0}),
            ),
            (
                Event::Degraded { reason: Reason::Server, retry_in_ms: Millis(500) },
                json!({"reason": "server", "retryInMs": 500.0}),
            ),
            (Event::Reconnecting { attempt: 1 }, json!({"attempt": 1})),
            (Event::Reconnected { downtime_ms: Millis(700), epoch: 2 }, json!({"downtimeMs": 700.0, "epoch": 2})),
            (Event::Expiring { seconds_left: 59 }, json!({"secondsLeft": 59})),
            (Event::Disconnected { reason: Reason::SessionRevoked }, json!({"reason": "session-revoked"})),
            (Event::Wake { slept_ms: Millis(60_000) }, json!({"sleptMs": 60_000.0})),
            (Event::Idle, json!({})),
            (Event::Active, json!({})),
        ];
        for (event, expected) in rows {
            assert_eq!(to_value(EventRecord::from(event)).unwrap(), expected, "{}", event.name());
        }
    }
}
