//! The steps of a change, within its transaction.
//!
//! Whoever locks several rows holds the locks of [`Writer::queue`] first, or skips what is locked: nothing deadlocks.

use std::time::Duration;

use deadpool_postgres::Transaction;
use sha2::{Digest, Sha256};
use tokio_postgres::{Row, types::ToSql};

use super::{
    failure::Failure,
    rows::{self, columns, kept},
};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    policy::WhenFull,
    record::{EndReason, Record, SignIn},
    sql::{reason_to_sql, to_sql},
    store::{
        Rotated, Terms,
        rules::{Kept, MAX_ALIASES, Now, is_limit, ran_out, remembered_for},
    },
};

/// Live sessions are counted up to here; what is more is PostgreSQL's own estimate.
const COUNTED: i64 = 1_000;

/// Who asks for room.
enum Crowd<'a> {
    Subject(&'a str),
    All,
}

/// An open transaction.
pub(super) struct Writer<'a>(Transaction<'a>);

impl<'a> Writer<'a> {
    pub(super) const fn new(transaction: Transaction<'a>) -> Self {
        Self(transaction)
    }

    pub(super) async fn commit(self) -> Result<(), Failure> {
        Ok(self.0.commit().await?)
    }

    pub(super) async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        Ok(self.0.query(&self.0.prepare_cached(sql).await?, params).await?)
    }

    /// How many rows it changed.
    pub(super) async fn execute(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, Failure> {
        Ok(self.0.execute(&self.0.prepare_cached(sql).await?, params).await?)
    }

    async fn first(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Kept>, Failure> {
        self.query(sql, params).await?.first().map(kept).transpose()
    }

    /// Waits for its turn among those that must not count, or lock several rows, at once. All sessions come before one
    /// subject's, everywhere.
    pub(super) async fn queue(&self, terms: Terms<'_>, subject: Option<&str>) -> Result<(), Failure> {
        let all = is_limit(terms.policy.limits.total).then(|| lock("all", ""));
        let subject = subject.map(|subject| lock("subject", subject));
        for key in all.into_iter().chain(subject) {
            self.query("SELECT pg_advisory_xact_lock($1)", &[&key]).await?;
        }
        Ok(())
    }

    /// What is kept under a family, which nobody else changes meanwhile.
    pub(super) async fn locked(&self, family: FamilyId) -> Result<Option<Kept>, Failure> {
        let sql = concat!("SELECT ", columns!(), " FROM keepalive_session WHERE family = $1 FOR UPDATE");
        self.first(sql, &[&&family.as_bytes()[..]]).await
    }

    /// Ends live records. Their secrets go at once.
    pub(super) async fn finish(
        &self,
        terms: Terms<'_>,
        endings: &[(FamilyId, EndReason, Timestamp)],
    ) -> Result<(), Failure> {
        let families: Vec<&[u8]> = endings.iter().map(|(family, ..)| &family.as_bytes()[..]).collect();
        let reasons: Vec<i64> = endings.iter().map(|(_, reason, _)| reason_to_sql(*reason)).collect();
        let times: Vec<i64> = endings.iter().map(|(.., at)| to_sql(*at)).collect();
        self.execute(
            "UPDATE keepalive_session AS session
             SET ended_at = ending.at, reason = ending.reason, sealed = '', subject = NULL, user_agent = NULL
             FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS ending (family, reason, at)
             WHERE session.family = ending.family AND session.ended_at IS NULL",
            &[&families, &reasons, &times],
        )
        .await?;
        for (family, reason, _) in endings {
            if remembered_for(terms.policy, *reason) == Some(Duration::ZERO) {
                self.forget(*family).await?;
            }
        }
        Ok(())
    }

    /// Drops a record that is not live any more, and its ids.
    pub(super) async fn forget(&self, family: FamilyId) -> Result<(), Failure> {
        self.execute("DELETE FROM keepalive_session WHERE family = $1", &[&&family.as_bytes()[..]]).await.map(drop)
    }

    /// Ends a record that has not run out. One that has ends for that reason.
    pub(super) async fn end_live(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        reason: EndReason,
    ) -> Result<Option<Record>, Failure> {
        let Some(record) = self.locked(family).await?.and_then(Kept::live) else {
            return Ok(None);
        };
        if let Some((over, at)) = ran_out(&record, terms) {
            self.finish(terms, &[(family, over, at)]).await?;
            return Ok(None);
        }
        self.finish(terms, &[(family, reason, terms.now)]).await?;
        Ok(Some(record))
    }

    /// Gives a live record, which is locked, a new id.
    pub(super) async fn turn(&self, terms: Terms<'_>, mut record: Record, id: SessionHash) -> Result<Record, Failure> {
        record.rotated = terms.now;
        let aliases = i64::try_from(MAX_ALIASES).unwrap_or(i64::MAX);
        self.execute(
            "WITH replaced AS (
                 UPDATE keepalive_session_id SET replaced = $3 WHERE family = $1 AND replaced IS NULL
             ), lapsed AS (
                 DELETE FROM keepalive_session_id WHERE family = $1 AND replaced IS NOT NULL AND (replaced <= $4
                     OR place NOT IN (SELECT place FROM keepalive_session_id WHERE family = $1
                                      ORDER BY place DESC LIMIT $5))
             ), issued AS (
                 INSERT INTO keepalive_session_id (id, family) VALUES ($2, $1)
             )
             UPDATE keepalive_session SET rotated = $3 WHERE family = $1",
            &[
                &&record.family.as_bytes()[..],
                &&id.as_bytes()[..],
                &to_sql(terms.now),
                &to_sql(terms.now.minus(terms.policy.rotation_grace)),
                &aliases,
            ],
        )
        .await?;
        Ok(record)
    }

    /// Somebody signs in on a live record, which goes on under this id alone.
    pub(super) async fn sign_in(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: SignIn,
    ) -> Result<Rotated, Failure> {
        self.queue(terms, Some(&sign_in.subject)).await?;
        let Some(Now::Live(mut record)) = self.locked(family).await?.map(|kept| kept.now(terms)) else {
            return Ok(Rotated::NotLive);
        };
        if record.subject.is_some() {
            return Ok(Rotated::Taken);
        }
        let Some(evicted) = self.make_room(terms, Some(&sign_in.subject), Some(family)).await? else {
            return Ok(Rotated::Full);
        };
        record.sign_in(sign_in, terms.now);
        let key = &family.as_bytes()[..];
        self.execute(
            "UPDATE keepalive_session SET subject = $2, sealed = $3, remember = $4, created = $5, last_seen = $6,
                 last_activity = $7, proven = $8, rotated = $9 WHERE family = $1",
            &[
                &key,
                &record.subject.as_deref(),
                &record.data.sealed,
                &record.data.remember,
                &to_sql(record.created),
                &to_sql(record.last_seen),
                &to_sql(record.last_activity),
                &to_sql(record.proven),
                &to_sql(record.rotated),
            ],
        )
        .await?;
        self.execute("DELETE FROM keepalive_session_id WHERE family = $1", &[&key]).await?;
        let issue = "INSERT INTO keepalive_session_id (id, family) VALUES ($2, $1)";
        self.execute(issue, &[&key, &&id.as_bytes()[..]]).await?;
        Ok(Rotated::Done { record, evicted })
    }

    /// False: somebody else made that family meanwhile.
    pub(super) async fn insert(&self, record: &Record, id: SessionHash) -> Result<bool, Failure> {
        let made = self
            .execute(
                "WITH made AS (
                     INSERT INTO keepalive_session (family, epoch, subject, sealed, remember, created, last_seen,
                         last_activity, proven, rotated, user_agent)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                     ON CONFLICT (family) DO NOTHING RETURNING family
                 )
                 INSERT INTO keepalive_session_id (id, family) SELECT $12, family FROM made",
                &[
                    &&record.family.as_bytes()[..],
                    &i64::from(record.epoch),
                    &record.subject.as_deref(),
                    &record.data.sealed,
                    &record.data.remember,
                    &to_sql(record.created),
                    &to_sql(record.last_seen),
                    &to_sql(record.last_activity),
                    &to_sql(record.proven),
                    &to_sql(record.rotated),
                    &record.user_agent.as_deref(),
                    &&id.as_bytes()[..],
                ],
            )
            .await?;
        Ok(made == 1)
    }

    /// Makes room for one more; `None`: there is none to be had. What ran out goes first and is not "evicted".
    pub(super) async fn make_room(
        &self,
        terms: Terms<'_>,
        subject: Option<&str>,
        replaces: Option<FamilyId>,
    ) -> Result<Option<Vec<Record>>, Failure> {
        let limits = terms.policy.limits;
        let leaving = match replaces {
            Some(family) => self.live(family).await?,
            None => None,
        };
        let mut evicted = Vec::new();
        if let Some(subject) = subject
            && is_limit(limits.per_subject)
        {
            let leaves = leaving.as_ref().is_some_and(|record| record.subject.as_deref() == Some(subject));
            let room = limits.per_subject.saturating_add(usize::from(leaves));
            if !self.push_out(terms, &Crowd::Subject(subject), room, replaces, &mut evicted).await? {
                return Ok(None);
            }
        }
        if is_limit(limits.total) {
            let room = limits.total.saturating_add(usize::from(leaving.is_some()));
            if !self.push_out(terms, &Crowd::All, room, replaces, &mut evicted).await? {
                return Ok(None);
            }
        }
        Ok(Some(evicted))
    }

    /// Leaves fewer than `room` of a crowd. False: that cannot be.
    async fn push_out(
        &self,
        terms: Terms<'_>,
        crowd: &Crowd<'_>,
        room: usize,
        spared: Option<FamilyId>,
        evicted: &mut Vec<Record>,
    ) -> Result<bool, Failure> {
        let room = i64::try_from(room).unwrap_or(i64::MAX);
        while self.count(crowd, room).await? >= room {
            if let Some(over) = self.ran_out_of(terms, crowd, spared).await? {
                // Which settles it.
                self.end_live(terms, over, EndReason::Evicted).await?;
                continue;
            }
            match (terms.policy.limits.when_full, self.least_active(crowd, spared).await?) {
                (WhenFull::Evict, Some(victim)) => {
                    evicted.extend(self.end_live(terms, victim, EndReason::Evicted).await?);
                }
                (WhenFull::Reject, _) | (WhenFull::Evict, None) => return Ok(false),
            }
        }
        Ok(true)
    }

    /// How many of a crowd are live, counted up to `most`.
    async fn count(&self, crowd: &Crowd<'_>, most: i64) -> Result<i64, Failure> {
        let rows = self
            .query(
                "SELECT count(*) FROM (SELECT FROM keepalive_session
                     WHERE ended_at IS NULL AND ($1::text IS NULL OR subject = $1) LIMIT $2) AS counted",
                &[&crowd.subject(), &most],
            )
            .await?;
        one(&rows)
    }

    /// Live sessions, for the log of a sign-in: exact for a few, and else about as many.
    pub(super) async fn about_live(&self) -> Result<usize, Failure> {
        let mut live = self.count(&Crowd::All, COUNTED).await?;
        if live == COUNTED {
            let sql = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'keepalive_session_live'::regclass";
            live = live.max(one(&self.query(sql, &[]).await?)?);
        }
        Ok(usize::try_from(live).unwrap_or(0))
    }

    /// One that has run into a limit, if one has.
    async fn ran_out_of(
        &self,
        terms: Terms<'_>,
        crowd: &Crowd<'_>,
        spared: Option<FamilyId>,
    ) -> Result<Option<FamilyId>, Failure> {
        let (idle, absolute) = cutoffs(terms);
        let sql = "SELECT family FROM keepalive_session
                   WHERE ended_at IS NULL AND ($1::text IS NULL OR subject = $1) AND family IS DISTINCT FROM $2
                     AND (last_activity <= $3 OR created <= $4)
                   ORDER BY created LIMIT 1";
        self.one_family(sql, &[&crowd.subject(), &bytes(&spared), &idle, &absolute]).await
    }

    /// Who goes when there are too many: the least recently active; of all, that of the most crowded subject.
    async fn least_active(&self, crowd: &Crowd<'_>, spared: Option<FamilyId>) -> Result<Option<FamilyId>, Failure> {
        let crowded: Option<String> = match crowd {
            Crowd::Subject(subject) => Some((*subject).to_owned()),
            Crowd::All => {
                let sql = "SELECT subject FROM keepalive_session WHERE ended_at IS NULL AND subject IS NOT NULL
                           GROUP BY subject HAVING count(*) > 1 ORDER BY count(*) DESC, min(last_activity) LIMIT 1";
                self.query(sql, &[]).await?.first().map(|row| row.try_get(0)).transpose()?
            }
        };
        let sql = "SELECT family FROM keepalive_session
                   WHERE ended_at IS NULL AND ($1::text IS NULL OR subject = $1) AND family IS DISTINCT FROM $2
                   ORDER BY last_activity, family LIMIT 1";
        self.one_family(sql, &[&crowded, &bytes(&spared)]).await
    }

    async fn one_family(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Option<FamilyId>, Failure> {
        self.query(sql, params).await?.first().map(rows::family).transpose()
    }

    async fn live(&self, family: FamilyId) -> Result<Option<Record>, Failure> {
        let sql = concat!("SELECT ", columns!(), " FROM keepalive_session WHERE family = $1");
        Ok(self.first(sql, &[&&family.as_bytes()[..]]).await?.and_then(Kept::live))
    }
}

impl Crowd<'_> {
    const fn subject(&self) -> Option<&str> {
        match self {
            Self::Subject(subject) => Some(subject),
            Self::All => None,
        }
    }
}

/// A session last active, or created, at or before them has run out; `None`: no such limit.
pub(super) fn cutoffs(terms: Terms<'_>) -> (Option<i64>, Option<i64>) {
    let before = |limit: Option<Duration>| limit.map(|limit| to_sql(terms.now.minus(limit)));
    (before(terms.policy.idle), before(terms.policy.absolute.limit()))
}

fn bytes(family: &Option<FamilyId>) -> Option<&[u8]> {
    family.as_ref().map(|family| &family.as_bytes()[..])
}

fn one(rows: &[Row]) -> Result<i64, Failure> {
    let row = rows.first().ok_or_else(|| Failure::Said("a count has no row".to_owned()))?;
    Ok(row.try_get(0)?)
}

/// The key of an advisory lock.
fn lock(kind: &str, name: &str) -> i64 {
    let hash: [u8; 32] = Sha256::digest(format!("session-keepalive {kind} {name}")).into();
    let [a, b, c, d, e, f, g, h, ..] = hash;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}
