//! The facade's normalised record of options. The facade is the only validator; here every field is what it should be.

use wasm_bindgen::prelude::*;

use super::object::{get, length, whole};
use crate::engine::{Config, CredentialHolder};

/// The record. Durations are milliseconds; what is switched off is undefined.
#[derive(Clone, Debug)]
pub(super) struct Options(JsValue);

impl Options {
    pub(super) fn new(record: JsValue) -> Self {
        Self(record)
    }

    /// One field.
    fn get(&self, name: &str) -> JsValue {
        get(&self.0, name)
    }

    /// Who holds the credential.
    pub(super) fn holder(&self) -> CredentialHolder {
        if self.get("store").is_undefined() { CredentialHolder::Cookie } else { CredentialHolder::Page }
    }

    /// What the engine needs to know.
    pub(super) fn config(&self) -> Config {
        let millis = |name| length(&self.0, name).unwrap_or_default();
        let given = |name| !self.get(name).is_undefined();
        Config {
            credential: self.holder(),
            can_reconnect: given("reconnect"),
            can_log_out: given("logout"),
            redirects: given("login"),
            interval: millis("interval"),
            jitter_permille: whole(&self.0, "jitterPermille").unwrap_or_default(),
            slow_after: millis("slowAfter"),
            validate_timeout: millis("validateTimeout"),
            reconnect_timeout: millis("reconnectTimeout"),
            retry_base: millis("retryBase"),
            retry_cap: millis("retryCap"),
            retry_spread: millis("retrySpread"),
            warn_before: millis("warnBefore"),
        }
    }
}
