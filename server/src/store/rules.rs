//! What every store that keeps records itself decides alike.

use std::time::Duration;

use crate::{
    policy::{End, Policy, Reconnect},
    record::EndReason,
};

/// Aliases of one record, at most. A browser uses two at a time, and more when tabs of an uncoordinated client reconnect
/// all at once; still more come only from a client that asks in a loop.
pub(super) const MAX_ALIASES: usize = 64;

/// How long a durable store remembers an end, from the end on; `None`: for ever. It has no revocation log beside it, so
/// it remembers until no ticket of the family can be good any more, if that is longer than the reason is told. What ran
/// out needs no such care: its tickets have run out with it.
pub(super) fn remembered_for(policy: &Policy, reason: EndReason) -> Option<Duration> {
    let told = match policy.end {
        End::Delete => Duration::ZERO,
        End::Keep(how_long) => how_long,
    };
    match (reason, policy.reconnect) {
        (EndReason::RanOut(_), _) | (_, Reconnect::Off) => Some(told),
        // A family is created, and last active, before it ends.
        (EndReason::Revoked | EndReason::Evicted, Reconnect::Ticket) => {
            policy.absolute.limit().or(policy.idle).map(|tickets| tickets.max(told))
        }
    }
}
