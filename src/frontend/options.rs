//! What a session is made with.

use std::fmt;
use std::time::Duration;

use super::credential::{Credential, CredentialStore};
use super::error::OptionError;
use crate::engine::{Config, CredentialHolder, Millis, Reason};

/// 400 days, as for cookies (RFC 6265bis, 5.5).
const LONGEST: Duration = Duration::from_secs(400 * 86_400);

pub(super) type LoginFunction = dyn Fn(Reason, &str) -> Option<String>;

/// Where the last resort leads.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub(super) enum Login {
    Nowhere,
    Url(String),
    Function(Box<LoginFunction>),
}

/// Where the credential is kept.
pub(super) enum Keeper {
    Level(Credential),
    #[cfg(target_arch = "wasm32")]
    Store(Box<dyn crate::browser::credential::RustStore>),
    #[cfg(not(target_arch = "wasm32"))]
    Store,
}

/// What goes to the console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DebugLog {
    /// Nothing.
    #[default]
    Off,
    /// Every event, in words.
    Events,
    /// Every input of the engine, as a log that `cargo run --example replay` replays.
    Replay,
}

/// The options of a session, those of the npm package. What is not set has its default.
///
/// [`KeepAlive::create`](super::KeepAlive::create) checks them: a duration is from one millisecond to 400 days, and URLs and names are not
/// empty.
///
/// ```
/// use session_keepalive::{Credential, DebugLog, Options};
/// use std::time::Duration;
///
/// let options = Options::new()
///     .validate("https://api.example/validate-session")
///     .no_reconnect() // the check re-establishes the session by itself
///     .logout("https://api.example/logout")
///     .header("x-tenant", "blue")
///     .interval(Duration::from_secs(120))
///     .idle(Duration::from_secs(900))
///     .login_with(|reason, return_to| Some(format!("/sign-in?why={}&to={return_to}", reason.as_str())))
///     .debug(DebugLog::Events);
/// ```
#[must_use = "options do nothing before a session is created with them"]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub struct Options {
    pub(super) validate: String,
    pub(super) reconnect: Option<String>,
    pub(super) logout: Option<String>,
    pub(super) keeper: Keeper,
    pub(super) headers: Vec<(String, String)>,
    interval: Duration,
    jitter: f64,
    slow_after: Duration,
    validate_timeout: Duration,
    reconnect_timeout: Duration,
    retry_base: Duration,
    retry_cap: Duration,
    retry_spread: Duration,
    pub(super) name: String,
    pub(super) cross_tab: bool,
    pub(super) login: Login,
    pub(super) return_to_param: String,
    pub(super) redirect_max: u32,
    pub(super) redirect_per: Duration,
    warn_before: Duration,
    idle: Option<Duration>,
    pub(super) debug: DebugLog,
    #[cfg(target_arch = "wasm32")]
    pub(super) classify: Option<js_sys::Function>,
}

