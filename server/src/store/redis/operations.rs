//! The trait's operations, each one script.

use async_trait::async_trait;
use redis::Value;

use super::{
    RedisStore,
    bytes::{self, Reader},
};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, EndReason, Key, Record, SignIn},
    store::{Checked, Created, Patched, Rotated, Stats, Store, StoreError, SubjectEnded, Swept, Terms, rules::Looked},
};

/// Records that one run of the sweep's script looks at: a few milliseconds, for which everybody else waits.
const SWEEP_AT_ONCE: usize = 100;

#[async_trait]
impl Store for RedisStore {
    async fn create(
        &self,
        terms: Terms<'_>,
        record: Record,
        id: SessionHash,
        replaces: Option<FamilyId>,
    ) -> Result<Created, StoreError> {
        let replaces = replaces.map(|family| *family.as_bytes());
        let answer = self
            .run(
                &self.scripts.create,
                &[
                    &bytes::terms(terms),
                    record.family.as_bytes(),
                    &bytes::record(&record, id),
                    replaces.as_ref().map_or(&[], |family| family.as_slice()),
                    &bytes::limits(terms.policy.limits),
                ],
            )
            .await?;
        array(answer)
            .and_then(|answer| {
                let mut answer = answer.into_iter();
                Some(match (number(answer.next()?)?, answer.next(), answer.next()) {
                    (0, Some(live), Some(evicted)) => {
                        Created::Made { evicted: records(evicted)?, live: usize::try_from(number(live)?).ok()? }
                    }
                    (1, Some(joined), _) => Created::Joined(record_of(joined)?),
                    (2, Some(reason), _) => Created::Ended(bytes::reason(number(reason)?)),
                    (3, _, _) => Created::Full,
                    _ => return None,
                })
            })
            .ok_or_else(senseless)
    }

    async fn check_and_touch(&self, terms: Terms<'_>, key: Key, activity: bool) -> Result<Checked, StoreError> {
        if !terms.policy.touch_every.is_zero() {
            let looked = self.look(terms, key, activity).await?;
            if !looked.is_due() {
                return Ok(looked.into());
            }
        }
        // Meanwhile somebody may have touched or ended it: the script looks again.
        let key = bytes_of(&key);
        let activity = if activity { b"1" } else { b"0" };
        match self.run(&self.scripts.check, &[&bytes::terms(terms), key, activity]).await? {
            Value::Nil => Ok(Checked::Unknown),
            Value::Int(reason) => Ok(Checked::Ended(bytes::reason(reason))),
            Value::BulkString(live) => {
                let mut live = Reader(&live);
                let found = live.byte().zip(live.record());
                let (flags, record) = found.ok_or_else(senseless)?;
                Ok(Checked::Valid { record, touched: flags & 1 != 0, alias: flags & 2 != 0 })
            }
            _ => Err(senseless()),
        }
    }

    async fn rotate(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: Option<SignIn>,
    ) -> Result<Rotated, StoreError> {
        let (script, packed) = (&self.scripts.rotate, bytes::terms(terms));
        let answer = match sign_in {
            None => self.run(script, &[&packed, family.as_bytes(), id.as_bytes()]).await?,
            Some(SignIn { subject, data, proven }) => {
                self.run(
                    script,
                    &[
                        &packed,
                        family.as_bytes(),
                        id.as_bytes(),
                        &bytes::owner(Some(&subject)),
                        &bytes::text(Some(&subject)),
                        &bytes::data(&data),
                        &bytes::time(proven),
                        &bytes::limits(terms.policy.limits),
                    ],
                )
                .await?
            }
        };
        array(answer)
            .and_then(|answer| {
                let mut answer = answer.into_iter();
                Some(match (number(answer.next()?)?, answer.next(), answer.next()) {
                    (0, Some(record), Some(evicted)) => {
                        Rotated::Done { record: record_of(record)?, evicted: records(evicted)? }
                    }
                    (1, _, _) => Rotated::Full,
                    (2, _, _) => Rotated::NotLive,
                    (3, _, _) => Rotated::Taken,
                    _ => return None,
                })
            })
            .ok_or_else(senseless)
    }

