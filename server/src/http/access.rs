//! Every request: a number, a line in the log and its metrics.
//!
//! The log has the route's template, never the path or query as sent: those may hold what a person mistyped. A line
//! for each answer is for debugging; refusals and failures are told always.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method};
use tracing::{Span, debug, info, info_span};

use super::around::Around;
use super::headers;
use super::meters::Meters;

/// Sent with every answer, so that a person's report finds its line in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What an answer is counted under where no route was matched; put into its extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named(pub(crate) &'static str);

/// Wraps the whole service.
#[derive(Clone, Default)]
pub(crate) struct Access(Arc<Meters>);

/// A request under way.
pub(crate) struct Seen {
    started: Instant,
    id: String,
    method: &'static str,
    matched: Option<MatchedPath>,
    span: Span,
}

impl Around for Access {
    type Seen = Seen;

    fn before(&self, request: &Request) -> (Seen, Option<Response>) {
        let (started, id) = (Instant::now(), request_id());
        let span = info_span!("request", request_id = id);
        let matched = request.extensions().get::<MatchedPath>().cloned();
        (Seen { started, id, method: known_method(request.method()), matched, span }, None)
    }

    fn after(&self, Seen { started, id, method, matched, span }: Seen, response: &mut Response) {
        let named = response.extensions().get::<Named>().map_or("unmatched", |named| named.0);
        let route = matched.as_ref().map_or(named, MatchedPath::as_str);
        let status = response.status().as_u16();
        let elapsed = started.elapsed();
        // Milliseconds with three decimals: a memory store answers in microseconds.
        let ms = elapsed.as_micros() as f64 / 1000.0;
        span.in_scope(|| match status {
            400.. => info!(method, route, status, ms, "answered"),
            _ => debug!(method, route, status, ms, "answered"),
        });
        self.0.answered(route, method, status, elapsed);
        headers::everywhere(response.headers_mut());
        if let Ok(id) = HeaderValue::try_from(id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
    }

    fn span(seen: &Seen) -> Option<&Span> {
        Some(&seen.span)
    }
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
