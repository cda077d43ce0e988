//! What every store that keeps records itself decides alike.

use std::time::Duration;

use crate::{
    clock::Timestamp,
    policy::{End, Limits, Policy, Reconnect},
    record::{EndReason, Key, Record},
    store::{Checked, Terms},
};

/// Aliases of one record, at most. A browser uses two at a time, and more when tabs of an uncoordinated client reconnect
/// all at once; still more come only from a client that asks in a loop.
pub(super) const MAX_ALIASES: usize = 64;

/// Does a number limit anything?
pub(super) const fn is_limit(number: usize) -> bool {
    number < Limits::UNLIMITED
}

/// What of a use is to be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Seen,
    Activity,
}

impl Due {
    pub(super) fn of(record: &Record, terms: Terms<'_>, activity: bool) -> Self {
        let due = |last: Timestamp| terms.now.since(last) >= terms.policy.touch_every;
        if activity && due(record.last_activity) {
            Self::Activity
        } else if due(record.last_seen) {
            Self::Seen
        } else {
            Self::Nothing
        }
    }
}

/// A check, before it is decided whether to write it down.
#[derive(Debug)]
pub(super) enum Looked {
    Live { record: Record, alias: bool, due: Due },
    Ended(EndReason),
    Unknown,
}

impl Looked {
    /// What a durable store found under a key. A ticket, which names the family, hears of an end as long as it could
    /// undo it; a session id hears why it ended while the policy tells.
    pub(super) fn at(found: Option<(Kept, bool)>, key: Key, terms: Terms<'_>, activity: bool) -> Self {
        let Some((kept, alias)) = found else {
            return Self::Unknown;
        };
        match (kept.now(terms), key) {
            (Now::Live(record), _) => Self::Live { due: Due::of(&record, terms, activity), record, alias },
            (Now::Ended { reason, told: true }, _) | (Now::Ended { reason, .. }, Key::Family(_)) => Self::Ended(reason),
            (Now::Ended { told: false, .. }, Key::Session(_)) | (Now::Forgotten, _) => Self::Unknown,
        }
    }

    pub(super) const fn is_due(&self) -> bool {
        matches!(self, Self::Live { due: Due::Seen | Due::Activity, .. })
    }
}

impl From<Looked> for Checked {
    fn from(looked: Looked) -> Self {
        match looked {
            Looked::Live { record, alias, due } => Self::Valid { record, touched: due != Due::Nothing, alias },
            Looked::Ended(reason) => Self::Ended(reason),
            Looked::Unknown => Self::Unknown,
        }
    }
}

/// What a durable store keeps under a family.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) record: Record,
    pub(super) ended: Option<(EndReason, Timestamp)>,
}

/// What it means now, by the policy in force.
#[derive(Debug)]
pub(super) enum Now {
    Live(Record),
    Ended {
        reason: EndReason,
        /// The policy still tells the reason. Otherwise the end is remembered because of tickets alone.
        told: bool,
    },
    /// Ended too long ago to matter.
    Forgotten,
}

impl Kept {
    pub(super) fn now(self, terms: Terms<'_>) -> Now {
        let Some((reason, at)) = self.ended.or_else(|| ran_out(&self.record, terms)) else {
            return Now::Live(self.record);
        };
        let remembered = remembered_for(terms.policy, reason).is_none_or(|how_long| at.plus(how_long) > terms.now);
        let told = kept_until(terms.policy, at) > terms.now;
        if remembered { Now::Ended { reason, told } } else { Now::Forgotten }
    }

    /// The record as it was last written, unless it was ended.
    pub(super) fn live(self) -> Option<Record> {
        self.ended.is_none().then_some(self.record)
    }
}

/// Why and since when a record is past a limit.
pub(super) fn ran_out(record: &Record, terms: Terms<'_>) -> Option<(EndReason, Timestamp)> {
    ran_out_at(record.created, record.last_activity, terms)
}

/// The same of a record with these times.
pub(super) fn ran_out_at(
    created: Timestamp,
    last_activity: Timestamp,
    terms: Terms<'_>,
) -> Option<(EndReason, Timestamp)> {
    let Terms { now, policy } = terms;
    let limit = policy.ran_out(created, last_activity, now)?;
    let at = policy.deadline(created, last_activity).unwrap_or(now);
    Some((EndReason::RanOut(limit), at))
}

/// How long the reason of an end at `at` is kept. The beginning of time: not at all.
pub(super) fn kept_until(policy: &Policy, at: Timestamp) -> Timestamp {
    match policy.end {
        End::Delete => Timestamp::from_millis(0),
        End::Keep(how_long) => at.plus(how_long),
    }
}

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
