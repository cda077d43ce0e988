//! The JavaScript of a session: the files that are snippets of this crate, and what is called in them.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::options::DebugLog;
use crate::browser::credential::CredentialStore;
use crate::browser::{Session, Tabs};

/// wasm-bindgen writes out a file that something is imported from, and follows no import in it. So each file that another one
/// imports has to be named, with something that is never used.
macro_rules! files {
    ($($unused:ident = $path:literal;)*) => {$(
        #[wasm_bindgen(module = $path)]
        extern "C" {
            #[allow(dead_code)]
            type $unused;
        }
    )*};
}

files! {
    DebugFile = "/src/js/debug.js";
    ErrorsFile = "/src/js/errors.js";
    EventsFile = "/src/js/events.js";
    FetchFile = "/src/js/fetch.js";
    SealedFile = "/src/js/sealed.js";
    StoreFile = "/src/js/store.js";
    TabsFile = "/src/js/tabs/index.js";
    ChannelFile = "/src/js/tabs/channel.js";
    LockFile = "/src/js/tabs/lock.js";
    PersistedFile = "/src/js/tabs/persisted.js";
}

#[wasm_bindgen(module = "/src/js/rust.js")]
extern "C" {
    /// Whether there is a page that a session could belong to.
    #[wasm_bindgen(js_name = inBrowser)]
    pub(super) fn in_browser() -> bool;
    /// What an error of the snapshot says.
    #[wasm_bindgen(js_name = errorMessage)]
    pub(super) fn error_message(code: &str, status: Option<u16>) -> String;
    #[wasm_bindgen(js_name = logMistake)]
    pub(super) fn log_mistake(message: &str);
    /// Tells the page about an error that must not disturb anybody else.
    pub(super) fn report(error: &JsValue);
    /// The store of the level "sealed".
    #[wasm_bindgen(js_name = sealedStore)]
    pub(super) fn sealed_store(database: &str) -> CredentialStore;
    fn connect(name: &str, cross_tab: bool, validate: &str, debug: &JsValue) -> Script;

    /// What `connect` returns.
    #[derive(Clone, Debug)]
    pub(super) type Script;
    #[wasm_bindgen(method, getter)]
    pub(super) fn tabs(this: &Script) -> Tabs;
    /// `session.fetch`, of a URL or a `Request`.
    #[wasm_bindgen(method)]
    pub(super) fn fetch(this: &Script, input: &JsValue) -> Promise;
    /// The engine's answer to a waiting fetch; without a generation to send in, the caller gets the refusal.
    #[wasm_bindgen(method)]
    pub(super) fn resume(this: &Script, fetch: u32, generation: Option<u32>);
    /// An event for the console.
    #[wasm_bindgen(method)]
    pub(super) fn event(this: &Script, name: &str, detail: &JsValue, subject: Option<&str>);
    #[wasm_bindgen(method)]
    pub(super) fn redirecting(this: &Script, url: &str);
    /// Bytes of the engine for the log that can be replayed.
    #[wasm_bindgen(method)]
    pub(super) fn trace(this: &Script, name: &str, bytes: &[u8]);
    /// The session that tabs and fetches call.
    #[wasm_bindgen(method, js_name = use)]
    pub(super) fn use_session(this: &Script, session: Session);
    /// The session is over, and is called no more.
    #[wasm_bindgen(method)]
    pub(super) fn release(this: &Script);
}

impl Script {
    /// What a session of this name needs.
    pub(super) fn connect(name: &str, cross_tab: bool, validate: &str, debug: DebugLog) -> Self {
        let debug = match debug {
            DebugLog::Off => JsValue::FALSE,
            DebugLog::Events => JsValue::TRUE,
            DebugLog::Replay => "replay".into(),
        };
        connect(name, cross_tab, validate, &debug)
    }
}
