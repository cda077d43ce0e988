//! What is stored, for how long, and what becomes of what points to nothing.

use std::time::Duration;

use super::*;
use crate::policy::{Absolute, End, Limits, RanOut, Reconnect, WhenFull};

const HOUR: Duration = Duration::from_secs(3600);

/// Hours until Redis drops a key, to the next full one; none: never.
async fn hours(store: &RedisStore, key: &[u8]) -> Option<i64> {
    let left: i64 = on(store, "PTTL", key, &[]).await;
    assert_ne!(left, -2, "there is no such key");
    (left != -1).then(|| (left + 3_599_999) / 3_600_000)
}

/// The same of a record, its current id and its subject's queue.
async fn all_hours(store: &RedisStore, family: FamilyId, id: SessionHash) -> Option<i64> {
    let of_record = hours(store, &record_key(family)).await;
    assert_eq!(hours(store, &id_key(id)).await, of_record);
    assert_eq!(hours(store, &queue_key("alice")).await, of_record);
    of_record
}

async fn keys(store: &RedisStore) -> usize {
    let pattern = format!("{}*", store.root);
    let answer = store.link.send(cmd("KEYS").arg(pattern)).await.unwrap();
    redis::from_redis_value::<Vec<Vec<u8>>>(answer).unwrap().len()
}

/// Redis drops the record, as when its time is over.
async fn expire(store: &RedisStore, family: FamilyId) {
    assert_eq!(on::<i64>(store, "DEL", &record_key(family), &[]).await, 1);
}

#[tokio::test]
async fn every_part_of_a_record_comes_back_as_it_was() {
    let store = apart(shared());
    for subject in [None, Some(""), Some("älice")] {
        let (made, id) = (record(subject), some_id());
        store.create(terms(&SERVERLESS_24H), made.clone(), id, None).await.unwrap();
        let found = store.check_and_touch(terms(&SERVERLESS_24H), Key::Session(id), true).await.unwrap();
        let Checked::Valid { record: found, touched: false, alias: false } = found else { panic!("{found:?}") };
        assert_eq!(format!("{found:?}"), format!("{made:?}"));
        assert_eq!(found.data, made.data);
    }
}

#[tokio::test]
async fn a_session_is_stored_until_its_end_is_told_and_swept() {
    let store = apart(shared());
    let (family, id) = sign_in(&store, Some("alice")).await;
    // A day of idling, a day of telling, twice the hour between sweeps.
    assert_eq!(all_hours(&store, family, id).await, Some(24 + 24 + 2));
    store.end(terms(&SERVERLESS_24H), family, EndReason::Revoked).await.unwrap();
    // No ticket outlives the 30 days.
    assert_eq!(hours(&store, &record_key(family)).await, Some(30 * 24 + 2));
}

#[tokio::test]
async fn a_longer_policy_lengthens_the_time_at_the_next_touch_and_a_shorter_one_does_not_shorten_it() {
    let store = apart(shared());
    let (family, id) = sign_in(&store, Some("alice")).await;
    for (idle, absolute, expected) in [
        (Some(HOUR * 48), Absolute::After(HOUR * 720), Some(48 + 24 + 2)),
        (Some(HOUR), Absolute::After(HOUR * 720), Some(48 + 24 + 2)),
        (None, Absolute::Unbounded, None),
        (Some(HOUR), Absolute::After(HOUR * 720), None),
    ] {
        let policy = Policy { idle, absolute, touch_every: Duration::ZERO, ..SERVERLESS_24H };
        let checked = store.check_and_touch(terms(&policy), Key::Session(id), false).await.unwrap();
        assert!(matches!(checked, Checked::Valid { touched: true, .. }), "{checked:?}");
        assert_eq!(all_hours(&store, family, id).await, expected);
    }
}

#[tokio::test]
async fn a_use_lengthens_the_time() {
    let store = apart(shared());
    let (family, id) = sign_in(&store, Some("alice")).await;
    // By Redis's clock it is still the same time, so the TTL that is set anew is the same.
    on::<i64>(&store, "PEXPIRE", &record_key(family), &["5000000"]).await;
    let later = Terms { now: start().plus(HOUR * 5), policy: &SERVERLESS_24H };
    store.check_and_touch(later, Key::Session(id), true).await.unwrap();
    assert_eq!(all_hours(&store, family, id).await, Some(50));
}

