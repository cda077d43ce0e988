//! Signing in: with a credential that a person gave, or one that the page remembered.

use std::sync::Arc;

use secrecy::SecretString;

use super::{
    Parts,
    api::{CookieChange, Granted, IdempotencyKey, Presented, Refused, SignedIn},
    observe::{self, By},
};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionId},
    policy::Reconnect,
    record::{self, Data, EndReason, Key, Record},
    revocations::EndedFamily,
    store::{Checked, Created, Rotated},
    ticket::{TicketCookie, Who},
};

/// What a sign-in is made of. Whoever it is has proven it; `data` is what the session keeps for its work.
pub(super) struct SignIn {
    pub(super) presented: Presented,
    pub(super) data: SecretString,
    pub(super) subject: Option<String>,
}

impl Parts {
    /// A new family. The one presented ends, so that nobody can fix a session on somebody else (ASVS 5.0 7.2.4).
    pub(super) async fn connect(&self, sign_in: SignIn, remember: bool) -> Result<Granted, Refused> {
        let now = self.clock.now();
        let (record, ticket) = self.new_record(&sign_in, FamilyId::random()?, remember, now).await?;
        let replaced = self.claims(&sign_in.presented, now).await?;
        let live = replaced.iter().find(|claim| claim.is_live()).map(|claim| claim.family);
        let (family, id) = (record.family, SessionId::random()?);
        let connected = async {
            let (record, _) = self.create(record, &id, live, now).await?;
            self.end_claims(&replaced, None, now).await?;
            self.still_standing(&record, now).await?;
            Ok(record)
        };
        let record = self.or_end(family, connected.await, now).await?;
        // A ticket of before belongs to a family that has just ended.
        Ok(self.granted(&record, now, false, id, ticket.unwrap_or(CookieChange::Remove)))
    }

    /// The family presented goes on, if nobody had signed in on it; else it ends and a new one begins. Either way no id
    /// from before is good for anything any more, and what was kept is replaced.
    pub(super) async fn sign_in(&self, sign_in: SignIn, remember: bool) -> Result<SignedIn, Refused> {
        let now = self.clock.now();
        let (Some(begun), Some(subject)) = (self.begun(&sign_in.presented, now).await?, sign_in.subject.as_deref())
        else {
            return Ok(SignedIn { granted: self.connect(sign_in, remember).await?, went_on: false });
        };
        let (record, ticket) = self.new_record(&sign_in, begun.family, remember, now).await?;
        let mut others = self.claims(&sign_in.presented, now).await?;
        others.retain(|claim| claim.family != begun.family);
        let (family, id) = (begun.family, SessionId::random()?);
        let turned = record::SignIn { subject: Arc::from(subject), data: record.data, proven: record.proven };
        let (record, evicted) = match self.store.rotate(self.terms(now), family, id.hash(), Some(turned)).await? {
            Rotated::Done { record, evicted } => (record, evicted),
            Rotated::Full => return Err(Refused::full()),
            // Somebody has signed in on it since it was looked at; then it is as any other session.
            Rotated::Taken => {
                return Ok(SignedIn { granted: self.connect(sign_in, remember).await?, went_on: false });
            }
            Rotated::NotLive => return Err(self.why_over(family, now).await?),
        };
        let signed_in = async {
            self.log_evicted(&evicted, now).await?;
            self.end_claims(&others, None, now).await?;
            self.still_standing(&record, now).await?;
            Ok(record)
        };
        let record = self.or_end(family, signed_in.await, now).await?;
        observe::signed_in(&record);
        let granted = self.granted(&record, now, false, id, ticket.unwrap_or(CookieChange::Remove));
        Ok(SignedIn { granted, went_on: true })
    }

    /// The live session presented, if it began before anybody signed in. No ticket was ever issued for it, which would
    /// bring whoever holds it into the session of who signs in now.
    async fn begun(&self, presented: &Presented, now: Timestamp) -> Result<Option<Record>, Refused> {
        let Some(id) = &presented.session else {
            return Ok(None);
        };
        Ok(match self.store.check_and_touch(self.terms(now), Key::Session(id.hash()), false).await? {
            Checked::Valid { record, .. } if record.subject.is_none() && !record.data.remember => Some(record),
            Checked::Valid { .. } | Checked::Ended(_) | Checked::Unknown => None,
        })
    }

