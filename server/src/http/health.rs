//! `GET /healthz`, `/readyz`, `/metrics`: for those who run the server.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::PrometheusHandle;

use super::problem::Refusal;
use super::state::AppState;

/// The process is alive.
pub(crate) async fn alive() -> Response {
    Json(serde_json::json!({ "status": "alive" })).into_response()
}

/// The store and the revocation log can be reached.
pub(crate) async fn ready(State(state): State<AppState>) -> Result<Response, Refusal> {
    match state.sessions.ping().await {
        Ok(()) => Ok(Json(serde_json::json!({ "status": "ready" })).into_response()),
        Err(refused) => Err(refused.into()),
    }
}

/// Prometheus text.
pub(crate) async fn metrics(State(state): State<AppState>, handle: PrometheusHandle) -> Response {
    // Refreshes the gauge. A store that is down leaves it as it was; readiness tells.
    if let Err(refused) = state.sessions.stats().await {
        tracing::warn!(code = refused.code.as_str(), "sessions could not be counted");
    }
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, handle.render()).into_response()
}
