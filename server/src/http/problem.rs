//! Error answers (RFC 9457).
//!
//! Everything that the protocol's table names carries its `code` and status. What is plain HTTP (no such path, wrong
//! method, a body that never came) has a status and no code: the client then goes by the status alone.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use session_keepalive::wire::{PROBLEM_MEDIA_TYPE, Problem, ProblemCode};
use utoipa::ToSchema;

/// The `type` of all problems: their `code` or status says which it is.
const BLANK: &str = "about:blank";

/// The body of an error answer that is plain HTTP.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlainProblem {
    /// Always `about:blank`: the status says it all.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status phrase.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong and what to do; never a secret.
    detail: String,
}

/// A request that was not carried out, and what to do about it: an `application/problem+json` answer.
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    code: Option<ProblemCode>,
    detail: String,
    retry_after: Option<Duration>,
    /// Boxed: most refusals have none, and a result should not be large because of them.
    headers: Option<Box<HeaderMap>>,
}

impl Refusal {
    /// A refusal of the protocol's table. `detail` is for the person or the developer and holds no secret.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            status: StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: Some(code),
            detail: detail.into(),
            retry_after: None,
            headers: None,
        }
    }

    /// A refusal that is plain HTTP.
    pub fn plain(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, code: None, detail: detail.into(), retry_after: None, headers: None }
    }

    /// Says when to ask again.
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Adds headers, for instance cookies.
    pub(crate) fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers.get_or_insert_default().extend(headers);
        self
    }

    #[cfg(test)]
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What the protocol calls it, if it does.
    pub fn code(&self) -> Option<ProblemCode> {
        self.code
    }
}

/// `retry-after` in whole seconds, rounded up so that nobody comes too early; never 0, which would be a busy loop.
fn whole_seconds(wait: Duration) -> u64 {
    let partial = u64::from(wait.subsec_nanos() > 0);
    (wait.as_secs() + partial).max(1)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error").to_owned();
        let mut response = match self.code {
            Some(code) => {
                Json(Problem { kind: BLANK.to_owned(), title, status: self.status.as_u16(), code, detail: self.detail })
                    .into_response()
            }
            None => Json(PlainProblem { kind: BLANK, title, status: self.status.as_u16(), detail: self.detail })
                .into_response(),
        };
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(own) = self.headers {
            headers.extend(*own);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_rounds_up_and_is_never_zero() {
        assert_eq!(whole_seconds(Duration::ZERO), 1);
        assert_eq!(whole_seconds(Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(Duration::from_millis(1001)), 2);
        assert_eq!(whole_seconds(Duration::from_secs(60)), 60);
    }

    #[test]
    fn a_refusal_has_the_status_of_its_code() {
        for code in ProblemCode::ALL {
            let response = Refusal::new(*code, "why").into_response();
            assert_eq!(response.status().as_u16(), code.status());
            assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_MEDIA_TYPE);
        }
    }
}
