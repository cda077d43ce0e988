//! Sessions for any axum application: the protocol's routes to nest, and a layer that lets handlers see who is there.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use axum::{Router, routing::get};
//! # use session_keepalive_server::{http::{Authenticate, CurrentSession, SessionKeepalive}, policy::SERVERLESS_24H};
//! # use session_keepalive_server::{store::memory::MemoryStore, ticket::TicketKeys};
//! # fn app(accounts: impl Authenticate, keys: TicketKeys) -> Result<Router, Box<dyn std::error::Error>> {
//! async fn hello(session: CurrentSession<String>) -> String {
//!     format!("Hello, {}", session.subject)
//! }
//!
//! let sessions = SessionKeepalive::builder(SERVERLESS_24H, Arc::new(MemoryStore::new()))
//!     .keys(keys)
//!     .origin("https://app.example".parse()?)
//!     .authenticate(accounts)
//!     .build()?;
//! let app = Router::new().route("/hello", get(hello)).nest("/api", sessions.routes()).layer(sessions.layer());
//! # Ok(app) }
//! ```
//!
//! Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: failed sign-ins are counted by where they come
//! from. Sweep with [`Sessions::sweep_until`] in a task of its own, and call [`SessionKeepalive::finish`] at the end.
//!
//! A state-changing request that another site may have started is refused wherever a handler asks for a session.

mod builder;
mod current;
mod layer;
mod visit;

use axum::Router;

pub use builder::Builder;
pub use current::CurrentSession;
pub use layer::{SessionLayer, SessionService};
pub use visit::{Kept, Visit};

use super::around::Wrap;
use super::guard::Guard;
use super::state::AppState;
use super::{api, method_not_allowed, no_such_call};
use crate::sessions::Sessions;

/// Sessions of one application, ready to be served. Clones share everything.
#[derive(Clone, Debug)]
pub struct SessionKeepalive {
    state: AppState,
}

impl SessionKeepalive {
    /// The calls of the protocol, to be nested at the path that the page's module knows (`/api`).
    pub fn routes(&self) -> Router {
        self.routes_with(Router::new())
    }

    /// The same, with calls of the application beside them: they too answer listed origins only, and refuse what
    /// another site may have started. `others` has no fallback of its own.
    pub fn routes_with(&self, others: Router) -> Router {
        self.stack(others, |routes| routes)
    }

    /// Lets handlers below it ask for [`CurrentSession`] and [`Visit`], and puts their cookies on the answer.
    pub fn layer(&self) -> SessionLayer {
        SessionLayer::new(self.state.clone())
    }

    /// The service, for what is no request: sweeping, counting, endings.
    pub fn sessions(&self) -> &Sessions {
        &self.state.sessions
    }

    /// Waits until all work under way has come to its end. For a graceful stop, once no new requests come in.
    pub async fn finish(&self) {
        self.state.tasks.close();
        self.state.tasks.wait().await;
        self.state.sessions.finish().await;
    }

    pub(crate) fn state(&self) -> &AppState {
        &self.state
    }

    /// `inside`: what stands between the cross-site rules and the calls.
    pub(crate) fn stack(&self, others: Router, inside: impl FnOnce(Router) -> Router) -> Router {
        let calls = api::calls().into_router().with_state(self.state.clone()).merge(others);
        self.guarded(inside(calls))
    }

    /// Behind what every call of the API passes.
    pub(crate) fn guarded(&self, calls: Router) -> Router {
        calls
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(no_such_call)
            .layer(Wrap(Guard(self.state.rules.clone())))
    }
}
