//! What JavaScript throws.

use std::error::Error;
use std::fmt;

use wasm_bindgen::prelude::*;

use super::error::CredentialError;
use crate::browser::untrusted::Untrusted;

/// What [`KeepAlive::fetch`](super::KeepAlive::fetch) was rejected with: the network error of `fetch`, or the reason of an abort. It
/// is displayed as its message.
#[derive(Clone, Debug, PartialEq)]
pub struct Thrown(JsValue);

impl Thrown {
    /// The value itself.
    pub const fn value(&self) -> &JsValue {
        &self.0
    }
}

impl From<JsValue> for Thrown {
    fn from(value: JsValue) -> Self {
        Self(value)
    }
}

impl From<Thrown> for JsValue {
    fn from(Thrown(value): Thrown) -> Self {
        value
    }
}

impl From<Thrown> for CredentialError {
    fn from(thrown: Thrown) -> Self {
        Self::new(thrown.to_string())
    }
}

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = Untrusted::new(self.0.clone()).and_then(|error| error.text("message"));
        match message.or_else(|| self.0.as_string()) {
            Some(message) => f.write_str(&message),
            // Anything may be thrown.
            None => write!(f, "{:?}", self.0),
        }
    }
}

impl Error for Thrown {}
