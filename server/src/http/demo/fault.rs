//! Faults on demand: which one is in force, and for how long.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;

/// `POST /demo/fault`. As an answer: with what is left of it.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// For so many calls; else until it is taken back. A browser that finds a kept connection `cut` sends its call once
    /// more by itself, and that one counts too.
    #[serde(default)]
    requests: Option<u32>,
    /// For so long; else until it is taken back.
    #[serde(default)]
    seconds: Option<u32>,
    /// `retry-after` of `503` and `429`, in seconds.
    #[serde(default = "one")]
    pub(super) retry_after: u32,
    /// How long `delay` waits, in milliseconds.
    #[serde(default = "thousand")]
    pub(super) delay_ms: u32,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(super) enum Kind {
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
    /// The connection is closed without an answer.
    #[serde(rename = "cut")]
    Cut,
    /// Live sessions go on; whoever would have to be re-established, by ticket or credential, is refused for good.
    #[serde(rename = "refuse-reconnect")]
    RefuseReconnect,
}

const fn one() -> u32 {
    1
}

const fn thousand() -> u32 {
    1000
}

/// The fault in force, if any.
#[derive(Debug)]
pub(super) struct Faults(watch::Sender<Option<Active>>);

#[derive(Clone, Copy, Debug)]
pub(super) struct Active {
    pub(super) fault: Fault,
    left: Option<u32>,
    until: Option<Instant>,
}

impl Active {
    fn is_over(&self) -> bool {
        self.left == Some(0) || self.until.is_some_and(|until| until <= Instant::now())
    }
}

impl Faults {
    pub(super) fn none() -> Self {
        Self(watch::Sender::new(None))
    }

    pub(super) fn set(&self, fault: Fault) {
        self.0.send_replace(Some(Active {
            fault,
            left: fault.requests,
            until: fault.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds.into())),
        }));
    }

    pub(super) fn clear(&self) {
        self.0.send_replace(None);
    }

    /// The fault in force, with what is left of it.
    pub(super) fn in_force(&self) -> Option<Fault> {
        let active = (*self.0.borrow()).filter(|active| !active.is_over())?;
        let left = |until: Instant| until.saturating_duration_since(Instant::now());
        Some(Fault {
            requests: active.left,
            // Rounded up: what is in force has not run out.
            seconds: active.until.map(|until| left(until).as_millis().div_ceil(1000).try_into().unwrap_or(u32::MAX)),
            ..active.fault
        })
    }

    /// The fault for the next call, which is counted.
    pub(super) fn take(&self) -> Option<Active> {
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

    pub(super) async fn wait_until_over(&self, active: Active) {
        let mut changes = self.0.subscribe();
        let taken_back = changes.changed();
        match active.until {
            // Either way it is over: taken back, or its time has passed.
            Some(until) => drop(tokio::time::timeout_at(until, taken_back).await),
            None => drop(taken_back.await),
        }
    }
}
