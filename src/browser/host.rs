//! What JavaScript offers to the session: listeners, other tabs, waiting fetches. Each is an object with typed methods, none of
//! which throws: errors of the application's functions are handled there.

use wasm_bindgen::prelude::*;

use super::events;
use super::http::Payload;
use super::snapshot;
use crate::engine::{Event, FetchId, FetchStep, Generation, Snapshot};

/// Who is told what happens to the session: the JavaScript of the page ([`Listeners`]), or a frontend in Rust.
pub(crate) trait Audience {
    /// The public snapshot changed.
    fn changed(&self, snapshot: &Snapshot, payload: &Payload);
    /// Something happened.
    fn emit(&self, event: Event);
    /// The page is about to go to `url`. Returns whether a listener prevents it.
    fn redirect(&self, url: &str) -> bool;
    /// A waiting `session.fetch` goes on.
    fn resume(&self, fetch: FetchId, step: FetchStep);
    /// Tells the page about an error that must not disturb anybody else.
    fn report(&self, error: &JsValue);
    /// For the replayable log: `bytes` are postcard of what `name` says.
    fn trace(&self, name: &str, bytes: &[u8]);
}

#[wasm_bindgen]
extern "C" {
    /// The listeners of `keepalive.js`.
    #[derive(Debug)]
    pub type Listeners;
    /// `snapshot` is a plain object of `snapshot.rs`; what its answer brought is beside it.
    #[wasm_bindgen(method)]
    fn changed(this: &Listeners, snapshot: JsValue, subject: Option<&str>, data: &JsValue);
    /// `detail` is a plain object of `events.rs`.
    #[wasm_bindgen(method)]
    fn emit(this: &Listeners, name: &str, detail: JsValue);
    #[wasm_bindgen(method)]
    fn redirect(this: &Listeners, url: &str) -> bool;
    /// Without a generation to send in, the caller gets the refusal.
    #[wasm_bindgen(method)]
    fn resume(this: &Listeners, fetch: u32, generation: Option<u32>);
    #[wasm_bindgen(method)]
    pub(super) fn report(this: &Listeners, error: &JsValue);
    #[wasm_bindgen(method)]
    fn trace(this: &Listeners, name: &str, bytes: &[u8]);

    /// The other tabs of the name, and what outlives a page (`tabs/index.js`).
    #[derive(Clone, Debug)]
    pub type Tabs;
    /// Begins to hear the other tabs.
    #[wasm_bindgen(method)]
    pub(super) fn open(this: &Tabs);
    /// Holds nothing any more that could keep the page out of the back/forward cache.
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &Tabs);
    /// Asks for the lock; answered by `Session::lock_result`.
    #[wasm_bindgen(method, js_name = acquireLock)]
    pub(super) fn acquire_lock(this: &Tabs, steal: bool);
    /// Gives the lock back, or stops asking for it.
    #[wasm_bindgen(method, js_name = releaseLock)]
    pub(super) fn release_lock(this: &Tabs);
    /// Posts a message of `engine/tab_message.rs` with subject and data; what cannot be cloned stays in this tab.
    #[wasm_bindgen(method)]
    pub(super) fn broadcast(this: &Tabs, message: &[u8], subject: Option<&str>, data: &JsValue);
    /// The one message that tabs of every version understand.
    #[wasm_bindgen(method, js_name = broadcastSignOut)]
    pub(super) fn broadcast_sign_out(this: &Tabs);
    /// Keeps a sign-out beyond this page until the server knows of it; `None`: it does.
    #[wasm_bindgen(method, js_name = persistSignOut)]
    pub(super) fn persist_sign_out(this: &Tabs, everywhere: Option<bool>);
    /// Keeps beyond this page how many more milliseconds the server wants to be left alone; `None`: no longer.
    #[wasm_bindgen(method, js_name = persistRetryFloor)]
    pub(super) fn persist_retry_floor(this: &Tabs, length_ms: Option<f64>);
    /// Another tab has delivered the sign-out that this one left, or somebody has signed in again.
    #[wasm_bindgen(method, js_name = isSignOutDelivered)]
    pub(super) fn is_sign_out_delivered(this: &Tabs) -> bool;
    /// What a page that starts or comes back has to know.
    #[wasm_bindgen(method)]
    pub(super) fn persisted(this: &Tabs) -> PersistedMarks;

    /// What an earlier page, or another tab, left behind.
    pub(super) type PersistedMarks;
    /// A sign-out that the server has still to learn of: whether it ends every session of the subject.
    #[wasm_bindgen(method, getter, js_name = signOutEverywhere)]
    pub(super) fn sign_out_everywhere(this: &PersistedMarks) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = retryFloorMs)]
    pub(super) fn retry_floor_ms(this: &PersistedMarks) -> Option<f64>;
    /// A sign-out happened that this page was not told of.
    #[wasm_bindgen(method, getter, js_name = signedOut)]
    pub(super) fn signed_out(this: &PersistedMarks) -> bool;
}

impl Audience for Listeners {
    fn changed(&self, now: &Snapshot, payload: &Payload) {
        self.changed(snapshot::to_js(now), payload.subject.as_deref(), &payload.data);
    }

    fn emit(&self, event: Event) {
        self.emit(event.name(), events::to_js(event));
    }

    fn redirect(&self, url: &str) -> bool {
        self.redirect(url)
    }

    fn resume(&self, FetchId(fetch): FetchId, step: FetchStep) {
        let generation = match step {
            FetchStep::Send(Generation(generation)) => Some(generation),
            FetchStep::Deliver => None,
        };
        self.resume(fetch, generation);
    }

    fn report(&self, error: &JsValue) {
        self.report(error);
    }

    fn trace(&self, name: &str, bytes: &[u8]) {
        self.trace(name, bytes);
    }
}
