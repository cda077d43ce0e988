//! What the application chose, as the shell needs it. `options.js` has checked it; a frontend in Rust has types for that.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

use super::credential::{Credential, CredentialStore};
use crate::engine::{Config, CredentialHolder, Millis, Reason};

#[wasm_bindgen]
extern "C" {
    /// What `normalise` of `options.js` returns. Lengths are in milliseconds.
    #[derive(Clone, Debug)]
    pub type Options;
    /// A URL, or a function of the application; `undefined` where there is no such call.
    #[wasm_bindgen(method, getter)]
    fn validate(this: &Options) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn reconnect(this: &Options) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn logout(this: &Options) -> JsValue;
    /// `'cookie'`, `'memory'`, or a store.
    #[wasm_bindgen(method, getter)]
    fn credential(this: &Options) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn classify(this: &Options) -> Option<Function>;
    #[wasm_bindgen(method, getter)]
    fn login(this: &Options) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = returnToParam)]
    fn return_to_param(this: &Options) -> String;
    #[wasm_bindgen(method, getter, js_name = redirectMax)]
    fn redirect_max(this: &Options) -> u32;
    #[wasm_bindgen(method, getter, js_name = redirectPer)]
    fn redirect_per(this: &Options) -> f64;
    #[wasm_bindgen(method, getter)]
    fn name(this: &Options) -> String;
    #[wasm_bindgen(method, getter, js_name = crossTab)]
    fn cross_tab(this: &Options) -> bool;
    #[wasm_bindgen(method, getter)]
    fn interval(this: &Options) -> f64;
    /// From 0 to 1.
    #[wasm_bindgen(method, getter)]
    fn jitter(this: &Options) -> f64;
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
    #[wasm_bindgen(method, getter)]
    fn idle(this: &Options) -> Option<f64>;
    /// Whether the replayable log is wanted.
    #[wasm_bindgen(method, getter)]
    fn trace(this: &Options) -> bool;

    /// Every header of a call, as `fetch` takes them, or a promise of them.
    #[wasm_bindgen(method, catch)]
    pub(super) fn headers(this: &Options) -> Result<JsValue, JsValue>;
    /// The application's own `fetch`, or the global one.
    #[wasm_bindgen(method, catch)]
    pub(super) fn fetch(this: &Options, url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;
}

/// Where a call goes.
#[derive(Clone, Debug)]
pub(crate) enum Endpoint {
    /// To the backend.
    Url(String),
    /// To a function of the application, which gives the verdict itself.
    Function(Function),
}

/// Where the last resort leads.
pub(crate) enum Login {
    /// To a page.
    Url(String),
    /// Where the function says: it gets reason and way back, and returns a URL or nothing.
    Function(Box<LoginFunction>),
}

/// What decides about the way to the login: it gets the reason and the way back.
pub(crate) type LoginFunction = dyn Fn(Reason, &str) -> Result<Option<String>, JsValue>;

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login")
    }
}

/// How requests get their headers and are sent.
#[derive(Debug)]
pub(crate) enum Transport {
    /// As the options of the page say.
    Page(Options),
    /// By the global `fetch`, with these headers besides the protocol's own.
    #[cfg(feature = "frontend")]
    Global(Vec<(String, String)>),
}

impl Transport {
    /// Every header of a call, or a promise of them.
    pub(crate) fn headers(&self) -> Result<JsValue, JsValue> {
        match self {
            Self::Page(options) => options.headers(),
            #[cfg(feature = "frontend")]
            Self::Global(more) => frontend_headers(more).map(JsValue::from),
        }
    }

    /// Sends a request; a promise of the answer.
    pub(crate) fn fetch(&self, url: &str, init: &RequestInit) -> Result<JsValue, JsValue> {
        match self {
            Self::Page(options) => options.fetch(url, init),
            #[cfg(feature = "frontend")]
            Self::Global(_) => global_fetch(url, init),
        }
    }
}

#[cfg(feature = "frontend")]
#[wasm_bindgen]
extern "C" {
    /// By name, because `window.fetch` is not there in every kind of page.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;
}

/// The protocol's own headers, and those of the application, which win.
#[cfg(feature = "frontend")]
fn frontend_headers(more: &[(String, String)]) -> Result<web_sys::Headers, JsValue> {
    let headers = web_sys::Headers::new()?;
    headers.set("accept", crate::wire::ACCEPT)?;
    headers.set("content-type", "application/json")?;
    headers.set(crate::wire::CLIENT_HEADER, crate::wire::CLIENT_HEADER_VALUE)?;
    for (name, value) in more {
        headers.set(name, value)?;
    }
    Ok(headers)
}

