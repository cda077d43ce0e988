//! What the application chose. The facade validates; the engine trusts.

use postcard_schema::Schema;
use serde::{Deserialize, Serialize};

use super::time::Millis;

/// Who holds what a reconnect needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum CredentialHolder {
    /// The server's sealed ticket in an `HttpOnly` cookie: every validate may re-establish the session.
    Cookie,
    /// The application: the credential is sent on the reconnect call only.
    Page,
}

/// Every number is a default of `client.md` that an option changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Config {
    /// Who holds the credential.
    pub credential: CredentialHolder,
    /// Whether there is a reconnect call; without one, validate re-establishes by itself or nothing does.
    pub can_reconnect: bool,
    /// Whether there is a logout call.
    pub can_log_out: bool,
    /// Whether a last resort leads to the login page.
    pub redirects: bool,
    /// Whether the tabs of this name share their checks: one tab sends, all tabs receive the result.
    pub cross_tab: bool,
    /// Without a sign of the person for this long, in any tab, they count as idle; `None`: nobody wants to know.
    pub idle: Option<Millis>,
    /// Between two checks.
    pub interval: Millis,
    /// Spread of the interval, in thousandths: 100 is ±10 %.
    pub jitter_permille: u32,
    /// A request is called slow after this.
    pub slow_after: Millis,
    /// A check counts as failed after this.
    pub validate_timeout: Millis,
    /// A request that may re-establish the session is given up after this, never earlier.
    pub reconnect_timeout: Millis,
    /// First step of the backoff.
    pub retry_base: Millis,
    /// Longest step of the backoff.
    pub retry_cap: Millis,
    /// With nobody waiting, the first re-check after a failure falls anywhere within this.
    pub retry_spread: Millis,
    /// When to warn before a limit, where the server does not say.
    pub warn_before: Millis,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            credential: CredentialHolder::Cookie,
            can_reconnect: true,
            can_log_out: true,
            redirects: true,
            cross_tab: false,
            idle: None,
            interval: Millis::from_secs(300),
            jitter_permille: 100,
            slow_after: Millis::from_secs(3),
            validate_timeout: Millis::from_secs(15),
            reconnect_timeout: Millis::from_secs(90),
            retry_base: Millis(500),
            retry_cap: Millis::from_secs(30),
            retry_spread: Millis::from_secs(30),
            warn_before: Millis::from_secs(60),
        }
    }
}
