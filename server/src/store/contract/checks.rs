//! Checking and touching: what a use writes down, and when a record has run out.

use std::{sync::Arc, time::Duration};

use super::{HOUR, REVOKED, World, some_id, start, valid};
use crate::{
    id::FamilyId,
    policy::Absolute,
    record::Key,
    store::{Created, Store},
};

pub(crate) async fn a_created_record_is_found_by_its_id_and_its_family(store: Arc<impl Store>) {
    let world = World::new();
    let record = world.record(Some("alice"));
    let (id, created) = world.create(&store, &record).await;
    assert!(matches!(created, Created::Made { ref evicted, live: 1 } if evicted.is_empty()), "{created:?}");
    for key in [Key::Session(id), Key::Family(record.family)] {
        let (found, touched, alias) = valid(world.check(&store, key).await);
        assert_eq!((found.family, found.epoch, found.subject), (record.family, 1, record.subject.clone()));
        assert_eq!(
            (found.created, found.data, found.user_agent),
            (world.now, record.data.clone(), record.user_agent.clone())
        );
        assert!(!touched && !alias);
    }
    assert_eq!(store.stats().await.unwrap().live, 1);
    store.ping().await.unwrap();
}

pub(crate) async fn an_unknown_key_is_unknown(store: Arc<impl Store>) {
    let world = World::new();
    world.sign_in(&store, Some("alice")).await;
    assert_eq!(world.state(&store, Key::Session(some_id())).await, "unknown");
    let nobody = FamilyId::random().unwrap();
    assert_eq!(world.state(&store, Key::Family(nobody)).await, "unknown");
    assert!(!store.end(world.terms(), nobody, REVOKED).await.unwrap());
    assert!(world.rotate(&store, nobody, some_id()).await.is_none());
}

pub(crate) async fn a_use_is_written_down_at_most_once_per_touch_interval(store: Arc<impl Store>) {
    let mut world = World::new();
    let (_, id) = world.sign_in(&store, None).await;
    world.pass(world.policy.touch_every - Duration::from_millis(1));
    let (record, touched, _) = valid(world.check(&store, Key::Session(id)).await);
    assert_eq!((record.last_activity, touched), (start(), false));
    world.pass(Duration::from_millis(1));
    let (record, touched, _) = valid(world.check(&store, Key::Session(id)).await);
    assert_eq!((record.last_activity, record.last_seen, touched), (world.now, world.now, true));
    let (_, touched, _) = valid(world.check(&store, Key::Session(id)).await);
    assert!(!touched);
    world.policy.touch_every = Duration::ZERO;
    let (_, touched, _) = valid(world.check(&store, Key::Session(id)).await);
    assert!(touched);
}

pub(crate) async fn a_heartbeat_without_activity_is_seen_and_moves_no_limit(store: Arc<impl Store>) {
    let mut world = World::new();
    let (_, id) = world.sign_in(&store, None).await;
    world.pass(HOUR);
    let checked = store.check_and_touch(world.terms(), Key::Session(id), false).await.unwrap();
    let (record, touched, _) = valid(checked);
    assert_eq!((record.last_seen, record.last_activity, touched), (world.now, start(), true));
    world.pass(HOUR * 23);
    assert_eq!(world.state(&store, Key::Session(id)).await, "timeout");
}

pub(crate) async fn limits_follow_the_policy_in_force(store: Arc<impl Store>) {
    let mut world = World::new();
    let (_, id) = world.sign_in(&store, None).await;
    world.pass(HOUR * 2);
    world.policy.idle = Some(HOUR);
    assert_eq!(world.state(&store, Key::Session(id)).await, "timeout");
    world.policy.idle = Some(HOUR * 3);
    assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
    world.policy.absolute = Absolute::After(HOUR);
    assert_eq!(world.state(&store, Key::Session(id)).await, "expired");
    world.policy.absolute = Absolute::Unbounded;
    world.policy.idle = None;
    world.pass(HOUR * 100_000);
    assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
}

pub(crate) async fn a_clock_set_back_shortens_no_session(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.touch_every = Duration::ZERO;
    let (_, id) = world.sign_in(&store, Some("alice")).await;
    world.now = start().minus(HOUR * 5);
    let (record, ..) = valid(world.check(&store, Key::Session(id)).await);
    assert_eq!((record.last_activity, record.last_seen), (start(), start()));
    world.now = start().plus(HOUR * 23);
    assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
}
