//! What connect and a reconnect with a remembered credential share: the target itself proves the credential.

use secrecy::SecretString;

use crate::http::admission::{Attempt, rate_limited};
use crate::http::connections::refusal;
use crate::http::problem::Refusal;
use crate::http::source::Source;
use crate::http::state::AppState;
use crate::targets::{Target, TargetErrorKind};

/// A credential that its target has accepted.
pub(super) struct Proven {
    pub(super) credential: SecretString,
    pub(super) subject: Option<String>,
}

/// Opens the target once. What it refuses is counted against (source, subject).
pub(super) async fn prove(state: &AppState, source: Source, target: Target) -> Result<Proven, Refusal> {
    let attempt = begin(state, source, &target)?;
    match target.open().await {
        // Closed again: the session opens its own on first use.
        Ok(_connection) => {
            if let Some(attempt) = attempt {
                attempt.succeeded();
            }
            Ok(Proven { credential: target.connection_string(), subject: subject(state, &target) })
        }
        Err(error) => {
            if let (Some(attempt), TargetErrorKind::Refused) = (attempt, error.kind()) {
                attempt.failed();
            }
            tracing::info!(code = error.code().as_str(), "sign-in refused by the target");
            Err(refusal(&error))
        }
    }
}

/// A target without authentication cannot be guessed at.
fn begin(state: &AppState, source: Source, target: &Target) -> Result<Option<Attempt>, Refusal> {
    target.subject().map(|subject| state.lockout.attempt(source, &subject)).transpose().map_err(rate_limited)
}

/// Whose session it is. A target without authentication knows nobody, so that each sign-in is a subject of its own;
/// the demo has one person, on several devices.
fn subject(state: &AppState, target: &Target) -> Option<String> {
    use secrecy::ExposeSecret;
    target.subject().or_else(|| {
        // Without authentication there is no password in it.
        state.demo.then(|| target.connection_string().expose_secret().to_owned())
    })
}
