//! The facade in `src/js`: the files of it that are snippets of this crate, and what is called in them.

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;

use super::super::{Host, Session};
use crate::numbers::NONE;

/// wasm-bindgen writes out a file that something is imported from, and looks into none. So each file that another one
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
    Debug = "/src/js/debug.js";
    Errors = "/src/js/errors.js";
    Events = "/src/js/events.js";
    Expiring = "/src/js/expiring.js";
    Fetch = "/src/js/fetch.js";
    Http = "/src/js/http.js";
    KeepAlive = "/src/js/keepalive.js";
    Names = "/src/js/names.js";
    Options = "/src/js/options.js";
    Page = "/src/js/page.js";
    Redirect = "/src/js/redirect.js";
    Sealed = "/src/js/sealed.js";
    Snapshot = "/src/js/snapshot.js";
    Tabs = "/src/js/tabs.js";
}

/// Makes a session from its host and the numbers of its options.
type Make = dyn Fn(Host, Vec<f64>) -> Session;
/// Hears an event by its name.
pub(super) type Listener = Closure<dyn Fn(String, Payload)>;

#[wasm_bindgen(module = "/src/js/rust.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = create)]
    fn create_with(options: &JsValue, make: &Closure<Make>) -> Result<Facade, JsValue>;

    pub(super) fn listen(facade: &Facade, listener: &Listener) -> Function;

    #[wasm_bindgen(js_name = listenExpiring)]
    pub(super) fn listen_expiring(facade: &Facade, listener: &Closure<dyn Fn(Option<u32>)>) -> Function;
}

