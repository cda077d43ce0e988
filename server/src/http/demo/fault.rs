//! Faults on demand: the API answers as a broken backend would.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::header::RETRY_AFTER;
use serde::Deserialize;
use session_keepalive::wire::ProblemCode;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::http::problem::Refusal;

/// `POST /demo/fault`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FaultRequest {
    kind: Kind,
    /// For so many calls; else until it is taken back.
    #[serde(default)]
    requests: Option<u32>,
    /// For so long; else until it is taken back.
    #[serde(default)]
    seconds: Option<u32>,
    /// `retry-after` of `503` and `429`, in seconds.
    #[serde(default = "one")]
    retry_after: u32,
    /// How long `delay` waits, in milliseconds.
    #[serde(default = "thousand")]
    delay_ms: u32,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
enum Kind {
    /// 503 `OVERLOADED`.
    #[serde(rename = "503")]
    Unavailable,
    /// 429 `RATE_LIMITED`.
    #[serde(rename = "429")]
    RateLimited,
    /// 200 with a page, as a captive portal sends it.
    #[serde(rename = "html")]
    Html,
    /// No answer before the fault is over; then the call is carried out.
    #[serde(rename = "hang")]
    Hang,
    /// The call is carried out late.
    #[serde(rename = "delay")]
    Delay,
}

const fn one() -> u32 {
    1
}

const fn thousand() -> u32 {
    1000
}

/// The fault in force, if any. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Faults(Arc<watch::Sender<Option<Active>>>);

#[derive(Clone, Copy, Debug)]
struct Active {
    fault: FaultRequest,
    left: Option<u32>,
    until: Option<Instant>,
}

impl Active {
    fn is_over(&self) -> bool {
        self.left == Some(0) || self.until.is_some_and(|until| until <= Instant::now())
    }
}

impl Faults {
    pub(crate) fn none() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }

    pub(crate) fn set(&self, fault: FaultRequest) {
        self.0.send_replace(Some(Active {
            fault,
            left: fault.requests,
            until: fault.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds.into())),
        }));
    }

    pub(crate) fn clear(&self) {
        self.0.send_replace(None);
    }

    /// The fault for the next call, which is counted.
    fn take(&self) -> Option<Active> {
        let mut taken = None;
        // Whoever hangs waits for the next change; counting a call is none.
        self.0.send_if_modified(|active| {
            if active.as_ref().is_some_and(Active::is_over) {
                *active = None;
            }
            taken = *active;
            if let Some(left) = active.as_mut().and_then(|active| active.left.as_mut()) {
                *left -= 1;
            }
            false
        });
        taken
    }

    async fn wait_until_over(&self, active: Active) {
        let mut changes = self.0.subscribe();
        let taken_back = changes.changed();
        match active.until {
            // Either way it is over: taken back, or its time has passed.
            Some(until) => drop(tokio::time::timeout_at(until, taken_back).await),
            None => drop(taken_back.await),
        }
    }
}

/// Answers in place of the API, or lets the call through.
pub(crate) async fn inject(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let Some(active) = faults.take() else {
        return next.run(request).await;
    };
    match active.fault.kind {
        Kind::Unavailable => refuse(ProblemCode::Overloaded, active.fault.retry_after),
        Kind::RateLimited => refuse(ProblemCode::RateLimited, active.fault.retry_after),
        Kind::Html => {
            Html("<!doctype html><title>Welcome</title><p>Please accept the terms of this network.").into_response()
        }
        Kind::Hang => {
            faults.wait_until_over(active).await;
            next.run(request).await
        }
        Kind::Delay => {
            tokio::time::sleep(Duration::from_millis(active.fault.delay_ms.into())).await;
            next.run(request).await
        }
    }
}

/// `retry-after: 0` is what some backends send, so it can be asked for.
fn refuse(code: ProblemCode, retry_after: u32) -> Response {
    let mut response = Refusal::new(code, "A fault of the demo is in force.").into_response();
    response.headers_mut().insert(RETRY_AFTER, retry_after.into());
    response
}