    async fn end(&self, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Result<bool, StoreError> {
        let reason = bytes::reason_to_number(reason).to_string();
        let arguments: &[&[u8]] = &[&bytes::terms(terms), family.as_bytes(), reason.as_bytes()];
        let ended = self.run(&self.scripts.end, arguments).await?;
        number(ended).map(|ended| ended == 1).ok_or_else(senseless)
    }

    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<SubjectEnded, StoreError> {
        let except = except.map(|family| *family.as_bytes());
        let answer = self
            .run(
                &self.scripts.end_subject,
                &[
                    &bytes::terms(terms),
                    &bytes::owner(Some(subject)),
                    &bytes::time(not_before),
                    except.as_ref().map_or(&[], |family| family.as_slice()),
                ],
            )
            .await?;
        match answer {
            Value::Nil => Ok(SubjectEnded::NotLive),
            families => each(families, |ended| ended.family()).map(SubjectEnded::Done).ok_or_else(senseless),
        }
    }

    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError> {
        let arguments: &[&[u8]] = &[&bytes::terms(terms), &bytes::owner(Some(subject))];
        records(self.run(&self.scripts.list, arguments).await?).ok_or_else(senseless)
    }

    async fn patch(&self, terms: Terms<'_>, family: FamilyId, seen: &Data, data: Data) -> Result<Patched, StoreError> {
        let arguments: &[&[u8]] = &[&bytes::terms(terms), family.as_bytes(), &bytes::data(seen), &bytes::data(&data)];
        match number(self.run(&self.scripts.patch, arguments).await?) {
            Some(0) => Ok(Patched::Done),
            Some(1) => Ok(Patched::Changed),
            Some(2) => Ok(Patched::NotLive),
            Some(_) | None => Err(senseless()),
        }
    }

    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError> {
        let mut swept = Swept { more: true, ..Swept::default() };
        let mut left = terms.policy.cleanup.batch;
        while left > 0 && swept.more {
            let step = left.min(SWEEP_AT_ONCE);
            left -= step;
            match self.sweep_once(terms, step).await {
                Ok(once) => {
                    swept.ran_out.extend(once.ran_out);
                    swept.dropped += once.dropped;
                    swept.more = once.more;
                }
                // What was swept before it was, and is told; the next step runs into the error itself.
                Err(_) if swept.dropped > 0 || !swept.ran_out.is_empty() => return Ok(swept),
                Err(error) => return Err(error),
            }
        }
        Ok(swept)
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        array(self.run(&self.scripts.stats, &[]).await?)
            .and_then(|answer| {
                let mut answer = answer.into_iter();
                let mut next = || usize::try_from(number(answer.next()?)?).ok();
                Some(Stats { live: next()?, ended: next()? })
            })
            .ok_or_else(senseless)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        // A PING would be answered by a node of a cluster that does not have the sessions.
        self.stats().await.map(drop)
    }

    fn is_durable(&self) -> bool {
        Self::DURABLE
    }
}

impl RedisStore {
    async fn look(&self, terms: Terms<'_>, key: Key, activity: bool) -> Result<Looked, StoreError> {
        let found = match self.run(&self.scripts.look, &[bytes_of(&key)]).await? {
            Value::Nil => None,
            Value::BulkString(found) => Reader(&found).stored().ok_or_else(senseless)?.by(key, terms),
            _ => return Err(senseless()),
        };
        Ok(Looked::at(found, key, terms, activity))
    }

    async fn sweep_once(&self, terms: Terms<'_>, step: usize) -> Result<Swept, StoreError> {
        let step = step.to_string();
        let arguments: &[&[u8]] = &[&bytes::terms(terms), step.as_bytes()];
        array(self.run(&self.scripts.sweep, arguments).await?)
            .and_then(|answer| {
                let mut answer = answer.into_iter();
                let more = number(answer.next()?)? == 1;
                let dropped = usize::try_from(number(answer.next()?)?).ok()?;
                let ran_out =
                    each(answer.next()?, |over| Some((over.family()?, bytes::reason(i64::from(over.byte()?)))))?;
                Some(Swept { ran_out, dropped, more })
            })
            .ok_or_else(senseless)
    }
}

/// What another version's script might answer; never seen.
fn senseless() -> StoreError {
    StoreError(
        "Redis answered something that makes no sense; do other programs write keys that begin like ours?".into(),
    )
}

const fn bytes_of(key: &Key) -> &[u8] {
    match key {
        Key::Session(id) => id.as_bytes(),
        Key::Family(family) => family.as_bytes(),
    }
}

fn number(value: Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(number),
        _ => None,
    }
}

fn array(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(values) => Some(values),
        _ => None,
    }
}

fn each<T>(values: Value, read: impl Fn(&mut Reader<'_>) -> Option<T>) -> Option<Vec<T>> {
    let read = |value| match value {
        Value::BulkString(bytes) => read(&mut Reader(&bytes)),
        _ => None,
    };
    array(values)?.into_iter().map(read).collect()
}

fn records(values: Value) -> Option<Vec<Record>> {
    each(values, |record| record.record())
}

fn record_of(value: Value) -> Option<Record> {
    match value {
        Value::BulkString(bytes) => Reader(&bytes).record(),
        _ => None,
    }
}
