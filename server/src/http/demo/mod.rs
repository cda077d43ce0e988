//! What `--demo` adds: ways to hurt the backend from its own page. Without it, none of this exists.
//!
//! - `POST /demo/restart`, `POST /demo/stop`: 202, see [`stop`].
//! - `POST /demo/fault`, `DELETE /demo/fault`: 204, see [`fault`].
//! - `DELETE /demo/ticket`: 204 with the removal cookie of the ticket.
//! - `POST /demo/session/revoke`, `POST /demo/session/expire`: 204, see [`session`].
//! - `POST /demo/clock`: 204, see [`clock`].
//! - `GET /demo/state`: 200, see [`state`].
//! - `POST /demo/before/connect`, `POST /demo/before/validate-session`: see [`before`].

mod before;
mod clock;
mod fault;
mod inject;
mod line;
mod session;
mod state;
mod stop;
mod within;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use http::StatusCode;
use tokio::sync::watch;

use super::body::read_json;
use super::problem::Refusal;
use super::state::AppState;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::config::Origin;
use before::Before;
use clock::WrongClock;
use fault::{Fault, Faults};
use inject::{Place, inject};

/// The demo's switches. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Demo(Arc<Switches>);

#[derive(Debug)]
struct Switches {
    started: Timestamp,
    faults: Faults,
    clock: WrongClock,
    before: Before,
    /// The end was asked for, with the port closed for so long before.
    down: watch::Sender<Option<Duration>>,
}

impl Demo {
    /// `public`: where browsers find the server. `clock`: a right one.
    pub(crate) fn new(public: &Origin, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Switches {
            started: SystemClock.now(),
            faults: Faults::none(),
            clock: WrongClock::new(clock),
            before: Before::new(public),
            down: watch::Sender::new(None),
        }))
    }

    /// What sessions are to live by.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.0.clock.clone())
    }
}

/// What its calls work with.
#[derive(Clone)]
struct Controls {
    demo: Demo,
    app: AppState,
}

impl FromRef<Controls> for Demo {
    fn from_ref(controls: &Controls) -> Self {
        controls.demo.clone()
    }
}

impl FromRef<Controls> for AppState {
    fn from_ref(controls: &Controls) -> Self {
        controls.app.clone()
    }
}

/// Its calls.
pub(crate) fn routes(demo: &Demo, app: &AppState) -> Router {
    let controls = Controls { demo: demo.clone(), app: app.clone() };
    let before = before::routes().layer(from_fn_with_state(Place { demo: demo.clone(), api: None }, inject));
    Router::new()
        .route("/restart", post(stop::restart))
        .route("/stop", post(stop::stop))
        .route("/fault", post(set_fault).delete(clear_fault))
        .route("/ticket", delete(drop_ticket))
        .route("/session/revoke", post(session::revoke))
        .route("/session/expire", post(session::expire))
        .route("/clock", post(clock::set))
        .route("/state", get(state::state))
        .nest("/before", before)
        .with_state(controls)
}

/// Puts the calls of the API under its faults.
pub(crate) fn under_faults(calls: Router, demo: &Demo, app: &AppState) -> Router {
    calls.layer(from_fn_with_state(Place { demo: demo.clone(), api: Some(app.clone()) }, inject))
}

async fn set_fault(
    State(demo): State<Demo>,
    State(app): State<AppState>,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let fault: Fault = read_json(request, app.limits.body_time).await?;
    tracing::warn!(?fault, "the demo page asked for a fault");
    demo.0.faults.set(fault);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_fault(State(demo): State<Demo>) -> StatusCode {
    demo.0.faults.clear();
    StatusCode::NO_CONTENT
}

async fn drop_ticket(State(app): State<AppState>) -> Response {
    (StatusCode::NO_CONTENT, app.cookies.remove_ticket()).into_response()
}