/// Without the values: some are secret.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            validate: "/api/validate-session".to_owned(),
            reconnect: Some("/api/reconnect".to_owned()),
            logout: Some("/api/logout".to_owned()),
            keeper: Keeper::Level(Credential::Cookie),
            headers: Vec::new(),
            interval: Duration::from_secs(300),
            jitter: 0.1,
            slow_after: Duration::from_secs(3),
            validate_timeout: Duration::from_secs(15),
            reconnect_timeout: Duration::from_secs(90),
            retry_base: Duration::from_millis(500),
            retry_cap: Duration::from_secs(30),
            retry_spread: Duration::from_secs(30),
            name: "session".to_owned(),
            cross_tab: true,
            login: Login::Url("/connect".to_owned()),
            return_to_param: "returnTo".to_owned(),
            redirect_max: 2,
            redirect_per: Duration::from_secs(60),
            warn_before: Duration::from_secs(60),
            idle: None,
            debug: DebugLog::Off,
            #[cfg(target_arch = "wasm32")]
            classify: None,
        }
    }
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The URL of the check. Default `/api/validate-session`.
    pub fn validate(mut self, url: impl Into<String>) -> Self {
        self.validate = url.into();
        self
    }

    /// The URL of the reconnect call. Default `/api/reconnect`.
    pub fn reconnect(mut self, url: impl Into<String>) -> Self {
        self.reconnect = Some(url.into());
        self
    }

    /// There is no reconnect call: only the check can re-establish the session.
    pub fn no_reconnect(mut self) -> Self {
        self.reconnect = None;
        self
    }

    /// The URL of the logout call. Default `/api/logout`.
    pub fn logout(mut self, url: impl Into<String>) -> Self {
        self.logout = Some(url.into());
        self
    }

    /// There is no logout call: signing out concerns the page alone.
    pub fn no_logout(mut self) -> Self {
        self.logout = None;
        self
    }

    /// Where the credential is kept. Default [`Credential::Cookie`].
    pub fn credential(mut self, level: Credential) -> Self {
        self.keeper = Keeper::Level(level);
        self
    }

    /// Keeps the credential in a store of the application's own.
    #[cfg_attr(not(target_arch = "wasm32"), allow(unused_variables))]
    pub fn credential_store(mut self, store: impl CredentialStore + 'static) -> Self {
        #[cfg(target_arch = "wasm32")]
        {
            self.keeper = Keeper::Store(super::store::erase(store));
        }
        #[cfg(not(target_arch = "wasm32"))]
        {
            self.keeper = Keeper::Store;
        }
        self
    }

    /// One more header for the three calls. One of the protocol's own is replaced.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Between two checks, unless the server sets it. Default 5 minutes.
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// How far the interval is spread to both sides, as a fraction from 0 to 1. Default 0.1, which is ±10 %.
    pub const fn jitter(mut self, fraction: f64) -> Self {
        self.jitter = fraction;
        self
    }

    /// After this a request is called slow. Default 3 s; not longer than the timeout of the check.
    pub const fn slow_after(mut self, timeout: Duration) -> Self {
        self.slow_after = timeout;
        self
    }

    /// After this a check counts as failed. Default 15 s; not longer than the timeout of the reconnect.
    pub const fn validate_timeout(mut self, timeout: Duration) -> Self {
        self.validate_timeout = timeout;
        self
    }

    /// After this a request that may re-establish the session is aborted, never earlier. Also the longest that
    /// [`KeepAlive::fetch`](super::KeepAlive) waits. Default 90 s.
    pub const fn reconnect_timeout(mut self, timeout: Duration) -> Self {
        self.reconnect_timeout = timeout;
        self
    }

    /// First step of the backoff while the user waits. Default 500 ms; not longer than its cap.
    pub const fn retry_base(mut self, step: Duration) -> Self {
        self.retry_base = step;
        self
    }

    /// Longest step of the backoff. Default 30 s.
    pub const fn retry_cap(mut self, step: Duration) -> Self {
        self.retry_cap = step;
        self
    }

    /// While the user does not wait, the first retry falls anywhere within this. Default 30 s.
    pub const fn retry_spread(mut self, spread: Duration) -> Self {
        self.retry_spread = spread;
        self
    }

    /// Tells several sessions of one origin apart; tabs of one name share their checks. Default `session`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Whether the tabs of one name make one check for all of them. Default true.
    pub const fn cross_tab(mut self, shares: bool) -> Self {
        self.cross_tab = shares;
        self
    }

    /// The URL to go to as the last resort. Default `/connect`.
    pub fn login(mut self, url: impl Into<String>) -> Self {
        self.login = Login::Url(url.into());
        self
    }

    /// Goes nowhere: the end of a session is only an event.
    pub fn no_login(mut self) -> Self {
        self.login = Login::Nowhere;
        self
    }

    /// Asks where to go as the last resort. The function gets the reason, and the path, query and hash of the page; it returns a
    /// URL, or goes there itself, by the application's router, and returns `None`.
    pub fn login_with(mut self, login: impl Fn(Reason, &str) -> Option<String> + 'static) -> Self {
        self.login = Login::Function(Box::new(login));
        self
    }

    /// The query parameter of the login URL that holds path, query and hash of the page. Default `returnTo`.
    pub fn return_to_param(mut self, name: impl Into<String>) -> Self {
        self.return_to_param = name.into();
        self
    }

    /// At most `max` redirects of a tab within `per`, then only the event. Default 2 per minute; at most 1000.
    pub const fn redirect_budget(mut self, max: u32, per: Duration) -> Self {
        self.redirect_max = max;
        self.redirect_per = per;
        self
    }

    /// How long before a limit to warn, where the server does not say. Default 1 minute.
    pub const fn warn_before(mut self, length: Duration) -> Self {
        self.warn_before = length;
        self
    }

    /// After this time without activity of the user in any tab comes [`Event::Idle`](super::Event::Idle). Default: never.
    pub const fn idle(mut self, length: Duration) -> Self {
        self.idle = Some(length);
        self
    }

    /// What goes to the console. Default [`DebugLog::Off`].
    pub const fn debug(mut self, log: DebugLog) -> Self {
        self.debug = log;
        self
    }

    /// `classify` of the npm package, for a backend with unusual answers: gets the `Response`, and returns a `Verdict`, a promise of
    /// one, or `undefined` for the default table.
    #[cfg(target_arch = "wasm32")]
    pub fn classify(mut self, function: js_sys::Function) -> Self {
        self.classify = Some(function);
        self
    }

    /// The engine's part of the options, once all of them are checked.
    pub(super) fn check(&self) -> Result<Config, OptionError> {
        text("validate", Some(&self.validate))?;
        text("reconnect", self.reconnect.as_deref())?;
        text("logout", self.logout.as_deref())?;
        text("name", Some(&self.name))?;
        text("return_to_param", Some(&self.return_to_param))?;
        if let Login::Url(url) = &self.login {
            text("login", Some(url))?;
        }
        if !(0.0..=1.0).contains(&self.jitter) {
            return Err(OptionError::Invalid { option: "jitter", wants: "a number from 0 to 1" });
        }
        if self.redirect_max > 1000 {
            return Err(OptionError::Invalid { option: "redirect_budget", wants: "at most 1000 redirects" });
        }
        duration("redirect_budget", self.redirect_per)?;
        let idle = self.idle.map(|length| duration("idle", length)).transpose()?;
        let config = Config {
            credential: match self.keeper {
                Keeper::Level(Credential::Cookie) => CredentialHolder::Cookie,
                _ => CredentialHolder::Page,
            },
            can_reconnect: self.reconnect.is_some(),
            can_log_out: self.logout.is_some(),
            redirects: !matches!(self.login, Login::Nowhere),
            cross_tab: self.cross_tab,
            idle,
            interval: duration("interval", self.interval)?,
            jitter_permille: permille(self.jitter),
            slow_after: duration("slow_after", self.slow_after)?,
            validate_timeout: duration("validate_timeout", self.validate_timeout)?,
            reconnect_timeout: duration("reconnect_timeout", self.reconnect_timeout)?,
            retry_base: duration("retry_base", self.retry_base)?,
            retry_cap: duration("retry_cap", self.retry_cap)?,
            retry_spread: duration("retry_spread", self.retry_spread)?,
            warn_before: duration("warn_before", self.warn_before)?,
        };
        in_order(("slow_after", self.slow_after), ("validate_timeout", self.validate_timeout))?;
        in_order(("validate_timeout", self.validate_timeout), ("reconnect_timeout", self.reconnect_timeout))?;
        in_order(("retry_base", self.retry_base), ("retry_cap", self.retry_cap))?;
        Ok(config)
    }
}

