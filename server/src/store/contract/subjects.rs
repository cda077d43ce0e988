//! All the sessions of one person.

use std::{collections::HashSet, sync::Arc, time::Duration};

use super::{HOUR, REVOKED, SECOND, World, valid};
use crate::{
    record::{Key, Record},
    store::Store,
};

pub(crate) async fn ending_a_subject_ends_what_was_proven_until_then(store: Arc<impl Store>) {
    let mut world = World::new();
    let (one, one_id) = world.sign_in(&store, Some("alice")).await;
    world.pass(SECOND);
    let (two, _) = world.sign_in(&store, Some("alice")).await;
    let until = world.now;
    world.pass(Duration::from_millis(1));
    let (_, later) = world.sign_in(&store, Some("alice")).await;
    let (_, other) = world.sign_in(&store, Some("bob")).await;
    let ended = world.end_subject(&store, "alice", until, None).await.unwrap();
    assert_eq!(ended.into_iter().collect::<HashSet<_>>(), HashSet::from([one, two]));
    assert_eq!(world.state(&store, Key::Session(one_id)).await, "revoked");
    for id in [later, other] {
        assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
    }
}

pub(crate) async fn the_survivor_of_an_ended_subject_is_proven_after_it(store: Arc<impl Store>) {
    let world = World::new();
    let (mine, _) = world.sign_in(&store, Some("alice")).await;
    let (other, _) = world.sign_in(&store, Some("alice")).await;
    assert_eq!(world.end_subject(&store, "alice", world.now, Some(mine)).await, Some(vec![other]));
    let (record, ..) = valid(world.check(&store, Key::Family(mine)).await);
    assert_eq!(record.proven, world.now.just_after());
    assert_eq!(world.end_subject(&store, "alice", world.now, None).await, Some(vec![]));
}

pub(crate) async fn whoever_is_over_or_somebody_elses_outlives_nobody(store: Arc<impl Store>) {
    let mut world = World::new();
    let (ran_out, _) = world.sign_in(&store, Some("alice")).await;
    world.pass(HOUR * 24);
    let (ended, _) = world.sign_in(&store, Some("alice")).await;
    store.end(world.terms(), ended, REVOKED).await.unwrap();
    let (bobs, _) = world.sign_in(&store, Some("bob")).await;
    let (nobodys, _) = world.sign_in(&store, None).await;
    let unknown = world.record(Some("alice")).family;
    let (_, there) = world.sign_in(&store, Some("alice")).await;
    for survivor in [ran_out, ended, bobs, nobodys, unknown] {
        for subject in ["alice", "carol"] {
            assert_eq!(world.end_subject(&store, subject, world.now, Some(survivor)).await, None);
        }
    }
    assert_eq!(world.state(&store, Key::Session(there)).await, "valid");
    let (record, ..) = valid(world.check(&store, Key::Family(bobs)).await);
    assert_eq!(record.proven, world.now);
}

pub(crate) async fn a_list_is_of_one_subject_and_the_most_recent_comes_first(store: Arc<impl Store>) {
    let mut world = World::new();
    let (one, _) = world.sign_in(&store, Some("alice")).await;
    world.pass(SECOND);
    let (two, _) = world.sign_in(&store, Some("alice")).await;
    let (ended, _) = world.sign_in(&store, Some("alice")).await;
    world.sign_in(&store, Some("bob")).await;
    store.end(world.terms(), ended, REVOKED).await.unwrap();
    let families = |records: Vec<Record>| records.iter().map(|record| record.family).collect::<Vec<_>>();
    assert_eq!(families(store.list(world.terms(), "alice").await.unwrap()), [two, one]);
    world.pass(HOUR);
    valid(world.check(&store, Key::Family(one)).await);
    assert_eq!(families(store.list(world.terms(), "alice").await.unwrap()), [one, two]);
    world.pass(HOUR * 24);
    assert!(store.list(world.terms(), "alice").await.unwrap().is_empty());
}
