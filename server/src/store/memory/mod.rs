//! Sessions in this process.
//!
//! A check reads two shards and nothing else: where the key leads, and the slot there. Whatever changes more than that
//! (sign-in, touch, rotation, end, sweep) holds the one lock of the index first. Where several are held, it is in this
//! sequence: index, directory, slot; so nothing can deadlock. Each operation is one critical section, but for the sweep,
//! which is one per record, so that nobody waits for a batch. Nothing is awaited while a lock is held, and nothing grows
//! by copying all there is at once.

mod agents;
mod check;
mod directory;
mod moment;
mod operations;
mod order;
mod slab;
mod slot;
mod slots;
mod tree;

use parking_lot::Mutex;

use super::{Rotated, Terms};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    policy::{End, WhenFull},
    record::{EndReason, Record, SignIn},
};

use agents::Agents;
use directory::Directory;
use order::Order;
use slab::Handle;
use slot::{Ids, Live, Now, Slot, State};
use slots::Slots;

/// The memory store. Restarting the process empties it.
#[derive(Debug, Default)]
pub struct MemoryStore {
    index: Mutex<Index>,
    families: Directory,
    ids: Directory,
    slots: Slots,
}

#[derive(Debug, Default)]
struct Index {
    order: Order,
    agents: Agents,
}

impl MemoryStore {
    /// See [`Store::is_durable`](super::Store::is_durable).
    pub const DURABLE: bool = false;

    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where a family is kept.
    fn find(&self, family: FamilyId) -> Option<Handle> {
        self.families
            .find(family.into(), |handle| self.slots.get(handle).filter(|slot| slot.family == family).map(|_| handle))
    }

    /// Adds a live record; `None`: there is no place left for it.
    fn add(&self, index: &mut Index, mut record: Record, id: SessionHash) -> Option<()> {
        let family = record.family;
        let handle = index.order.add(&mut record)?;
        let agent = record.user_agent.take().map(|agent| index.agents.share(agent));
        self.slots.put(handle, Slot::new(family, id, Live::new(record, agent)));
        self.families.add(family.into(), handle);
        self.ids.add(id.into(), handle);
        Some(())
    }

    /// Ends a live record, whether it ran out or not, and answers it. Its secrets go with it.
    fn finish(
        &self,
        index: &mut Index,
        terms: Terms<'_>,
        handle: Handle,
        reason: EndReason,
        at: Timestamp,
    ) -> Option<(FamilyId, Live)> {
        let mut slot = self.slots.get(handle)?;
        let gone = (slot.family, slot.end(reason, at)?);
        drop(slot);
        index.order.end(handle, at);
        if terms.policy.end == End::Delete {
            self.forget(index, handle);
        } else if index.order.ended() > terms.policy.limits.total
            && let Some((first, _)) = index.order.first_ended()
        {
            // Sign-ins that evict each other must not fill the memory with reasons.
            self.forget(index, first);
        }
        Some(gone)
    }

    /// Drops an ended record.
    fn forget(&self, index: &mut Index, handle: Handle) {
        let Some(slot) = self.slots.take(handle) else {
            return;
        };
        self.families.remove(slot.family.into(), handle);
        for id in slot.ids.all() {
            self.ids.remove(id.into(), handle);
        }
        index.order.forget(handle);
    }

    /// Ends a record that ran out, if it did; answers which and why.
    fn settle(&self, index: &mut Index, terms: Terms<'_>, handle: Handle) -> Option<(FamilyId, EndReason)> {
        let (reason, at) = match &self.slots.get(handle)?.state {
            State::Live(live) => live.ran_out(terms)?,
            State::Ended { .. } => return None,
        };
        self.finish(index, terms, handle, reason, at).map(|(family, _)| (family, reason))
    }

    /// Ends a record that has not run out.
    fn end_live(
        &self,
        index: &mut Index,
        terms: Terms<'_>,
        handle: Handle,
        reason: EndReason,
    ) -> Option<(FamilyId, Live)> {
        match self.settle(index, terms, handle) {
            Some(_) => None,
            None => self.finish(index, terms, handle, reason, terms.now),
        }
    }

    /// Makes room for one more of the subject, or of none; `None`: there is none to be had. What ran out goes first and
    /// is not "evicted". The live record that is to go anyhow neither counts nor is evicted.
    fn make_room(
        &self,
        index: &mut Index,
        terms: Terms<'_>,
        subject: Option<&str>,
        leaving: Option<Handle>,
    ) -> Option<Vec<Record>> {
        let limits = terms.policy.limits;
        let mut evicted = Vec::new();
        loop {
            let order = &index.order;
            let leaves = leaving.and_then(|session| order.owner(session));
            let owner = subject.and_then(|subject| order.subject(subject));
            let crowded =
                owner.filter(|owner| order.live_of(*owner) - usize::from(leaves == Some(*owner)) >= limits.per_subject);
            let (ran_out, least_active) = if let Some(owner) = crowded {
                (order.ran_out_of(owner, terms), order.least_active_of(owner, leaving))
            } else if order.live() - usize::from(leaves.is_some()) >= limits.total {
                (order.ran_out(terms), order.least_active(leaving))
            } else {
                return Some(evicted);
            };
            match (ran_out, limits.when_full, least_active) {
                (Some(over), _, _) if Some(over) != leaving => {
                    self.settle(index, terms, over);
                }
                (_, WhenFull::Evict, Some(victim)) => {
                    let gone = self.end_live(index, terms, victim, EndReason::Evicted);
                    evicted.extend(gone.map(|(family, live)| live.record(family)));
                }
                (_, WhenFull::Reject, _) | (_, WhenFull::Evict, None) => return None,
            }
        }
    }

    /// Gives a live record a new id. The index must be locked.
    fn turn(&self, _: &mut Index, terms: Terms<'_>, handle: Handle, id: SessionHash) -> Option<Record> {
        let mut slot = self.slots.get(handle)?;
        let family = slot.family;
        let Now::Live(live) = slot.now(terms) else {
            return None;
        };
        live.turned(terms.now);
        let record = live.record(family);
        let dropped = slot.ids.rotate(terms, id);
        drop(slot);
        self.ids.add(id.into(), handle);
        for id in dropped {
            self.ids.remove(id.into(), handle);
        }
        Some(record)
    }

    /// Somebody signs in on a live record, which goes on under this id alone.
    fn sign_in(
        &self,
        index: &mut Index,
        terms: Terms<'_>,
        handle: Handle,
        id: SessionHash,
        sign_in: SignIn,
    ) -> Rotated {
        match self.slots.get(handle).as_deref_mut().map(|slot| slot.now(terms)) {
            Some(Now::Live(live)) if live.is_anybodys() => return Rotated::Taken,
            Some(Now::Live(_)) => {}
            Some(Now::Ended(_) | Now::Forgotten) | None => return Rotated::NotLive,
        }
        let Some(evicted) = self.make_room(index, terms, Some(&sign_in.subject), Some(handle)) else {
            return Rotated::Full;
        };
        // Nothing ends or moves a record without the index.
        let Some(mut record) = self.slots.get(handle).and_then(|slot| slot.live_record()) else {
            return Rotated::NotLive;
        };
        record.sign_in(sign_in, terms.now);
        index.order.renew(handle, &mut record);
        let before = self.slots.get(handle).map(|mut slot| slot.start_anew(record.clone(), id));
        for id in before.iter().flat_map(Ids::all) {
            self.ids.remove(id.into(), handle);
        }
        self.ids.add(id.into(), handle);
        Rotated::Done { record, evicted }
    }
}

#[cfg(test)]
mod tests;
