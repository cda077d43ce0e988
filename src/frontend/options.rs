//! What a session is made with.

use std::time::Duration;

use wasm_bindgen::prelude::*;

use super::facade::{LoginContext, Record};
use crate::engine::Reason;

pub(super) type Login = Closure<dyn Fn(LoginContext) -> Option<String>>;

/// Where that is kept which re-establishes a session that the server has lost. What each protects from is in the README.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Credential {
    /// In the server's sealed ticket, an `HttpOnly` cookie.
    #[default]
    Cookie,
    /// In this page until it is closed.
    Memory,
    /// In IndexedDB, encrypted. Protection at rest only: not against script on the page.
    Sealed,
}

impl Credential {
    /// The public name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Memory => "memory",
            Self::Sealed => "sealed",
        }
    }
}

/// The options of a session. What is not set has its default.
///
/// Nothing is checked here: [`KeepAlive::create`](super::KeepAlive::create) hands them to the facade, which does. A duration is from
/// one millisecond to 400 days.
#[derive(Debug)]
#[must_use = "options do nothing before a session is created with them"]
pub struct Options {
    given: Record,
    login: Option<Login>,
}

impl Default for Options {
    fn default() -> Self {
        Self { given: Record::empty(), login: None }
    }
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The URL of the check. Default `/api/validate-session`.
    pub fn validate(self, url: &str) -> Self {
        self.set("validate", url)
    }

    /// The URL of the reconnect call. Default `/api/reconnect`.
    pub fn reconnect(self, url: &str) -> Self {
        self.set("reconnect", url)
    }

    /// There is no reconnect call: nothing but the check can re-establish the session.
    pub fn no_reconnect(self) -> Self {
        self.set("reconnect", false)
    }

    /// The URL of the logout call. Default `/api/logout`.
    pub fn logout(self, url: &str) -> Self {
        self.set("logout", url)
    }

    /// There is no logout call: signing out concerns the page alone.
    pub fn no_logout(self) -> Self {
        self.set("logout", false)
    }

    /// Where the credential is kept. Default [`Credential::Cookie`].
    pub fn credential(self, credential: Credential) -> Self {
        self.set("credential", credential.as_str())
    }

    /// One more header for these three calls.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.set_in("headers", name, value)
    }

    /// Between two checks, unless the server sets it. Default 5 minutes.
    pub fn interval(self, interval: Duration) -> Self {
        self.set("interval", millis(interval))
    }

    /// How far the interval is spread to both sides, as a fraction from 0 to 1. Default 0.1, which is ±10 %.
    pub fn jitter(self, fraction: f64) -> Self {
        self.set("jitter", fraction)
    }

    /// After this a request is called slow. Default 3 s; not longer than the timeout of the check.
    pub fn slow_after(self, timeout: Duration) -> Self {
        self.set_in("timeout", "slow", millis(timeout))
    }

    /// After this a check counts as failed. Default 15 s; not longer than the timeout of the reconnect.
    pub fn validate_timeout(self, timeout: Duration) -> Self {
        self.set_in("timeout", "validate", millis(timeout))
    }

    /// After this a request that may re-establish the session is given up, never earlier. Also the longest that
    /// [`fetch`](super::KeepAlive::fetch) waits. Default 90 s.
    pub fn reconnect_timeout(self, timeout: Duration) -> Self {
        self.set_in("timeout", "reconnect", millis(timeout))
    }

    /// First step of the backoff while a person is waiting. Default 500 ms; not longer than its cap.
    pub fn retry_base(self, step: Duration) -> Self {
        self.set_in("retry", "base", millis(step))
    }

    /// Longest step of the backoff. Default 30 s.
    pub fn retry_cap(self, step: Duration) -> Self {
        self.set_in("retry", "cap", millis(step))
    }

    /// With nobody waiting, the first retry falls anywhere within this. Default 30 s.
    pub fn retry_spread(self, spread: Duration) -> Self {
        self.set_in("retry", "spread", millis(spread))
    }

    /// Tells several sessions of one origin apart; tabs of one name share their checks. Default `session`.
    pub fn name(self, name: &str) -> Self {
        self.set("name", name)
    }

    /// Whether the tabs of one name make one check for all of them. Default true.
    pub fn cross_tab(self, shares: bool) -> Self {
        self.set("crossTab", shares)
    }

    /// The URL to go to as the last resort. Default `/connect`.
    pub fn login(self, url: &str) -> Self {
        self.set("login", url)
    }

    /// Goes nowhere: a session that has ended is an event alone.
    pub fn no_login(self) -> Self {
        self.set("login", false)
    }

    /// As the last resort asks where to go. The function is told why, and the path, query and hash of the page; it returns
    /// a URL, or goes there itself, by the application's router, and returns `None`.
    pub fn login_with(mut self, login: impl Fn(Reason, &str) -> Option<String> + 'static) -> Self {
        let login = Login::new(move |context: LoginContext| {
            let reason = Reason::parse(&context.reason()).unwrap_or(Reason::SessionLost);
            login(reason, &context.return_to())
        });
        self.given.set("login", login.as_js_value());
        self.login = Some(login);
        self
    }

    /// The query parameter of the login URL that holds path, query and hash of the page. Default `returnTo`.
    pub fn return_to_param(self, name: &str) -> Self {
        self.set("returnToParam", name)
    }

    /// At most `max` redirects in a tab within `per`; then the event alone. Default 2 per minute.
    pub fn redirect_budget(self, max: u32, per: Duration) -> Self {
        self.set_in("redirectBudget", "max", max).set_in("redirectBudget", "per", millis(per))
    }

    /// How long before a limit to warn, where the server does not say. Default 1 minute.
    pub fn warn_before(self, length: Duration) -> Self {
        self.set("warnBefore", millis(length))
    }

    /// After so long without a sign of the person in any tab comes [`Event::Idle`](super::Event::Idle). Default: never.
    pub fn idle(self, length: Duration) -> Self {
        self.set("idle", millis(length))
    }

    /// Whether every event is told to the console, and every number that goes into the engine and comes out. Default false.
    pub fn debug(self, debug: bool) -> Self {
        self.set("debug", debug)
    }

    /// Any option of the npm package by its name in JavaScript: for those that are functions or objects of JavaScript, as are
    /// `classify`, `fetch`, `signal`, or a credential store of the application's own.
    pub fn set(self, name: &str, value: impl Into<JsValue>) -> Self {
        self.given.set(name, &value.into());
        self
    }

    fn set_in(self, group: &str, name: &str, value: impl Into<JsValue>) -> Self {
        let found = self.given.get(group);
        let record = if found.is_object() { found.unchecked_into() } else { Record::empty() };
        record.set(name, &value.into());
        self.set(group, record)
    }

    /// What the facade is given, and what has to live as long as the session.
    pub(super) fn into_parts(self) -> (Record, Option<Login>) {
        (self.given, self.login)
    }
}

fn millis(length: Duration) -> f64 {
    length.as_secs_f64() * 1000.0
}
