//! Verdicts that the application's own functions give.

use wasm_bindgen::prelude::*;

use super::options::millis;
use crate::engine::{Facts, Millis, Reason, Trouble, Verdict};

#[wasm_bindgen]
extern "C" {
    /// A public `Verdict`.
    type Given;
    #[wasm_bindgen(method, getter)]
    fn kind(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn reason(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = retryAfterMs)]
    fn retry_after_ms(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn subject(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn epoch(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = idleInMs)]
    fn idle_in_ms(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = absoluteInMs)]
    fn absolute_in_ms(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = warnInMs)]
    fn warn_in_ms(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = nextCheckInMs)]
    fn next_check_in_ms(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn reconnected(this: &Given) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn data(this: &Given) -> JsValue;
}

/// The verdict and the data that the application put into it. What is not a verdict is a mistake of the application,
/// and therefore costs nobody their session.
pub(super) fn verdict(given: JsValue) -> (Verdict, JsValue) {
    if !given.is_object() {
        return (misconfigured(), JsValue::UNDEFINED);
    }
    let given: Given = given.unchecked_into();
    let reason = |fallback| given.reason().as_string().and_then(|name| Reason::parse(&name)).unwrap_or(fallback);
    let verdict = match given.kind().as_string().as_deref() {
        Some("valid") => Verdict::Valid(facts(&given)),
        Some("lost") => Verdict::Lost,
        Some("ended") => Verdict::Ended(reason(Reason::SessionExpired)),
        Some("rejected") => Verdict::Rejected(reason(Reason::CredentialRejected)),
        Some("transient") => Verdict::Transient(Trouble {
            reason: reason(Reason::Server),
            status: None,
            retry_after: length(&given.retry_after_ms()),
        }),
        Some(_) | None => misconfigured(),
    };
    (verdict, given.data())
}

fn facts(given: &Given) -> Facts {
    Facts {
        subject: given.subject().as_string(),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        epoch: given.epoch().as_f64().map(|number| number as u32),
        idle_in: length(&given.idle_in_ms()),
        absolute_in: length(&given.absolute_in_ms()),
        warn_in: length(&given.warn_in_ms()),
        next_check_in: length(&given.next_check_in_ms()),
        reconnected: given.reconnected().is_truthy(),
        has_data: !given.data().is_undefined(),
    }
}

fn length(value: &JsValue) -> Option<Millis> {
    value.as_f64().map(millis)
}

/// The application's own function threw, or gave something that is not a verdict.
pub(super) const fn misconfigured() -> Verdict {
    Verdict::Transient(Trouble { reason: Reason::Misconfigured, status: None, retry_after: None })
}
