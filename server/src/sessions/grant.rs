//! What a good session is answered with: the body, and the cookies.

use std::time::Duration;

use secrecy::SecretString;
use session_keepalive::wire::{ProblemCode, SessionAnswer};

use super::{
    Parts,
    api::{CookieChange, Granted, Presented, Refused},
    load::next_check_in,
};
use crate::{
    clock::Timestamp,
    id::SessionId,
    policy::{CookieAge, Reconnect},
    record::Record,
    ticket::{Ticket, TicketCookie},
};

/// What browsers keep a cookie for at most; a ticket without any limit is sealed again long before.
const LONGEST_COOKIE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

impl Parts {
    /// The body for a live record.
    pub(super) fn answer(&self, record: &Record, now: Timestamp, reconnected: bool) -> SessionAnswer {
        let policy = &self.policy;
        let left = |deadline: Option<Timestamp>| deadline.map(|deadline| deadline.since(now));
        let nearest = left(policy.deadline(record.created, record.last_activity));
        let until_warning = nearest.map(|nearest| nearest.saturating_sub(policy.warn_before));
        SessionAnswer {
            valid: true,
            reconnected,
            epoch: record.epoch,
            subject: record.subject.as_deref().map(str::to_owned),
            idle_in: left(policy.idle_deadline(record.last_activity)).map(whole_seconds),
            absolute_in: left(policy.absolute_deadline(record.created)).map(whole_seconds),
            warn_in: until_warning.map(whole_seconds),
            next_check_in: next_check_in(policy, self.load.thousandths(), until_warning).map(whole_seconds),
        }
    }

    /// A grant under a new id.
    pub(super) fn granted(
        &self,
        record: &Record,
        now: Timestamp,
        reconnected: bool,
        id: SessionId,
        ticket: CookieChange<TicketCookie>,
    ) -> Granted {
        Granted { answer: self.answer(record, now, reconnected), session: self.session_cookie(record, now, id), ticket }
    }

    /// The session cookie with a new id, or with its own once more.
    pub(super) fn session_cookie(&self, record: &Record, now: Timestamp, id: SessionId) -> CookieChange<SessionId> {
        let max_age = match self.policy.cookie.max_age {
            CookieAge::BrowserSession => None,
            CookieAge::Fixed(age) => Some(record.created.plus(age).since(now)),
            CookieAge::Rolling(age) => Some(age),
        };
        CookieChange::Set { value: id, max_age }
    }

    /// What becomes of the session cookie when its id stays: a rolling one is set again at each touch.
    pub(super) fn rolled_cookie(
        &self,
        presented: &Presented,
        record: &Record,
        now: Timestamp,
        touched: bool,
    ) -> CookieChange<SessionId> {
        match (&presented.session, self.policy.cookie.max_age) {
            (Some(id), CookieAge::Rolling(_)) if touched => self.session_cookie(record, now, id.clone()),
            (Some(_) | None, CookieAge::BrowserSession | CookieAge::Fixed(_) | CookieAge::Rolling(_)) => {
                CookieChange::Keep
            }
        }
    }

    /// Seals a ticket for a record whose data are at hand.
    pub(super) fn ticket_cookie(
        &self,
        record: &Record,
        data: SecretString,
        now: Timestamp,
    ) -> Result<CookieChange<TicketCookie>, Refused> {
        let value = self.sealer.seal_ticket(&Ticket {
            data,
            family: record.family,
            subject: record.subject.clone(),
            epoch: record.epoch,
            created: record.created,
            last_activity: record.last_activity,
            proven: record.proven,
        })?;
        let left = self
            .policy
            .deadline(record.created, record.last_activity)
            .map_or(LONGEST_COOKIE, |deadline| deadline.since(now).min(LONGEST_COOKIE));
        Ok(CookieChange::Set { value, max_age: Some(left) })
    }

    /// Seals the ticket again, where there is one. Reads the log first, so that a record that is being ended beside
    /// this request, or was ended by another instance, gets none: it is ended here too.
    pub(super) async fn renewed_ticket(
        &self,
        presented: &Presented,
        record: &Record,
        now: Timestamp,
    ) -> Result<CookieChange<TicketCookie>, Refused> {
        if self.policy.reconnect == Reconnect::Off {
            return Ok(CookieChange::Keep);
        }
        self.still_standing(record, now).await?;
        // A ticket that the browser no longer presents was dropped on purpose, and stays away.
        if !record.data.remember || presented.ticket.is_none() {
            return Ok(CookieChange::Keep);
        }
        self.ticket_cookie(record, self.kept_data(record)?, now)
    }

    /// Ends a record that the log says is over.
    pub(super) async fn still_standing(&self, record: &Record, now: Timestamp) -> Result<(), Refused> {
        let standing = self.revocations.look_up(record.family, record.subject.as_deref()).await?;
        match standing.against(record.proven) {
            None => Ok(()),
            Some(reason) => {
                self.end(record.family, reason, now).await?;
                Err(Refused::ended(reason))
            }
        }
    }

    /// The data that a record keeps.
    pub(super) fn kept_data(&self, record: &Record) -> Result<SecretString, Refused> {
        self.sealer.open_data(record.family, &record.data.sealed).map_err(|_| {
            tracing::error!(family = %record.family.short(), "a session's data were sealed under a key that is gone");
            Refused::new(
                ProblemCode::ReconnectRefused,
                "What was kept for this session was sealed under a key that is gone. Sign in again.",
            )
        })
    }
}

/// Rounded down: nothing is promised for longer than it lasts.
pub(super) fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
