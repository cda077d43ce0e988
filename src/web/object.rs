//! Reading and writing plain JavaScript objects, field by field: one import for all of them, where a typed binding
//! would cost one each, and a generic deserialiser would double the module's size.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use crate::engine::Millis;

/// A field; undefined where there is none.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// Sets a field of an object that takes every field.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// A text field.
pub(super) fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// Whether a field is truthy.
pub(super) fn truthy(object: &JsValue, name: &str) -> bool {
    get(object, name).is_truthy()
}

/// A field that is a whole number; fractions are cut off, negative numbers are zero.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn whole(object: &JsValue, name: &str) -> Option<u32> {
    get(object, name).as_f64().map(|number| number as u32)
}

/// A field that is a length in milliseconds; negative ones are zero.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn length(object: &JsValue, name: &str) -> Option<Millis> {
    get(object, name).as_f64().map(|number| Millis(number as u64))
}
