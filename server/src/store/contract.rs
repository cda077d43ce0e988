//! What every store must do, as facts. A store runs the whole of it with [`contract_tests!`].

use std::{collections::HashSet, sync::Arc, time::Duration};

use super::{Checked, Created, Patched, Rotated, Store, Terms};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash, SessionId},
    policy::{Absolute, Cleanup, End, Limits, Policy, RanOut, SERVERLESS_24H, WhenFull},
    record::{Data, EndReason, Key, Record, SignIn},
};

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);
const REVOKED: EndReason = EndReason::Revoked;

/// Makes a test of every fact. `$store` is an expression for an empty store.
macro_rules! contract_tests {
    ($store:expr) => {
        $crate::store::contract::contract_tests! { $store;
            a_created_record_is_found_by_its_id_and_its_family
            an_unknown_key_is_unknown
            a_use_is_written_down_at_most_once_per_touch_interval
            a_heartbeat_without_activity_is_seen_and_moves_no_limit
            limits_follow_the_policy_in_force
            a_record_that_ran_out_tells_why_while_it_is_kept
            a_deleting_policy_keeps_no_reason
            an_ended_record_tells_why_and_the_first_reason_stays
            an_ended_session_never_comes_back_whatever_is_tried
            ends_and_late_requests_that_race_leave_nothing_live
            a_rotated_id_is_an_alias_for_the_grace
            a_dropped_alias_is_unknown_and_never_revoked
            a_sign_in_leaves_one_id_and_new_times
            a_sign_in_makes_room_among_the_sessions_of_its_subject
            a_sign_in_without_room_changes_nothing
            creating_a_live_family_again_joins_it
            parallel_creates_of_one_family_make_one_record
            the_least_recently_active_of_a_full_subject_is_evicted
            the_most_crowded_subject_pays_for_a_full_store
            what_ran_out_makes_room_before_anybody_is_evicted
            a_rejecting_policy_refuses_and_evicts_nobody
            a_replaced_family_neither_counts_nor_is_evicted
            ending_a_subject_ends_what_was_proven_until_then
            the_survivor_of_an_ended_subject_is_proven_after_it
            a_list_is_of_one_subject_and_the_most_recent_comes_first
            a_patch_changes_live_data_only
            of_two_patches_neither_is_lost
            a_sweep_works_in_batches_until_nothing_is_left
            a_clock_set_back_shortens_no_session
        }
    };
    ($store:expr; $($fact:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $fact() {
            let store = $store;
            $crate::store::contract::$fact(std::sync::Arc::new(store)).await;
        }
    )*};
}
pub(crate) use contract_tests;

fn start() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn data(content: u8) -> Data {
    Data { sealed: vec![content; 3], remember: true }
}

/// The policy and the time of a test.
struct World {
    policy: Policy,
    now: Timestamp,
}

impl World {
    fn new() -> Self {
        Self { policy: SERVERLESS_24H, now: start() }
    }

    fn terms(&self) -> Terms<'_> {
        Terms { now: self.now, policy: &self.policy }
    }

    fn pass(&mut self, duration: Duration) {
        self.now = self.now.plus(duration);
    }

    fn record(&self, subject: Option<&str>) -> Record {
        Record {
            family: FamilyId::random().unwrap(),
            epoch: 1,
            subject: subject.map(Arc::from),
            data: data(1),
            created: self.now,
            last_seen: self.now,
            last_activity: self.now,
            proven: self.now,
            rotated: self.now,
            user_agent: Some(Arc::from("test")),
        }
    }

    async fn create(&self, store: &Arc<impl Store>, record: &Record) -> (SessionHash, Created) {
        let id = some_id();
        (id, store.create(self.terms(), record.clone(), id, None).await.unwrap())
    }

    /// Adds a live session; its family and id.
    async fn sign_in(&self, store: &Arc<impl Store>, subject: Option<&str>) -> (FamilyId, SessionHash) {
        let record = self.record(subject);
        let (id, created) = self.create(store, &record).await;
        assert!(matches!(created, Created::Made { .. }), "{created:?}");
        (record.family, id)
    }

    fn signs_in(&self, subject: &str) -> SignIn {
        SignIn { subject: Arc::from(subject), data: data(7), proven: self.now }
    }

    async fn rotate(&self, store: &Arc<impl Store>, family: FamilyId, id: SessionHash) -> Option<Record> {
        match store.rotate(self.terms(), family, id, None).await.unwrap() {
            Rotated::Done { record, evicted } => {
                assert!(evicted.is_empty(), "{evicted:?}");
                Some(record)
            }
            Rotated::NotLive => None,
            Rotated::Full => panic!("a rotation takes no room"),
        }
    }

    async fn check(&self, store: &Arc<impl Store>, key: Key) -> Checked {
        store.check_and_touch(self.terms(), key, true).await.unwrap()
    }

    async fn state(&self, store: &Arc<impl Store>, key: Key) -> &'static str {
        match store.check_and_touch(self.terms(), key, false).await.unwrap() {
            Checked::Valid { .. } => "valid",
            Checked::Unknown => "unknown",
            Checked::Ended(EndReason::Revoked) => "revoked",
            Checked::Ended(EndReason::Evicted) => "evicted",
            Checked::Ended(EndReason::RanOut(RanOut::Idle)) => "timeout",
            Checked::Ended(EndReason::RanOut(RanOut::Absolute)) => "expired",
        }
    }
}

