//! Ending sessions. The order is always: log, store, answer. A crash in between leaves an ending that nobody was told
//! of, never one that was told and is forgotten.

use std::sync::Arc;

use super::{
    Parts,
    api::{CookieChange, CookieChanges, Presented, Refused},
};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionId},
    policy::{Limits, Policy},
    record::{EndReason, Key, Record},
    revocations::{EndedFamily, Outdated},
    store::{Checked, SubjectEnded, Terms},
};

/// A family that a browser could still use: live, or to be re-established by a good ticket.
pub(super) struct Claim {
    pub(super) family: FamilyId,
    /// What a good ticket would make of it, where the store does not know it.
    lost: Option<Box<Record>>,
    subject: Option<Arc<str>>,
    created: Timestamp,
    proven: Timestamp,
}

impl Claim {
    pub(super) const fn is_live(&self) -> bool {
        self.lost.is_none()
    }

    pub(super) fn to(record: Record) -> Self {
        Self {
            family: record.family,
            lost: None,
            subject: record.subject,
            created: record.created,
            proven: record.proven,
        }
    }
}

impl Parts {
    /// Ends what is presented. Whoever presents only what has ended already changes nothing: a stolen ticket that was
    /// revoked must not be good for signing its owner out everywhere.
    pub(super) async fn logout(&self, presented: &Presented, everywhere: bool) -> Result<CookieChanges, Refused> {
        let now = self.clock.now();
        let claims = self.claims(presented, now).await?;
        let everyone = if everywhere { claims.iter().find(|claim| claim.subject.is_some()) } else { None };
        let outdated = match everyone {
            Some(claim) => self.not_before(claim, now).await?,
            None => None,
        };
        self.end_claims(&claims, outdated.as_ref().map(|(subject, at)| (&**subject, *at)), now).await?;
        Ok(CookieChanges { session: CookieChange::Remove, ticket: CookieChange::Remove })
    }

    /// Whom a sign-out everywhere concerns, and until when: not before anything of the subject's was proven, even if
    /// the clock was set back since.
    pub(super) async fn not_before(
        &self,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Option<(Arc<str>, Timestamp)>, Refused> {
        let Some(subject) = claim.subject.clone() else {
            return Ok(None);
        };
        let before = self.revocations.look_up(claim.family, Some(&subject)).await?.prove(now);
        let live = self.store.list(self.terms(now), &subject).await?;
        let latest = live.iter().map(|record| record.proven).fold(before.max(claim.proven), Timestamp::max);
        Ok(Some((subject, latest)))
    }

    /// Log, then store.
    pub(super) async fn end_claims(
        &self,
        claims: &[Claim],
        everyone: Option<(&str, Timestamp)>,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let reason = EndReason::Revoked;
        let families: Vec<_> = claims
            .iter()
            .map(|claim| EndedFamily { family: claim.family, reason, until: self.tickets_run_out(claim.created, now) })
            .collect();
        let outdated = everyone.map(|(subject, not_before)| self.outdated(subject, not_before, now));
        if families.is_empty() && outdated.is_none() {
            return Ok(());
        }
        self.revocations.record(families, outdated).await?;
        for claim in claims {
            self.make_known(claim, now).await?;
        }
        // All of the subject's in one go: had only the presented one ended when this fails, nobody could ask again for the
        // others, because what has ended may sign nobody out.
        if let Some((subject, not_before)) = everyone {
            self.end_subject(subject, not_before, None, now).await?;
        }
        for claim in claims {
            self.end(claim.family, reason, now).await?;
        }
        Ok(())
    }

    /// Ends a subject's records in the store, but the survivor. False: nobody, because the survivor is over itself.
    pub(super) async fn end_subject(
        &self,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
        now: Timestamp,
    ) -> Result<bool, Refused> {
        match self.store.end_subject(self.terms(now), subject, not_before, except).await? {
            SubjectEnded::NotLive => Ok(false),
            SubjectEnded::Done(families) => {
                for family in families {
                    self.ended(family, EndReason::Revoked);
                }
                Ok(true)
            }
        }
    }

    pub(super) fn outdated<'a>(&self, subject: &'a str, not_before: Timestamp, now: Timestamp) -> Outdated<'a> {
        // Whatever is outdated was created before.
        Outdated { subject, not_before, until: self.tickets_run_out(not_before, now) }
    }

    /// A store that remembers by itself what ended remembers only what it knows. It does not know a family from before
    /// it was in use, or from before it was emptied.
    async fn make_known(&self, claim: &Claim, now: Timestamp) -> Result<(), Refused> {
        let (true, Some(record)) = (self.revocations.is_by_store(), &claim.lost) else {
            return Ok(());
        };
        // It is about to end: nobody has to make room for it.
        let limits = Limits { total: Limits::UNLIMITED, per_subject: Limits::UNLIMITED, ..self.policy.limits };
        let terms = Terms { now, policy: &Policy { limits, ..self.policy } };
        self.store.create(terms, (**record).clone(), SessionId::random()?.hash(), None).await?;
        Ok(())
    }

    /// Ends a record in the store, if it is live.
    pub(super) async fn end(&self, family: FamilyId, reason: EndReason, now: Timestamp) -> Result<(), Refused> {
        if self.store.end(self.terms(now), family, reason).await? {
            self.ended(family, reason);
        }
        Ok(())
    }

    /// What the two cookies are still good for.
    pub(super) async fn claims(&self, presented: &Presented, now: Timestamp) -> Result<Vec<Claim>, Refused> {
        let mut claims = Vec::new();
        if let Some(id) = &presented.session
            && let Checked::Valid { record, .. } =
                self.store.check_and_touch(self.terms(now), Key::Session(id.hash()), false).await?
        {
            claims.push(Claim::to(record));
        }
        if let Some(cookie) = &presented.ticket
            && let Ok(ticket) = self.sealer.open_ticket(cookie)
            && claims.iter().all(|claim| claim.family != ticket.family)
        {
            match self.store.check_and_touch(self.terms(now), Key::Family(ticket.family), false).await? {
                Checked::Valid { record, .. } if record.subject == ticket.subject => claims.push(Claim::to(record)),
                Checked::Valid { .. } | Checked::Ended(_) => {}
                Checked::Unknown => {
                    if self.refusal_of(&ticket, now).await?.is_none() {
                        claims.push(Claim {
                            family: ticket.family,
                            lost: Some(Box::new(self.continued(presented, &ticket, false, now)?)),
                            subject: ticket.subject,
                            created: ticket.created,
                            proven: ticket.proven,
                        });
                    }
                }
            }
        }
        Ok(claims)
    }

    /// When the last ticket of a family runs out. The absolute limit decides where there is one, whatever the idle
    /// limit is: that one may be raised before the entry is gone.
    pub(super) fn tickets_run_out(&self, created: Timestamp, now: Timestamp) -> Option<Timestamp> {
        self.policy.absolute_deadline(created).or_else(|| self.policy.idle_deadline(now))
    }
}
