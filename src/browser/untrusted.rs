//! Values that somebody else made: an answer of a backend, a verdict of the application. A field may be missing, of another
//! type or out of range, and a getter may throw; none of that is worth more than "not there".

use wasm_bindgen::prelude::*;

use crate::engine::Millis;

/// The longest time that anybody means: 400 days, as for cookies (RFC 6265bis, 5.5).
const LONGEST_MS: f64 = 400.0 * 86_400_000.0;

#[wasm_bindgen]
extern "C" {
    /// An object whose shape nobody has checked.
    #[derive(Clone, Debug)]
    pub(crate) type Untrusted;
    #[wasm_bindgen(method, catch, structural, indexing_getter)]
    fn get(this: &Untrusted, name: &str) -> Result<JsValue, JsValue>;
}

impl Untrusted {
    /// `value`, if it is an object.
    pub(crate) fn new(value: JsValue) -> Option<Self> {
        value.is_object().then(|| value.unchecked_into())
    }

    /// The field as it is; `undefined` if it cannot be read.
    pub(crate) fn value(&self, name: &str) -> JsValue {
        self.get(name).unwrap_or_default()
    }

    /// A string.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.value(name).as_string()
    }

    /// Whether the field is `true`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.value(name).as_bool() == Some(true)
    }

    /// A whole number from 0 on; fractions are cut off, and what is larger than `u32` is the largest.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(crate) fn count(&self, name: &str) -> Option<u32> {
        self.number(name).map(|number| number as u32)
    }

    /// A length in milliseconds, at most 400 days.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(crate) fn millis(&self, name: &str) -> Option<Millis> {
        self.number(name).map(|number| Millis(number.min(LONGEST_MS) as u64))
    }

    /// The same, from a field in seconds.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(crate) fn seconds(&self, name: &str) -> Option<u32> {
        self.number(name).map(|number| number.min(LONGEST_MS / 1000.0) as u32)
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.value(name).as_f64().filter(|number| *number >= 0.0)
    }
}