fn some_id() -> SessionHash {
    SessionId::random().unwrap().hash()
}

fn valid(checked: Checked) -> (Record, bool, bool) {
    match checked {
        Checked::Valid { record, touched, alias } => (record, touched, alias),
        other => panic!("{other:?}"),
    }
}

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
    let outlived = store.end_subject(world.terms(), "alice", world.now, Some(record.family)).await.unwrap();
    assert!(outlived.is_empty());
    assert_eq!(world.state(&store, Key::Session(id)).await, "revoked");
    assert_eq!(world.state(&store, Key::Family(record.family)).await, "revoked");
    for id in [again, turned] {
        assert_eq!(world.state(&store, Key::Session(id)).await, "unknown");
    }
    assert!(store.list(world.terms(), "alice").await.unwrap().is_empty());
}

pub(crate) async fn ends_and_late_requests_that_race_leave_nothing_live(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.touch_every = Duration::ZERO;
    let world = Arc::new(world);
    for _ in 0..100 {
        let record = world.record(Some("alice"));
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
    let ended = store.end_subject(world.terms(), "alice", world.now, None).await.unwrap();
    assert_eq!(ended, [family]);
}

pub(crate) async fn a_sign_in_makes_room_among_the_sessions_of_its_subject(store: Arc<impl Store>) {
    let mut world = World::new();
    world.policy.limits = Limits { total: 3, per_subject: 1, when_full: WhenFull::Evict };
    let (_, other) = world.sign_in(&store, Some("bob")).await;
    let (old, old_id) = world.sign_in(&store, Some("alice")).await;
    world.pass(SECOND);
    let (family, _) = world.sign_in(&store, None).await;
    let id = some_id();
    // The second time it is the subject's one session, and nobody has to go.
    for expected in [vec![old], vec![]] {
        let signed_in = store.rotate(world.terms(), family, id, Some(world.signs_in("alice"))).await.unwrap();
        let Rotated::Done { evicted, .. } = signed_in else { panic!("{signed_in:?}") };
        assert_eq!(evicted.iter().map(|record| record.family).collect::<Vec<_>>(), expected);
    }
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

pub(crate) async fn ending_a_subject_ends_what_was_proven_until_then(store: Arc<impl Store>) {
    let mut world = World::new();
    let (one, one_id) = world.sign_in(&store, Some("alice")).await;
    world.pass(SECOND);
    let (two, _) = world.sign_in(&store, Some("alice")).await;
    let until = world.now;
    world.pass(Duration::from_millis(1));
    let (_, later) = world.sign_in(&store, Some("alice")).await;
    let (_, other) = world.sign_in(&store, Some("bob")).await;
    let ended = store.end_subject(world.terms(), "alice", until, None).await.unwrap();
    assert_eq!(ended.into_iter().collect::<HashSet<_>>(), HashSet::from([one, two]));
    assert_eq!(world.state(&store, Key::Session(one_id)).await, "revoked");
    for id in [later, other] {
        assert_eq!(world.state(&store, Key::Session(id)).await, "valid");
    }
}

pub(crate) async fn the_survivor_of_an_ended_subject_is_proven_after_it(store: Arc<impl Store>) {
    let world = World::new();
    let (mine, _) = world.sign_in(&store, Some("alice")).await;
    let (other, _) = world.sign_in(&store, Some("alice")).await;
    assert_eq!(store.end_subject(world.terms(), "alice", world.now, Some(mine)).await.unwrap(), [other]);
    let (record, ..) = valid(world.check(&store, Key::Family(mine)).await);
    assert_eq!(record.proven, world.now.just_after());
    assert!(store.end_subject(world.terms(), "alice", world.now, None).await.unwrap().is_empty());
}

pub(crate) async fn a_list_is_of_one_subject_and_the_most_recent_comes_first(store: Arc<impl Store>) {
    let mut world = World::new();
    let (one, _) = world.sign_in(&store, Some("alice")).await;
    world.pass(SECOND);
    let (two, _) = world.sign_in(&store, Some("alice")).await;
    let (ended, _) = world.sign_in(&store, Some("alice")).await;
    world.sign_in(&store, Some("bob")).await;
    store.end(world.terms(), ended, REVOKED).await.unwrap();
    let families = |records: Vec<Record>| records.iter().map(|record| record.family).collect::<Vec<_>>();
    assert_eq!(families(store.list(world.terms(), "alice").await.unwrap()), [two, one]);
    world.pass(HOUR);
    valid(world.check(&store, Key::Family(one)).await);
    assert_eq!(families(store.list(world.terms(), "alice").await.unwrap()), [one, two]);
    world.pass(HOUR * 24);
    assert!(store.list(world.terms(), "alice").await.unwrap().is_empty());
}

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
