//! The slots, each under the lock of its part.

use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};

use super::{
    directory::{SHARDS, shard},
    slab::{Chunks, Handle},
    slot::Slot,
};

/// Slots by handle. Handles are given out one after the other, so the parts fill evenly.
#[derive(Debug)]
pub(super) struct Slots([Mutex<Chunks<Option<Slot>>>; SHARDS]);

impl Default for Slots {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Slots {
    /// Locks the part that the slot is in. Whoever holds it takes no other lock.
    pub(super) fn get(&self, handle: Handle) -> Option<MappedMutexGuard<'_, Slot>> {
        let part = shard(&self.0, handle.place());
        MutexGuard::try_map(part, |part| part.get_mut(handle.place() / SHARDS)?.as_mut()).ok()
    }

    pub(super) fn put(&self, handle: Handle, slot: Slot) {
        shard(&self.0, handle.place()).set(handle.place() / SHARDS, Some(slot));
    }

    pub(super) fn take(&self, handle: Handle) -> Option<Slot> {
        shard(&self.0, handle.place()).get_mut(handle.place() / SHARDS)?.take()
    }
}
