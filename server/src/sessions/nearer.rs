//! Brings a limit of one session nearer, so that a person can see it come. For the demo.
//!
//! No store can change when something happened, and for all but this none has to. So the record is taken out and put
//! back with other times, under the id that the browser has.

use std::time::Duration;

use super::{
    Parts,
    api::{CookieChange, CookieChanges, Presented, Refused},
};
use crate::{
    clock::Timestamp,
    id::SessionId,
    policy::{End, Limits, Policy, RanOut, Reconnect},
    record::{EndReason, Record},
    store::{Created, Terms},
};

/// How often it is tried while tickets bring the session back in between.
const ATTEMPTS: usize = 8;

impl Parts {
    /// Makes the session presented as old, or as long unused, as it is `left` before the limit, which is `length` long.
    /// The ticket presented is replaced by one that knows of it.
    pub(super) async fn bring_nearer(
        &self,
        presented: &Presented,
        (limit, length): (RanOut, Duration),
        left: Duration,
    ) -> Result<CookieChanges, Refused> {
        let now = self.clock.now();
        let (mut record, mut cookies) = self.used(presented, now).await?;
        let Some(id) = (match &cookies.session {
            CookieChange::Set { value, .. } => Some(value.clone()),
            CookieChange::Keep | CookieChange::Remove => presented.session.clone(),
        }) else {
            return Err(Refused::unknown());
        };
        let since = now.plus(left).minus(length);
        match limit {
            RanOut::Idle => record.last_activity = since,
            RanOut::Absolute => record.created = since,
        }
        self.put_back(&record, &id, now).await?;
        cookies.ticket = self.renewed_ticket(presented, &record, now).await?;
        Ok(cookies)
    }

    /// In place of what the store has under the family.
    async fn put_back(&self, record: &Record, id: &SessionId, now: Timestamp) -> Result<(), Refused> {
        // It takes its own place.
        let limits = Limits { total: Limits::UNLIMITED, per_subject: Limits::UNLIMITED, ..self.policy.limits };
        let roomy = Policy { limits, ..self.policy };
        // Nothing has ended: no reason is kept, and the family may come back.
        let forgetful = Policy { end: End::Delete, reconnect: Reconnect::Off, ..roomy };
        for _ in 0..ATTEMPTS {
            let terms = Terms { now, policy: &forgetful };
            if !self.store.end(terms, record.family, EndReason::Revoked).await? {
                return Err(self.why_over(record.family, now).await?);
            }
            let terms = Terms { now, policy: &roomy };
            match self.store.create(terms, record.clone(), id.hash(), None).await? {
                Created::Made { .. } => return Ok(()),
                Created::Ended(reason) => return Err(Refused::ended(reason)),
                // A request beside this one has brought it back.
                Created::Joined(_) | Created::Full => {}
            }
        }
        Err(Refused::contended())
    }
}
