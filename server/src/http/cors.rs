//! CORS for listed origins, with credentials, never `*`, and on every answer: a browser that may not read an error
//! answer takes a refusal for a broken network.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use session_keepalive::wire::ProblemCode;

use super::csrf::OriginRules;
use super::problem::Refusal;

/// How long a browser may remember a preflight, in seconds; browsers cap it themselves (Chromium: 2 h).
const PREFLIGHT_AGE: &str = "7200";

/// The request's origin, where its script may read the answer.
pub(crate) fn listed(rules: &OriginRules, headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(ORIGIN).filter(|origin| origin.to_str().is_ok_and(|origin| rules.is_listed(origin))).cloned()
}

/// Says so on the answer, whatever that is.
pub(crate) fn share(headers: &mut HeaderMap, listed: Option<HeaderValue>) {
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = listed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        set(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after, date");
    }
}

/// Whether a browser asks if a request would be allowed.
pub(crate) fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to it.
pub(crate) fn preflight(listed: bool) -> Response {
    if !listed {
        let detail = "This origin may not call: let the operator list it with --allow-origin.";
        return Refusal::new(ProblemCode::CsrfRefused, detail).into_response();
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    set(headers, ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE");
    let allowed = "content-type, x-session-keepalive, idempotency-key";
    set(headers, ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    set(headers, ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE);
    response
}

fn set(headers: &mut HeaderMap, name: http::HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
