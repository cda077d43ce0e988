//! How values are written in the server's own tables.

use crate::{clock::Timestamp, policy::RanOut, record::EndReason};

pub(crate) fn to_sql(at: Timestamp) -> i64 {
    i64::try_from(at.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn from_sql(millis: i64) -> Timestamp {
    Timestamp::from_millis(u64::try_from(millis).unwrap_or(0))
}

pub(crate) const fn reason_to_sql(reason: EndReason) -> i64 {
    match reason {
        EndReason::Revoked => 0,
        EndReason::Evicted => 1,
        EndReason::RanOut(RanOut::Idle) => 2,
        EndReason::RanOut(RanOut::Absolute) => 3,
    }
}

/// A reason this version does not know still means "ended".
pub(crate) const fn reason_from_sql(reason: i64) -> EndReason {
    match reason {
        1 => EndReason::Evicted,
        2 => EndReason::RanOut(RanOut::Idle),
        3 => EndReason::RanOut(RanOut::Absolute),
        _ => EndReason::Revoked,
    }
}
