//! `POST /demo/restart`, `POST /demo/stop`: 202, and once the answer is out the process ends as by `SIGKILL`: nothing is
//! saved, nothing is said. At once, or with the port closed for some seconds before; whoever supervises it starts it anew.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::CONNECTION;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::Demo;
use super::line::Then;
use super::within::Within;
use crate::http::body::read_json;
use crate::http::problem::Refusal;
use crate::http::state::AppState;
use crate::shutdown::die_at_once;

/// The body of stop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stop {
    seconds: Within<1, 60>,
}

pub(super) async fn restart() -> Response {
    down(Duration::ZERO, &serde_json::json!({ "restarting": true }))
}

pub(super) async fn stop(State(app): State<AppState>, request: Request) -> Result<Response, Refusal> {
    let Stop { seconds: Within(seconds) } = read_json(request, app.limits.body_time).await?;
    Ok(down(Duration::from_secs(seconds.unsigned_abs()), &serde_json::json!({ "stoppedFor": seconds })))
}

fn down(closed_for: Duration, body: &serde_json::Value) -> Response {
    // The connection is closed once the answer is out; then the server goes down.
    let close = [(CONNECTION, HeaderValue::from_static("close"))];
    Then::Down(closed_for).on((StatusCode::ACCEPTED, close, Json(body)).into_response())
}

impl Demo {
    /// Once somebody has asked for the end: how long the port is to be closed before it.
    pub(crate) async fn down(&self) -> Duration {
        let mut down = self.0.down.subscribe();
        match down.wait_for(Option::is_some).await.ok().and_then(|asked| *asked) {
            Some(closed_for) => closed_for,
            // Its sender is this demo's own.
            None => std::future::pending().await,
        }
    }

    /// Ends the process, unless it is told to stop meanwhile.
    pub(crate) async fn die_after(closed_for: Duration, stop: &CancellationToken) {
        tracing::warn!(seconds = closed_for.as_secs(), "asked for by the demo page: closed, and then ending at once");
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(closed_for) => die_at_once(),
        }
    }
}
