//! The trait's operations, each one statement or one transaction.

use async_trait::async_trait;
use deadpool_postgres::Object;
use tokio_postgres::types::ToSql;

use super::{
    PostgresStore,
    failure::Failure,
    rows::{self, columns, kept},
    writer::{Writer, cutoffs},
};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, EndReason, Key, Record, SignIn},
    sql::{reason_to_sql, to_sql},
    store::{
        Checked, Created, Patched, Rotated, Stats, Store, StoreError, SubjectEnded, Swept, Terms,
        rules::{Due, Kept, Looked, Now, ran_out, remembered_for},
    },
};

#[async_trait]
impl Store for PostgresStore {
    async fn create(
        &self,
        terms: Terms<'_>,
        record: Record,
        id: SessionHash,
        replaces: Option<FamilyId>,
    ) -> Result<Created, StoreError> {
        self.write(async |writer| create(writer, terms, &record, id, replaces).await).await
    }

    async fn check_and_touch(&self, terms: Terms<'_>, key: Key, activity: bool) -> Result<Checked, StoreError> {
        let looked = self.read(async |client| look(client, terms, key, activity).await).await?;
        let Looked::Live { record, alias, due } = &looked else {
            return Ok(looked.into());
        };
        if *due == Due::Nothing {
            return Ok(looked.into());
        }
        let touched = self.read(async |client| touch(client, terms, record.family, *due).await).await?;
        if let Some(record) = touched {
            return Ok(Checked::Valid { record, touched: true, alias: *alias });
        }
        // Meanwhile somebody has touched or ended it: look again, and leave it at that.
        let looked = self.read(async |client| look(client, terms, key, activity).await).await?;
        Ok(match looked {
            Looked::Live { record, alias, .. } => Checked::Valid { record, touched: false, alias },
            over @ (Looked::Ended(_) | Looked::Unknown) => over.into(),
        })
    }

    async fn rotate(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: Option<SignIn>,
    ) -> Result<Rotated, StoreError> {
        self.write(async |writer| match sign_in {
            Some(sign_in) => writer.sign_in(terms, family, id, sign_in).await,
            None => match writer.locked(family).await?.map(|kept| kept.now(terms)) {
                Some(Now::Live(record)) => {
                    let record = writer.turn(terms, record, id).await?;
                    Ok(Rotated::Done { record, evicted: Vec::new() })
                }
                Some(Now::Ended { .. } | Now::Forgotten) | None => Ok(Rotated::NotLive),
            },
        })
        .await
    }

    async fn end(&self, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Result<bool, StoreError> {
        self.write(async |writer| Ok(writer.end_live(terms, family, reason).await?.is_some())).await
    }

    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<SubjectEnded, StoreError> {
        self.write(async |writer| end_subject(writer, terms, subject, not_before, except).await).await
    }

    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM keepalive_session WHERE subject = $1 AND ended_at IS NULL ORDER BY last_activity DESC, family DESC"
        );
        self.read(async |client| {
            let mut records = Vec::new();
            for row in client.query(&client.prepare_cached(sql).await?, &[&subject]).await? {
                if let Now::Live(record) = kept(&row)?.now(terms) {
                    records.push(record);
                }
            }
            Ok(records)
        })
        .await
    }

    async fn patch(&self, terms: Terms<'_>, family: FamilyId, seen: &Data, data: Data) -> Result<Patched, StoreError> {
        self.write(async |writer| {
            let Some(Now::Live(record)) = writer.locked(family).await?.map(|kept| kept.now(terms)) else {
                return Ok(Patched::NotLive);
            };
            if record.data != *seen {
                return Ok(Patched::Changed);
            }
            writer
                .execute(
                    "UPDATE keepalive_session SET sealed = $2, remember = $3 WHERE family = $1",
                    &[&&family.as_bytes()[..], &data.sealed, &data.remember],
                )
                .await?;
            Ok(Patched::Done)
        })
        .await
    }

    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError> {
        self.write(async |writer| sweep(writer, terms).await).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM keepalive_session WHERE ended_at IS NULL),
                          (SELECT count(*) FROM keepalive_session WHERE ended_at IS NOT NULL)";
        self.read(async |client| {
            let row = client.query_one(&client.prepare_cached(sql).await?, &[]).await?;
            let count = |column: usize| row.try_get::<_, i64>(column).map(|count| usize::try_from(count).unwrap_or(0));
            Ok(Stats { live: count(0)?, ended: count(1)? })
        })
        .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.read(async |client| {
            let sql = "SELECT FROM keepalive_session LIMIT 1";
            client.query_opt(&client.prepare_cached(sql).await?, &[]).await?;
            Ok(())
        })
        .await
    }

    fn is_durable(&self) -> bool {
        Self::DURABLE
    }
}

