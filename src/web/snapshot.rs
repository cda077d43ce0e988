//! The public snapshot on its way to the facade.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::engine::Snapshot;

/// The fields in their public order, with the request that brought subject and data in their place.
/// An array, because the field names are the facade's already: as an object they would cost a kilobyte more.
pub(super) fn fields(snapshot: &Snapshot) -> JsValue {
    let Snapshot { status, reason, epoch, answered_by, last_ok_at, next_check_at, expires_in_ms, error } = snapshot;
    let failure = error.map(|failure| (failure.code as u32, failure.status, failure.retryable));
    let answered_by = answered_by.map(|request| request.0);
    let fields = (
        *status as u32,
        reason.map(|reason| reason as u32),
        epoch,
        answered_by,
        last_ok_at,
        next_check_at,
        expires_in_ms,
        failure,
    );
    fields.serialize(&Serializer::new().serialize_missing_as_null(true)).unwrap_or(JsValue::UNDEFINED)
}
