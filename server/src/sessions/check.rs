//! Checking a session, and using it for protected work.

use std::time::Duration;

use super::{
    Parts,
    api::{CookieChange, CookieChanges, Granted, Presented, Refused, Unlocked},
};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionId},
    record::{Key, Record},
    store::{Checked, Rotated},
};

/// A replaced id presented this soon after its replacement most likely comes with a request that left beside the one
/// whose answer brings the new id. It gets none of its own, so twenty tabs don't get twenty. If that answer was lost after
/// all, a later request within the grace gets one.
const SIDE_BY_SIDE: Duration = Duration::from_secs(1);

/// A live session as the store found it.
struct Live {
    record: Record,
    touched: bool,
    alias: bool,
}

impl Parts {
    /// The session presented, if the store knows it. One store read, and no more unless something is due.
    pub(super) async fn check(&self, presented: &Presented, activity: bool) -> Result<Option<Granted>, Refused> {
        let now = self.clock.now();
        let counts = activity || self.policy.heartbeat_counts;
        let Some(live) = self.find(presented, counts, now).await? else {
            return Ok(None);
        };
        let (record, CookieChanges { session, ticket }) = self.settle(presented, live, now).await?;
        Ok(Some(Granted { answer: self.answer(&record, now, false), session, ticket }))
    }

    /// Does the store know the session presented? Refuses where it has ended.
    pub(super) async fn is_live(&self, presented: &Presented) -> Result<bool, Refused> {
        Ok(self.find(presented, false, self.clock.now()).await?.is_some())
    }

    /// What protected work needs.
    pub(super) async fn unlock(&self, presented: &Presented) -> Result<Unlocked, Refused> {
        let (record, cookies) = self.used(presented, self.clock.now()).await?;
        self.unlocked(record, cookies)
    }

    pub(super) fn unlocked(&self, record: Record, cookies: CookieChanges) -> Result<Unlocked, Refused> {
        let data = self.kept_data(&record)?;
        let CookieChanges { session, ticket } = cookies;
        Ok(Unlocked { family: record.family, subject: record.subject, data, session, ticket })
    }

    /// The live session presented, which the person uses. Does not re-establish.
    pub(super) async fn used(&self, presented: &Presented, now: Timestamp) -> Result<(Record, CookieChanges), Refused> {
        match self.find(presented, true, now).await? {
            Some(live) => self.settle(presented, live, now).await,
            None => Err(Refused::unknown()),
        }
    }

    /// What becomes of the cookies of a session in use.
    async fn settle(
        &self,
        presented: &Presented,
        Live { record, touched, alias }: Live,
        now: Timestamp,
    ) -> Result<(Record, CookieChanges), Refused> {
        let ticket = if touched { self.renewed_ticket(presented, &record, now).await? } else { CookieChange::Keep };
        let age = now.since(record.rotated);
        let due = if alias {
            // The browser kept the older of two ids, whose grace will pass: it gets one that lasts.
            age >= SIDE_BY_SIDE
        } else {
            self.policy.rotate_every.is_some_and(|every| age >= every)
        };
        if !due {
            let session = self.rolled_cookie(presented, &record, now, touched && !alias);
            return Ok((record, CookieChanges { session, ticket }));
        }
        let id = SessionId::random()?;
        let record = self.rotated(record.family, &id, now).await?;
        let session = self.session_cookie(&record, now, id);
        Ok((record, CookieChanges { session, ticket }))
    }

    async fn find(&self, presented: &Presented, activity: bool, now: Timestamp) -> Result<Option<Live>, Refused> {
        let Some(id) = &presented.session else {
            return Ok(None);
        };
        match self.store.check_and_touch(self.terms(now), Key::Session(id.hash()), activity).await? {
            Checked::Valid { mut record, touched, alias } => {
                if touched {
                    self.seal_anew(&mut record, now).await?;
                }
                Ok(Some(Live { record, touched, alias }))
            }
            Checked::Ended(reason) => Err(Refused::ended(reason)),
            Checked::Unknown => Ok(None),
        }
    }

    /// Rotates a record that was live a moment ago.
    pub(super) async fn rotated(&self, family: FamilyId, id: &SessionId, now: Timestamp) -> Result<Record, Refused> {
        if let Rotated::Done { record, .. } = self.store.rotate(self.terms(now), family, id.hash(), None).await? {
            return Ok(record);
        }
        Err(self.why_over(family, now).await?)
    }

    /// The refusal for a record that was live a moment ago and is not any more.
    pub(super) async fn why_over(&self, family: FamilyId, now: Timestamp) -> Result<Refused, Refused> {
        Ok(match self.store.check_and_touch(self.terms(now), Key::Family(family), false).await? {
            Checked::Ended(reason) => Refused::ended(reason),
            Checked::Valid { .. } | Checked::Unknown => Refused::unknown(),
        })
    }
}
