//! `GET /demo/state`: since when the process runs, and what is wrong with it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::Demo;
use super::fault::Fault;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    /// Unix milliseconds, by the machine's clock.
    started_at: u64,
    /// The fault in force, with what is left of it.
    fault: Option<Fault>,
    clock_ahead_seconds: i64,
}

pub(super) async fn state(State(demo): State<Demo>) -> Json<Report> {
    Json(Report {
        started_at: demo.0.started.as_millis(),
        fault: demo.0.faults.in_force(),
        clock_ahead_seconds: demo.0.clock.ahead_seconds(),
    })
}
