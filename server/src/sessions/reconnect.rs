//! Re-establishing by ticket: the family goes on, with the same limits. The target is not opened.

use super::{
    Parts,
    api::{CookieChange, Granted, Presented, Refused},
    observe::{self, By},
};
use crate::{
    clock::Timestamp,
    id::SessionId,
    record::{Data, EndReason, Key, Record},
    store::Checked,
    ticket::{Ticket, TicketCookie},
};
use session_keepalive::wire::ProblemCode;

impl Parts {
    /// Continues the ticket's family. `activity`: the person did something.
    pub(super) async fn re_establish(
        &self,
        presented: &Presented,
        cookie: &TicketCookie,
        activity: bool,
    ) -> Result<Granted, Refused> {
        let now = self.clock.now();
        let counts = activity || self.policy.heartbeat_counts;
        let Ok(ticket) = self.sealer.open_ticket(cookie) else {
            return Err(self.unreadable(presented, now).await?);
        };
        let id = SessionId::random()?;
        let (record, joined) =
            match self.store.check_and_touch(self.terms(now), Key::Family(ticket.family), counts).await? {
                // Somebody else has signed in on it since.
                Checked::Valid { record, .. } if record.subject != ticket.subject => return Err(Refused::foreign()),
                // It is back already: an alias, not a second session.
                Checked::Valid { record, .. } => (self.rotated(record.family, &id, now).await?, true),
                Checked::Ended(reason) => return Err(Refused::ended(reason)),
                Checked::Unknown => {
                    if let Some(reason) = self.refusal_of(&ticket, now).await? {
                        return Err(Refused::ended(reason));
                    }
                    self.create(self.continued(presented, &ticket, counts, now)?, &id, None, now).await?
                }
            };
        // Sealing reads the log again: if the family was ended while this ran, it is ended here too.
        let renewed = self.renewed_ticket(presented, &record, now).await?;
        observe::reconnected(&record, By::Ticket, joined);
        Ok(self.granted(&record, now, true, id, renewed))
    }

    /// Why a ticket whose family the store does not know is no good any more, if so.
    pub(super) async fn refusal_of(&self, ticket: &Ticket, now: Timestamp) -> Result<Option<EndReason>, Refused> {
        let standing = self.revocations.look_up(ticket.family, ticket.subject.as_deref()).await?;
        let ran_out = || self.policy.ran_out(ticket.created, ticket.last_activity, now).map(EndReason::RanOut);
        Ok(standing.against(ticket.proven).or_else(ran_out))
    }

    pub(super) fn continued(
        &self,
        presented: &Presented,
        ticket: &Ticket,
        counts: bool,
        now: Timestamp,
    ) -> Result<Record, Refused> {
        Ok(Record {
            family: ticket.family,
            epoch: ticket.epoch.saturating_add(1),
            subject: ticket.subject.clone(),
            data: Data { sealed: self.sealer.seal_data(ticket.family, &ticket.data)?, remember: true },
            created: ticket.created,
            last_seen: now,
            last_activity: if counts { now.max(ticket.last_activity) } else { ticket.last_activity },
            proven: ticket.proven,
            rotated: now,
            user_agent: presented.user_agent.clone(),
        })
    }

    /// The refusal of a ticket that cannot be opened. It takes the cookies along, but no session that is live.
    async fn unreadable(&self, presented: &Presented, now: Timestamp) -> Result<Refused, Refused> {
        let live = match &presented.session {
            None => false,
            Some(id) => matches!(
                self.store.check_and_touch(self.terms(now), Key::Session(id.hash()), false).await?,
                Checked::Valid { .. }
            ),
        };
        Ok(Refused {
            session: if live { CookieChange::Keep } else { CookieChange::Remove },
            ticket: CookieChange::Remove,
            ..Refused::new(ProblemCode::ReconnectRefused, "The reconnect ticket cannot be read here. Sign in again.")
        })
    }
}