    /// Where the answer will say "not signed in", nobody gets the new id: it must not count as a session.
    async fn or_end(
        &self,
        family: FamilyId,
        signed_in: Result<Record, Refused>,
        now: Timestamp,
    ) -> Result<Record, Refused> {
        if signed_in.is_err() {
            self.end(family, EndReason::Revoked, now).await?;
        }
        signed_in
    }

    /// A new family too, but one per idempotency key, and nothing else ends: other tabs may be using it.
    pub(super) async fn reconnect_by_credential(
        &self,
        sign_in: SignIn,
        key: &IdempotencyKey,
    ) -> Result<Granted, Refused> {
        let now = self.clock.now();
        let who = sign_in.subject.as_deref().map_or(Who::Holder(&sign_in.data), Who::Subject);
        let family = self.family_of_attempt(key, who, now).await?;
        // Whoever presents a ticket gets a new one; whoever keeps the credential in the page never had one.
        let remember = sign_in.presented.ticket.is_some();
        let (record, ticket) = self.new_record(&sign_in, family, remember, now).await?;
        self.still_standing(&record, now).await?;
        let id = SessionId::random()?;
        let (record, joined) = self.create(record, &id, None, now).await?;
        self.still_standing(&record, now).await?;
        observe::reconnected(&record, By::Credential, joined);
        let ticket = match (ticket, joined) {
            (Some(_), true) => self.ticket_cookie(&record, self.kept_data(&record)?, now)?,
            (Some(ticket), false) => ticket,
            (None, _) => CookieChange::Keep,
        };
        Ok(self.granted(&record, now, true, id, ticket))
    }

    /// The family that an earlier try of this attempt made, by whichever active key, else the one to make now. Two tries
    /// that run side by side on servers with their keys in a different order may still make one each.
    async fn family_of_attempt(&self, key: &IdempotencyKey, who: Who<'_>, now: Timestamp) -> Result<FamilyId, Refused> {
        let (new, earlier) = self.sealer.derive_families(key.as_bytes(), who);
        for family in earlier {
            // The store may have forgotten one that has ended; the log has not.
            let known = self.store.check_and_touch(self.terms(now), Key::Family(family), false).await?;
            if !matches!(known, Checked::Unknown) || self.revocations.look_up(family, None).await?.ended.is_some() {
                return Ok(family);
            }
        }
        Ok(new)
    }

    /// The record of a sign-in, and its ticket where there is to be one: a ticket too large is refused before
    /// anything has changed.
    async fn new_record(
        &self,
        sign_in: &SignIn,
        family: FamilyId,
        remember: bool,
        now: Timestamp,
    ) -> Result<(Record, Option<CookieChange<TicketCookie>>), Refused> {
        let remember = remember && self.policy.reconnect == Reconnect::Ticket;
        let subject = sign_in.subject.as_deref();
        let record = Record {
            family,
            epoch: 1,
            subject: subject.map(Arc::from),
            data: Data { sealed: self.sealer.seal_data(family, &sign_in.data)?, remember },
            created: now,
            last_seen: now,
            last_activity: now,
            proven: self.revocations.look_up(family, subject).await?.prove(now),
            rotated: now,
            user_agent: sign_in.presented.user_agent.clone(),
        };
        let ticket = remember.then(|| self.ticket_cookie(&record, sign_in.data.clone(), now)).transpose()?;
        Ok((record, ticket))
    }

    /// Puts a record into the store; answers it as it now is there, and whether it was there before.
    pub(super) async fn create(
        &self,
        record: Record,
        id: &SessionId,
        replaces: Option<FamilyId>,
        now: Timestamp,
    ) -> Result<(Record, bool), Refused> {
        match self.store.create(self.terms(now), record.clone(), id.hash(), replaces).await? {
            Created::Made { evicted, live } => {
                observe::created(&record, live);
                self.log_evicted(&evicted, now).await?;
                Ok((record, false))
            }
            Created::Joined(there) if there.subject == record.subject => Ok((there, true)),
            Created::Joined(_) => Err(Refused::foreign()),
            Created::Ended(reason) => Err(Refused::ended(reason)),
            Created::Full => Err(Refused::full()),
        }
    }

    /// An evicted session's ticket must not bring it back after a restart.
    async fn log_evicted(&self, evicted: &[Record], now: Timestamp) -> Result<(), Refused> {
        let reason = EndReason::Evicted;
        let mut families = Vec::new();
        for record in evicted {
            self.ended(record.family, reason);
            let until = self.tickets_run_out(record.created, now);
            families.push(EndedFamily { family: record.family, reason, until });
        }
        if !families.is_empty() {
            self.revocations.record(families, None).await?;
        }
        Ok(())
    }
}
