//! Many at once.

use super::*;
use crate::{policy::Limits, record::SignIn};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_side_by_side_leave_an_ended_session_ended() {
    let store = Arc::new(apart(shared()));
    let policy = Policy { touch_every: std::time::Duration::ZERO, ..SERVERLESS_24H };
    let made = record(Some("alice"));
    let first = some_id();
    store.create(terms(&policy), made.clone(), first, None).await.unwrap();
    let requests = (0..1_000).map(|turn| {
        let (store, made) = (store.clone(), made.clone());
        tokio::spawn(async move {
            let (terms, id) = (terms(&policy), some_id());
            match turn {
                500 => assert!(store.end(terms, made.family, EndReason::Revoked).await.unwrap()),
                _ if turn % 5 == 0 => drop(store.check_and_touch(terms, Key::Session(first), true).await.unwrap()),
                _ if turn % 5 == 1 => drop(store.rotate(terms, made.family, id, None).await.unwrap()),
                _ if turn % 5 == 2 => {
                    let sign_in = SignIn { subject: Arc::from("bob"), data: made.data.clone(), proven: start() };
                    drop(store.rotate(terms, made.family, id, Some(sign_in)).await.unwrap());
                }
                _ if turn % 5 == 3 => drop(store.patch(terms, made.family, &made.data, Data::default()).await.unwrap()),
                _ => drop(store.create(terms, made, id, None).await.unwrap()),
            }
            id
        })
    });
    let mut ids = vec![first];
    for request in requests.collect::<Vec<_>>() {
        ids.push(request.await.unwrap());
    }
    assert_eq!(state(&store, Key::Family(made.family)).await, "revoked");
    for id in ids {
        assert_ne!(state(&store, Key::Session(id)).await, "live");
    }
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.live, stats.ended), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_sign_in_side_by_side_stay_below_the_limit() {
    let one = apart(shared());
    let instances: Vec<_> =
        (0..3).map(|_| Arc::new(RedisStore { root: one.root.clone(), ..apart(shared()) })).collect();
    let policy = Policy { limits: Limits { per_subject: 5, ..SERVERLESS_24H.limits }, ..SERVERLESS_24H };
    let sign_ins = (0..60).map(|turn| {
        let store = instances[turn % 3].clone();
        tokio::spawn(async move {
            let created = store.create(terms(&policy), record(Some("alice")), some_id(), None).await.unwrap();
            assert!(matches!(created, Created::Made { live: 1..=5, .. }), "{created:?}");
        })
    });
    for sign_in in sign_ins.collect::<Vec<_>>() {
        sign_in.await.unwrap();
    }
    assert_eq!(one.list(terms(&policy), "alice").await.unwrap().len(), 5);
}
