//! The facade's normalised record of options. The facade is the only validator; here every field is what it should be.

use wasm_bindgen::prelude::*;

use crate::engine::{Config, CredentialHolder, Millis};

#[wasm_bindgen]
extern "C" {
    /// The record. Durations are milliseconds; what is switched off is `undefined`.
    #[derive(Clone, Debug)]
    pub type Options;

    /// URL or function.
    #[wasm_bindgen(method, getter)]
    pub(super) fn validate(this: &Options) -> JsValue;
    /// URL, function or undefined.
    #[wasm_bindgen(method, getter)]
    pub(super) fn reconnect(this: &Options) -> JsValue;
    /// URL, function or undefined.
    #[wasm_bindgen(method, getter)]
    pub(super) fn logout(this: &Options) -> JsValue;
    /// Function or undefined.
    #[wasm_bindgen(method, getter)]
    pub(super) fn classify(this: &Options) -> JsValue;
    /// URL, function or undefined.
    #[wasm_bindgen(method, getter)]
    pub(super) fn login(this: &Options) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = returnToParam)]
    pub(super) fn return_to_param(this: &Options) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn name(this: &Options) -> String;
    #[wasm_bindgen(method, getter, js_name = budgetMax)]
    pub(super) fn budget_max(this: &Options) -> u32;
    #[wasm_bindgen(method, getter, js_name = budgetPer)]
    pub(super) fn budget_per(this: &Options) -> f64;

    /// The credential's store, or undefined where the server holds it.
    #[wasm_bindgen(method, getter)]
    pub(super) fn store(this: &Options) -> Option<Store>;

    /// The application's own headers.
    #[wasm_bindgen(method, catch)]
    pub(super) fn headers(this: &Options) -> Result<JsValue, JsValue>;
    /// The application's own or the global fetch.
    #[wasm_bindgen(method, catch)]
    pub(super) fn fetch(this: &Options, url: &str, init: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn interval(this: &Options) -> f64;
    #[wasm_bindgen(method, getter, js_name = jitterPermille)]
    fn jitter_permille(this: &Options) -> u32;
    #[wasm_bindgen(method, getter, js_name = slowAfter)]
    fn slow_after(this: &Options) -> f64;
    #[wasm_bindgen(method, getter, js_name = validateTimeout)]
    fn validate_timeout(this: &Options) -> f64;
    #[wasm_bindgen(method, getter, js_name = reconnectTimeout)]
    fn reconnect_timeout(this: &Options) -> f64;
    #[wasm_bindgen(method, getter, js_name = retryBase)]
    fn retry_base(this: &Options) -> f64;
    #[wasm_bindgen(method, getter, js_name = retryCap)]
    fn retry_cap(this: &Options) -> f64;
    #[wasm_bindgen(method, getter, js_name = retrySpread)]
    fn retry_spread(this: &Options) -> f64;
    #[wasm_bindgen(method, getter, js_name = warnBefore)]
    fn warn_before(this: &Options) -> f64;

    /// A `CredentialStore`.
    #[derive(Clone, Debug)]
    pub type Store;
    /// A promise of the credential, or of null.
    #[wasm_bindgen(method, catch)]
    pub(super) fn load(this: &Store) -> Result<JsValue, JsValue>;
    /// A promise.
    #[wasm_bindgen(method, catch)]
    pub(super) fn clear(this: &Store) -> Result<JsValue, JsValue>;
}

impl Options {
    /// What the engine needs to know.
    pub(super) fn config(&self) -> Config {
        Config {
            credential: match self.store() {
                Some(_) => CredentialHolder::Page,
                None => CredentialHolder::Cookie,
            },
            can_reconnect: !self.reconnect().is_undefined(),
            can_log_out: !self.logout().is_undefined(),
            redirects: !self.login().is_undefined(),
            interval: millis(self.interval()),
            jitter_permille: self.jitter_permille(),
            slow_after: millis(self.slow_after()),
            validate_timeout: millis(self.validate_timeout()),
            reconnect_timeout: millis(self.reconnect_timeout()),
            retry_base: millis(self.retry_base()),
            retry_cap: millis(self.retry_cap()),
            retry_spread: millis(self.retry_spread()),
            warn_before: millis(self.warn_before()),
        }
    }
}

/// A number of milliseconds from JavaScript; negative ones and `NaN` are zero.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn millis(number: f64) -> Millis {
    Millis(number as u64)
}