fn text(option: &'static str, value: Option<&str>) -> Result<(), OptionError> {
    match value.map(str::trim) {
        Some("") => Err(OptionError::Invalid { option, wants: "a string that is not empty" }),
        Some(_) | None => Ok(()),
    }
}

fn duration(option: &'static str, length: Duration) -> Result<Millis, OptionError> {
    if (Duration::from_millis(1)..=LONGEST).contains(&length) {
        Ok(millis(length))
    } else {
        Err(OptionError::Invalid { option, wants: "a duration from 1 ms to 400 days" })
    }
}

fn in_order(
    (than, shorter): (&'static str, Duration),
    (option, longer): (&'static str, Duration),
) -> Result<(), OptionError> {
    if shorter > longer { Err(OptionError::Shorter { option, than }) } else { Ok(()) }
}

/// Whole milliseconds; fractions are cut off.
pub(super) fn millis(length: Duration) -> Millis {
    Millis(u64::try_from(length.as_millis()).unwrap_or(u64::MAX))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn permille(fraction: f64) -> u32 {
    (fraction * 1000.0 + 0.5) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(length: u64) -> Duration {
        Duration::from_millis(length)
    }

    #[test]
    fn the_defaults_are_those_of_the_engine_with_tabs() {
        assert_eq!(Options::new().check(), Ok(Config { cross_tab: true, ..Config::default() }));
    }

    #[test]
    fn every_option_arrives_under_its_own_name() {
        let options = Options::new()
            .no_reconnect()
            .no_logout()
            .no_login()
            .credential(Credential::Memory)
            .cross_tab(false)
            .idle(ms(1))
            .interval(ms(2))
            .jitter(0.25)
            .slow_after(ms(3))
            .validate_timeout(ms(4))
            .reconnect_timeout(ms(5))
            .retry_base(ms(6))
            .retry_cap(ms(7))
            .retry_spread(ms(8))
            .warn_before(ms(9));
        let expected = Config {
            credential: CredentialHolder::Page,
            can_reconnect: false,
            can_log_out: false,
            redirects: false,
            cross_tab: false,
            idle: Some(Millis(1)),
            interval: Millis(2),
            jitter_permille: 250,
            slow_after: Millis(3),
            validate_timeout: Millis(4),
            reconnect_timeout: Millis(5),
            retry_base: Millis(6),
            retry_cap: Millis(7),
            retry_spread: Millis(8),
            warn_before: Millis(9),
        };
        assert_eq!(options.check(), Ok(expected));
    }

    #[test]
    fn only_the_servers_ticket_is_not_held_by_the_page() {
        let holder = |level| Options::new().credential(level).check().unwrap().credential;
        assert_eq!(holder(Credential::Cookie), CredentialHolder::Cookie);
        assert_eq!(holder(Credential::Memory), CredentialHolder::Page);
        assert_eq!(holder(Credential::Sealed), CredentialHolder::Page);
    }

    #[test]
    fn a_mistake_is_named() {
        let long = LONGEST + ms(1);
        let new = Options::new;
        let (a_duration, a_text) = ("a duration from 1 ms to 400 days", "a string that is not empty");
        let rows = [
            (new().validate(""), "validate", a_text),
            (new().reconnect(" "), "reconnect", a_text),
            (new().logout(""), "logout", a_text),
            (new().login("\t"), "login", a_text),
            (new().name(""), "name", a_text),
            (new().return_to_param(""), "return_to_param", a_text),
            (new().jitter(-0.1), "jitter", "a number from 0 to 1"),
            (new().jitter(1.1), "jitter", "a number from 0 to 1"),
            (new().jitter(f64::NAN), "jitter", "a number from 0 to 1"),
            (new().redirect_budget(1001, ms(1)), "redirect_budget", "at most 1000 redirects"),
            (new().redirect_budget(1, ms(0)), "redirect_budget", a_duration),
            (new().interval(Duration::from_micros(999)), "interval", a_duration),
            (new().interval(long), "interval", a_duration),
            (new().idle(ms(0)), "idle", a_duration),
            (new().slow_after(ms(0)), "slow_after", a_duration),
            (new().validate_timeout(ms(0)), "validate_timeout", a_duration),
            (new().reconnect_timeout(long), "reconnect_timeout", a_duration),
            (new().retry_base(ms(0)), "retry_base", a_duration),
            (new().retry_cap(long), "retry_cap", a_duration),
            (new().retry_spread(ms(0)), "retry_spread", a_duration),
            (new().warn_before(ms(0)), "warn_before", a_duration),
        ];
        for (options, option, wants) in rows {
            assert_eq!(options.check(), Err(OptionError::Invalid { option, wants }));
        }
    }

    #[test]
    fn durations_in_the_wrong_order_are_named() {
        let new = Options::new;
        let rows = [
            (new().slow_after(ms(15_001)), "validate_timeout", "slow_after"),
            (new().validate_timeout(ms(90_001)), "reconnect_timeout", "validate_timeout"),
            (new().retry_base(ms(30_001)), "retry_cap", "retry_base"),
        ];
        for (options, option, than) in rows {
            let mistake = OptionError::Shorter { option, than };
            assert_eq!(options.check(), Err(mistake));
            assert_eq!(
                mistake.to_string(),
                format!("session-keepalive: option `{option}` must not be shorter than `{than}`")
            );
        }
    }

    #[test]
    fn the_ends_of_every_range_are_allowed() {
        let new = Options::new;
        for options in [
            new().interval(ms(1)),
            new().interval(LONGEST),
            new().jitter(0.0),
            new().jitter(1.0),
            new().redirect_budget(0, ms(1)),
            new().redirect_budget(1000, LONGEST),
            new().slow_after(ms(15_000)).validate_timeout(ms(15_000)).reconnect_timeout(ms(15_000)),
        ] {
            assert!(options.check().is_ok(), "{options:?}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let options = Options::new().header("authorization", "Bearer s3cret").name("shop");
        let printed = format!("{options:?}");
        assert!(printed.contains("shop") && !printed.contains("s3cret"), "{printed}");
    }
}
