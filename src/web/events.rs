//! Events as numbers: which one, in the order of `names.js`, and its payload's one or two fields.

use crate::engine::{Event, Millis};

/// Which event, and its payload.
pub(super) fn numbers(event: &Event) -> (u32, f64, f64) {
    match event {
        Event::Connected => (0, 0.0, 0.0),
        Event::Checking { attempt } => (1, f64::from(*attempt), 0.0),
        Event::Checked { duration_ms, shared } => (2, millis(*duration_ms), f64::from(*shared)),
        Event::Slow { phase, elapsed_ms } => (3, f64::from(*phase as u32), millis(*elapsed_ms)),
        Event::Degraded { reason, retry_in_ms } => (4, f64::from(*reason as u32), millis(*retry_in_ms)),
        Event::Reconnecting { attempt } => (5, f64::from(*attempt), 0.0),
        Event::Reconnected { downtime_ms, epoch } => (6, millis(*downtime_ms), f64::from(*epoch)),
        Event::Expiring { seconds_left } => (7, f64::from(*seconds_left), 0.0),
        Event::Disconnected { reason } => (8, f64::from(*reason as u32), 0.0),
        Event::Wake { slept_ms } => (9, millis(*slept_ms), 0.0),
    }
}

#[allow(clippy::cast_precision_loss)]
const fn millis(length: Millis) -> f64 {
    length.0 as f64
}
