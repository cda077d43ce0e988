use std::time::{Duration, Instant};

use std::sync::Arc;

use super::{sharded::SHARDS, *};
use crate::{
    clock::Timestamp,
    id::SessionId,
    policy::SERVERLESS_24H,
    record::{Data, Key},
    store::{Checked, Created, Store},
};

crate::store::contract::contract_tests!((MemoryStore::new(), ()));

fn terms(now: u64) -> Terms<'static> {
    Terms { now: Timestamp::from_millis(1_700_000_000_000 + now), policy: &SERVERLESS_24H }
}

fn record(now: u64, subject: Option<String>) -> Record {
    let at = terms(now).now;
    Record {
        family: FamilyId::random().unwrap(),
        epoch: 1,
        subject: subject.map(Arc::from),
        data: Data::default(),
        created: at,
        last_seen: at,
        last_activity: at,
        proven: at,
        rotated: at,
        user_agent: None,
    }
}

async fn sign_in(store: &MemoryStore, now: u64, subject: Option<String>) -> (SessionHash, Created) {
    let id = SessionId::random().unwrap().hash();
    (id, store.create(terms(now), record(now, subject), id, None).await.unwrap())
}

/// Nothing is left behind: every id belongs to a slot, and no more reasons are kept than sessions may live.
fn assert_bounded(store: &MemoryStore) {
    let count = |lens: [usize; SHARDS]| lens.iter().sum::<usize>();
    let slots = count(std::array::from_fn(|at| store.slots.0[at].lock().len()));
    let ids = count(std::array::from_fn(|at| store.ids.0[at].lock().len()));
    let index = store.index.lock();
    assert_eq!(slots, index.live.all().len() + index.ended.len());
    assert_eq!(ids, slots);
    assert!(index.live.all().len() <= SERVERLESS_24H.limits.total);
    assert!(index.ended.len() <= SERVERLESS_24H.limits.total);
}

#[tokio::test]
async fn the_cap_of_10_000_holds_and_the_least_recently_active_goes() {
    let store = MemoryStore::new();
    let mut ids = Vec::new();
    for now in 0..10_000 {
        ids.push(sign_in(&store, now, None).await.0);
    }
    assert_eq!(store.stats().await.unwrap().live, 10_000);
    // The first one is used once more, so the second is the least recently active.
    store.check_and_touch(terms(1_000_000), Key::Session(ids[0]), true).await.unwrap();
    let (_, created) = sign_in(&store, 1_000_001, None).await;
    assert!(matches!(created, Created::Made { ref evicted, live: 10_000 } if evicted.len() == 1), "{created:?}");
    let state = async |id| store.check_and_touch(terms(1_000_001), Key::Session(id), false).await.unwrap();
    assert!(matches!(state(ids[0]).await, Checked::Valid { .. }));
    assert!(matches!(state(ids[1]).await, Checked::Ended(EndReason::Evicted)));
    assert!(matches!(state(ids[2]).await, Checked::Valid { .. }));
    assert_bounded(&store);
}

#[tokio::test]
async fn a_subject_that_floods_the_store_pays_for_it_alone() {
    let store = MemoryStore::new();
    let mut quiet = Vec::new();
    for now in 0..9_900 {
        quiet.push(sign_in(&store, now, None).await.0);
    }
    for now in 0..1_000 {
        sign_in(&store, 10_000 + now, Some("flood".to_owned())).await;
    }
    for id in quiet {
        let checked = store.check_and_touch(terms(11_000), Key::Session(id), false).await.unwrap();
        assert!(matches!(checked, Checked::Valid { .. }), "{checked:?}");
    }
    assert_eq!(store.list(terms(11_000), "flood").await.unwrap().len(), 100);
    assert_bounded(&store);
}

#[tokio::test]
async fn a_full_store_is_not_slower_than_an_empty_one_by_more_than_a_small_factor() {
    let store = MemoryStore::new();
    let fill = async |from: u64| {
        let started = Instant::now();
        for now in from..from + 10_000 {
            sign_in(&store, now, Some(format!("subject {}", now % 1_000))).await;
        }
        started.elapsed()
    };
    let while_filling = fill(0).await;
    let while_evicting = fill(10_000).await.min(fill(20_000).await);
    // A scan of 10,000 records per sign-in would be some hundred times slower.
    assert!(while_evicting < while_filling * 10 + Duration::from_millis(50), "{while_filling:?}, {while_evicting:?}");
    assert_bounded(&store);
}

#[tokio::test]
async fn an_ended_record_holds_no_credential() {
    let store = MemoryStore::new();
    let mut kept = record(0, None);
    kept.data.sealed = vec![7; 64];
    let family = kept.family;
    store.create(terms(0), kept, SessionId::random().unwrap().hash(), None).await.unwrap();
    store.end(terms(0), family, EndReason::Revoked).await.unwrap();
    assert!(matches!(store.slots(family).get(&family).unwrap().state, State::Ended { .. }));
}
