//! The application's choices. The facade validates them; the engine relies on that.

use postcard_schema::Schema;
use serde::{Deserialize, Serialize};

use super::time::Millis;

/// Who holds the credential that a reconnect needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum CredentialHolder {
    /// The server's sealed ticket in an `HttpOnly` cookie: every validate may re-establish the session.
    Cookie,
    /// The application: the credential is sent on the reconnect call only.
    Page,
}

/// The config of a machine. The defaults are those of `client.md`; the options change them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Config {
    /// Who holds the credential.
    pub credential: CredentialHolder,
    /// Whether there is a reconnect call. Without one, only a validate call can re-establish the session.
    pub can_reconnect: bool,
    /// Whether there is a logout call.
    pub can_log_out: bool,
    /// Whether the end of a session redirects to the login page.
    pub redirects: bool,
    /// Whether the tabs of this name share their checks: one tab sends, all tabs receive the result.
    pub cross_tab: bool,
    /// The user counts as idle after this time without activity in any tab; `None`: idleness is not tracked.
    pub idle: Option<Millis>,
    /// Time between two checks.
    pub interval: Millis,
    /// Jitter of the interval, in thousandths: 100 is ±10 %.
    pub jitter_permille: u32,
    /// A request is called slow after this.
    pub slow_after: Millis,
    /// A check counts as failed after this.
    pub validate_timeout: Millis,
    /// A request that may re-establish the session is aborted after this, never earlier.
    pub reconnect_timeout: Millis,
    /// First step of the backoff.
    pub retry_base: Millis,
    /// Longest step of the backoff.
    pub retry_cap: Millis,
    /// While the user does not wait, the first retry after a failure falls anywhere within this.
    pub retry_spread: Millis,
    /// How long before a limit to warn, if the server does not say.
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
