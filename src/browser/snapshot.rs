//! The public `Snapshot` as a plain object.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::engine::Snapshot;
use crate::engine::public::SnapshotRecord;

/// The snapshot for JavaScript.
pub(crate) fn to_js(snapshot: &Snapshot) -> JsValue {
    serialize(&SnapshotRecord::from(snapshot))
}

/// A record as a plain object; what is absent is `null` in it. Each serialised type costs the page bytes, so only snapshot
/// and events go this way; their fields are f64, u32, bool and strings, because a u64 would bring text formatting along.
pub(super) fn serialize(record: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    // Records of numbers and strings cannot fail.
    record.serialize(&serializer).unwrap_or_default()
}
