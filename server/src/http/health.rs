//! `GET /healthz`, `/readyz`, `/metrics`, `/openapi.json`: for those who run the server.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};
use utoipa_axum::routes;

use super::openapi::{Answers, Calls, HEAD, STORED, refusals};
use super::problem::Refusal;
use crate::sessions::Sessions;

/// Prometheus' text format.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the server is run by.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) sessions: Sessions,
    pub(crate) metrics: PrometheusHandle,
    /// The API's description, as it is served.
    pub(crate) description: Bytes,
}

pub(crate) fn calls() -> Calls<Operation> {
    Calls::none().and(routes!(alive)).and(routes!(ready)).and(routes!(metrics)).and(routes!(description))
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    status: &'static str,
}

enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Answers {
        refusals(&[HEAD])
    }
}

enum NotReady {}

impl IntoResponses for NotReady {
    fn responses() -> Answers {
        refusals(&[HEAD, STORED])
    }
}

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, description = "Alive", body = Health), Refusals))]
async fn alive() -> Json<Health> {
    Json(Health { status: "alive" })
}

/// The store and the revocation log can be reached.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses((status = 200, description = "Ready", body = Health), NotReady))]
async fn ready(State(state): State<Operation>) -> Result<Json<Health>, Refusal> {
    match state.sessions.ping().await {
        Ok(()) => Ok(Json(Health { status: "ready" })),
        Err(refused) => Err(refused.into()),
    }
}

/// Metrics for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, description = "All of them", body = String, content_type = PROMETHEUS), Refusals)
)]
async fn metrics(State(state): State<Operation>) -> Response {
    // Refreshes the gauge. A store that is down leaves it as it was; readiness tells.
    if let Err(refused) = state.sessions.stats().await {
        tracing::warn!(code = refused.code.as_str(), "sessions could not be counted");
    }
    ([(CONTENT_TYPE, PROMETHEUS)], state.metrics.render()).into_response()
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "operation", responses((status = 200, description = "OpenAPI 3.1", body = Object), Refusals))]
async fn description(State(state): State<Operation>) -> Response {
    ([(CONTENT_TYPE, mime::APPLICATION_JSON.as_ref())], state.description).into_response()
}
