//! Sessions in this process.
//!
//! A check reads two shards and nothing else. Whatever moves a session in an order (sign-in, touch, end, sweep) holds
//! the one lock of [`Order`] first and then the shards it needs; that sequence is the same everywhere, so nothing can
//! deadlock, and each operation is one critical section. Nothing is awaited while a lock is held.

mod order;
mod slot;

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
    sync::Arc,
};

use async_trait::async_trait;
use parking_lot::{Mutex, MutexGuard};

use super::{Checked, Created, Stats, Store, StoreError, Swept, Terms};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    policy::{End, WhenFull},
    record::{Data, EndReason, Key, Record},
};

use order::{Order, Owner};
use slot::{Ids, Now, Slot, State, kept_until, ran_out};

/// A power of two, well above the cores of a machine that would hold 10,000 sessions.
const SHARDS: usize = 16;

/// A map in parts, each under its own lock. Keys are random bytes, so the first one spreads them evenly.
#[derive(Debug)]
struct Sharded<K, V>([Mutex<HashMap<K, V>>; SHARDS]);

impl<K: Eq + Hash, V> Sharded<K, V> {
    fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }

    fn shard(&self, first_byte: u8) -> MutexGuard<'_, HashMap<K, V>> {
        let [first, rest @ ..] = &self.0;
        let at = usize::from(first_byte) % SHARDS;
        at.checked_sub(1)
            .and_then(|at| rest.get(at))
            .unwrap_or(first)
            .lock()
    }
}

/// The memory store. Restarting the process empties it.
#[derive(Debug)]
pub struct MemoryStore {
    index: Mutex<Index>,
    slots: Sharded<FamilyId, Slot>,
    ids: Sharded<SessionHash, FamilyId>,
}

#[derive(Debug, Default)]
struct Index {
    live: Order,
    /// Ended records by when they ended.
    ended: BTreeSet<(Timestamp, FamilyId)>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            index: Mutex::default(),
            slots: Sharded::new(),
            ids: Sharded::new(),
        }
    }

    fn slots(&self, family: FamilyId) -> MutexGuard<'_, HashMap<FamilyId, Slot>> {
        let [first, ..] = *family.as_bytes();
        self.slots.shard(first)
    }

    fn ids(&self, id: SessionHash) -> MutexGuard<'_, HashMap<SessionHash, FamilyId>> {
        let [first, ..] = *id.as_bytes();
        self.ids.shard(first)
    }

    fn forget_ids(&self, ids: impl IntoIterator<Item = SessionHash>) {
        for id in ids {
            self.ids(id).remove(&id);
        }
    }

    /// Ends a live record, whether it ran out or not, and answers it. Its secrets go at once.
    fn finish(
        &self,
        index: &mut Index,
        terms: Terms<'_>,
        family: FamilyId,
        reason: EndReason,
        at: Timestamp,
    ) -> Option<Record> {
        let mut slots = self.slots(family);
        let slot = slots.get_mut(&family)?;
        let record = match std::mem::replace(&mut slot.state, State::Ended { reason, at }) {
            State::Live(record) => record,
            ended @ State::Ended { .. } => {
                slot.state = ended;
                return None;
            }
        };
        drop(slots);
        index.live.remove(&record);
        index.ended.insert((at, family));
        let over_the_cap = index.ended.len() > terms.policy.limits.total;
        if terms.policy.end == End::Delete {
            self.forget(index, family);
        } else if over_the_cap && let Some(oldest) = index.ended.first().copied() {
            // Sign-ins that evict each other must not fill the memory with reasons.
            self.forget(index, oldest.1);
        }
        Some(record)
    }

    /// Drops an ended record, if there is one.
    fn forget(&self, index: &mut Index, family: FamilyId) {
        let gone = self.slots(family).remove(&family);
        if let Some(slot) = gone {
            if let State::Ended { at, .. } = slot.state {
                index.ended.remove(&(at, family));
            }
            self.forget_ids(slot.ids.all());
        }
    }

    /// Ends a record that ran out, if it did; answers why.
    fn settle(&self, index: &mut Index, terms: Terms<'_>, family: FamilyId) -> Option<EndReason> {
        let over = match self.slots(family).get(&family).map(|slot| &slot.state) {
            Some(State::Live(record)) => ran_out(record, terms),
            Some(State::Ended { .. }) | None => None,
        };
        let (reason, at) = over?;
        self.finish(index, terms, family, reason, at)
            .map(|_| reason)
    }

    /// Ends a record that has not run out.
    fn end_live(
        &self,
        index: &mut Index,
        terms: Terms<'_>,
        family: FamilyId,
        reason: EndReason,
    ) -> Option<Record> {
        match self.settle(index, terms, family) {
            Some(_) => None,
            None => self.finish(index, terms, family, reason, terms.now),
        }
    }

    /// Makes room for one more; `None`: there is none to be had. What ran out goes first and is not "evicted".
    fn make_room(
        &self,
        index: &mut Index,
        terms: Terms<'_>,
        owner: &Owner,
        replaces: Option<FamilyId>,
    ) -> Option<Vec<Record>> {
        let limits = terms.policy.limits;
        let leaving = replaces.and_then(|family| self.live_owner(family));
        let mut evicted = Vec::new();
        loop {
            let mine = index.live.of(owner);
            let count =
                mine.map_or(0, |queue| queue.len()) - usize::from(leaving.as_ref() == Some(owner));
            let (ran_out, least_active) = if count >= limits.per_subject {
                (
                    mine.and_then(|queue| queue.ran_out(terms)),
                    index.live.least_active_of(owner, replaces),
                )
            } else if index.live.all().len() - usize::from(leaving.is_some()) >= limits.total {
                (
                    index.live.all().ran_out(terms),
                    index.live.least_active(replaces),
                )
            } else {
                return Some(evicted);
            };
            match (ran_out, limits.when_full, least_active) {
                (Some(over), _, _) if Some(over) != replaces => {
                    self.settle(index, terms, over);
                }
                (_, WhenFull::Evict, Some(victim)) => {
                    evicted.extend(self.end_live(index, terms, victim, EndReason::Evicted));
                }
                (_, WhenFull::Reject, _) | (_, WhenFull::Evict, None) => return None,
            }
        }
    }

    fn live_owner(&self, family: FamilyId) -> Option<Owner> {
        match self.slots(family).get(&family).map(|slot| &slot.state) {
            Some(State::Live(record)) => Some(Owner::of(record)),
            Some(State::Ended { .. }) | None => None,
        }
    }

    /// Gives a live record a new id.
    fn turn(&self, terms: Terms<'_>, family: FamilyId, id: SessionHash) -> Option<Record> {
        let mut slots = self.slots(family);
        let slot = slots.get_mut(&family)?;
        let Now::Live(record) = slot.now(terms) else {
            return None;
        };
        let record = record.clone();
        let dropped = slot.ids.rotate(terms, id);
        self.ids(id).insert(id, family);
        self.forget_ids(dropped);
        Some(record)
    }
}

