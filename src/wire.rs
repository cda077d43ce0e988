//! The wire protocol, version 1: names and shapes that the browser module and a backend share.
//!
//! Times are durations in whole seconds, never timestamps, because clocks lie. `None` means "no such limit".
//! Requests refuse unknown fields; the answer's reader ignores them. The session id and the reconnect ticket exist
//! only in cookies and therefore have no type here.

use serde::{Deserialize, Serialize};
#[cfg(feature = "openapi")]
use utoipa::ToSchema;

/// Every state-changing request carries this header, which a cross-site form cannot send.
pub const CLIENT_HEADER: &str = "x-session-keepalive";
/// The value of [`CLIENT_HEADER`]: the protocol version.
pub const CLIENT_HEADER_VALUE: &str = "1";
/// Names one attempt to sign in with a remembered credential; the same key gives the same session.
pub const IDEMPOTENCY_HEADER: &str = "idempotency-key";
/// Media type of every error answer (RFC 9457).
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// What a client accepts, so that frameworks which negotiate answer in JSON.
pub const ACCEPT: &str = "application/json, application/problem+json";

/// `POST /api/connect`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct ConnectRequest<Secret> {
    /// Where to connect and as whom. `Secret` is a type whose `Debug` hides it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 1, write_only))]
    pub connection_string: Secret,
    /// Whether a reconnect ticket may be issued.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub remember: bool,
}

/// `POST /api/validate-session`. An empty body equals the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct ValidateRequest {
    /// Has the user done anything since the last check?
    #[serde(default)]
    pub activity: bool,
}

/// `POST /api/reconnect`. Without a credential the ticket cookie decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct ReconnectRequest<Secret> {
    /// A credential that the page remembered.
    #[serde(default = "none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, min_length = 1, write_only))]
    pub connection_string: Option<Secret>,
}

/// `POST /api/logout`. An empty body equals the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct LogoutRequest {
    /// End every session of the subject, not only this one.
    #[serde(default)]
    pub everywhere: bool,
}

/// The answer to connect, validate and reconnect when the session is good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct SessionAnswer {
    /// Always true; an answer without it is not a session answer (a captive portal, a proxy page).
    pub valid: bool,
    /// This very request re-established the session.
    pub reconnected: bool,
    /// 1 at connect; grows by one each time the family is re-established.
    pub epoch: u32,
    /// `user@host:port/database`, or null until it is known.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub subject: Option<String>,
    /// Seconds until the idle limit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub idle_in: Option<u32>,
    /// Seconds until the absolute limit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub absolute_in: Option<u32>,
    /// Seconds until the user should be warned.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub warn_in: Option<u32>,
    /// Seconds until the next check, where the policy or the load sets it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_check_in: Option<u32>,
}

/// `GET /api/sessions`: the live sessions of the subject, the most recently active first. A session that knows no
/// subject is alone in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct SessionsAnswer {
    /// The sessions.
    pub sessions: Vec<SessionEntry>,
}

/// One session in the list of a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct SessionEntry {
    /// Names it, for `DELETE /api/sessions/{handle}` and nothing else; the same for as long as it lives.
    pub handle: String,
    /// It is the one that asks.
    pub current: bool,
    /// Seconds since the sign-in.
    pub age: u32,
    /// Seconds since its last request, as far as that was written down.
    pub last_seen_ago: u32,
    /// Seconds since its last request that counted as activity, as far as that was written down.
    pub last_activity_ago: u32,
    /// Seconds until the idle limit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub idle_in: Option<u32>,
    /// Seconds until the absolute limit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub absolute_in: Option<u32>,
    /// The browser, in its own words.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub user_agent: Option<String>,
}

/// An error answer (RFC 9457) with a stable `code`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct Problem {
    /// Always `about:blank`: the `code` identifies the problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status phrase.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One of [`ProblemCode`].
    pub code: ProblemCode,
    /// What is wrong and what to do; never a secret.
    pub detail: String,
}

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal;)*) => {
        /// Why a request was refused. The meaning for the client is in [`crate::engine::classify`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[derive(Serialize, Deserialize)]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl ProblemCode {
            /// Every code, in the order of the protocol's table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The code of that name, if there is one.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// The HTTP status that carries it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
        }
    };
}

problem_codes! {
    /// No such session: lost in a restart, or never there.
    SessionUnknown = "SESSION_UNKNOWN", 401;
    /// The idle limit was reached.
    SessionTimeout = "SESSION_TIMEOUT", 401;
    /// The absolute limit was reached.
    SessionExpired = "SESSION_EXPIRED", 401;
    /// Logged out, or revoked from another device.
    SessionRevoked = "SESSION_REVOKED", 401;
    /// Pushed out by a limit.
    SessionEvicted = "SESSION_EVICTED", 401;
    /// The ticket or credential was not accepted.
    ReconnectRefused = "RECONNECT_REFUSED", 401;
    /// The target refused these credentials.
    ConnectionRefused = "CONNECTION_REFUSED", 422;
    /// Scheme, host or port is not on the allowlist.
    TargetNotAllowed = "TARGET_NOT_ALLOWED", 403;
    /// A session limit was reached and the policy rejects.
    SessionLimit = "SESSION_LIMIT", 409;
    /// A required header is missing, or the origin or host is foreign.
    CsrfRefused = "CSRF_REFUSED", 403;
    /// A field is missing, unknown or malformed.
    InvalidRequest = "INVALID_REQUEST", 400;
    /// The body, a header or the ticket is too large.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", 413;
    /// Too many requests; `retry-after` says when.
    RateLimited = "RATE_LIMITED", 429;
    /// The session store is down; `retry-after` says when to ask again.
    StoreUnavailable = "STORE_UNAVAILABLE", 503;
    /// The target is down; `retry-after` says when to ask again.
    TargetUnavailable = "TARGET_UNAVAILABLE", 503;
    /// The server sheds load; `retry-after` says when to ask again.
    Overloaded = "OVERLOADED", 503;
}

// Not derived: the derive does not see names that a macro gives.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ProblemCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl ToSchema for ProblemCode {}

const fn yes() -> bool {
    true
}

const fn none<T>() -> Option<T> {
    None
}
