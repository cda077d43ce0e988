//! What every handler works with.

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::task::TaskTracker;

use super::admission::{Gate, Lockout};
use super::connections::Connections;
use super::cookies::Cookies;
use super::problem::Refusal;
use crate::config::Limits;
use crate::sessions::Sessions;
use crate::targets::Targets;

/// The parts of the running server. Clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct AppState {
    pub(crate) sessions: Sessions,
    pub(crate) targets: Arc<Targets>,
    pub(crate) connections: Connections,
    pub(crate) gate: Gate,
    pub(crate) lockout: Lockout,
    pub(crate) cookies: Cookies,
    pub(crate) trusted_proxies: Arc<[IpNet]>,
    pub(crate) limits: Limits,
    pub(crate) tasks: TaskTracker,
    pub(crate) metrics: PrometheusHandle,
    /// The API's description, as it is served.
    pub(crate) description: Bytes,
    pub(crate) demo: bool,
}

impl AppState {
    /// Runs `work` to its end, also when the client hangs up half-way: else a sign-in could stop between the target's
    /// answer and the session, and a failed one would not be counted against whoever tried it.
    pub(crate) async fn to_the_end(
        &self,
        work: impl Future<Output = Result<Response, Refusal>> + Send + 'static,
    ) -> Result<Response, Refusal> {
        use tracing::Instrument;
        let work = work.in_current_span();
        match self.tasks.spawn(work).await {
            Ok(answer) => answer,
            Err(_ended) => {
                tracing::error!("a handler failed");
                let detail = "The server failed to carry this out; its log has more under the answer's x-request-id.";
                Err(Refusal::plain(StatusCode::INTERNAL_SERVER_ERROR, detail))
            }
        }
    }
}
