//! Every request: a number, a line in the log and its metrics.
//!
//! The log has the route's template, never the path or query as sent: those may hold what a person mistyped.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method};
use tracing::{Instrument, info, info_span};

use crate::telemetry::names;

/// Sent with every answer, so that a person's report finds its line in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What an answer is counted under where no route was matched; put into its extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named(pub(crate) &'static str);

/// Wraps the whole service.
pub(crate) async fn record(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id();
    let method = known_method(request.method());
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());

    let span = info_span!("request", request_id = id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let route = matched.unwrap_or_else(|| {
        let named = response.extensions().get::<Named>();
        named.map_or("unmatched", |named| named.0).to_owned()
    });

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