#[tokio::test]
async fn an_ended_record_holds_no_credential_and_no_name() {
    let store = apart(shared());
    let (family, _) = sign_in(&store, Some("alice")).await;
    let holds = async |what: &[u8]| {
        let value: Vec<u8> = on(&store, "GET", &record_key(family), &[]).await;
        value.windows(what.len()).any(|part| part == what)
    };
    assert!(holds(b"very much sealed").await && holds(b"alice").await);
    store.end(terms(&SERVERLESS_24H), family, EndReason::Revoked).await.unwrap();
    assert!(!holds(b"very much sealed").await && !holds(b"alice").await);
}

#[tokio::test]
async fn nothing_is_left_of_what_was_dropped() {
    let store = apart(shared());
    for subject in [None, Some("alice"), Some("alice")] {
        let (family, _) = sign_in(&store, subject).await;
        store.rotate(terms(&SERVERLESS_24H), family, some_id(), None).await.unwrap();
    }
    let (revoked, _) = sign_in(&store, Some("alice")).await;
    store.end(terms(&SERVERLESS_24H), revoked, EndReason::Revoked).await.unwrap();
    let much_later = Terms { now: start().plus(HOUR * 1000), policy: &SERVERLESS_24H };
    while store.sweep(much_later).await.unwrap().more {}
    assert_eq!(keys(&store).await, 0);
}

#[tokio::test]
async fn of_a_loop_of_rotations_only_so_many_ids_are_kept() {
    let store = apart(shared());
    let (family, first) = sign_in(&store, None).await;
    for _ in 0..70 {
        store.rotate(terms(&SERVERLESS_24H), family, some_id(), None).await.unwrap();
    }
    assert_eq!(state(&store, Key::Session(first)).await, "unknown");
    // The record, its id, 64 aliases and two orders.
    assert_eq!(keys(&store).await, 1 + 1 + 64 + 2);
}

#[tokio::test]
async fn a_pointer_to_another_record_finds_nothing() {
    let store = apart(shared());
    let (mine, _) = sign_in(&store, None).await;
    let stray = some_id();
    let key = [store.root.as_bytes(), &id_key(stray)].concat();
    store.link.send(cmd("SET").arg(key).arg(mine.as_bytes())).await.unwrap();
    assert_eq!(state(&store, Key::Session(stray)).await, "unknown");
}

#[tokio::test]
async fn reading_a_list_gives_up_the_places_of_what_expired() {
    let store = apart(shared());
    let (gone, _) = sign_in(&store, Some("alice")).await;
    let (there, _) = sign_in(&store, Some("alice")).await;
    expire(&store, gone).await;
    let listed = store.list(terms(&SERVERLESS_24H), "alice").await.unwrap();
    assert_eq!(listed.iter().map(|record| record.family).collect::<Vec<_>>(), [there]);
    assert_eq!(on::<i64>(&store, "ZCARD", &queue_key("alice"), &[]).await, 1);
    assert_eq!(store.stats().await.unwrap().live, 1);
}

#[tokio::test]
async fn ending_a_subject_gives_up_the_places_of_what_expired() {
    let store = apart(shared());
    let (gone, _) = sign_in(&store, Some("alice")).await;
    let (there, _) = sign_in(&store, Some("alice")).await;
    expire(&store, gone).await;
    let until = start().plus(HOUR);
    assert_eq!(
        store.end_subject(terms(&SERVERLESS_24H), "alice", until, None).await.unwrap(),
        SubjectEnded::Done(vec![there])
    );
    assert_eq!(on::<i64>(&store, "ZCARD", &queue_key("alice"), &[]).await, 0);
}

#[tokio::test]
async fn what_expired_takes_no_room() {
    for limits in [
        Limits { total: 100, per_subject: 2, when_full: WhenFull::Reject },
        Limits { total: 2, per_subject: 100, when_full: WhenFull::Reject },
        Limits { total: 2, per_subject: 100, when_full: WhenFull::Evict },
    ] {
        let store = apart(shared());
        let (_, there) = sign_in(&store, Some("alice")).await;
        let (gone, _) = sign_in(&store, Some("alice")).await;
        expire(&store, gone).await;
        let policy = Policy { limits, ..SERVERLESS_24H };
        let created = store.create(terms(&policy), record(Some("alice")), some_id(), None).await.unwrap();
        assert!(matches!(created, Created::Made { live: 2, ref evicted } if evicted.is_empty()), "{created:?}");
        assert_eq!(state(&store, Key::Session(there)).await, "live");
    }
}

