use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::*;
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

/// Nothing is left behind: every id and every family leads to a slot, and no more reasons are kept than sessions may
/// live.
fn assert_bounded(store: &MemoryStore) {
    let order = &store.index.lock().order;
    let [sessions, owners, subjects] = order.kept();
    assert_eq!(sessions, order.live() + order.ended());
    assert_eq!((store.families.len(), store.ids.len()), (sessions, sessions));
    assert!(subjects <= owners && owners <= order.live());
    assert!(order.live() <= SERVERLESS_24H.limits.total);
    assert!(order.ended() <= SERVERLESS_24H.limits.total);
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
    let handle = store.find(family).unwrap();
    assert!(matches!(store.slots.get(handle).unwrap().state, State::Ended { .. }));
}

#[test]
fn a_session_takes_few_bytes() {
    // On top come what finds it, its subject, and the allocator's part: `benches/memory_store` adds it all up.
    let bytes = [size_of::<Option<Slot>>(), order::BYTES_PER_SESSION, order::BYTES_PER_OWNER];
    assert_eq!(bytes, [136, 32, 64], "more is only for a reason");
}

#[tokio::test]
async fn a_subject_and_a_browser_are_kept_once() {
    let store = MemoryStore::new();
    let mut kept = Vec::new();
    for now in 0..2 {
        let signed_in = Record { user_agent: Some(Arc::from("a browser")), ..record(now, Some("alice".to_owned())) };
        store.create(terms(now), signed_in, SessionId::random().unwrap().hash(), None).await.unwrap();
    }
    for one in store.list(terms(2), "alice").await.unwrap() {
        kept.push((one.subject.unwrap(), one.user_agent.unwrap()));
    }
    assert!(Arc::ptr_eq(&kept[0].0, &kept[1].0));
    assert!(Arc::ptr_eq(&kept[0].1, &kept[1].1));
}

#[tokio::test]
async fn a_sweep_lets_others_have_the_thread() {
    let mut policy = SERVERLESS_24H;
    policy.cleanup.batch = 1_000;
    let store = MemoryStore::new();
    for now in 0..500 {
        sign_in(&store, now, None).await;
    }
    let later = Terms { now: terms(500).now.plus(policy.idle.unwrap()), policy: &policy };
    // Both on one thread: the stats are asked for whenever the sweep gives way.
    let mut seen = Vec::new();
    let look = async {
        while let left @ 1.. = store.stats().await.unwrap().live {
            seen.push(left);
            tokio::task::yield_now().await;
        }
    };
    let (swept, ()) = tokio::join!(store.sweep(later), look);
    assert_eq!((swept.unwrap().ran_out.len(), store.stats().await.unwrap().ended), (500, 500));
    assert!(seen.len() > 5, "{seen:?}");
}
