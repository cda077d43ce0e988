//! Admission control in front of connect and reconnect, the two calls that cost a target something.
//!
//! - [`gate`]: at most so many at a time; who is refused gets a `retry-after` and a seat kept for that moment.
//! - [`lockout`]: failed sign-ins lock the pair of source and subject, never a subject alone: otherwise anybody could
//!   lock anybody out.

pub(crate) mod gate;
pub(crate) mod lockout;

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use session_keepalive::wire::ProblemCode;

use super::problem::Refusal;
pub(crate) use gate::Gate;
pub(crate) use lockout::Lockout;

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
    metrics::counter!(crate::telemetry::names::REFUSED, "reason" => "rate-limited").increment(1);
    let detail =
        "Too many failed attempts from your address: check the credentials and try again when 'retry-after' says.";
    Refusal::new(ProblemCode::RateLimited, detail).retry_after(wait)
}
