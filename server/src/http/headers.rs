//! Headers: what every answer of a kind carries, and how much a request may have.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue};
use session_keepalive::wire::ProblemCode;

use super::problem::Refusal;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The largest head accepted, names and values together, in bytes. Browsers send cookies of up to 4 kB each; two of
/// ours and a few neighbours on the same host fit.
pub(crate) const MAX_HEAD: usize = 24 * 1024;

/// Refuses a head that is too large.
pub(crate) fn check_size(headers: &HeaderMap) -> Result<(), Refusal> {
    if head_size(headers) <= MAX_HEAD {
        return Ok(());
    }
    let detail = format!("The request's headers are larger than {MAX_HEAD} bytes: clear this site's cookies.");
    Err(Refusal::new(ProblemCode::PayloadTooLarge, detail))
}

/// The same, for what is no call of the API.
pub(crate) async fn bounded(request: Request, next: Next) -> Response {
    match check_size(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// For every answer: no guessing of types, no referrer (an address may hold a `returnTo`).
pub(crate) fn everywhere(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// For answers about a session: never stored, never embedded by another site.
pub(crate) fn private(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-site"));
}

fn head_size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
