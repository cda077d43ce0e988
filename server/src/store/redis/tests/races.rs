//! Many instances at once.

use super::*;
use crate::policy::Limits;

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
