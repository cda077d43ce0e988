//! The sweep.

use std::{collections::HashSet, sync::Arc};

use super::{HOUR, World};
use crate::{
    policy::{Cleanup, RanOut},
    record::{EndReason, Key},
    store::Store,
};

pub(crate) async fn a_sweep_works_in_batches_until_nothing_is_left(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.cleanup = Cleanup { batch: 2, ..world.policy.cleanup };
    let mut idlers = HashSet::new();
    for _ in 0..3 {
        idlers.insert(world.sign_in(&store, Some("alice")).await.0);
    }
    world.pass(HOUR * 12);
    let (_, fresh) = world.sign_in(&store, Some("alice")).await;
    let nothing = store.sweep(world.terms()).await.unwrap();
    assert_eq!((nothing.ran_out.len(), nothing.dropped, nothing.more), (0, 0, false));

    world.pass(HOUR * 12);
    let first = store.sweep(world.terms()).await.unwrap();
    assert_eq!((first.ran_out.len(), first.more), (2, true));
    let second = store.sweep(world.terms()).await.unwrap();
    assert_eq!((second.ran_out.len(), second.more), (1, false));
    let swept: HashSet<_> = first
        .ran_out
        .iter()
        .chain(&second.ran_out)
        .map(|(family, reason)| {
            assert_eq!(*reason, EndReason::RanOut(RanOut::Idle));
            *family
        })
        .collect();
    assert_eq!(swept, idlers);
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.live, stats.ended), (1, 3));

    world.policy.idle = None;
    world.pass(HOUR * 24);
    let mut dropped = 0;
    loop {
        let step = store.sweep(world.terms()).await.unwrap();
        assert!(step.dropped <= 2);
        dropped += step.dropped;
        if !step.more {
            break;
        }
    }
    let stats = store.stats().await.unwrap();
    assert_eq!((dropped, stats.live, stats.ended), (3, 1, 0));
    assert_eq!(world.state(&store, Key::Session(fresh)).await, "valid");
}
