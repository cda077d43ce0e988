//! The steps of a change, within its transaction.

use std::time::Duration;

use rusqlite::{OptionalExtension, Params, Transaction, params};

use super::rows::{self, families, load};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    policy::WhenFull,
    record::{EndReason, Record, SignIn},
    sql::{from_sql, reason_to_sql, to_sql},
    store::{
        Rotated, Stats, Terms,
        rules::{Kept, MAX_ALIASES, Now, ran_out, remembered_for},
    },
};

/// A transaction that holds the file's one right to write.
pub(super) struct Writer<'a>(&'a Transaction<'a>);

impl<'a> Writer<'a> {
    pub(super) const fn new(transaction: &'a Transaction<'a>) -> Self {
        Self(transaction)
    }

    pub(super) const fn transaction(&self) -> &Transaction<'a> {
        self.0
    }

    /// How many rows it changed.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.0.prepare_cached(sql)?.execute(params)
    }

    /// Ends a live record, whether it ran out or not, and answers it. Its secrets go at once.
    fn finish(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        reason: EndReason,
        at: Timestamp,
    ) -> rusqlite::Result<Option<Record>> {
        let Some(record) = self.live(family)? else {
            return Ok(None);
        };
        self.execute(
            "UPDATE session SET ended_at = ?2, reason = ?3, sealed = x'', subject = NULL, user_agent = NULL
             WHERE family = ?1 AND ended_at IS NULL",
            params![family.as_bytes(), to_sql(at), reason_to_sql(reason)],
        )?;
        if remembered_for(terms.policy, reason) == Some(Duration::ZERO) {
            self.forget(family)?;
        }
        Ok(Some(record))
    }

    /// Drops an ended record, if there is one.
    pub(super) fn forget(&self, family: FamilyId) -> rusqlite::Result<()> {
        self.execute("DELETE FROM session WHERE family = ?1 AND ended_at IS NOT NULL", [family.as_bytes()]).map(drop)
    }

    /// Ends a record that ran out, if it did; answers why.
    pub(super) fn settle(&self, terms: Terms<'_>, family: FamilyId) -> rusqlite::Result<Option<EndReason>> {
        let Some((reason, at)) = self.live(family)?.and_then(|record| ran_out(&record, terms)) else {
            return Ok(None);
        };
        Ok(self.finish(terms, family, reason, at)?.map(|_| reason))
    }

    /// Ends a record that has not run out.
    pub(super) fn end_live(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        reason: EndReason,
    ) -> rusqlite::Result<Option<Record>> {
        match self.settle(terms, family)? {
            Some(_) => Ok(None),
            None => self.finish(terms, family, reason, terms.now),
        }
    }

    /// Gives a live record a new id.
    pub(super) fn turn(&self, terms: Terms<'_>, family: FamilyId, id: SessionHash) -> rusqlite::Result<Option<Record>> {
        let Some(Now::Live(mut record)) = load(self.0, family)?.map(|kept| kept.now(terms)) else {
            return Ok(None);
        };
        let key = family.as_bytes();
        self.execute(
            "UPDATE session_id SET replaced = ?2 WHERE family = ?1 AND replaced IS NULL",
            params![key, to_sql(terms.now)],
        )?;
        self.execute(
            "DELETE FROM session_id WHERE family = ?1 AND replaced <= ?2",
            params![key, to_sql(terms.now.minus(terms.policy.rotation_grace))],
        )?;
        self.execute(
            "DELETE FROM session_id WHERE family = ?1 AND rowid NOT IN
                 (SELECT rowid FROM session_id WHERE family = ?1 ORDER BY rowid DESC LIMIT ?2)",
            params![key, MAX_ALIASES],
        )?;
        self.name(family, id)?;
        record.rotated = terms.now;
        self.execute("UPDATE session SET rotated = ?2 WHERE family = ?1", params![key, to_sql(record.rotated)])?;
        Ok(Some(record))
    }

    /// Somebody signs in on a live record, which goes on under this id alone.
    pub(super) fn sign_in(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: SignIn,
    ) -> rusqlite::Result<Rotated> {
        let Some(Now::Live(mut record)) = load(self.0, family)?.map(|kept| kept.now(terms)) else {
            return Ok(Rotated::NotLive);
        };
        if record.subject.is_some() {
            return Ok(Rotated::Taken);
        }
        let Some(evicted) = self.make_room(terms, Some(&sign_in.subject), Some(family))? else {
            return Ok(Rotated::Full);
        };
        record.sign_in(sign_in, terms.now);
        let key = family.as_bytes();
        self.execute(
            "UPDATE session SET subject = ?2, sealed = ?3, remember = ?4, created = ?5, last_seen = ?6,
                 last_activity = ?7, proven = ?8, rotated = ?9 WHERE family = ?1 AND ended_at IS NULL",
            params![
                key,
                record.subject,
                record.data.sealed,
                record.data.remember,
                to_sql(record.created),
                to_sql(record.last_seen),
                to_sql(record.last_activity),
                to_sql(record.proven),
                to_sql(record.rotated),
            ],
        )?;
        self.execute("DELETE FROM session_id WHERE family = ?1", [key])?;
        self.name(family, id)?;
        Ok(Rotated::Done { record, evicted })
    }

    pub(super) fn insert(&self, record: &Record, id: SessionHash) -> rusqlite::Result<()> {
        self.execute(
            "INSERT INTO session (family, epoch, subject, sealed, remember, created, last_seen, last_activity, proven,
                 rotated, user_agent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                record.family.as_bytes(),
                record.epoch,
                record.subject,
                record.data.sealed,
                record.data.remember,
                to_sql(record.created),
                to_sql(record.last_seen),
                to_sql(record.last_activity),
                to_sql(record.proven),
                to_sql(record.rotated),
                record.user_agent,
            ],
        )?;
        self.name(record.family, id)
    }

    /// Makes `id` a family's current one. Its row comes after those of the ids before.
    fn name(&self, family: FamilyId, id: SessionHash) -> rusqlite::Result<()> {
        self.execute("INSERT INTO session_id (id, family) VALUES (?1, ?2)", [&id.as_bytes()[..], family.as_bytes()])
            .map(drop)
    }

    /// Makes room for one more; `None`: there is none to be had. What ran out goes first and is not "evicted".
    pub(super) fn make_room(
        &self,
        terms: Terms<'_>,
        subject: Option<&str>,
        replaces: Option<FamilyId>,
    ) -> rusqlite::Result<Option<Vec<Record>>> {
        let limits = terms.policy.limits;
        let leaving = replaces.map(|family| self.live(family)).transpose()?.flatten();
        let leaves_subject =
            leaving.as_ref().is_some_and(|record| subject.is_some() && record.subject.as_deref() == subject);
        let mut evicted = Vec::new();
        loop {
            let crowd = subject.map(|subject| self.crowd(subject)).transpose()?.unwrap_or(0);
            let (ran_out, least_active) = if crowd - usize::from(leaves_subject) >= limits.per_subject {
                (self.ran_out_of(terms, subject)?, self.least_active_of(subject, replaces)?)
            } else if self.stats()?.live - usize::from(leaving.is_some()) >= limits.total {
                (self.ran_out(terms)?, self.least_active(replaces)?)
            } else {
                return Ok(Some(evicted));
            };
            match (ran_out, limits.when_full, least_active) {
                (Some(over), _, _) if Some(over) != replaces => {
                    self.settle(terms, over)?;
                }
                (_, WhenFull::Evict, Some(victim)) => {
                    evicted.extend(self.end_live(terms, victim, EndReason::Evicted)?);
                }
                (_, WhenFull::Reject, _) | (_, WhenFull::Evict, None) => return Ok(None),
            }
        }
    }

    /// A live family that has run into a limit, if one has.
    pub(super) fn ran_out(&self, terms: Terms<'_>) -> rusqlite::Result<Option<FamilyId>> {
        let idle = "SELECT family, last_activity FROM session WHERE ended_at IS NULL ORDER BY last_activity LIMIT 1";
        let aged = "SELECT family, created FROM session WHERE ended_at IS NULL ORDER BY created LIMIT 1";
        self.past_its_limit(terms, idle, aged, [])
    }

    fn ran_out_of(&self, terms: Terms<'_>, subject: Option<&str>) -> rusqlite::Result<Option<FamilyId>> {
        let idle = "SELECT family, last_activity FROM session WHERE subject = ?1 AND ended_at IS NULL
                    ORDER BY last_activity LIMIT 1";
        let aged = "SELECT family, min(created) FROM session WHERE subject = ?1 AND ended_at IS NULL
                    HAVING count(*) > 0";
        self.past_its_limit(terms, idle, aged, [subject])
    }

    fn past_its_limit(
        &self,
        terms: Terms<'_>,
        idle: &str,
        aged: &str,
        params: impl Params + Clone,
    ) -> rusqlite::Result<Option<FamilyId>> {
        let policy = terms.policy;
        let reached = |deadline: Option<Timestamp>| deadline.is_some_and(|deadline| deadline <= terms.now);
        if let Some((family, at)) = self.first(idle, params.clone())?
            && reached(policy.idle_deadline(at))
        {
            return Ok(Some(family));
        }
        Ok(self.first(aged, params)?.filter(|(_, at)| reached(policy.absolute_deadline(*at))).map(|(family, _)| family))
    }

    /// An ended family that was remembered long enough.
    pub(super) fn outlived(&self, terms: Terms<'_>) -> rusqlite::Result<Option<FamilyId>> {
        let sql = "SELECT family, ended_at FROM session WHERE reason = ?1 AND ended_at IS NOT NULL
                   ORDER BY ended_at LIMIT 1";
        for reason in EndReason::ALL {
            let outlived = |at: Timestamp| {
                remembered_for(terms.policy, reason).is_some_and(|how_long| at.plus(how_long) <= terms.now)
            };
            if let Some((family, at)) = self.first(sql, [reason_to_sql(reason)])?
                && outlived(at)
            {
                return Ok(Some(family));
            }
        }
        Ok(None)
    }

    /// Who goes when there are too many in all: the least recently active of the most crowded subject.
    fn least_active(&self, spared: Option<FamilyId>) -> rusqlite::Result<Option<FamilyId>> {
        let crowded: Option<String> = self
            .0
            .prepare_cached("SELECT subject FROM crowd WHERE live > 1 ORDER BY live DESC, oldest LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        if crowded.is_some() {
            return self.least_active_of(crowded.as_deref(), spared);
        }
        // Everybody has one.
        let sql = "SELECT family FROM session WHERE ended_at IS NULL AND family IS NOT ?1
                   ORDER BY last_activity, family LIMIT 1";
        Ok(families(self.0, sql, [spared.map(|family| *family.as_bytes())])?.pop())
    }

    /// Who goes when the subject has too many.
    fn least_active_of(&self, subject: Option<&str>, spared: Option<FamilyId>) -> rusqlite::Result<Option<FamilyId>> {
        let sql = "SELECT family FROM session WHERE subject = ?1 AND ended_at IS NULL AND family IS NOT ?2
                   ORDER BY last_activity, family LIMIT 1";
        Ok(families(self.0, sql, params![subject, spared.map(|family| *family.as_bytes())])?.pop())
    }

    fn first(&self, sql: &str, params: impl Params) -> rusqlite::Result<Option<(FamilyId, Timestamp)>> {
        self.0.prepare_cached(sql)?.query_row(params, |row| Ok((rows::family(row)?, from_sql(row.get(1)?)))).optional()
    }

    fn live(&self, family: FamilyId) -> rusqlite::Result<Option<Record>> {
        Ok(load(self.0, family)?.and_then(Kept::live))
    }

    fn crowd(&self, subject: &str) -> rusqlite::Result<usize> {
        let live = self
            .0
            .prepare_cached("SELECT live FROM crowd WHERE subject = ?1")?
            .query_row([subject], |row| row.get(0))
            .optional()?;
        Ok(live.unwrap_or(0))
    }

    pub(super) fn stats(&self) -> rusqlite::Result<Stats> {
        rows::stats(self.0)
    }
}
