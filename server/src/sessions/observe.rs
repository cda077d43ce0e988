//! What is seen from outside: the names of all metrics, and the log events of a session's life.
//!
//! Events name sessions by short hashes only. No metric has a label per user.

use metrics::{counter, gauge};

use super::{
    api::{Presented, Refused},
    sweeper::Sweep,
};
use crate::{
    id::FamilyId,
    record::{EndReason, Record},
    store::{Stats, Swept},
};

/// Gauge: live sessions.
pub const SESSIONS_ACTIVE: &str = "session_keepalive_sessions_active";
/// Counter: sessions created, re-established ones included.
pub const SESSIONS_CREATED: &str = "session_keepalive_sessions_created_total";
/// Counter, label `reason` (`revoked`, `evicted`, `timeout`, `expired`): sessions ended.
pub const SESSIONS_ENDED: &str = "session_keepalive_sessions_ended_total";
/// Counter, label `outcome` (`valid`, `reconnected`, or a problem code): checks.
pub const VALIDATIONS: &str = "session_keepalive_validations_total";
/// Counter, labels `by` (`ticket`, `credential`) and `outcome` (`reconnected`, `joined` where the session was back
/// already, or a problem code): re-establishments.
pub const RECONNECTS: &str = "session_keepalive_reconnects_total";
/// Counter: sweeps that came to their end.
pub const SWEEPS: &str = "session_keepalive_sweeps_total";
/// Counter, label `what` (`ran_out`, `dropped`, `revocations`): what sweeps cleaned up.
pub const SWEPT: &str = "session_keepalive_swept_total";

pub(super) fn active(stats: Stats) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; sessions are far fewer than 2^52")]
    gauge!(SESSIONS_ACTIVE).set(stats.live as f64);
}

pub(super) fn created(record: &Record, live: usize) {
    counter!(SESSIONS_CREATED).increment(1);
    active(Stats { live, ended: 0 });
    tracing::info!(family = %record.family.short(), epoch = record.epoch, active = live, "session created");
}

/// On a session that had begun before.
pub(super) fn signed_in(record: &Record) {
    tracing::info!(family = %record.family.short(), "signed in");
}

pub(super) fn ended(family: FamilyId, reason: EndReason) {
    counter!(SESSIONS_ENDED, "reason" => reason.name()).increment(1);
    let family = family.short();
    match reason {
        EndReason::Revoked => tracing::info!(%family, "session revoked"),
        EndReason::Evicted => {
            tracing::warn!(%family, "session evicted: a session limit is reached")
        }
        EndReason::RanOut(_) => tracing::info!(%family, reason = reason.name(), "session expired"),
    }
}

pub(super) fn validation_refused(presented: &Presented, refused: &Refused) {
    counter!(VALIDATIONS, "outcome" => refused.code.as_str()).increment(1);
    let session = presented.session.as_ref().map(|id| tracing::field::display(id.hash().short()));
    tracing::info!(session, ticket = presented.ticket.is_some(), code = refused.code.as_str(), "validation failed");
}

pub(super) fn validated(reconnected: bool) {
    // Each with its label in place: no allocation for what is counted most.
    let counter = match reconnected {
        true => counter!(VALIDATIONS, "outcome" => "reconnected"),
        false => counter!(VALIDATIONS, "outcome" => "valid"),
    };
    counter.increment(1);
}

/// By what a lost session comes back.
#[derive(Clone, Copy)]
pub(super) enum By {
    /// Its ticket.
    Ticket,
    /// A credential that the page remembered.
    Credential,
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Credential => "credential",
        }
    }
}

/// `joined`: it was back already, and this request got an alias.
pub(super) fn reconnected(record: &Record, by: By, joined: bool) {
    let (by, outcome) = (by.name(), if joined { "joined" } else { "reconnected" });
    counter!(RECONNECTS, "by" => by, "outcome" => outcome).increment(1);
    tracing::info!(family = %record.family.short(), epoch = record.epoch, by, outcome, "session re-established");
}

pub(super) fn reconnect_refused(by: By, refused: &Refused) {
    let (by, code) = (by.name(), refused.code.as_str());
    counter!(RECONNECTS, "by" => by, "outcome" => code).increment(1);
    tracing::info!(by, code, "reconnect refused");
}

/// One step of a sweep.
pub(super) fn swept(step: &Swept) {
    counter!(SWEPT, "what" => "ran_out").increment(step.ran_out.len() as u64);
    counter!(SWEPT, "what" => "dropped").increment(step.dropped as u64);
}

/// A whole sweep.
pub(super) fn sweep_done(sweep: &Sweep) {
    let Sweep { ran_out, dropped, revocations, stats } = *sweep;
    counter!(SWEEPS).increment(1);
    counter!(SWEPT, "what" => "revocations").increment(revocations as u64);
    active(stats);
    tracing::info!(ran_out, dropped, revocations, active = stats.live, "swept");
}
