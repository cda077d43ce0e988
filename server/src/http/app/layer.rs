//! The layer: notes who calls on the way in, and what became of the cookies on the way out.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, Request};
use tower::{Layer, Service};

use super::visit::Visit;
use crate::http::state::AppState;

/// Made by [`SessionKeepalive::layer`](super::SessionKeepalive::layer).
#[derive(Clone, Debug)]
pub struct SessionLayer {
    state: AppState,
}

impl SessionLayer {
    pub(super) const fn new(state: AppState) -> Self {
        Self { state }
    }
}

impl<Inner> Layer<Inner> for SessionLayer {
    type Service = SessionService<Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        SessionService { inner, state: self.state.clone() }
    }
}

/// A service below a [`SessionLayer`].
#[derive(Clone, Debug)]
pub struct SessionService<Inner> {
    inner: Inner,
    state: AppState,
}

impl<Inner, Body> Service<Request<Body>> for SessionService<Inner>
where
    Inner: Service<Request<Body>> + Clone + Send + 'static,
    Inner::Response: IntoResponse,
    Inner::Future: Send,
    Body: Send + 'static,
{
    type Response = Response;
    type Error = Inner::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Inner::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let visit = Visit::new(self.state.clone(), request.extensions(), request.headers());
        request.extensions_mut().insert(visit.clone());
        // The clone may not be ready; the one that was asked is.
        let next = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, next);
        Box::pin(async move {
            let mut response = ready.call(request).await?.into_response();
            let changes = visit.cookies();
            if !changes.is_empty() {
                let headers = response.headers_mut();
                headers.extend(changes);
                // Nobody else may get these cookies from a cache.
                headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
            }
            Ok(response)
        })
    }
}
