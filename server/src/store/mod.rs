//! The one store trait.
//!
//! Failure semantics first: an operation either happened as a whole or, with [`StoreError`], may not have happened; the
//! service then answers 503 and never "signed out". Each operation is one atomic statement, script or critical section.
//! An ended session never comes back, whatever a slow request still holds: no operation turns an ended record into a
//! live one, and while its record is kept, its family cannot be created anew. All limits are computed from the policy
//! passed in, never from what was stored.

#[cfg(test)]
pub(crate) mod contract;
pub mod memory;
pub mod postgres;
pub mod redis;
mod rules;
pub mod sqlite;
pub mod timed;

use std::fmt;

use async_trait::async_trait;

use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    policy::Policy,
    record::{Data, EndReason, Key, Record, SignIn},
};

/// The time and the rules an operation goes by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// Now.
    pub now: Timestamp,
    /// The policy in force.
    pub policy: &'a Policy,
}

/// The store is down or did not answer. Nothing is known of the session; it is not "unknown".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the session store failed: {}", self.0)
    }
}

impl std::error::Error for StoreError {}

/// The answer to [`Store::create`].
#[derive(Clone, Debug)]
pub enum Created {
    /// The record is there.
    Made {
        /// As they were: the live records that had to go for it.
        evicted: Vec<Record>,
        /// Live sessions now.
        live: usize,
    },
    /// The family is live already; the new id is now the current one of this record.
    Joined(Record),
    /// The family has ended.
    Ended(EndReason),
    /// A limit is reached and the policy rejects.
    Full,
}

/// The answer to [`Store::check_and_touch`].
#[derive(Clone, Debug)]
pub enum Checked {
    /// It is live.
    Valid {
        /// As it is after the touch.
        record: Record,
        /// This check was written down.
        touched: bool,
        /// The key presented was an alias; a rotation gives the browser an id that lasts.
        alias: bool,
    },
    /// It is over, and the reason is still kept.
    Ended(EndReason),
    /// There is no such record, or no more.
    Unknown,
}

/// The answer to [`Store::rotate`].
#[derive(Clone, Debug)]
pub enum Rotated {
    /// The new id is the current one.
    Done {
        /// As it is now.
        record: Record,
        /// As they were: the live records that had to go for a sign-in.
        evicted: Vec<Record>,
    },
    /// A limit of the subject is reached and the policy rejects. Nothing has changed.
    Full,
    /// Somebody has signed in on it already. Nothing has changed.
    Taken,
    /// The record is not live.
    NotLive,
}

/// The answer to [`Store::patch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patched {
    /// The data are the new ones.
    Done,
    /// They are not what the caller has seen; look again.
    Changed,
    /// The record is not live.
    NotLive,
}

/// The answer to [`Store::end_subject`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectEnded {
    /// These have ended.
    Done(Vec<FamilyId>),
    /// The one that was to survive is over itself. Nothing has changed.
    NotLive,
}

/// The answer to one step of [`Store::sweep`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Live records that had run into a limit, with the limit.
    pub ran_out: Vec<(FamilyId, EndReason)>,
    /// Ended records dropped.
    pub dropped: usize,
    /// Work is left for another step.
    pub more: bool,
}

/// How full the store is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Live sessions, among them some that ran out since the last sweep.
    pub live: usize,
    /// Ended sessions whose reason is kept.
    pub ended: usize,
}

/// Where records live.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Adds a record under its first id. `replaces` is a live family that the caller is about to end: it does not
    /// count towards the limits and is not evicted. A family that is live already gets the id as its current one.
    async fn create(
        &self,
        terms: Terms<'_>,
        record: Record,
        id: SessionHash,
        replaces: Option<FamilyId>,
    ) -> Result<Created, StoreError>;

    /// Finds a record and notes the use, at most once per `touch_every`. `activity`: it counts as the person's.
    async fn check_and_touch(&self, terms: Terms<'_>, key: Key, activity: bool) -> Result<Checked, StoreError>;

    /// Gives a live record a new id; the one before stays an alias for the grace. With a sign-in, which is for a record
    /// without a subject alone, no id from before it finds the record any more, whoever had planted it (ASVS 5.0 7.2.4),
    /// its times begin anew, and the limit of the subject holds for it as for a new session.
    async fn rotate(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: Option<SignIn>,
    ) -> Result<Rotated, StoreError>;

    /// Ends a live record. False: there was none.
    async fn end(&self, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Result<bool, StoreError>;

    /// Revokes the subject's live records proven at or before `not_before`, and answers which. `except` survives and
    /// counts as proven just after it; where that is no live record of the subject's, nobody ends: of two that end each
    /// other only the first succeeds.
    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<SubjectEnded, StoreError>;

    /// The subject's live records, the most recently active first.
    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError>;

    /// Replaces the data of a live record, if they are still those that the caller has seen: of two changes that run
    /// side by side neither is lost.
    async fn patch(&self, terms: Terms<'_>, family: FamilyId, seen: &Data, data: Data) -> Result<Patched, StoreError>;

    /// Ends what ran out and drops what was kept long enough, at most a batch.
    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError>;

    /// How full it is.
    async fn stats(&self) -> Result<Stats, StoreError>;

    /// Is it there?
    async fn ping(&self) -> Result<(), StoreError>;

    /// Do its records outlive this process? Then it remembers an end by itself until no ticket can undo it, and needs no
    /// revocation log beside it. Always the same for one kind of store, and asks nobody.
    fn is_durable(&self) -> bool;
}
