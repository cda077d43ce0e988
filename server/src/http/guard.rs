//! What every call of the API passes, in one piece: a router clones each of its layers for each request.
//!
//! From the outside in: headers of private answers, CORS (so that it is on every answer), the limit of a request's head,
//! the cross-site rules.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;

use super::around::Around;
use super::csrf::OriginRules;
use super::problem::Refusal;
use super::{cors, headers};

/// Answers preflights and refusals itself; all else is for the calls below.
#[derive(Clone)]
pub(crate) struct Guard(pub(crate) Arc<OriginRules>);

impl Around for Guard {
    /// The origin whose script may read the answer.
    type Seen = Option<HeaderValue>;

    fn before(&self, request: &Request) -> (Self::Seen, Option<Response>) {
        let listed = cors::listed(&self.0, request.headers());
        let answer = match cors::is_preflight(request) {
            true => Some(cors::preflight(listed.is_some())),
            false => self.admit(request).err().map(Refusal::into_response),
        };
        (listed, answer)
    }

    fn after(&self, listed: Self::Seen, response: &mut Response) {
        cors::share(response.headers_mut(), listed);
        headers::private(response.headers_mut());
    }
}

impl Guard {
    fn admit(&self, request: &Request) -> Result<(), Refusal> {
        headers::check_size(request.headers())?;
        self.0.check(request.method(), request.uri(), request.headers())
    }
}
