use std::{collections::HashSet, sync::Arc};

use super::*;
use crate::{
    id::{FamilyId, SessionHash},
    policy::{Limits, Policy, SERVERLESS_24H, WhenFull},
    record::{EndReason, Key, Record},
    store::{
        Checked, Created, Store, Terms,
        contract::sample::{check, record, sign_in, some_id, start, terms},
    },
};
use cluster::{Login, cluster};

#[path = "../../../tests/support/postgres.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]
mod cluster;
mod tables;
mod trouble;

crate::store::contract::contract_tests!((fresh().await, ()));

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A store in a database of its own.
async fn fresh() -> PostgresStore {
    on(&cluster().login().await).await
}

/// An instance that uses this database.
async fn on(login: &Login) -> PostgresStore {
    PostgresStore::connect(&address(login)).await.unwrap()
}

fn address(login: &Login) -> PostgresAddress {
    let text = login.connection_string();
    PostgresAddress::parse(text.strip_prefix("postgres:").unwrap()).unwrap()
}

#[tokio::test]
async fn what_one_instance_does_another_sees_at_once() {
    let login = cluster().login().await;
    let (one, other) = (on(&login).await, on(&login).await);
    for _ in 0..20 {
        let (family, id) = sign_in(&one, "alice").await;
        assert!(matches!(check(&other, Key::Session(id)).await, Checked::Valid { .. }));
        assert!(other.end(terms(start()), family, EndReason::Revoked).await.unwrap());
        assert!(matches!(check(&one, Key::Session(id)).await, Checked::Ended(EndReason::Revoked)));
    }
}

#[tokio::test]
async fn another_instance_finds_all_of_a_record() {
    let login = cluster().login().await;
    let (made, id) = (record(Some("alice")), some_id());
    on(&login).await.create(terms(start()), made.clone(), id, None).await.unwrap();
    let Checked::Valid { record, alias: false, touched: false } = check(&on(&login).await, Key::Session(id)).await
    else {
        panic!("it was lost")
    };
    assert_eq!(format!("{record:?}"), format!("{made:?}"));
    assert_eq!(record.data, made.data);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_over_instances_that_sign_in_at_once() {
    let unlimited = Limits::UNLIMITED;
    for when_full in [WhenFull::Evict, WhenFull::Reject] {
        for (total, per_subject) in [(unlimited, 5), (5, unlimited), (5, 4)] {
            let most = total.min(per_subject);
            let limits = Limits { total, per_subject, when_full };
            let policy: &'static Policy = Box::leak(Box::new(Policy { limits, ..SERVERLESS_24H }));
            let login = cluster().login().await;
            let stores = [on(&login).await, on(&login).await];
            let sign_ins: Vec<_> = (0..30)
                .map(|turn: usize| {
                    let store = stores[turn % 2].clone();
                    let terms = Terms { now: start(), policy };
                    tokio::spawn(
                        async move { store.create(terms, record(Some("alice")), some_id(), None).await.unwrap() },
                    )
                })
                .collect();
            let (mut made, mut evicted) = (0, HashSet::new());
            for sign_in in sign_ins {
                if let Created::Made { evicted: gone, .. } = sign_in.await.unwrap() {
                    made += 1;
                    for record in gone {
                        assert!(evicted.insert(record.family), "evicted twice");
                    }
                }
            }
            assert_eq!(stores[0].stats().await.unwrap().live, most);
            match when_full {
                WhenFull::Evict => assert_eq!((made, evicted.len()), (30, 30 - most)),
                WhenFull::Reject => assert_eq!((made, evicted.len()), (most, 0)),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sweeps_of_two_instances_share_the_work() {
    let login = cluster().login().await;
    let stores = [on(&login).await, on(&login).await];
    let mut families = HashSet::new();
    for _ in 0..60 {
        families.insert(sign_in(&stores[0], "alice").await.0);
    }
    let cleanup = crate::policy::Cleanup { batch: 7, ..SERVERLESS_24H.cleanup };
    let policy: &'static Policy = Box::leak(Box::new(Policy { cleanup, ..SERVERLESS_24H }));
    let sweeps = stores.clone().map(|store| {
        tokio::spawn(async move {
            let mut ran_out = Vec::new();
            loop {
                let step = store.sweep(Terms { now: start().plus(DAY), policy }).await.unwrap();
                ran_out.extend(step.ran_out.into_iter().map(|(family, _)| family));
                if !step.more {
                    return ran_out;
                }
            }
        })
    });
    let mut swept = Vec::new();
    for sweep in sweeps {
        swept.extend(sweep.await.unwrap());
    }
    assert_eq!(swept.len(), 60, "each once");
    assert_eq!(swept.into_iter().collect::<HashSet<_>>(), families);
    let stats = stores[1].stats().await.unwrap();
    assert_eq!((stats.live, stats.ended), (0, 60));
}

/// There is no revocation log beside a durable store: it remembers an end as long as a ticket could undo it.
#[tokio::test]
async fn an_end_is_remembered_until_the_tickets_have_run_out() {
    let store = fresh().await;
    let (family, id) = sign_in(&store, "alice").await;
    store.end_subject(terms(start()), "alice", start().plus(SECOND), None).await.unwrap();
    let last = start().plus(DAY * 30 - SECOND);
    store.sweep(terms(last)).await.unwrap();
    let seen = store.check_and_touch(terms(last), Key::Session(id), false).await.unwrap();
    assert!(matches!(seen, Checked::Unknown), "{seen:?}");
    let seen = store.check_and_touch(terms(last), Key::Family(family), false).await.unwrap();
    assert!(matches!(seen, Checked::Ended(EndReason::Revoked)), "{seen:?}");
    let again = store.create(terms(last), Record { family, ..record(Some("alice")) }, some_id(), None).await.unwrap();
    assert!(matches!(again, Created::Ended(EndReason::Revoked)), "{again:?}");
    let swept = store.sweep(terms(last.plus(SECOND))).await.unwrap();
    assert_eq!((swept.dropped, store.stats().await.unwrap().ended), (1, 0));
}