/// One statement, so that what it reads belongs together.
async fn look(client: &Object, terms: Terms<'_>, key: Key, activity: bool) -> Result<Looked, Failure> {
    let by_family = concat!("SELECT ", columns!(), ", NULL::bigint FROM keepalive_session WHERE family = $1");
    let by_id = concat!(
        "SELECT ",
        columns!(),
        ", replaced FROM keepalive_session_id AS name JOIN keepalive_session \
           ON keepalive_session.family = name.family WHERE name.id = $1"
    );
    let (sql, wanted): (_, &[u8]) = match &key {
        Key::Family(family) => (by_family, family.as_bytes()),
        Key::Session(id) => (by_id, id.as_bytes()),
    };
    let mut found = None;
    if let Some(row) = client.query_opt(&client.prepare_cached(sql).await?, &[&wanted]).await? {
        let replaced = rows::replaced(&row)?;
        if replaced.is_none_or(|at| at.plus(terms.policy.rotation_grace) > terms.now) {
            found = Some((kept(&row)?, replaced.is_some()));
        }
    }
    Ok(Looked::at(found, key, terms, activity))
}

/// Writes down what is due, if it still is and the record is still live. One statement, which does not wait for the disk.
async fn touch(client: &Object, terms: Terms<'_>, family: FamilyId, due: Due) -> Result<Option<Record>, Failure> {
    // A clock that was set back must not make a session look less recently used than it is.
    let sql = concat!(
        "UPDATE keepalive_session
         SET last_seen = greatest(last_seen, $2),
             last_activity = CASE WHEN $3 THEN greatest(last_activity, $2) ELSE last_activity END
         FROM (SELECT set_config('synchronous_commit', 'off', true)) AS no_wait
         WHERE family = $1 AND ended_at IS NULL AND CASE WHEN $3 THEN last_activity ELSE last_seen END <= $4
           AND ($5::bigint IS NULL OR last_activity > $5) AND ($6::bigint IS NULL OR created > $6)
         RETURNING ",
        columns!()
    );
    let (idle, absolute) = cutoffs(terms);
    let params: [&(dyn ToSql + Sync); 6] = [
        &&family.as_bytes()[..],
        &to_sql(terms.now),
        &(due == Due::Activity),
        &to_sql(terms.now.minus(terms.policy.touch_every)),
        &idle,
        &absolute,
    ];
    let row = client.query_opt(&client.prepare_cached(sql).await?, &params).await?;
    Ok(row.as_ref().map(kept).transpose()?.map(|kept| kept.record))
}

async fn create(
    writer: &Writer<'_>,
    terms: Terms<'_>,
    record: &Record,
    id: SessionHash,
    replaces: Option<FamilyId>,
) -> Result<Created, Failure> {
    writer.queue(terms, record.subject.as_deref()).await?;
    let mut all_evicted = Vec::new();
    loop {
        if let Some(kept) = writer.locked(record.family).await? {
            match kept.now(terms) {
                Now::Live(there) => return Ok(Created::Joined(writer.turn(terms, there, id).await?)),
                Now::Ended { reason, .. } => return Ok(Created::Ended(reason)),
                Now::Forgotten => writer.forget(record.family).await?,
            }
        }
        let Some(evicted) = writer.make_room(terms, record.subject.as_deref(), replaces).await? else {
            return Ok(Created::Full);
        };
        all_evicted.extend(evicted);
        // Otherwise somebody else made that family meanwhile.
        if writer.insert(record, id).await? {
            return Ok(Created::Made { evicted: all_evicted, live: writer.about_live().await? });
        }
    }
}

