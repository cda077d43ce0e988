//! Any store, with its latency measured and its failures counted.

use std::fmt;
use std::time::Instant;

use async_trait::async_trait;
use metrics::{Histogram, counter, histogram};

use super::{Checked, Created, Patched, Rotated, Stats, Store, StoreError, SubjectEnded, Swept, Terms};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, EndReason, Key, Record, SignIn},
};

/// Histogram, label `operation`: seconds that one operation took.
pub const STORE_SECONDS: &str = "session_keepalive_store_seconds";

/// Counter, label `operation`: operations that failed.
pub const STORE_ERRORS: &str = "session_keepalive_store_errors_total";

/// A store whose operations are timed, and counted where they fail.
#[derive(Debug)]
pub struct Timed<S> {
    store: S,
    meters: Meters,
}

impl<S> Timed<S> {
    /// Times `store`. The process's metrics should be there by now: what is kept here are their handles, for to find one
    /// by its labels takes longer than a look into a store in memory.
    pub fn new(store: S) -> Self {
        Self { store, meters: Meters::new() }
    }
}

#[derive(Debug)]
struct Meters {
    create: Meter,
    check_and_touch: Meter,
    rotate: Meter,
    end: Meter,
    end_subject: Meter,
    list: Meter,
    patch: Meter,
    sweep: Meter,
    stats: Meter,
    ping: Meter,
}

impl Meters {
    fn new() -> Self {
        Self {
            create: Meter::of("create"),
            check_and_touch: Meter::of("check_and_touch"),
            rotate: Meter::of("rotate"),
            end: Meter::of("end"),
            end_subject: Meter::of("end_subject"),
            list: Meter::of("list"),
            patch: Meter::of("patch"),
            sweep: Meter::of("sweep"),
            stats: Meter::of("stats"),
            ping: Meter::of("ping"),
        }
    }
}

/// Those of one operation.
struct Meter {
    operation: &'static str,
    seconds: Histogram,
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)
    }
}

impl Meter {
    fn of(operation: &'static str) -> Self {
        Self { operation, seconds: histogram!(STORE_SECONDS, "operation" => operation) }
    }

    async fn time<Done>(
        &self,
        work: impl Future<Output = Result<Done, StoreError>> + Send,
    ) -> Result<Done, StoreError> {
        let started = Instant::now();
        let answer = work.await;
        self.seconds.record(started.elapsed().as_secs_f64());
        if answer.is_err() {
            counter!(STORE_ERRORS, "operation" => self.operation).increment(1);
        }
        answer
    }
}

#[async_trait]
impl<S: Store> Store for Timed<S> {
    async fn create(
        &self,
        terms: Terms<'_>,
        record: Record,
        id: SessionHash,
        replaces: Option<FamilyId>,
    ) -> Result<Created, StoreError> {
        self.meters.create.time(self.store.create(terms, record, id, replaces)).await
    }

    async fn check_and_touch(&self, terms: Terms<'_>, key: Key, activity: bool) -> Result<Checked, StoreError> {
        self.meters.check_and_touch.time(self.store.check_and_touch(terms, key, activity)).await
    }

    async fn rotate(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: Option<SignIn>,
    ) -> Result<Rotated, StoreError> {
        self.meters.rotate.time(self.store.rotate(terms, family, id, sign_in)).await
    }

    async fn end(&self, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Result<bool, StoreError> {
        self.meters.end.time(self.store.end(terms, family, reason)).await
    }

    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<SubjectEnded, StoreError> {
        self.meters.end_subject.time(self.store.end_subject(terms, subject, not_before, except)).await
    }

    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError> {
        self.meters.list.time(self.store.list(terms, subject)).await
    }

    async fn patch(&self, terms: Terms<'_>, family: FamilyId, seen: &Data, data: Data) -> Result<Patched, StoreError> {
        self.meters.patch.time(self.store.patch(terms, family, seen, data)).await
    }

    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError> {
        self.meters.sweep.time(self.store.sweep(terms)).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.meters.stats.time(self.store.stats()).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.meters.ping.time(self.store.ping()).await
    }

    fn is_durable(&self) -> bool {
        self.store.is_durable()
    }
}

#[cfg(test)]
mod tests {
    use metrics_util::debugging::{DebugValue, DebuggingRecorder};

    use super::*;

    #[tokio::test]
    async fn what_fails_is_counted_and_what_does_not_is_not() {
        let recorder = DebuggingRecorder::new();
        let snapshotter = recorder.snapshotter();
        let guard = metrics::set_default_local_recorder(&recorder);
        let (ping, sweep) = (Meter::of("ping"), Meter::of("sweep"));
        assert_eq!(ping.time(async { Ok(7) }).await.unwrap(), 7);
        for _ in 0..2 {
            sweep.time::<()>(async { Err(StoreError("down".to_owned())) }).await.unwrap_err();
        }
        drop(guard);
        let mut seen = Vec::new();
        for (key, _, _, value) in snapshotter.snapshot().into_vec() {
            let (_, key) = key.into_parts();
            let operation = key.labels().next().unwrap().value().to_owned();
            let count = match value {
                DebugValue::Counter(count) => count,
                DebugValue::Histogram(samples) => samples.len() as u64,
                DebugValue::Gauge(_) => panic!("{key}"),
            };
            seen.push((key.name().to_owned(), operation, count));
        }
        seen.sort();
        let row = |name: &str, operation: &str, count| (name.to_owned(), operation.to_owned(), count);
        let wanted = [row(STORE_ERRORS, "sweep", 2), row(STORE_SECONDS, "ping", 1), row(STORE_SECONDS, "sweep", 2)];
        assert_eq!(seen, wanted);
    }
}
