//! The sessions of one person, as one of them sees them: list, revoke one, revoke all others.
//!
//! A session that has no subject knows only itself. A session that was lost in a restart and has not come back by its
//! ticket is not listed; revoking all others ends it too.

use session_keepalive::wire::{SessionEntry, SessionsAnswer};

use super::{
    Parts,
    api::{CookieChanges, Listed, Presented, Refused, Revoked},
    ending::Claim,
    grant::whole_seconds,
};
use crate::{clock::Timestamp, id::FamilyId, record::Record};

impl Parts {
    /// The person's live sessions, the most recently active first.
    pub(super) async fn list(&self, presented: &Presented) -> Result<Listed, Refused> {
        let now = self.clock.now();
        let (current, cookies) = self.used(presented, now).await?;
        let records = self.of_same_person(&current, now).await?;
        let sessions = records.iter().map(|record| self.entry(record, current.family, now)).collect();
        Ok(Listed { answer: SessionsAnswer { sessions }, cookies })
    }

    /// Ends one of the person's sessions. The current one is signed out.
    pub(super) async fn revoke(&self, presented: &Presented, handle: &str) -> Result<Revoked, Refused> {
        let now = self.clock.now();
        let (current, cookies) = self.used(presented, now).await?;
        // Whoever is over by now, though the store has not heard of it yet, revokes nobody.
        self.still_standing(&current, now).await?;
        if current.family.handle() == handle {
            return Ok(Revoked::Done(self.logout(presented, false).await?));
        }
        let records = self.of_same_person(&current, now).await?;
        let Some(record) = records.into_iter().find(|record| record.family.handle() == handle) else {
            return Ok(Revoked::NoSuch(cookies));
        };
        self.end_claims(&[Claim::to(record)], None, now).await?;
        Ok(Revoked::Done(cookies))
    }

    /// Ends all of the person's sessions but the current one, also those that only a ticket still knows of. Log, store,
    /// answer; the answer has a ticket that is not outdated. Whether the current one is over by now is asked in the same
    /// breath, so that of two that do this to each other one stays: in the log, or where there is none in the store.
    pub(super) async fn revoke_others(&self, presented: &Presented) -> Result<CookieChanges, Refused> {
        let now = self.clock.now();
        let (mut current, mut cookies) = self.used(presented, now).await?;
        let family = current.family;
        let Some((subject, not_before)) = self.not_before(&Claim::to(current.clone()), now).await? else {
            return Ok(cookies);
        };
        let others = self.outdated(&subject, not_before, now);
        if let Some(over) = self.revocations.spare(family, current.proven, others).await? {
            self.end(family, over, now).await?;
            return Err(Refused::ended(over));
        }
        if !self.end_subject(&subject, not_before, Some(family), now).await? {
            // A log has said already that the others are outdated, and so they are: the current one has ended since.
            if !self.revocations.is_by_store() {
                self.end_subject(&subject, not_before, None, now).await?;
            }
            return Err(self.why_over(family, now).await?);
        }
        current.proven = not_before.just_after();
        cookies.ticket = self.renewed_ticket(presented, &current, now).await?;
        Ok(cookies)
    }

    async fn of_same_person(&self, current: &Record, now: Timestamp) -> Result<Vec<Record>, Refused> {
        match &current.subject {
            Some(subject) => Ok(self.store.list(self.terms(now), subject).await?),
            None => Ok(vec![current.clone()]),
        }
    }

    fn entry(&self, record: &Record, current: FamilyId, now: Timestamp) -> SessionEntry {
        let ago = |at: Timestamp| whole_seconds(now.since(at));
        let left = |deadline: Option<Timestamp>| deadline.map(|deadline| deadline.since(now)).map(whole_seconds);
        SessionEntry {
            handle: record.family.handle(),
            current: record.family == current,
            age: ago(record.created),
            last_seen_ago: ago(record.last_seen),
            last_activity_ago: ago(record.last_activity),
            idle_in: left(self.policy.idle_deadline(record.last_activity)),
            absolute_in: left(self.policy.absolute_deadline(record.created)),
            user_agent: record.user_agent.as_deref().map(str::to_owned),
        }
    }
}