#[wasm_bindgen]
extern "C" {
    /// `KeepAlive` of `index.d.ts`.
    #[derive(Clone, Debug)]
    pub(super) type Facade;
    #[wasm_bindgen(method)]
    pub(super) fn start(this: &Facade);
    #[wasm_bindgen(method)]
    pub(super) fn stop(this: &Facade);
    #[wasm_bindgen(method)]
    pub(super) fn dispose(this: &Facade);
    #[wasm_bindgen(method, getter)]
    pub(super) fn ready(this: &Facade) -> Promise;
    #[wasm_bindgen(method, js_name = getSnapshot)]
    pub(super) fn snapshot(this: &Facade) -> SnapshotObject;
    #[wasm_bindgen(method, js_name = on)]
    pub(super) fn on_change(this: &Facade, name: &str, listener: &Closure<dyn Fn(SnapshotObject)>) -> Function;
    #[wasm_bindgen(method, js_name = on)]
    pub(super) fn on_redirect(this: &Facade, name: &str, listener: &Closure<dyn Fn(RedirectObject)>) -> Function;
    #[wasm_bindgen(method)]
    pub(super) fn remember(this: &Facade, credential: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    pub(super) fn forget(this: &Facade) -> Promise;
    #[wasm_bindgen(method)]
    pub(super) fn check(this: &Facade) -> Promise;
    #[wasm_bindgen(method)]
    pub(super) fn extend(this: &Facade) -> Promise;
    #[wasm_bindgen(method, js_name = signOut)]
    pub(super) fn sign_out(this: &Facade, options: &Record) -> Promise;
    #[wasm_bindgen(method)]
    pub(super) fn fetch(this: &Facade, input: &JsValue) -> Promise;

    /// `Snapshot` of `index.d.ts`.
    pub(super) type SnapshotObject;
    #[wasm_bindgen(method, getter)]
    pub(super) fn status(this: &SnapshotObject) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn reason(this: &SnapshotObject) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn subject(this: &SnapshotObject) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn epoch(this: &SnapshotObject) -> u32;
    #[wasm_bindgen(method, getter)]
    pub(super) fn data(this: &SnapshotObject) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = lastOkAt)]
    pub(super) fn last_ok_at(this: &SnapshotObject) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = nextCheckAt)]
    pub(super) fn next_check_at(this: &SnapshotObject) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = expiresInMs)]
    pub(super) fn expires_in_ms(this: &SnapshotObject) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn error(this: &SnapshotObject) -> Option<ErrorObject>;

    /// `KeepAliveError` of `index.d.ts`, or any other error.
    pub(super) type ErrorObject;
    #[wasm_bindgen(method, getter)]
    pub(super) fn code(this: &ErrorObject) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn status(this: &ErrorObject) -> Option<u16>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn retryable(this: &ErrorObject) -> bool;
    #[wasm_bindgen(method, getter)]
    pub(super) fn message(this: &ErrorObject) -> String;

    /// What comes with an event: each field where `KeepAliveEvents` of `index.d.ts` has it.
    pub(super) type Payload;
    #[wasm_bindgen(method, getter)]
    pub(super) fn attempt(this: &Payload) -> u32;
    #[wasm_bindgen(method, getter, js_name = durationMs)]
    pub(super) fn duration_ms(this: &Payload) -> f64;
    #[wasm_bindgen(method, getter)]
    pub(super) fn shared(this: &Payload) -> bool;
    #[wasm_bindgen(method, getter)]
    pub(super) fn phase(this: &Payload) -> String;
    #[wasm_bindgen(method, getter, js_name = elapsedMs)]
    pub(super) fn elapsed_ms(this: &Payload) -> f64;
    #[wasm_bindgen(method, getter)]
    pub(super) fn reason(this: &Payload) -> String;
    #[wasm_bindgen(method, getter, js_name = retryInMs)]
    pub(super) fn retry_in_ms(this: &Payload) -> f64;
    #[wasm_bindgen(method, getter, js_name = downtimeMs)]
    pub(super) fn downtime_ms(this: &Payload) -> f64;
    #[wasm_bindgen(method, getter)]
    pub(super) fn epoch(this: &Payload) -> u32;
    #[wasm_bindgen(method, getter, js_name = secondsLeft)]
    pub(super) fn seconds_left(this: &Payload) -> u32;
    #[wasm_bindgen(method, getter, js_name = sleptMs)]
    pub(super) fn slept_ms(this: &Payload) -> f64;

    /// The event `redirect`.
    #[derive(Debug)]
    pub(super) type RedirectObject;
    #[wasm_bindgen(method, getter)]
    pub(super) fn url(this: &RedirectObject) -> String;
    #[wasm_bindgen(method, js_name = preventDefault)]
    pub(super) fn prevent_default(this: &RedirectObject);

    /// What the option `login` is told, where it is a function.
    pub(super) type LoginContext;
    #[wasm_bindgen(method, getter)]
    pub(super) fn reason(this: &LoginContext) -> String;
    #[wasm_bindgen(method, getter, js_name = returnTo)]
    pub(super) fn return_to(this: &LoginContext) -> String;

    /// A plain object.
    #[wasm_bindgen(extends = Object)]
    #[derive(Debug)]
    pub(super) type Record;
    #[wasm_bindgen(method, indexing_getter)]
    pub(super) fn get(this: &Record, name: &str) -> JsValue;
    #[wasm_bindgen(method, indexing_setter)]
    pub(super) fn set(this: &Record, name: &str, value: &JsValue);
}

impl Record {
    pub(super) fn empty() -> Self {
        Object::new().unchecked_into()
    }
}

thread_local! {
    /// One for all sessions, because the facade makes its session later, and not if it is disposed of before.
    static MAKE: Closure<Make> = Closure::new(session);
}

/// A session that has not been started.
fn session(host: Host, given: Vec<f64>) -> Session {
    let mut numbers = [NONE; 12];
    for (number, given) in numbers.iter_mut().zip(given) {
        *number = given;
    }
    Session::of(host, &numbers)
}

/// A session with these options. Throws the facade's `TypeError` if one is wrong.
pub(super) fn create(options: &Record) -> Result<Facade, JsValue> {
    MAKE.with(|make| create_with(options, make))
}
