//! What all sign-ins with a credential share: somebody makes sure of it.

use session_keepalive::wire::ProblemCode;

use crate::http::admission::rate_limited;
use crate::http::authenticate::{Admitted, Attempt};
use crate::http::problem::Refusal;
use crate::http::source::Source;
use crate::http::state::AppState;

/// Has the credential checked once. A wrong one is counted against (source, who it claims to be).
pub(crate) async fn prove(state: &AppState, source: Source, attempt: Box<dyn Attempt>) -> Result<Admitted, Refusal> {
    // What claims to be nobody cannot be guessed at.
    let counted = attempt.claimed().map(|who| state.lockout.attempt(source, who)).transpose().map_err(rate_limited)?;
    let checked = attempt.check().await;
    match (&checked, counted) {
        (Ok(_), Some(counted)) => counted.succeeded(),
        (Err(refusal), Some(counted)) if refusal.code() == Some(ProblemCode::ConnectionRefused) => counted.failed(),
        (Ok(_) | Err(_), _) => {}
    }
    checked
}
