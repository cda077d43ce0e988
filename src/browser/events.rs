//! The public events as plain objects.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::snapshot::serialize;
use crate::engine::{Event, Millis};

/// `KeepAliveEvents` of `index.d.ts`. `connected` has the snapshot instead, which the page has been given before.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Detail {
    Attempt { attempt: u32 },
    Checked { duration_ms: f64, shared: bool },
    Slow { phase: &'static str, elapsed_ms: f64 },
    Degraded { reason: &'static str, retry_in_ms: f64 },
    Reconnected { downtime_ms: f64, epoch: u32 },
    Expiring { seconds_left: u32 },
    Disconnected { reason: &'static str },
    Wake { slept_ms: f64 },
    Nothing {},
}

/// What comes with an event, for JavaScript.
pub(super) fn to_js(event: Event) -> JsValue {
    serialize(&match event {
        Event::Connected | Event::Idle | Event::Active => Detail::Nothing {},
        Event::Checking { attempt } | Event::Reconnecting { attempt } => Detail::Attempt { attempt },
        Event::Checked { duration_ms, shared } => Detail::Checked { duration_ms: number(duration_ms), shared },
        Event::Slow { phase, elapsed_ms } => Detail::Slow { phase: phase.as_str(), elapsed_ms: number(elapsed_ms) },
        Event::Degraded { reason, retry_in_ms } => {
            Detail::Degraded { reason: reason.as_str(), retry_in_ms: number(retry_in_ms) }
        }
        Event::Reconnected { downtime_ms, epoch } => Detail::Reconnected { downtime_ms: number(downtime_ms), epoch },
        Event::Expiring { seconds_left } => Detail::Expiring { seconds_left },
        Event::Disconnected { reason } => Detail::Disconnected { reason: reason.as_str() },
        Event::Wake { slept_ms } => Detail::Wake { slept_ms: number(slept_ms) },
    })
}

#[allow(clippy::cast_precision_loss)]
const fn number(Millis(length): Millis) -> f64 {
    length as f64
}
