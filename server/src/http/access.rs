//! Every request: a number, limits on its head, a line in the log and its metrics.
//!
//! The log has the route's template, never the path or query as sent: those may hold what a person mistyped.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use session_keepalive::wire::ProblemCode;
use tracing::{Instrument, info, info_span};

use super::problem::Refusal;
use crate::telemetry::names;

/// Sent with every answer, so that a person's report finds its line in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The largest head accepted, names and values together, in bytes. Browsers send cookies of up to 4 kB each; two of
/// ours and a few neighbours on the same host fit.
pub(crate) const MAX_HEAD: usize = 24 * 1024;

/// Wraps the whole service.
pub(crate) async fn record(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id();
    let method = known_method(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());

    let span = info_span!("request", request_id = id);
    let answering = async {
        if head_size(request.headers()) > MAX_HEAD {
            return head_too_large();
        }
        next.run(request).await
    };
    let mut response = answering.instrument(span.clone()).await;

    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    // Milliseconds with three decimals: a memory store answers in microseconds.
    let ms = elapsed.as_micros() as f64 / 1000.0;
    span.in_scope(|| info!(method, route, status, ms, "answered"));
    metrics::counter!(names::HTTP_REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!(names::HTTP_SECONDS, "route" => route).record(elapsed.as_secs_f64());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A method may be any word; as a label it would let a stranger grow the metrics without bound.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn request_id() -> String {
    // Random only so that two servers' logs can be read together; nothing is secured by it.
    use std::hash::{BuildHasher, RandomState};
    format!("{:016x}", RandomState::new().hash_one(Instant::now()))
}

fn head_size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

fn head_too_large() -> Response {
    let detail = format!("The request's headers are larger than {MAX_HEAD} bytes: clear this site's cookies.");
    Refusal::new(ProblemCode::PayloadTooLarge, detail).into_response()
}
