//! What the facade offers to the shell.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The facade's side of one session. No method throws: listeners' errors are reported there.
    #[derive(Debug)]
    pub type Host;

    /// A new snapshot, without and with the application's data.
    #[wasm_bindgen(method)]
    pub(super) fn change(this: &Host, snapshot: JsValue, data: JsValue);

    /// An event. True if a listener prevented its default action.
    #[wasm_bindgen(method)]
    pub(super) fn emit(this: &Host, name: &str, detail: JsValue) -> bool;

    /// The promises of `check()` (false) or `signOut()` (true) are kept now.
    #[wasm_bindgen(method)]
    pub(super) fn settle(this: &Host, sign_out: bool);

    /// A `session.fetch` call goes on: sends in this generation, or hands over its refusal.
    #[wasm_bindgen(method)]
    pub(super) fn resume(this: &Host, fetch: u32, send: bool, generation: u32);

    /// An unguessable idempotency key.
    #[wasm_bindgen(method, js_name = idempotencyKey)]
    pub(super) fn idempotency_key(this: &Host) -> String;
}
