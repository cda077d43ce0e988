//! The trait's operations, each one statement or one transaction.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::{
    SqliteStore,
    rows::{self, columns, families, find, kept, load},
};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    policy::Policy,
    record::{Data, EndReason, Key, Record, SignIn},
    sql::to_sql,
    store::{
        Checked, Created, Patched, Rotated, Stats, Store, StoreError, SubjectEnded, Swept, Terms,
        rules::{Due, Looked, Now},
    },
};

/// Terms that go where a borrow cannot.
#[derive(Clone, Copy)]
struct Owned {
    now: Timestamp,
    policy: Policy,
}

impl Owned {
    const fn of(terms: Terms<'_>) -> Self {
        Self { now: terms.now, policy: *terms.policy }
    }

    const fn terms(&self) -> Terms<'_> {
        Terms { now: self.now, policy: &self.policy }
    }
}

fn look(connection: &Connection, terms: Terms<'_>, key: Key, activity: bool) -> rusqlite::Result<Looked> {
    Ok(Looked::at(find(connection, terms, key)?, key, terms, activity))
}

#[async_trait]
impl Store for SqliteStore {
    async fn create(
        &self,
        terms: Terms<'_>,
        record: Record,
        id: SessionHash,
        replaces: Option<FamilyId>,
    ) -> Result<Created, StoreError> {
        let owned = Owned::of(terms);
        self.write(move |writer| {
            let (terms, family) = (owned.terms(), record.family);
            writer.settle(terms, family)?;
            if let Some(joined) = writer.turn(terms, family, id)? {
                return Ok(Created::Joined(joined));
            }
            if let Some(Now::Ended { reason, .. }) = load(writer.transaction(), family)?.map(|kept| kept.now(terms)) {
                return Ok(Created::Ended(reason));
            }
            writer.forget(family)?;
            let Some(evicted) = writer.make_room(terms, record.subject.as_deref(), replaces)? else {
                return Ok(Created::Full);
            };
            writer.insert(&record, id)?;
            Ok(Created::Made { evicted, live: writer.stats()?.live })
        })
        .await
    }

    async fn check_and_touch(&self, terms: Terms<'_>, key: Key, activity: bool) -> Result<Checked, StoreError> {
        let owned = Owned::of(terms);
        let look_once = move |connection: &Connection| look(connection, owned.terms(), key, activity);
        let mut looked = match self.read_at_once(look_once) {
            Some(looked) => looked,
            None => self.read(look_once).await?,
        };
        if looked.is_due() {
            // Meanwhile somebody may have touched or ended it: with the right to write, look again.
            looked = self
                .note(move |writer| {
                    let mut looked = look(writer.transaction(), owned.terms(), key, activity)?;
                    if let Looked::Live { record, due, .. } = &mut looked
                        && *due != Due::Nothing
                    {
                        // A clock that was set back must not make a session look less recently used than it is.
                        record.last_seen = record.last_seen.max(owned.now);
                        if *due == Due::Activity {
                            record.last_activity = record.last_activity.max(owned.now);
                        }
                        writer.execute(
                            "UPDATE session SET last_seen = ?2, last_activity = ?3
                             WHERE family = ?1 AND ended_at IS NULL",
                            params![record.family.as_bytes(), to_sql(record.last_seen), to_sql(record.last_activity)],
                        )?;
                    }
                    Ok(looked)
                })
                .await?;
        }
        Ok(looked.into())
    }

    async fn rotate(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: Option<SignIn>,
    ) -> Result<Rotated, StoreError> {
        let owned = Owned::of(terms);
        self.write(move |writer| match sign_in {
            Some(sign_in) => writer.sign_in(owned.terms(), family, id, sign_in),
            None => Ok(match writer.turn(owned.terms(), family, id)? {
                Some(record) => Rotated::Done { record, evicted: Vec::new() },
                None => Rotated::NotLive,
            }),
        })
        .await
    }

    async fn end(&self, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Result<bool, StoreError> {
        let owned = Owned::of(terms);
        self.write(move |writer| Ok(writer.end_live(owned.terms(), family, reason)?.is_some())).await
    }

    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<SubjectEnded, StoreError> {
        let (owned, subject) = (Owned::of(terms), subject.to_owned());
        self.write(move |writer| {
            if let Some(family) = except {
                match load(writer.transaction(), family)?.map(|kept| kept.now(owned.terms())) {
                    Some(Now::Live(record)) if record.subject.as_deref() == Some(&subject) => {}
                    Some(Now::Live(_) | Now::Ended { .. } | Now::Forgotten) | None => return Ok(SubjectEnded::NotLive),
                }
                writer.execute(
                    "UPDATE session SET proven = max(proven, ?2) WHERE family = ?1",
                    params![family.as_bytes(), to_sql(not_before.just_after())],
                )?;
            }
            let outdated = families(
                writer.transaction(),
                "SELECT family FROM session WHERE subject = ?1 AND ended_at IS NULL AND proven <= ?2",
                params![subject, to_sql(not_before)],
            )?;
            let mut ended = Vec::new();
            for family in outdated {
                let record = writer.end_live(owned.terms(), family, EndReason::Revoked)?;
                ended.extend(record.map(|record| record.family));
            }
            Ok(SubjectEnded::Done(ended))
        })
        .await
    }

    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError> {
        let (owned, subject) = (Owned::of(terms), subject.to_owned());
        self.read(move |connection| {
            let mut records = Vec::new();
            let sql = concat!(
                "SELECT ",
                columns!(),
                " FROM session WHERE subject = ?1 AND ended_at IS NULL ORDER BY last_activity DESC, family DESC"
            );
            for found in connection.prepare_cached(sql)?.query_map([subject], kept)? {
                if let Now::Live(record) = found?.now(owned.terms()) {
                    records.push(record);
                }
            }
            Ok(records)
        })
        .await
    }

    async fn patch(&self, terms: Terms<'_>, family: FamilyId, seen: &Data, data: Data) -> Result<Patched, StoreError> {
        let (owned, seen) = (Owned::of(terms), seen.clone());
        self.write(move |writer| {
            let Some(Now::Live(record)) = load(writer.transaction(), family)?.map(|kept| kept.now(owned.terms()))
            else {
                return Ok(Patched::NotLive);
            };
            if record.data != seen {
                return Ok(Patched::Changed);
            }
            writer.execute(
                "UPDATE session SET sealed = ?2, remember = ?3 WHERE family = ?1 AND ended_at IS NULL",
                params![family.as_bytes(), data.sealed, data.remember],
            )?;
            Ok(Patched::Done)
        })
        .await
    }

    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError> {
        let owned = Owned::of(terms);
        self.write(move |writer| {
            let terms = owned.terms();
            let mut swept = Swept::default();
            for _ in 0..terms.policy.cleanup.batch {
                if let Some(family) = writer.ran_out(terms)? {
                    swept.ran_out.extend(writer.settle(terms, family)?.map(|reason| (family, reason)));
                } else if let Some(oldest) = writer.outlived(terms)? {
                    writer.forget(oldest)?;
                    swept.dropped += 1;
                } else {
                    return Ok(swept);
                }
            }
            swept.more = true;
            Ok(swept)
        })
        .await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.read(rows::stats).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.read(|connection| rows::stats(connection).map(drop)).await
    }

    fn is_durable(&self) -> bool {
        Self::DURABLE
    }
}
