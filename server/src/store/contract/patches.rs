//! Changes of what is kept with a session.

use std::sync::Arc;

use super::{HOUR, World, data, valid};
use crate::{
    id::FamilyId,
    record::{Data, Key},
    store::{Patched, Store},
};

pub(crate) async fn a_patch_changes_live_data_only(store: Arc<impl Store>) {
    let mut world = World::new();
    let (family, _) = world.sign_in(&store, None).await;
    let patch = async |terms, family| store.patch(terms, family, &data(1), data(2)).await.unwrap();
    assert_eq!(patch(world.terms(), FamilyId::random().unwrap()).await, Patched::NotLive);
    assert_eq!(patch(world.terms(), family).await, Patched::Done);
    let (record, ..) = valid(world.check(&store, Key::Family(family)).await);
    assert_eq!(record.data, data(2));
    world.pass(HOUR * 24);
    let late = store.patch(world.terms(), family, &data(2), data(3)).await.unwrap();
    assert_eq!(late, Patched::NotLive);
    assert_eq!(store.stats().await.unwrap().live, 1);
}

pub(crate) async fn of_two_patches_neither_is_lost(store: Arc<impl Store>) {
    let world = World::new();
    let (family, _) = world.sign_in(&store, None).await;
    let forgetful = Data { remember: false, ..data(1) };
    for (seen, new, expected) in [
        (data(1), data(2), Patched::Done),
        (data(1), data(3), Patched::Changed),
        (data(2), data(1), Patched::Done),
        (forgetful.clone(), data(4), Patched::Changed),
        (data(1), forgetful.clone(), Patched::Done),
    ] {
        assert_eq!(store.patch(world.terms(), family, &seen, new).await.unwrap(), expected, "{seen:?}");
    }
    let (record, ..) = valid(world.check(&store, Key::Family(family)).await);
    assert_eq!(record.data, forgetful);
}
