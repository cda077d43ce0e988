//! The protocol over HTTP: which request reaches which part of the domain, and in what form the answer leaves.
//!
//! A request passes, from the outside in: a number and a line in the log (`access`), headers for all, then for the
//! API `no-store`, CORS (`cors`, so that it is on every answer), the demo's faults, the cross-site rules (`csrf`),
//! and only then a handler (`api`).

mod access;
mod admission;
mod api;
mod body;
pub(crate) mod connections;
mod cookies;
mod cors;
mod csrf;
mod demo;
mod headers;
mod health;
mod problem;
mod server;
mod site;
mod source;
pub(crate) mod state;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{Method, StatusCode};
use metrics_exporter_prometheus::PrometheusHandle;

use csrf::OriginRules;
use demo::Demo;
use problem::Refusal;
use site::Site;
use state::AppState;

pub use server::{Server, ServerHandle, StartError};

/// Where the API lives; tickets are sealed for it.
pub const API: &str = "/api";

struct Routes {
    state: AppState,
    rules: Arc<OriginRules>,
    metrics: PrometheusHandle,
    site: Site,
    demo: Option<Demo>,
}

impl Routes {
    fn into_router(self) -> Router {
        let mut app = Router::new().nest(API, self.api());
        if let Some(demo) = &self.demo {
            app = app.nest("/demo", self.guarded(demo::routes(demo.clone())));
        }
        let metrics = self.metrics;
        let site = self.site;
        app.route("/healthz", get(health::alive))
            .route("/readyz", get(health::ready))
            .route("/metrics", get(move |state| health::metrics(state, metrics)))
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(move |request| site.answer(request))
            .layer(from_fn(headers::everywhere))
            .layer(from_fn(access::record))
            .with_state(self.state)
    }

    fn api(&self) -> Router<AppState> {
        let mut routes = api::routes()
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(no_such_call)
            .layer(from_fn_with_state(self.rules.clone(), csrf::guard));
        if let Some(demo) = &self.demo {
            routes = routes.layer(from_fn_with_state(demo.faults.clone(), demo::fault::inject));
        }
        routes.layer(from_fn_with_state(self.rules.clone(), cors::share)).layer(from_fn(headers::private))
    }

    fn guarded(&self, routes: Router<AppState>) -> Router<AppState> {
        routes
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(no_such_call)
            .layer(from_fn_with_state(self.rules.clone(), csrf::guard))
            .layer(from_fn(headers::private))
    }
}

async fn no_such_call() -> Refusal {
    Refusal::plain(StatusCode::NOT_FOUND, "There is no such call.")
}

/// The `allow` header, which says what would be allowed, is added by the router. `OPTIONS` asks for just that.
async fn method_not_allowed(request: Request) -> Response {
    if *request.method() == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let detail = "This call has another method; the header 'allow' names it.";
    Refusal::plain(StatusCode::METHOD_NOT_ALLOWED, detail).into_response()
}
