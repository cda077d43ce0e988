//! What a function of the application in the place of a call is told.

use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::engine::Request;

#[wasm_bindgen]
extern "C" {
    /// `CallContext` of `index.d.ts`.
    pub(super) type CallContext;
    #[wasm_bindgen(constructor, js_class = "Object")]
    fn empty() -> CallContext;
    #[wasm_bindgen(method, setter)]
    fn set_signal(this: &CallContext, signal: &AbortSignal);
    #[wasm_bindgen(method, setter)]
    fn set_attempt(this: &CallContext, attempt: u32);
    #[wasm_bindgen(method, setter, js_name = idempotencyKey)]
    fn set_idempotency_key(this: &CallContext, key: &str);
    #[wasm_bindgen(method, setter)]
    fn set_activity(this: &CallContext, activity: bool);
    #[wasm_bindgen(method, setter)]
    fn set_everywhere(this: &CallContext, everywhere: bool);
    #[wasm_bindgen(method, setter)]
    fn set_credential(this: &CallContext, credential: &JsValue);
}

impl CallContext {
    pub(super) fn new(signal: &AbortSignal, request: Request, key: &str, credential: &JsValue) -> Self {
        let context = Self::empty();
        context.set_signal(signal);
        let (attempt, activity) = match request {
            Request::Validate { attempt, activity } | Request::Reconnect { attempt, activity } => (attempt, activity),
            Request::Logout { everywhere } => {
                context.set_everywhere(everywhere);
                (1, false)
            }
        };
        context.set_attempt(attempt);
        context.set_idempotency_key(key);
        context.set_activity(activity);
        if let Request::Reconnect { .. } = request {
            context.set_credential(credential);
        }
        context
    }
}
