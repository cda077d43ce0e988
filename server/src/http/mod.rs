//! The protocol over HTTP: which request reaches which part of the domain, and in what form the answer leaves.
//!
//! A request passes, from the outside in: a number and a line in the log (`access`), headers for all, then for the
//! API `no-store`, CORS (`cors`, so that it is on every answer), the demo's faults, the limit of its head, the
//! cross-site rules (`csrf`), and only then a handler (`api`).

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
mod openapi;
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
use http::{Method, StatusCode};

use crate::config::Config;
use cookies::Cookies;
use csrf::OriginRules;
use demo::Demo;
use problem::Refusal;
use site::Site;
use state::AppState;

pub use server::{Server, ServerHandle, StartError};

/// Where the API lives; tickets are sealed for it.
pub const API: &str = "/api";

/// The description of the API (OpenAPI 3.1) as a server with this configuration serves it.
pub fn description(config: &Config) -> String {
    let public = config.origin_at(config.listen);
    openapi::describe(&Cookies::new(&public, config.same_site(), config.partitioned()))
}

struct Routes {
    state: AppState,
    rules: Arc<OriginRules>,
    site: Site,
    demo: Option<Demo>,
}

impl Routes {
    fn into_router(self) -> Router {
        let site = self.site.clone();
        let mut app = health::calls()
            .into_router()
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(move |request| site.answer(request))
            .layer(from_fn(headers::bounded))
            .nest(API, self.api());
        if let Some(demo) = &self.demo {
            app = app.nest("/demo", self.guarded(demo::routes(demo.clone())));
        }
        app.layer(from_fn(headers::everywhere)).layer(from_fn(access::record)).with_state(self.state)
    }

    fn api(&self) -> Router<AppState> {
        let mut routes = api::calls()
            .into_router()
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(no_such_call)
            .layer(from_fn_with_state(self.rules.clone(), csrf::guard))
            .layer(from_fn(headers::bounded));
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
            .layer(from_fn(headers::bounded))
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
