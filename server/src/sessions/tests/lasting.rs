//! Over a store that lasts there is no revocation log: it remembers by itself.

use super::*;
use crate::store::sqlite::SqliteStore;

/// Starts anew on the same file.
fn restart(world: &mut World) {
    let store = SqliteStore::open(&world.folder.path().join("sessions.db")).unwrap();
    let clock = Arc::new(world.clock.clone());
    world.sessions = Sessions::new(world.policy, Arc::new(store), sealer(KEY), Revocations::by_store(), clock);
}

fn lasting() -> World {
    let mut world = World::new();
    restart(&mut world);
    world
}

#[tokio::test]
async fn a_restart_loses_no_session() {
    let mut world = lasting();
    let mut browser = world.signed_in(Some("alice")).await.without_ticket();
    restart(&mut world);
    let granted = world.validate(&mut browser).await.unwrap();
    assert_eq!((granted.answer.reconnected, granted.answer.epoch), (false, 1));
}

#[tokio::test]
async fn signed_out_everywhere_holds_after_the_reason_is_no_longer_kept_and_the_store_was_swept() {
    let mut world = lasting();
    let (phone, laptop) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    world.sessions.logout(&laptop.presented, true).await.unwrap();
    restart(&mut world);
    // The reason is told for a day. A ticket would be good for a month, had the person been active.
    world.clock.advance(DAY * 2);
    assert_eq!(world.sessions.sweep().await.unwrap().dropped, 0);
    for browser in [phone, laptop] {
        assert_eq!(world.refusal(&browser).await, SessionRevoked);
        let mut by_ticket = browser.without_session();
        assert_eq!(world.reconnect(&mut by_ticket).await.unwrap_err().code, SessionRevoked);
    }
    world.clock.advance(DAY * 28);
    assert_eq!(world.sessions.sweep().await.unwrap().dropped, 2);
}

#[tokio::test]
async fn an_evicted_session_does_not_come_back_by_its_ticket() {
    let mut world = lasting();
    world.policy.limits.per_subject = 1;
    restart(&mut world);
    let evicted = world.signed_in(Some("alice")).await;
    world.signed_in(Some("alice")).await;
    restart(&mut world);
    assert_eq!(world.refusal(&evicted.without_session()).await, SessionEvicted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_revoke_each_other_one_stays() {
    person::race_of_two_that_revoke_each_other(lasting(), restart).await;
}

/// As after a change from `memory:` to a store that lasts.
#[tokio::test]
async fn a_session_that_the_store_never_knew_comes_back_unless_it_was_signed_out() {
    let mut world = World::new();
    let (kept, left) = (world.signed_in(Some("alice")).await, world.signed_in(Some("bob")).await);
    restart(&mut world);
    assert!(world.validate(&mut kept.clone()).await.unwrap().answer.reconnected);
    world.sessions.logout(&left.presented, false).await.unwrap();
    assert_eq!(world.refusal(&left).await, SessionRevoked);
    restart(&mut world);
    assert_eq!(world.refusal(&left).await, SessionRevoked);
}
