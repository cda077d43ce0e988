//! A server of the test's own, and a session with it.

use std::cell::Cell;

use session_keepalive::wire::ProblemCode;
use session_keepalive::{KeepAlive, Options};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/tests/frontend/server.js")]
extern "C" {
    pub(crate) type Server;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Server;
    #[wasm_bindgen(method, getter)]
    fn base(this: &Server) -> String;
    #[wasm_bindgen(method)]
    fn says(this: &Server, status: u16, body: Option<&str>);
    #[wasm_bindgen(method)]
    pub(crate) fn take(this: &Server) -> Vec<String>;
    #[wasm_bindgen(method)]
    pub(crate) fn hold(this: &Server);
    #[wasm_bindgen(method)]
    pub(crate) fn release(this: &Server);
    #[wasm_bindgen(method)]
    pub(crate) fn header(this: &Server, name: &str) -> Option<String>;

    pub(crate) fn reported() -> Vec<String>;
    pub(crate) fn printed(level: &str) -> Vec<String>;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, delay: u32);
}

/// A good answer.
pub(crate) const VALID: &str = r#"{"valid":true,"epoch":1,"subject":"alice@db","idleIn":3600,"absoluteIn":7200}"#;
/// A good answer to a reconnect.
pub(crate) const RECONNECTED: &str = r#"{"valid":true,"reconnected":true,"epoch":2,"subject":"alice@db"}"#;

impl Server {
    /// It answers every request with this, until it is told otherwise.
    pub(crate) fn saying(status: u16, body: &str) -> Self {
        let server = Self::new();
        server.then(status, body);
        server
    }

    pub(crate) fn then(&self, status: u16, body: &str) {
        self.says(status, Some(body));
    }

    pub(crate) fn then_nothing(&self) {
        self.says(204, None);
    }

    pub(crate) fn then_refuses(&self, code: ProblemCode) {
        self.then(code.status(), &format!(r#"{{"code":"{}"}}"#, code.as_str()));
    }

    pub(crate) fn then_is_gone(&self) {
        self.says(0, None);
    }

    /// Where this server has that path.
    pub(crate) fn url(&self, path: &str) -> String {
        self.base() + path
    }

    /// Options that know this server, go nowhere, and share nothing with the other tests in this page.
    pub(crate) fn options(&self) -> Options {
        thread_local! { static LAST: Cell<u32> = const { Cell::new(0) }; }
        LAST.set(LAST.get() + 1);
        Options::new()
            .validate(self.url("/api/validate-session"))
            .reconnect(self.url("/api/reconnect"))
            .logout(self.url("/api/logout"))
            .no_login()
            .cross_tab(false)
            .name(format!("test-{}", LAST.get()))
    }

    /// A session with these options.
    pub(crate) fn session(&self) -> KeepAlive {
        KeepAlive::create(self.options()).unwrap()
    }
}

/// Waits for a fact.
pub(crate) async fn until(what: &str, fact: impl Fn() -> bool) {
    for _ in 0..1000 {
        if fact() {
            return;
        }
        let soon = js_sys::Promise::new(&mut |resolve, _| set_timeout(&resolve, 10));
        JsFuture::from(soon).await.unwrap();
    }
    panic!("waited in vain until {what}");
}
