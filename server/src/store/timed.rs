//! Any store, with its latency measured.

use std::time::Instant;

use async_trait::async_trait;
use metrics::histogram;

use super::{Checked, Created, Patched, Rotated, Stats, Store, StoreError, Swept, Terms};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, EndReason, Key, Record, SignIn},
};

/// Histogram, label `operation`: seconds that one operation took.
pub const STORE_SECONDS: &str = "session_keepalive_store_seconds";

/// A store whose operations are timed.
#[derive(Debug)]
pub struct Timed<S>(S);

impl<S> Timed<S> {
    /// Times `store`.
    pub const fn new(store: S) -> Self {
        Self(store)
    }
}

async fn timed<Answer>(operation: &'static str, work: impl Future<Output = Answer> + Send) -> Answer {
    let started = Instant::now();
    let answer = work.await;
    histogram!(STORE_SECONDS, "operation" => operation).record(started.elapsed().as_secs_f64());
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
    ) -> Result<Vec<FamilyId>, StoreError> {
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
}
