//! What every handler works with.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use ipnet::IpNet;
use tokio_util::task::TaskTracker;

use super::admission::{Begun, Gate, Lockout};
use super::authenticate::Door;
use super::cookies::Cookies;
use super::csrf::OriginRules;
use super::problem::Refusal;
use crate::config::Limits;
use crate::sessions::{Refused, Sessions};

/// The parts that serve the protocol. Clones share everything, and are made for each request: one pointer.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) sessions: Sessions,
    pub(crate) door: Arc<dyn Door>,
    pub(crate) gate: Gate,
    pub(crate) lockout: Lockout,
    pub(crate) begun: Begun,
    pub(crate) cookies: Cookies,
    pub(crate) rules: Arc<OriginRules>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) limits: Limits,
    pub(crate) tasks: TaskTracker,
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not what is in the store.
        f.debug_struct("AppState").field("policy", self.sessions.policy()).finish_non_exhaustive()
    }
}

impl AppState {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

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

impl From<Refused> for Refusal {
    /// Without what becomes of the cookies.
    fn from(refused: Refused) -> Self {
        let refusal = Self::new(refused.code, refused.detail);
        match refused.retry_after {
            Some(wait) => refusal.retry_after(wait),
            None => refusal,
        }
    }
}
