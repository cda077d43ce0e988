//! The public `Snapshot` as a plain object.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::engine::{Snapshot, SnapshotError};

/// `Snapshot` of `index.d.ts` without `data`, which is a value of the application. Only f64, u32, bool and strings: a u64 would
/// bring text formatting along.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotRecord<'a> {
    status: &'static str,
    reason: Option<&'static str>,
    subject: Option<&'a str>,
    epoch: u32,
    last_ok_at: Option<f64>,
    next_check_at: Option<f64>,
    expires_in_ms: Option<f64>,
    error: Option<ErrorRecord>,
}

/// What `errors.js` makes a `KeepAliveError` of.
#[derive(Serialize)]
struct ErrorRecord {
    code: &'static str,
    status: Option<u32>,
    retryable: bool,
}

/// The snapshot for JavaScript, with the subject that its answer brought.
#[allow(clippy::cast_precision_loss)]
pub(super) fn to_js(snapshot: &Snapshot, subject: Option<&str>) -> JsValue {
    let Snapshot { status, reason, epoch, answered_by: _, last_ok_at, next_check_at, expires_in_ms, error } = *snapshot;
    serialize(&SnapshotRecord {
        status: status.as_str(),
        reason: reason.map(|reason| reason.as_str()),
        subject,
        epoch,
        last_ok_at: last_ok_at.map(|at| at.0 as f64),
        next_check_at: next_check_at.map(|at| at.0 as f64),
        expires_in_ms: expires_in_ms.map(|length| length.0 as f64),
        error: error.map(|SnapshotError { code, status, retryable }| ErrorRecord {
            code: code.as_str(),
            status: status.map(u32::from),
            retryable,
        }),
    })
}

/// A record as a plain object; what is absent is `null` in it. Each serialised type costs the page bytes, so only snapshot
/// and events go this way.
pub(super) fn serialize(record: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    // Records of numbers and strings cannot fail.
    record.serialize(&serializer).unwrap_or_default()
}
