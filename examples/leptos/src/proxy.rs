//! Passes requests on to the backend.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::uri::{Authority, Scheme, Uri};
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Where the backend is, and the connections to it.
#[derive(Clone)]
pub struct Proxy {
    backend: Authority,
    client: Client<HttpConnector, Body>,
}

impl Proxy {
    pub fn new(backend: Authority) -> Self {
        Self { backend, client: Client::builder(TokioExecutor::new()).build_http() }
    }
}

/// The backend's answer, or 502 while it is down: the session is kept over both. `Host` stays the page's, because the backend answers
/// for the public origin alone.
pub async fn pass_on(State(Proxy { backend, client }): State<Proxy>, mut request: Request) -> Response {
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(backend);
    let Ok(uri) = Uri::from_parts(parts) else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    match client.request(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