#[tokio::test]
async fn a_crowd_that_expired_keeps_nobody_out() {
    let store = apart(shared());
    for _ in 0..3 {
        let (gone, _) = sign_in(&store, Some("alice")).await;
        expire(&store, gone).await;
    }
    on::<i64>(&store, "DEL", &queue_key("alice"), &[]).await;
    let (victim, _) = sign_in(&store, Some("bob")).await;
    sign_in(&store, Some("bob")).await;
    // The places of what expired are all given up first, then the one crowd left pays.
    let limits = Limits { total: 1, per_subject: 100, when_full: WhenFull::Evict };
    let policy = Policy { limits, ..SERVERLESS_24H };
    let created = store.create(terms(&policy), record(Some("carol")), some_id(), None).await.unwrap();
    let Created::Made { evicted, live: 1 } = created else { panic!("{created:?}") };
    assert_eq!(evicted.len(), 2);
    assert!(evicted.iter().any(|record| record.family == victim));
}

#[tokio::test]
async fn a_sweep_counts_what_expired_before_it_came_by() {
    let store = apart(shared());
    let (gone, _) = sign_in(&store, None).await;
    expire(&store, gone).await;
    let later = Terms { now: start().plus(HOUR * 100), policy: &SERVERLESS_24H };
    let swept = store.sweep(later).await.unwrap();
    assert_eq!(swept.ran_out, [(gone, EndReason::RanOut(RanOut::Idle))]);
    assert_eq!(store.stats().await.unwrap().live, 0);
}

/// A limit that was lowered a lot is reached step by step, so that nobody waits for it.
#[tokio::test]
async fn a_lowered_limit_is_reached_step_by_step() {
    let store = apart(shared());
    for at in 0..250 {
        sign_in(&store, Some(&format!("subject {at}"))).await;
    }
    let limits = Limits { total: 10, ..SERVERLESS_24H.limits };
    let policy = Policy { limits, ..SERVERLESS_24H };
    for expected in [51, 10] {
        let created = store.create(terms(&policy), record(None), some_id(), None).await.unwrap();
        assert!(matches!(created, Created::Made { live, .. } if live == expected), "{created:?}");
    }
}

/// There is no revocation log beside a durable store: it remembers an end as long as a ticket could undo it.
#[tokio::test]
async fn an_end_is_remembered_until_the_tickets_have_run_out() {
    let store = apart(shared());
    let (family, id) = sign_in(&store, Some("alice")).await;
    store.end(terms(&SERVERLESS_24H), family, EndReason::Revoked).await.unwrap();
    let at = |hours: u32| Terms { now: start().plus(HOUR * hours), policy: &SERVERLESS_24H };
    store.sweep(at(719)).await.unwrap();
    // The id hears no reason any more; the ticket, which names the family, still does.
    let seen = store.check_and_touch(at(719), Key::Session(id), false).await.unwrap();
    assert!(matches!(seen, Checked::Unknown), "{seen:?}");
    let seen = store.check_and_touch(at(719), Key::Family(family), false).await.unwrap();
    assert!(matches!(seen, Checked::Ended(EndReason::Revoked)), "{seen:?}");
    let again = store.create(at(719), Record { family, ..record(None) }, some_id(), None).await.unwrap();
    assert!(matches!(again, Created::Ended(EndReason::Revoked)), "{again:?}");
    assert_eq!(store.sweep(at(720)).await.unwrap().dropped, 1);
    assert_eq!(keys(&store).await, 0);
}

#[tokio::test]
async fn without_tickets_an_end_is_kept_as_long_as_the_policy_says() {
    for (end, kept) in [(End::Delete, 0), (End::Keep(HOUR), 1)] {
        let policy = Policy { end, reconnect: Reconnect::Off, absolute: Absolute::Unbounded, ..SERVERLESS_24H };
        let store = apart(shared());
        let (family, _) = sign_in(&store, Some("alice")).await;
        store.end(terms(&policy), family, EndReason::Revoked).await.unwrap();
        assert_eq!(store.stats().await.unwrap().ended, kept);
        let later = Terms { now: start().plus(HOUR), policy: &policy };
        assert_eq!(store.sweep(later).await.unwrap().dropped, kept);
        assert_eq!(keys(&store).await, 0);
    }
}
