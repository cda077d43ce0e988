//! What the facade offers to the shell.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The facade's side of one session. No method throws: errors of listeners and functions are handled there.
    #[derive(Debug)]
    pub type Host;

    /// A new snapshot, field by field in the order of [`super::snapshot`].
    #[wasm_bindgen(method)]
    pub(super) fn change(this: &Host, snapshot: JsValue);

    /// An event, as [`super::events`] numbers it.
    #[wasm_bindgen(method)]
    pub(super) fn emit(this: &Host, event: u32, first: f64, second: f64);

    /// The promises of `check()` (false) or `signOut()` (true) are kept now.
    #[wasm_bindgen(method)]
    pub(super) fn settle(this: &Host, sign_out: bool);

    /// A `session.fetch` call goes on: sends in this generation, or hands over its refusal.
    #[wasm_bindgen(method)]
    pub(super) fn resume(this: &Host, fetch: u32, send: bool, generation: u32);

    /// Sends a request; what comes back is fed in as an answer, a verdict or a failure under the same id. The flag is
    /// the person's activity, or for a logout whether it counts everywhere. Requests of one key are one attempt.
    #[wasm_bindgen(method)]
    pub(super) fn send(this: &Host, id: u32, call: u32, attempt: u32, flag: bool, key: u32);

    /// Gives up a request.
    #[wasm_bindgen(method)]
    pub(super) fn abort(this: &Host, id: u32);

    /// Forgets the credential that the page holds.
    #[wasm_bindgen(method, js_name = clearCredential)]
    pub(super) fn clear_credential(this: &Host);

    /// The last resort: to the login page.
    #[wasm_bindgen(method)]
    pub(super) fn redirect(this: &Host, reason: u32);
}
