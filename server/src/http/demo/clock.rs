//! `POST /demo/clock`: 204, the wall clock that sessions live by is so far ahead of the machine's, or behind it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use http::StatusCode;
use serde::Deserialize;

use super::Demo;
use super::within::Within;
use crate::clock::{Clock, Timestamp};
use crate::http::body::read_json;
use crate::http::problem::Refusal;
use crate::http::state::AppState;

/// A clock that is wrong on purpose. Clones share by how much.
#[derive(Clone, Debug)]
pub(super) struct WrongClock {
    right: Arc<dyn Clock>,
    ahead_seconds: Arc<AtomicI64>,
}

impl WrongClock {
    /// Not wrong yet.
    pub(super) fn new(right: Arc<dyn Clock>) -> Self {
        Self { right, ahead_seconds: Arc::default() }
    }

    pub(super) fn ahead_seconds(&self) -> i64 {
        self.ahead_seconds.load(Ordering::Relaxed)
    }

    fn set(&self, seconds: i64) {
        self.ahead_seconds.store(seconds, Ordering::Relaxed);
    }
}

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        let (now, ahead) = (self.right.now(), self.ahead_seconds());
        let by = Duration::from_secs(ahead.unsigned_abs());
        if ahead < 0 { now.minus(by) } else { now.plus(by) }
    }
}

/// The body. Not added to what it was before; 0 is right again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Ahead {
    ahead_seconds: Within<-86_400, 86_400>,
}

pub(super) async fn set(
    State(demo): State<Demo>,
    State(app): State<AppState>,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let Ahead { ahead_seconds: Within(seconds) } = read_json(request, app.limits.body_time).await?;
    tracing::warn!(seconds, "the demo page moved the clock");
    demo.0.clock.set(seconds);
    Ok(StatusCode::NO_CONTENT)
}
