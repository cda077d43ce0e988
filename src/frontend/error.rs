//! What can go wrong.

use std::error::Error;
use std::fmt;

use wasm_bindgen::prelude::*;

use super::facade::ErrorObject;
use crate::engine::{Reason, SnapshotError};

/// What went wrong with the session last, in [`Snapshot::error`](super::Snapshot::error). It is displayed as a sentence for
/// developers, which says what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepAliveError {
    failure: SnapshotError,
    message: String,
}

impl KeepAliveError {
    pub(super) fn read(object: &ErrorObject) -> Self {
        let code = Reason::parse(&object.code()).unwrap_or(Reason::Server);
        let failure = SnapshotError { code, status: object.status(), retryable: object.retryable() };
        Self { failure, message: object.message() }
    }

    /// Why.
    pub const fn code(&self) -> Reason {
        self.failure.code
    }

    /// The HTTP status, if an answer came back.
    pub const fn status(&self) -> Option<u16> {
        self.failure.status
    }

    /// Whether it may heal by itself.
    pub const fn retryable(&self) -> bool {
        self.failure.retryable
    }
}

impl fmt::Display for KeepAliveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for KeepAliveError {}

/// What JavaScript threw, or what a promise was rejected with: the `TypeError` about an option, the network error of a
/// `fetch`, or whatever an application's own credential store fails with. It is displayed as its message.
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

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.dyn_ref::<js_sys::Error>() {
            Some(error) => write!(f, "{}", String::from(error.message())),
            // Anything may be thrown, an abort's reason for instance.
            None => write!(f, "{:?}", self.0),
        }
    }
}

impl Error for Thrown {}
