//! What tests of a store put into it.

use std::sync::Arc;

use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash, SessionId},
    policy::SERVERLESS_24H,
    record::{Data, Key, Record},
    store::{Checked, Created, Store, Terms},
};

/// When they begin.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

pub(crate) fn terms(now: Timestamp) -> Terms<'static> {
    Terms { now, policy: &SERVERLESS_24H }
}

pub(crate) fn some_id() -> SessionHash {
    SessionId::random().unwrap().hash()
}

/// A live one.
pub(crate) fn record(subject: Option<&str>) -> Record {
    Record {
        family: FamilyId::random().unwrap(),
        epoch: 3,
        subject: subject.map(Arc::from),
        data: Data { sealed: vec![1, 2, 3], remember: true },
        created: start(),
        last_seen: start(),
        last_activity: start(),
        proven: start().just_after(),
        rotated: start(),
        user_agent: Some(Arc::from("a browser")),
    }
}

/// Adds the record; its family and id.
pub(crate) async fn add(store: &impl Store, record: &Record) -> (FamilyId, SessionHash) {
    let id = some_id();
    let created = store.create(terms(start()), record.clone(), id, None).await.unwrap();
    assert!(matches!(created, Created::Made { .. }), "{created:?}");
    (record.family, id)
}

pub(crate) async fn sign_in(store: &impl Store, subject: &str) -> (FamilyId, SessionHash) {
    add(store, &record(Some(subject))).await
}

pub(crate) async fn check(store: &impl Store, key: Key) -> Checked {
    store.check_and_touch(terms(start()), key, true).await.unwrap()
}
