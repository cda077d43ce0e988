//! Any store, with its latency measured and its failures counted.

use std::time::Instant;

use async_trait::async_trait;
use metrics::{counter, histogram};

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
pub struct Timed<S>(S);

impl<S> Timed<S> {
    /// Times `store`.
    pub const fn new(store: S) -> Self {
        Self(store)
    }
}

async fn timed<Done>(
    operation: &'static str,
    work: impl Future<Output = Result<Done, StoreError>> + Send,
) -> Result<Done, StoreError> {
    let started = Instant::now();
    let answer = work.await;
    histogram!(STORE_SECONDS, "operation" => operation).record(started.elapsed().as_secs_f64());
    if answer.is_err() {
        counter!(STORE_ERRORS, "operation" => operation).increment(1);
    }
    answer
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
        timed("create", self.0.create(terms, record, id, replaces)).await
    }

    async fn check_and_touch(&self, terms: Terms<'_>, key: Key, activity: bool) -> Result<Checked, StoreError> {
        timed("check_and_touch", self.0.check_and_touch(terms, key, activity)).await
    }

    async fn rotate(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: Option<SignIn>,
    ) -> Result<Rotated, StoreError> {
        timed("rotate", self.0.rotate(terms, family, id, sign_in)).await
    }

    async fn end(&self, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Result<bool, StoreError> {
        timed("end", self.0.end(terms, family, reason)).await
    }

    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<SubjectEnded, StoreError> {
        timed("end_subject", self.0.end_subject(terms, subject, not_before, except)).await
    }

    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError> {
        timed("list", self.0.list(terms, subject)).await
    }

    async fn patch(&self, terms: Terms<'_>, family: FamilyId, seen: &Data, data: Data) -> Result<Patched, StoreError> {
        timed("patch", self.0.patch(terms, family, seen, data)).await
    }

    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError> {
        timed("sweep", self.0.sweep(terms)).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        timed("stats", self.0.stats()).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        timed("ping", self.0.ping()).await
    }

    fn is_durable(&self) -> bool {
        self.0.is_durable()
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
        assert_eq!(timed("ping", async { Ok(7) }).await.unwrap(), 7);
        for _ in 0..2 {
            timed::<()>("sweep", async { Err(StoreError("down".to_owned())) }).await.unwrap_err();
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
