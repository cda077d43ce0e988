//! The payload of an event, as the public `KeepAliveEvents` has it.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::object::set;
use crate::engine::{Event, Millis};

/// The payload; that of `connected` is the snapshot, which the facade has.
pub(super) fn detail(event: &Event) -> JsValue {
    let detail: JsValue = Object::new().into();
    let number = |name, value: f64| set(&detail, name, &JsValue::from_f64(value));
    let text = |name, value| set(&detail, name, &JsValue::from_str(value));
    match event {
        Event::Connected => {}
        Event::Checking { attempt } | Event::Reconnecting { attempt } => number("attempt", f64::from(*attempt)),
        Event::Checked { duration_ms, shared } => {
            number("durationMs", millis(*duration_ms));
            set(&detail, "shared", &JsValue::from_bool(*shared));
        }
        Event::Slow { phase, elapsed_ms } => {
            text("phase", phase.as_str());
            number("elapsedMs", millis(*elapsed_ms));
        }
        Event::Degraded { reason, retry_in_ms } => {
            text("reason", reason.as_str());
            number("retryInMs", millis(*retry_in_ms));
        }
        Event::Reconnected { downtime_ms, epoch } => {
            number("downtimeMs", millis(*downtime_ms));
            number("epoch", f64::from(*epoch));
        }
        Event::Expiring { seconds_left } => number("secondsLeft", f64::from(*seconds_left)),
        Event::Disconnected { reason } => text("reason", reason.as_str()),
        Event::Wake { slept_ms } => number("sleptMs", millis(*slept_ms)),
    }
    detail
}

#[allow(clippy::cast_precision_loss)]
fn millis(length: Millis) -> f64 {
    length.0 as f64
}
