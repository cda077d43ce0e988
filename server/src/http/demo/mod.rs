//! What `--demo` adds: ways to hurt the backend from its own page. Without it, none of this exists.
//!
//! - `POST /demo/restart`: 202, then the process ends as by `SIGKILL`: nothing is saved, nothing is said.
//! - `POST /demo/fault`, `DELETE /demo/fault`: 204, see [`fault`].
//! - `DELETE /demo/ticket`: 204 with the removal cookie of the ticket.

pub(crate) mod fault;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use axum::{Json, Router};
use http::header::CONNECTION;
use http::{HeaderValue, StatusCode};

use super::body::read_json;
use super::problem::Refusal;
use super::state::AppState;
use fault::{FaultRequest, Faults};

/// The demo's switches. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Demo {
    pub(crate) faults: Faults,
    dies: Arc<AtomicBool>,
}

impl Demo {
    pub(crate) fn new() -> Self {
        Self { faults: Faults::none(), dies: Arc::new(AtomicBool::new(false)) }
    }

    /// To be called when a connection has been closed: the answer is out by then.
    pub(crate) fn die_if_asked(&self) {
        if self.dies.load(Ordering::Acquire) {
            tracing::warn!("restart asked for by the demo page: ending at once");
            crate::shutdown::die_at_once();
        }
    }
}

pub(crate) fn routes(demo: Demo) -> Router<AppState> {
    let restart = {
        let demo = demo.clone();
        move || restart(demo)
    };
    let faults = demo.faults;
    let set = {
        let faults = faults.clone();
        move |state, request| set_fault(faults, state, request)
    };
    let clear = move || clear_fault(faults);
    Router::new()
        .route("/restart", post(restart))
        .route("/fault", post(set).delete(clear))
        .route("/ticket", delete(drop_ticket))
}

async fn restart(demo: Demo) -> Response {
    demo.dies.store(true, Ordering::Release);
    // The connection is closed once the answer is out; then the process ends.
    let close = [(CONNECTION, HeaderValue::from_static("close"))];
    let body = Json(serde_json::json!({ "restarting": true }));
    (StatusCode::ACCEPTED, close, body).into_response()
}

async fn set_fault(faults: Faults, State(state): State<AppState>, request: Request) -> Result<StatusCode, Refusal> {
    let fault: FaultRequest = read_json(request, state.limits.body_time).await?;
    tracing::warn!(?fault, "the demo page asked for a fault");
    faults.set(fault);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_fault(faults: Faults) -> StatusCode {
    faults.clear();
    StatusCode::NO_CONTENT
}

async fn drop_ticket(State(state): State<AppState>) -> Response {
    (StatusCode::NO_CONTENT, state.cookies.remove_ticket()).into_response()
}
