//! The public events as plain objects.

use wasm_bindgen::prelude::*;

use super::snapshot::serialize;
use crate::engine::Event;
use crate::engine::public::EventRecord;

/// What comes with an event, for JavaScript.
pub(crate) fn to_js(event: Event) -> JsValue {
    serialize(&EventRecord::from(event))
}
