//! Somebody signs in on a session that began without a person.

use std::sync::Arc;

use super::{SECOND, World, data, some_id, valid};
use crate::{
    policy::{Limits, WhenFull},
    record::Key,
    store::{Rotated, Store},
};

pub(crate) async fn a_sign_in_leaves_one_id_and_new_times(store: Arc<impl Store>) {
    let mut world = World::new();
    let (family, planted) = world.sign_in(&store, None).await;
    let turned = some_id();
    world.rotate(&store, family, turned).await.unwrap();
    world.pass(SECOND);
    let id = some_id();
    let signed_in = store.rotate(world.terms(), family, id, Some(world.signs_in("alice"))).await.unwrap();
    let Rotated::Done { record, evicted } = signed_in else { panic!("{signed_in:?}") };
    assert!(evicted.is_empty());
    let (found, ..) = valid(world.check(&store, Key::Session(id)).await);
    for record in [record, found] {
        assert_eq!((record.family, record.epoch, record.subject.as_deref()), (family, 1, Some("alice")));
        assert_eq!(record.data, data(7));
        let times = [record.created, record.last_seen, record.last_activity, record.proven, record.rotated];
        assert_eq!(times, [world.now; 5]);
    }
    for before in [planted, turned] {
        assert_eq!(world.state(&store, Key::Session(before)).await, "unknown");
    }
    assert_eq!(store.list(world.terms(), "alice").await.unwrap().len(), 1);
    assert_eq!(store.stats().await.unwrap().live, 1);
    world.pass(SECOND);
    let ended = world.end_subject(&store, "alice", world.now, None).await;
    assert_eq!(ended, Some(vec![family]));
}

pub(crate) async fn a_sign_in_makes_room_among_the_sessions_of_its_subject(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.limits = Limits { total: 3, per_subject: 1, when_full: WhenFull::Evict };
    let (_, other) = world.sign_in(&store, Some("bob")).await;
    let (old, old_id) = world.sign_in(&store, Some("alice")).await;
    world.pass(SECOND);
    let (family, _) = world.sign_in(&store, None).await;
    let id = some_id();
    let signed_in = store.rotate(world.terms(), family, id, Some(world.signs_in("alice"))).await.unwrap();
    let Rotated::Done { evicted, .. } = signed_in else { panic!("{signed_in:?}") };
    assert_eq!(evicted.iter().map(|record| record.family).collect::<Vec<_>>(), [old]);
    assert_eq!(world.state(&store, Key::Session(old_id)).await, "evicted");
    for id in [other, id] {
        assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
    }
}

pub(crate) async fn a_sign_in_without_room_changes_nothing(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.limits = Limits { total: 3, per_subject: 1, when_full: WhenFull::Reject };
    let (_, there) = world.sign_in(&store, Some("alice")).await;
    let (family, before) = world.sign_in(&store, None).await;
    let id = some_id();
    let refused = store.rotate(world.terms(), family, id, Some(world.signs_in("alice"))).await.unwrap();
    assert!(matches!(refused, Rotated::Full), "{refused:?}");
    for (id, expected) in [(there, "valid"), (before, "valid"), (id, "unknown")] {
        assert_eq!(world.state(&store, Key::Session(id)).await, expected);
    }
    let (record, ..) = valid(world.check(&store, Key::Family(family)).await);
    assert_eq!((record.subject, record.data), (None, data(1)));
}

pub(crate) async fn nobody_signs_in_where_somebody_has(store: Arc<impl Store>) {
    let mut world = World::new();
    // Refused for that, and not for want of room.
    world.policy.limits = Limits { total: 3, per_subject: 1, when_full: WhenFull::Reject };
    world.sign_in(&store, Some("bob")).await;
    let (family, before) = world.sign_in(&store, Some("alice")).await;
    world.pass(SECOND);
    for subject in ["bob", "alice"] {
        let id = some_id();
        let refused = store.rotate(world.terms(), family, id, Some(world.signs_in(subject))).await.unwrap();
        assert!(matches!(refused, Rotated::Taken), "{refused:?}");
        assert_eq!(world.state(&store, Key::Session(id)).await, "unknown");
    }
    let (record, _, alias) = valid(world.check(&store, Key::Session(before)).await);
    assert_eq!((record.subject.as_deref(), record.data, alias), (Some("alice"), data(1), false));
    assert!(record.created < world.now);
}
