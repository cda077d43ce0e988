//! Admission control in front of what costs a target something, connect and reconnect, or costs whoever calls nothing.
//!
//! - [`gate`]: at most so many at a time; who is refused gets a `retry-after` and a seat kept for that moment.
//! - [`lockout`]: failed sign-ins lock the pair of source and subject, never a subject alone: otherwise anybody could
//!   lock anybody out.
//! - [`begun`]: one source leaves only so many sessions that nobody has signed in on.

pub(crate) mod begun;
pub(crate) mod gate;
pub(crate) mod lockout;

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::time::{Duration, Instant};

use session_keepalive::wire::ProblemCode;

use super::problem::Refusal;
pub(crate) use begun::Begun;
pub(crate) use gate::Gate;
pub(crate) use lockout::Lockout;

/// Sources, or pairs of source and subject, remembered.
const CAPACITY: usize = 10_000;

/// Makes room for one more: what is stale goes, and if that is nothing, the earliest.
fn make_room<Key, Value>(
    all: &mut HashMap<Key, Value>,
    is_stale: impl Fn(&Value) -> bool,
    at: impl Fn(&Value) -> Instant,
) where
    Key: Copy + Eq + Hash,
{
    all.retain(|_, value| !is_stale(value));
    if all.len() >= CAPACITY {
        let earliest = all.iter().min_by_key(|(_, value)| at(value)).map(|(key, _)| *key);
        if let Some(earliest) = earliest {
            all.remove(&earliest);
        }
    }
}

/// Turns what identifies a visitor or subject into a number that says nothing about it.
#[derive(Clone, Debug, Default)]
struct Blinder(RandomState);

impl Blinder {
    fn blind(&self, secret: &str) -> u64 {
        self.0.hash_one(secret)
    }
}

pub(crate) fn overloaded(wait: Duration) -> Refusal {
    metrics::counter!(crate::telemetry::names::REFUSED, "reason" => "overloaded").increment(1);
    let detail = "The server is busy: ask again when 'retry-after' says; a place is kept for you until then.";
    Refusal::new(ProblemCode::Overloaded, detail).retry_after(wait)
}

pub(crate) fn rate_limited(wait: Duration) -> Refusal {
    limited(
        wait,
        "Too many failed attempts from your address: check the credentials and try again when 'retry-after' says.",
    )
}

pub(crate) fn begun_too_often(wait: Duration) -> Refusal {
    limited(wait, "Too many sign-ins were begun from your address and not finished: try again when 'retry-after' says.")
}

fn limited(wait: Duration, detail: &str) -> Refusal {
    metrics::counter!(crate::telemetry::names::REFUSED, "reason" => "rate-limited").increment(1);
    Refusal::new(ProblemCode::RateLimited, detail).retry_after(wait)
}