/// Every choice of the application.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) validate: Endpoint,
    pub(crate) reconnect: Option<Endpoint>,
    pub(crate) logout: Option<Endpoint>,
    pub(crate) credential: Credential,
    pub(crate) classify: Option<Function>,
    pub(crate) transport: Transport,
    pub(crate) login: Option<Login>,
    pub(crate) return_to_param: String,
    pub(crate) redirect_max: u32,
    /// In milliseconds.
    pub(crate) redirect_per: f64,
    pub(crate) name: String,
    pub(crate) trace: bool,
}

impl Settings {
    /// From the options of JavaScript.
    pub(crate) fn read(options: Options) -> Self {
        let credential = credential(options.credential());
        let reconnect = endpoint(options.reconnect());
        let logout = endpoint(options.logout());
        let login = login(options.login());
        let config = Config {
            credential: credential.holder(),
            can_reconnect: reconnect.is_some(),
            can_log_out: logout.is_some(),
            redirects: login.is_some(),
            cross_tab: options.cross_tab(),
            idle: options.idle().map(millis),
            interval: millis(options.interval()),
            jitter_permille: permille(options.jitter()),
            slow_after: millis(options.slow_after()),
            validate_timeout: millis(options.validate_timeout()),
            reconnect_timeout: millis(options.reconnect_timeout()),
            retry_base: millis(options.retry_base()),
            retry_cap: millis(options.retry_cap()),
            retry_spread: millis(options.retry_spread()),
            warn_before: millis(options.warn_before()),
        };
        Self {
            config,
            validate: endpoint(options.validate()).unwrap_or(Endpoint::Url(String::new())),
            reconnect,
            logout,
            credential,
            classify: options.classify(),
            login,
            return_to_param: options.return_to_param(),
            redirect_max: options.redirect_max(),
            redirect_per: options.redirect_per(),
            name: options.name(),
            trace: options.trace(),
            transport: Transport::Page(options),
        }
    }
}

impl Credential {
    /// Who holds what a reconnect needs, as the engine distinguishes it.
    pub(crate) const fn holder(&self) -> CredentialHolder {
        match self {
            Self::Cookie => CredentialHolder::Cookie,
            Self::Memory(_) | Self::Store(_) => CredentialHolder::Page,
            #[cfg(feature = "frontend")]
            Self::Rust(_) => CredentialHolder::Page,
        }
    }
}

fn endpoint(value: JsValue) -> Option<Endpoint> {
    match value.as_string() {
        Some(url) => Some(Endpoint::Url(url)),
        None => value.is_function().then(|| Endpoint::Function(value.unchecked_into())),
    }
}

fn credential(value: JsValue) -> Credential {
    match value.as_string().as_deref() {
        Some("memory") => Credential::memory(),
        Some(_) => Credential::Cookie,
        None => Credential::Store(value.unchecked_into::<CredentialStore>()),
    }
}

fn login(value: JsValue) -> Option<Login> {
    if value.is_function() {
        let function: LoginCallback = value.unchecked_into();
        return Some(Login::Function(Box::new(move |reason, return_to| {
            let context = LoginContext::new();
            context.set_reason(reason.as_str());
            context.set_return_to(return_to);
            Ok(function.call(&JsValue::UNDEFINED, &context)?.as_string())
        })));
    }
    value.as_string().map(Login::Url)
}

#[wasm_bindgen]
extern "C" {
    type LoginCallback;
    #[wasm_bindgen(method, catch)]
    fn call(this: &LoginCallback, receiver: &JsValue, context: &LoginContext) -> Result<JsValue, JsValue>;

    /// What the option `login` is told.
    type LoginContext;
    #[wasm_bindgen(constructor, js_class = "Object")]
    fn new() -> LoginContext;
    #[wasm_bindgen(method, setter)]
    fn set_reason(this: &LoginContext, reason: &str);
    #[wasm_bindgen(method, setter, js_name = returnTo)]
    fn set_return_to(this: &LoginContext, return_to: &str);
}

/// A length in whole milliseconds.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn millis(length: f64) -> Millis {
    Millis(length as u64)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn permille(fraction: f64) -> u32 {
    (fraction * 1000.0 + 0.5) as u32
}
