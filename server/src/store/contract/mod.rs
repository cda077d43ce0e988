//! What every store must do, as facts. A store runs the whole of it with [`contract_tests!`].

pub(crate) mod checks;
pub(crate) mod endings;
pub(crate) mod ids;
pub(crate) mod limits;
pub(crate) mod patches;
pub(crate) mod races;
pub(crate) mod sample;
pub(crate) mod sign_in;
pub(crate) mod subjects;
pub(crate) mod sweep;

use std::{sync::Arc, time::Duration};

use super::{Checked, Created, Rotated, Store, SubjectEnded, Terms};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    policy::{Policy, RanOut, SERVERLESS_24H},
    record::{Data, EndReason, Key, Record, SignIn},
};

use sample::{some_id, start};

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);
const REVOKED: EndReason = EndReason::Revoked;

/// Makes a test of every fact. `$store` is an expression for an empty store, and for what must be kept as long as it.
macro_rules! contract_tests {
    ($store:expr) => {
        $crate::store::contract::contract_tests! { $store;
            checks::a_created_record_is_found_by_its_id_and_its_family
            checks::an_unknown_key_is_unknown
            checks::a_use_is_written_down_at_most_once_per_touch_interval
            checks::a_heartbeat_without_activity_is_seen_and_moves_no_limit
            checks::limits_follow_the_policy_in_force
            checks::a_clock_set_back_shortens_no_session
            endings::a_record_that_ran_out_tells_why_while_it_is_kept
            endings::what_is_ended_by_a_policy_that_forgets_may_be_created_anew
            endings::a_deleting_policy_keeps_no_reason
            endings::an_ended_record_tells_why_and_the_first_reason_stays
            endings::an_ended_session_never_comes_back_whatever_is_tried
            endings::a_request_that_loaded_before_an_end_saves_nothing_after_it
            races::ends_and_late_requests_that_race_leave_nothing_live
            races::of_many_that_sign_in_on_one_session_at_once_one_has_it
            races::parallel_creates_of_one_family_make_one_record
            races::of_two_that_end_each_other_at_once_one_stays
            races::of_a_thousand_requests_at_once_one_ends_the_session_and_none_revives_it
            ids::a_rotated_id_is_an_alias_for_the_grace
            ids::a_dropped_alias_is_unknown_and_never_revoked
            ids::creating_a_live_family_again_joins_it
            sign_in::a_sign_in_leaves_one_id_and_new_times
            sign_in::a_sign_in_makes_room_among_the_sessions_of_its_subject
            sign_in::a_sign_in_without_room_changes_nothing
            sign_in::nobody_signs_in_where_somebody_has
            limits::the_least_recently_active_of_a_full_subject_is_evicted
            limits::the_most_crowded_subject_pays_for_a_full_store
            limits::what_ran_out_makes_room_before_anybody_is_evicted
            limits::a_rejecting_policy_refuses_and_evicts_nobody
            limits::a_replaced_family_neither_counts_nor_is_evicted
            subjects::ending_a_subject_ends_what_was_proven_until_then
            subjects::the_survivor_of_an_ended_subject_is_proven_after_it
            subjects::whoever_is_over_or_somebody_elses_outlives_nobody
            subjects::a_list_is_of_one_subject_and_the_most_recent_comes_first
            patches::a_patch_changes_live_data_only
            patches::of_two_patches_neither_is_lost
            sweep::a_sweep_works_in_batches_until_nothing_is_left
        }
    };
    ($store:expr; $($concept:ident::$fact:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $fact() {
            let (store, _kept) = $store;
            $crate::store::contract::$concept::$fact(std::sync::Arc::new(store)).await;
        }
    )*};
}
pub(crate) use contract_tests;

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
            other @ (Rotated::Full | Rotated::Taken) => panic!("a mere rotation takes nothing: {other:?}"),
        }
    }

    /// The families of the subject that have ended by this; none: the survivor is over.
    async fn end_subject(
        &self,
        store: &Arc<impl Store>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Option<Vec<FamilyId>> {
        match store.end_subject(self.terms(), subject, not_before, except).await.unwrap() {
            SubjectEnded::Done(families) => Some(families),
            SubjectEnded::NotLive => None,
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

fn valid(checked: Checked) -> (Record, bool, bool) {
    match checked {
        Checked::Valid { record, touched, alias } => (record, touched, alias),
        other => panic!("{other:?}"),
    }
}
