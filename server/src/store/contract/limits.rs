//! How many there may be, and who has to go.

use std::{sync::Arc, time::Duration};

use super::{HOUR, SECOND, World, some_id, start, valid};
use crate::{
    policy::{Absolute, Limits, WhenFull},
    record::Key,
    store::{Created, Store},
};

pub(crate) async fn the_least_recently_active_of_a_full_subject_is_evicted(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.limits.per_subject = 2;
    let (old_but_used, used_id) = world.sign_in(&store, Some("alice")).await;
    world.pass(SECOND);
    let (unused, unused_id) = world.sign_in(&store, Some("alice")).await;
    let (_, other_id) = world.sign_in(&store, Some("bob")).await;
    world.pass(HOUR);
    valid(world.check(&store, Key::Family(old_but_used)).await);
    let (_, created) = world.create(&store, &world.record(Some("alice"))).await;
    assert!(matches!(created, Created::Made { ref evicted, live: 3 } if evicted[0].family == unused), "{created:?}");
    assert_eq!(world.state(&store, Key::Session(unused_id)).await, "evicted");
    for id in [used_id, other_id] {
        assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
    }
}

pub(crate) async fn the_most_crowded_subject_pays_for_a_full_store(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.limits.total = 4;
    let (_, loner) = world.sign_in(&store, None).await;
    world.pass(SECOND);
    let (_, single) = world.sign_in(&store, Some("bob")).await;
    world.pass(SECOND);
    let (oldest_of_two, _) = world.sign_in(&store, Some("alice")).await;
    world.pass(SECOND);
    world.sign_in(&store, Some("alice")).await;
    let (_, created) = world.create(&store, &world.record(Some("carol"))).await;
    assert!(
        matches!(created, Created::Made { ref evicted, live: 4 } if evicted[0].family == oldest_of_two),
        "{created:?}"
    );
    // Now each has one: the least recently active of all goes.
    let (_, created) = world.create(&store, &world.record(Some("dave"))).await;
    assert!(matches!(created, Created::Made { live: 4, .. }), "{created:?}");
    assert_eq!(world.state(&store, Key::Session(loner)).await, "evicted");
    assert_eq!(world.state(&store, Key::Session(single)).await, "valid");
}

pub(crate) async fn what_ran_out_makes_room_before_anybody_is_evicted(store: Arc<impl Store>) {
    for when_full in [WhenFull::Evict, WhenFull::Reject] {
        let mut world = World::new();
        world.now = start().plus(match when_full {
            WhenFull::Evict => Duration::ZERO,
            WhenFull::Reject => HOUR * 1000,
        });
        world.policy.limits = Limits { total: 2, per_subject: 2, when_full };
        world.policy.absolute = Absolute::After(HOUR * 20);
        // The first is older and more recently active: it runs out by age while the second is still good.
        let (aged, aged_id) = world.sign_in(&store, Some("alice")).await;
        world.pass(HOUR * 5);
        let (_, good) = world.sign_in(&store, Some("alice")).await;
        world.pass(HOUR * 5);
        valid(world.check(&store, Key::Family(aged)).await);
        world.pass(HOUR * 10);
        let (id, created) = world.create(&store, &world.record(Some("alice"))).await;
        assert!(matches!(created, Created::Made { ref evicted, .. } if evicted.is_empty()), "{created:?}");
        assert_eq!(world.state(&store, Key::Session(aged_id)).await, "expired");
        for id in [good, id] {
            assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
        }
        store.end_subject(world.terms(), "alice", world.now, None).await.unwrap();
    }
}

pub(crate) async fn a_rejecting_policy_refuses_and_evicts_nobody(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.limits = Limits { total: 3, per_subject: 2, when_full: WhenFull::Reject };
    let (_, one) = world.sign_in(&store, Some("alice")).await;
    let (_, two) = world.sign_in(&store, Some("alice")).await;
    let (refused, created) = world.create(&store, &world.record(Some("alice"))).await;
    assert!(matches!(created, Created::Full), "{created:?}");
    world.sign_in(&store, Some("bob")).await;
    let (_, created) = world.create(&store, &world.record(Some("carol"))).await;
    assert!(matches!(created, Created::Full), "{created:?}");
    assert_eq!(world.state(&store, Key::Session(refused)).await, "unknown");
    for id in [one, two] {
        assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
    }
}

pub(crate) async fn a_replaced_family_neither_counts_nor_is_evicted(store: Arc<impl Store>) {
    for when_full in [WhenFull::Evict, WhenFull::Reject] {
        let mut world = World::new();
        world.policy.limits = Limits { total: 2, per_subject: 1, when_full };
        let (_, other) = world.sign_in(&store, Some("bob")).await;
        let (mine, _) = world.sign_in(&store, Some("alice")).await;
        let created = store.create(world.terms(), world.record(Some("alice")), some_id(), Some(mine)).await.unwrap();
        assert!(matches!(created, Created::Made { ref evicted, .. } if evicted.is_empty()), "{created:?}");
        assert_eq!(world.state(&store, Key::Family(mine)).await, "valid");
        assert_eq!(world.state(&store, Key::Session(other)).await, "valid");
        for subject in ["alice", "bob"] {
            store.end_subject(world.terms(), subject, world.now, None).await.unwrap();
        }
    }
}
