//! Ends, what is told of them, and that they are final.

use std::sync::Arc;

use super::{HOUR, REVOKED, SECOND, World, data, some_id, valid};
use crate::{
    policy::{End, Policy, Reconnect},
    record::{EndReason, Key, Record},
    store::{Checked, Created, Patched, Rotated, Store, Terms},
};

pub(crate) async fn a_record_that_ran_out_tells_why_while_it_is_kept(store: Arc<impl Store>) {
    let mut world = World::new();
    let (family, id) = world.sign_in(&store, None).await;
    world.pass(HOUR * 24);
    assert_eq!(world.state(&store, Key::Session(id)).await, "timeout");
    assert!(!store.end(world.terms(), family, REVOKED).await.unwrap());
    assert_eq!(world.state(&store, Key::Session(id)).await, "timeout");
    world.pass(HOUR * 24 - SECOND);
    assert_eq!(world.state(&store, Key::Family(family)).await, "timeout");
    world.pass(SECOND);
    assert_eq!(world.state(&store, Key::Family(family)).await, "unknown");
    assert_eq!(world.state(&store, Key::Session(id)).await, "unknown");
}

pub(crate) async fn a_deleting_policy_keeps_no_reason(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.end = End::Delete;
    let (family, id) = world.sign_in(&store, None).await;
    let (_, idler) = world.sign_in(&store, None).await;
    assert!(store.end(world.terms(), family, REVOKED).await.unwrap());
    assert_eq!(world.state(&store, Key::Session(id)).await, "unknown");
    world.pass(HOUR * 24);
    assert_eq!(world.state(&store, Key::Session(idler)).await, "unknown");
}

/// Whoever ends it so puts it back: with times that no other operation could give it.
pub(crate) async fn what_is_ended_by_a_policy_that_forgets_may_be_created_anew(store: Arc<impl Store>) {
    let mut world = World::new();
    let record = world.record(Some("alice"));
    let (id, _) = world.create(&store, &record).await;
    let forgetful = Policy { end: End::Delete, reconnect: Reconnect::Off, ..world.policy };
    let terms = Terms { now: world.now, policy: &forgetful };
    assert!(store.end(terms, record.family, REVOKED).await.unwrap());
    assert_eq!(world.state(&store, Key::Family(record.family)).await, "unknown");

    let earlier = world.now.minus(HOUR * 23);
    let older = Record { created: earlier, last_activity: earlier, ..record };
    let created = store.create(world.terms(), older, id, None).await.unwrap();
    assert!(matches!(created, Created::Made { live: 1, .. }), "{created:?}");
    let (found, ..) = valid(store.check_and_touch(world.terms(), Key::Session(id), false).await.unwrap());
    assert_eq!((found.created, found.last_activity), (earlier, earlier));
    world.pass(HOUR);
    assert_eq!(world.state(&store, Key::Session(id)).await, "timeout");
}

pub(crate) async fn an_ended_record_tells_why_and_the_first_reason_stays(store: Arc<impl Store>) {
    let mut world = World::new();
    let (family, id) = world.sign_in(&store, Some("alice")).await;
    assert!(store.end(world.terms(), family, REVOKED).await.unwrap());
    assert!(!store.end(world.terms(), family, EndReason::Evicted).await.unwrap());
    for key in [Key::Session(id), Key::Family(family)] {
        assert_eq!(world.state(&store, key).await, "revoked");
    }
    assert_eq!(store.stats().await.unwrap().live, 0);
    world.pass(HOUR * 24);
    assert_eq!(world.state(&store, Key::Session(id)).await, "unknown");
}

pub(crate) async fn an_ended_session_never_comes_back_whatever_is_tried(store: Arc<impl Store>) {
    let world = World::new();
    let record = world.record(Some("alice"));
    let (id, _) = world.create(&store, &record).await;
    assert!(store.end(world.terms(), record.family, REVOKED).await.unwrap());

    let (again, created) = world.create(&store, &record).await;
    assert!(matches!(created, Created::Ended(EndReason::Revoked)), "{created:?}");
    let turned = some_id();
    assert!(world.rotate(&store, record.family, turned).await.is_none());
    let signed_in = store.rotate(world.terms(), record.family, turned, Some(world.signs_in("alice"))).await.unwrap();
    assert!(matches!(signed_in, Rotated::NotLive), "{signed_in:?}");
    let patched = store.patch(world.terms(), record.family, &record.data, data(2)).await.unwrap();
    assert_eq!(patched, Patched::NotLive);
    assert_eq!(world.end_subject(&store, "alice", world.now, Some(record.family)).await, None);
    assert_eq!(world.state(&store, Key::Session(id)).await, "revoked");
    assert_eq!(world.state(&store, Key::Family(record.family)).await, "revoked");
    for id in [again, turned] {
        assert_eq!(world.state(&store, Key::Session(id)).await, "unknown");
    }
    assert!(store.list(world.terms(), "alice").await.unwrap().is_empty());
}

pub(crate) async fn a_request_that_loaded_before_an_end_saves_nothing_after_it(store: Arc<impl Store>) {
    let mut world = World::new();
    let (family, id) = world.sign_in(&store, Some("alice")).await;
    let (loaded, ..) = valid(world.check(&store, Key::Session(id)).await);
    assert!(store.end(world.terms(), family, REVOKED).await.unwrap());

    // Late enough that a touch is due.
    world.pass(HOUR);
    let saved = store.patch(world.terms(), family, &loaded.data, data(2)).await.unwrap();
    assert_eq!(saved, Patched::NotLive);
    for key in [Key::Session(id), Key::Family(family)] {
        let touched = world.check(&store, key).await;
        assert!(matches!(touched, Checked::Ended(REVOKED)), "{touched:?}");
    }
    assert!(world.rotate(&store, family, some_id()).await.is_none());
    let whole = store.create(world.terms(), loaded, some_id(), None).await.unwrap();
    assert!(matches!(whole, Created::Ended(REVOKED)), "{whole:?}");
    assert_eq!(store.stats().await.unwrap().live, 0);
    assert!(store.list(world.terms(), "alice").await.unwrap().is_empty());
}
