//! How long things took.

use std::time::Duration;

use serde_json::{Value, json};

/// All of them, so that the longest is exact.
#[derive(Default)]
pub(crate) struct Times(Vec<u64>);

impl Times {
    /// With room from the start: growing would be taken for a pause.
    pub(crate) fn with_room_for(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// Past its room it keeps none.
    pub(crate) fn note(&mut self, took: Duration) {
        if self.0.len() < self.0.capacity() {
            self.0.push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        }
    }

    /// In microseconds.
    pub(crate) fn summary(mut self) -> Value {
        self.0.sort_unstable();
        let at = |per_mille: usize| {
            let place = (self.0.len() * per_mille / 1_000).min(self.0.len().saturating_sub(1));
            self.0.get(place).map_or(0.0, |nanos| *nanos as f64 / 1_000.0)
        };
        json!({ "count": self.0.len(), "p50": at(500), "p99": at(990), "p99.9": at(999), "longest": at(1_000) })
    }
}

/// Nanoseconds each, of some rounds of the same work: the quickest, which others on the machine disturbed least, and
/// the one in the middle.
pub(crate) fn each(rounds: &mut [Duration], work: usize) -> Value {
    rounds.sort_unstable();
    let each = |round: Option<&Duration>| round.map_or(0.0, |round| round.as_nanos() as f64 / work as f64).round();
    json!({ "quickest": each(rounds.first()), "median": each(rounds.get(rounds.len() / 2)) })
}
