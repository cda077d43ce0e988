//! Rotation: current ids, aliases, and a family that is created again.

use std::sync::Arc;

use super::{REVOKED, SECOND, World, some_id, valid};
use crate::{
    record::{Key, Record},
    store::{Created, Store},
};

pub(crate) async fn a_rotated_id_is_an_alias_for_the_grace(store: Arc<impl Store>) {
    let mut world = World::new();
    let (family, first) = world.sign_in(&store, None).await;
    let second = some_id();
    world.pass(SECOND);
    let turned = world.rotate(&store, family, second).await.unwrap();
    assert_eq!((turned.family, turned.rotated), (family, world.now));
    world.pass(world.policy.rotation_grace - SECOND);
    let (_, _, alias) = valid(world.check(&store, Key::Session(first)).await);
    assert!(alias);
    let (_, _, alias) = valid(world.check(&store, Key::Session(second)).await);
    assert!(!alias);
    world.pass(SECOND);
    assert_eq!(world.state(&store, Key::Session(first)).await, "unknown");
    assert_eq!(world.state(&store, Key::Session(second)).await, "valid");
}

pub(crate) async fn a_dropped_alias_is_unknown_and_never_revoked(store: Arc<impl Store>) {
    let mut world = World::new();
    let (family, first) = world.sign_in(&store, None).await;
    let second = some_id();
    world.rotate(&store, family, second).await.unwrap();
    assert!(store.end(world.terms(), family, REVOKED).await.unwrap());
    assert_eq!(world.state(&store, Key::Session(first)).await, "revoked");
    world.pass(world.policy.rotation_grace);
    assert_eq!(world.state(&store, Key::Session(first)).await, "unknown");
    assert_eq!(world.state(&store, Key::Session(second)).await, "revoked");

    // However often an id is rotated, the last two always work and no more than a handful is kept.
    let (family, mut before) = world.sign_in(&store, None).await;
    for _ in 0..50 {
        let id = some_id();
        world.rotate(&store, family, id).await.unwrap();
        assert_eq!(world.state(&store, Key::Session(before)).await, "valid");
        assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
        before = id;
    }
}

pub(crate) async fn creating_a_live_family_again_joins_it(store: Arc<impl Store>) {
    let world = World::new();
    let record = world.record(Some("alice"));
    let (first, _) = world.create(&store, &record).await;
    let (second, joined) = world.create(&store, &Record { epoch: 9, ..record.clone() }).await;
    assert!(matches!(joined, Created::Joined(ref there) if there.epoch == 1), "{joined:?}");
    for id in [first, second] {
        assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
    }
    assert_eq!(store.stats().await.unwrap().live, 1);
}
