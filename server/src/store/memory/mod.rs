//! Sessions in this process.
//!
//! A check reads two shards and nothing else. Whatever moves a session in an order (sign-in, touch, end, sweep) holds
//! the one lock of the order first and then the shards it needs; that sequence is the same everywhere, so nothing can
//! deadlock, and each operation is one critical section. Nothing is awaited while a lock is held.

mod check;
mod operations;
mod order;
mod sharded;
mod slot;

use std::collections::{BTreeSet, HashMap};

use parking_lot::{Mutex, MutexGuard};

use super::{Rotated, Terms, rules::ran_out};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    policy::{End, WhenFull},
    record::{EndReason, Record, SignIn},
};

use order::{Order, Owner};
use sharded::Sharded;
use slot::{Ids, Now, Slot, State};

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
        Self { index: Mutex::default(), slots: Sharded::new(), ids: Sharded::new() }
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
        self.finish(index, terms, family, reason, at).map(|_| reason)
    }

    /// Ends a record that has not run out.
    fn end_live(&self, index: &mut Index, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Option<Record> {
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
            let count = mine.map_or(0, |queue| queue.len()) - usize::from(leaving.as_ref() == Some(owner));
            let (ran_out, least_active) = if count >= limits.per_subject {
                (mine.and_then(|queue| queue.ran_out(terms)), index.live.least_active_of(owner, replaces))
            } else if index.live.all().len() - usize::from(leaving.is_some()) >= limits.total {
                (index.live.all().ran_out(terms), index.live.least_active(replaces))
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
        record.rotated = terms.now;
        let record = record.clone();
        let dropped = slot.ids.rotate(terms, id);
        self.ids(id).insert(id, family);
        self.forget_ids(dropped);
        Some(record)
    }

    /// Somebody signs in on a live record, which goes on under this id alone.
    fn sign_in(
        &self,
        index: &mut Index,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: SignIn,
    ) -> Rotated {
        self.settle(index, terms, family);
        if self.live_owner(family).is_none() {
            return Rotated::NotLive;
        }
        let Some(evicted) = self.make_room(index, terms, &Owner::Subject(sign_in.subject.clone()), Some(family)) else {
            return Rotated::Full;
        };
        let mut slots = self.slots(family);
        // Nothing ends a record without the index.
        let Some(Slot { ids, state: State::Live(record) }) = slots.get_mut(&family) else {
            return Rotated::NotLive;
        };
        index.live.remove(record);
        record.sign_in(sign_in, terms.now);
        index.live.add(record);
        let record = record.clone();
        let before = std::mem::replace(ids, Ids::new(id));
        self.forget_ids(before.all());
        self.ids(id).insert(id, family);
        Rotated::Done { record, evicted }
    }
}

#[cfg(test)]
mod tests;
