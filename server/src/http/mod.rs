//! The protocol over HTTP: which request reaches which part of the domain, and in what form the answer leaves.
//!
//! A request passes, from the outside in: a number, a line in the log and the headers of all answers (`access`), then
//! for the API what its calls share (`guard`: CORS, the limit of a head, the cross-site rules), the demo's faults, and
//! only then a handler (`api`).

mod access;
mod admission;
mod api;
mod app;
mod around;
mod authenticate;
mod body;
mod connection_strings;
pub(crate) mod connections;
mod cookies;
mod cors;
mod csrf;
mod database;
mod demo;
mod guard;
mod headers;
mod health;
mod kept;
mod meters;
mod openapi;
mod problem;
mod server;
mod site;
mod source;
mod state;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};

use crate::config::Config;
use access::Access;
use around::Wrap;
use cookies::Cookies;
use database::Work;
use demo::Demo;
use health::Operation;
use site::Site;

pub use app::{Builder, CurrentSession, Kept, SessionKeepalive, SessionLayer, SessionService, Visit};
pub use authenticate::{Authenticate, Denied, Proven};
pub(crate) use connection_strings::ConnectionStrings;
pub use problem::Refusal;
pub use server::{Server, ServerHandle, StartError};

/// Where the API lives; tickets are sealed for it.
pub const API: &str = "/api";

/// The description of the API (OpenAPI 3.1) as a server with this configuration serves it.
pub fn description(config: &Config) -> String {
    let public = config.origin_at(config.listen);
    openapi::describe(&Cookies::new(&public, config.same_site(), config.partitioned()))
}

struct Routes {
    sessions: SessionKeepalive,
    work: Work,
    operation: Operation,
    site: Site,
    demo: Option<Demo>,
}

impl Routes {
    fn into_router(self) -> Router {
        let (sessions, demo) = (self.sessions, self.demo);
        let work = database::calls().into_router().layer(sessions.layer()).with_state(self.work);
        let api = sessions.stack(work, |routes| match &demo {
            Some(demo) => demo::under_faults(routes, demo, sessions.state()),
            None => routes,
        });
        let site = self.site;
        let mut app = health::calls()
            .into_router()
            .with_state(self.operation)
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(move |request| site.answer(request))
            .layer(from_fn(headers::bounded))
            .nest(API, api);
        if let Some(demo) = demo {
            app = app.nest("/demo", sessions.guarded(demo::routes(&demo, sessions.state())));
        }
        app.layer(Wrap(Access::default()))
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