/// A check, before it is decided whether to write it down.
enum Looked {
    Live {
        record: Record,
        alias: bool,
        due: Due,
    },
    Ended(EndReason),
    Unknown,
}

/// What of a use is to be written down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Due {
    Nothing,
    Seen,
    Activity,
}

impl Due {
    fn of(record: &Record, terms: Terms<'_>, activity: bool) -> Self {
        let due = |last: Timestamp| terms.now.since(last) >= terms.policy.touch_every;
        if activity && due(record.last_activity) {
            Self::Activity
        } else if due(record.last_seen) {
            Self::Seen
        } else {
            Self::Nothing
        }
    }
}

impl MemoryStore {
    /// `touch`: also write down what is due.
    fn look(
        &self,
        terms: Terms<'_>,
        key: Key,
        activity: bool,
        touch: Option<&mut Index>,
    ) -> Looked {
        let (family, id) = match key {
            Key::Family(family) => (family, None),
            Key::Session(id) => match self.ids(id).get(&id) {
                Some(family) => (*family, Some(id)),
                None => return Looked::Unknown,
            },
        };
        let mut slots = self.slots(family);
        let Some(slot) = slots.get_mut(&family) else {
            return Looked::Unknown;
        };
        if id.is_some_and(|id| !slot.ids.accepts(terms, id)) {
            return Looked::Unknown;
        }
        let alias = id.is_some_and(|id| !slot.ids.is_current(id));
        let record = match slot.now(terms) {
            Now::Live(record) => record,
            Now::Ended(reason) => return Looked::Ended(reason),
            Now::Forgotten => return Looked::Unknown,
        };
        let due = Due::of(record, terms, activity);
        if let Some(index) = touch {
            if due == Due::Activity {
                index.live.remove(record);
                // A clock that was set back must not make a session look less recently used than it is.
                record.last_activity = record.last_activity.max(terms.now);
                index.live.add(record);
            }
            if due != Due::Nothing {
                record.last_seen = record.last_seen.max(terms.now);
            }
        }
        Looked::Live {
            record: record.clone(),
            alias,
            due,
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create(
        &self,
        terms: Terms<'_>,
        record: Record,
        id: SessionHash,
        replaces: Option<FamilyId>,
    ) -> Result<Created, StoreError> {
        let family = record.family;
        let mut index = self.index.lock();
        self.settle(&mut index, terms, family);
        if let Some(joined) = self.turn(terms, family, id) {
            return Ok(Created::Joined(joined));
        }
        let kept = self
            .slots(family)
            .get_mut(&family)
            .and_then(|slot| match slot.now(terms) {
                Now::Ended(reason) => Some(reason),
                Now::Live(_) | Now::Forgotten => None,
            });
        if let Some(reason) = kept {
            return Ok(Created::Ended(reason));
        }
        self.forget(&mut index, family);
        let Some(evicted) = self.make_room(&mut index, terms, &Owner::of(&record), replaces) else {
            return Ok(Created::Full);
        };
        index.live.add(&record);
        self.slots(family).insert(
            family,
            Slot {
                ids: Ids::new(id),
                state: State::Live(record),
            },
        );
        self.ids(id).insert(id, family);
        Ok(Created::Made {
            evicted,
            live: index.live.all().len(),
        })
    }

    async fn check_and_touch(
        &self,
        terms: Terms<'_>,
        key: Key,
        activity: bool,
    ) -> Result<Checked, StoreError> {
        let mut looked = self.look(terms, key, activity, None);
        if matches!(&looked, Looked::Live { due, .. } if *due != Due::Nothing) {
            // Meanwhile somebody may have touched or ended it: with the order locked, look again.
            looked = self.look(terms, key, activity, Some(&mut self.index.lock()));
        }
        Ok(match looked {
            Looked::Live { record, alias, due } => Checked::Valid {
                record,
                touched: due != Due::Nothing,
                alias,
            },
            Looked::Ended(reason) => Checked::Ended(reason),
            Looked::Unknown => Checked::Unknown,
        })
    }

    async fn rotate(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
    ) -> Result<Option<Record>, StoreError> {
        Ok(self.turn(terms, family, id))
    }

    async fn end(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        reason: EndReason,
    ) -> Result<bool, StoreError> {
        Ok(self
            .end_live(&mut self.index.lock(), terms, family, reason)
            .is_some())
    }

    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<Vec<FamilyId>, StoreError> {
        let mut index = self.index.lock();
        let owner = Owner::Subject(Arc::from(subject));
        let families: Vec<_> = index
            .live
            .of(&owner)
            .map_or_else(Vec::new, |queue| queue.recent_first().collect());
        let mut ended = Vec::new();
        for family in families {
            let outdated = match self
                .slots(family)
                .get_mut(&family)
                .map(|slot| &mut slot.state)
            {
                Some(State::Live(record)) if Some(family) == except => {
                    record.proven = record.proven.max(not_before.just_after());
                    false
                }
                Some(State::Live(record)) => record.proven <= not_before,
                Some(State::Ended { .. }) | None => false,
            };
            if outdated {
                ended.extend(
                    self.end_live(&mut index, terms, family, EndReason::Revoked)
                        .map(|record| record.family),
                );
            }
        }
        Ok(ended)
    }

    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError> {
        let index = self.index.lock();
        let owner = Owner::Subject(Arc::from(subject));
        Ok(index
            .live
            .of(&owner)
            .into_iter()
            .flat_map(|queue| queue.recent_first())
            .filter_map(
                |family| match self.slots(family).get_mut(&family)?.now(terms) {
                    Now::Live(record) => Some(record.clone()),
                    Now::Ended(_) | Now::Forgotten => None,
                },
            )
            .collect())
    }

    async fn patch(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        data: Data,
    ) -> Result<bool, StoreError> {
        let mut slots = self.slots(family);
        match slots.get_mut(&family).map(|slot| slot.now(terms)) {
            Some(Now::Live(record)) => {
                record.data = data;
                Ok(true)
            }
            Some(Now::Ended(_) | Now::Forgotten) | None => Ok(false),
        }
    }

    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError> {
        let mut index = self.index.lock();
        let mut swept = Swept::default();
        for _ in 0..terms.policy.cleanup.batch {
            if let Some(family) = index.live.all().ran_out(terms) {
                swept.ran_out.extend(
                    self.settle(&mut index, terms, family)
                        .map(|reason| (family, reason)),
                );
            } else if let Some(oldest) = index.ended.first().copied()
                && kept_until(terms.policy, oldest.0) <= terms.now
            {
                self.forget(&mut index, oldest.1);
                swept.dropped += 1;
            } else {
                return Ok(swept);
            }
        }
        swept.more = true;
        Ok(swept)
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let index = self.index.lock();
        Ok(Stats {
            live: index.live.all().len(),
            ended: index.ended.len(),
        })
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
