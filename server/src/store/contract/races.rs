//! What is done at once to one session.

use std::{sync::Arc, time::Duration};

use super::{REVOKED, SECOND, World, data, some_id, valid};
use crate::{
    record::Key,
    store::{Checked, Created, Rotated, Store},
};

pub(crate) async fn ends_and_late_requests_that_race_leave_nothing_live(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.touch_every = Duration::ZERO;
    let world = Arc::new(world);
    for _ in 0..100 {
        let record = world.record(None);
        let (id, _) = world.create(&store, &record).await;
        let late = (0..5).map(|kind| {
            let (world, store, record) = (world.clone(), store.clone(), record.clone());
            tokio::spawn(async move {
                let terms = world.terms();
                match kind {
                    0 => drop(store.check_and_touch(terms, Key::Session(id), true).await.unwrap()),
                    1 => drop(store.rotate(terms, record.family, some_id(), None).await.unwrap()),
                    2 => drop(store.patch(terms, record.family, &record.data, data(2)).await.unwrap()),
                    3 => {
                        let sign_in = Some(world.signs_in("bob"));
                        drop(store.rotate(terms, record.family, some_id(), sign_in).await.unwrap());
                    }
                    _ => drop(store.create(terms, record, some_id(), None).await.unwrap()),
                }
            })
        });
        let late: Vec<_> = late.collect();
        assert!(store.end(world.terms(), record.family, REVOKED).await.unwrap());
        for task in late {
            task.await.unwrap();
        }
        assert_eq!(world.state(&store, Key::Family(record.family)).await, "revoked");
        assert_eq!(store.stats().await.unwrap().live, 0);
    }
}

pub(crate) async fn of_many_that_sign_in_on_one_session_at_once_one_has_it(store: Arc<impl Store>) {
    let world = Arc::new(World::new());
    let (family, _) = world.sign_in(&store, None).await;
    let sign_ins: Vec<_> = (0..10)
        .map(|number| {
            let (world, store) = (world.clone(), store.clone());
            tokio::spawn(async move {
                let (id, subject) = (some_id(), format!("person {number}"));
                let sign_in = Some(world.signs_in(&subject));
                (id, subject, store.rotate(world.terms(), family, id, sign_in).await.unwrap())
            })
        })
        .collect();
    let (mut has, mut taken) = (Vec::new(), 0);
    for sign_in in sign_ins {
        match sign_in.await.unwrap() {
            (id, subject, Rotated::Done { .. }) => has.push((id, subject)),
            (_, _, Rotated::Taken) => taken += 1,
            (_, _, other) => panic!("{other:?}"),
        }
    }
    let [(id, subject)] = has.try_into().unwrap();
    assert_eq!(taken, 9);
    let (record, ..) = valid(world.check(&store, Key::Session(id)).await);
    assert_eq!(record.subject.as_deref(), Some(subject.as_str()));
    assert_eq!(store.list(world.terms(), &subject).await.unwrap().len(), 1);
}

pub(crate) async fn parallel_creates_of_one_family_make_one_record(store: Arc<impl Store>) {
    let world = Arc::new(World::new());
    let record = world.record(Some("alice"));
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let (world, store, record) = (world.clone(), store.clone(), record.clone());
            tokio::spawn(async move { world.create(&store, &record).await })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        let (id, created) = task.await.unwrap();
        made += usize::from(matches!(created, Created::Made { .. }));
        assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
    }
    assert_eq!((made, store.stats().await.unwrap().live), (1, 1));
}

pub(crate) async fn of_two_that_end_each_other_at_once_one_stays(store: Arc<impl Store>) {
    let world = Arc::new(World::new());
    for _ in 0..100 {
        let families = [world.sign_in(&store, Some("alice")).await.0, world.sign_in(&store, Some("alice")).await.0];
        // Late enough to end also whoever was spared a moment ago.
        let later = world.now.plus(SECOND);
        let [one, other] = [(families[0], world.now), (families[1], later)].map(|(survivor, not_before)| {
            let (world, store) = (world.clone(), store.clone());
            tokio::spawn(async move { world.end_subject(&store, "alice", not_before, Some(survivor)).await })
        });
        let ended = [one.await.unwrap(), other.await.unwrap()];
        let stays = match ended.each_ref().map(Option::as_deref) {
            [Some([ended]), None] if *ended == families[1] => families[0],
            [None, Some([ended])] if *ended == families[0] => families[1],
            _ => panic!("{ended:?}"),
        };
        for family in families {
            let expected = if family == stays { "valid" } else { "revoked" };
            assert_eq!(world.state(&store, Key::Family(family)).await, expected);
        }
        assert!(store.end(world.terms(), stays, REVOKED).await.unwrap());
    }
}

pub(crate) async fn of_a_thousand_requests_at_once_one_ends_the_session_and_none_revives_it(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.touch_every = Duration::ZERO;
    let world = Arc::new(world);
    let (family, id) = world.sign_in(&store, Some("alice")).await;
    let requests: Vec<_> = (0..1_000)
        .map(|number: u32| {
            let (world, store) = (world.clone(), store.clone());
            tokio::spawn(async move {
                let terms = world.terms();
                match number % 3 {
                    0 => {
                        let checked = store.check_and_touch(terms, Key::Family(family), true).await.unwrap();
                        assert!(matches!(checked, Checked::Valid { .. } | Checked::Ended(REVOKED)), "{checked:?}");
                        (0, None)
                    }
                    // Some rotations come before the first end, and some after.
                    1 if number >= 300 => (u32::from(store.end(terms, family, REVOKED).await.unwrap()), None),
                    _ => {
                        let id = some_id();
                        (0, world.rotate(&store, family, id).await.map(|_| id))
                    }
                }
            })
        })
        .collect();
    let (mut ended, mut issued) = (0, vec![id]);
    for request in requests {
        let (ends, id) = request.await.unwrap();
        ended += ends;
        issued.extend(id);
    }
    assert_eq!(ended, 1);
    assert_eq!(world.state(&store, Key::Family(family)).await, "revoked");
    for id in issued {
        assert_ne!(world.state(&store, Key::Session(id)).await, "valid");
    }
    assert_eq!(store.stats().await.unwrap().live, 0);
    assert!(store.list(world.terms(), "alice").await.unwrap().is_empty());
}