async fn end_subject(
    writer: &Writer<'_>,
    terms: Terms<'_>,
    subject: &str,
    not_before: Timestamp,
    except: Option<FamilyId>,
) -> Result<SubjectEnded, Failure> {
    writer.queue(terms, Some(subject)).await?;
    if let Some(family) = except {
        match writer.locked(family).await?.map(|kept| kept.now(terms)) {
            Some(Now::Live(record)) if record.subject.as_deref() == Some(subject) => {}
            Some(Now::Live(_) | Now::Ended { .. } | Now::Forgotten) | None => return Ok(SubjectEnded::NotLive),
        }
        writer
            .execute(
                "UPDATE keepalive_session SET proven = greatest(proven, $2) WHERE family = $1",
                &[&&family.as_bytes()[..], &to_sql(not_before.just_after())],
            )
            .await?;
    }
    let outdated = writer
        .query(
            concat!(
                "SELECT ",
                columns!(),
                " FROM keepalive_session WHERE subject = $1 AND ended_at IS NULL AND proven <= $2
                  ORDER BY family FOR UPDATE"
            ),
            &[&subject, &to_sql(not_before)],
        )
        .await?;
    let (mut endings, mut revoked) = (Vec::new(), Vec::new());
    for row in &outdated {
        let Kept { record, .. } = kept(row)?;
        let (reason, at) = ran_out(&record, terms).unwrap_or((EndReason::Revoked, terms.now));
        endings.push((record.family, reason, at));
        if reason == EndReason::Revoked {
            revoked.push(record.family);
        }
    }
    writer.finish(terms, &endings).await?;
    Ok(SubjectEnded::Done(revoked))
}

/// Skips what another instance is at.
async fn sweep(writer: &Writer<'_>, terms: Terms<'_>) -> Result<Swept, Failure> {
    let mut left = i64::try_from(terms.policy.cleanup.batch).unwrap_or(i64::MAX);
    let (idle, absolute) = cutoffs(terms);
    let over = writer
        .query(
            concat!(
                "SELECT ",
                columns!(),
                " FROM keepalive_session WHERE ended_at IS NULL AND (last_activity <= $1 OR created <= $2)
                  ORDER BY created LIMIT $3 FOR UPDATE SKIP LOCKED"
            ),
            &[&idle, &absolute, &left],
        )
        .await?;
    let mut endings = Vec::new();
    for row in &over {
        let Kept { record, .. } = kept(row)?;
        endings.extend(ran_out(&record, terms).map(|(reason, at)| (record.family, reason, at)));
    }
    writer.finish(terms, &endings).await?;
    left = left.saturating_sub_unsigned(endings.len() as u64);
    let mut dropped = 0;
    for reason in EndReason::ALL {
        let Some(remembered) = remembered_for(terms.policy, reason) else {
            continue;
        };
        let gone = writer
            .execute(
                "DELETE FROM keepalive_session WHERE family IN
                     (SELECT family FROM keepalive_session WHERE reason = $1 AND ended_at <= $2
                      ORDER BY ended_at LIMIT $3 FOR UPDATE SKIP LOCKED)",
                &[&reason_to_sql(reason), &to_sql(terms.now.minus(remembered)), &left],
            )
            .await?;
        left = left.saturating_sub_unsigned(gone);
        dropped += usize::try_from(gone).unwrap_or(usize::MAX);
    }
    let ran_out = endings.into_iter().map(|(family, reason, _)| (family, reason)).collect();
    Ok(Swept { ran_out, dropped, more: left <= 0 })
}
