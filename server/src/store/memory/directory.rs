//! What is found under a key, without a copy of the key: that is where the handle leads to.

use hashbrown::HashTable;
use parking_lot::{Mutex, MutexGuard};

use super::slab::Handle;
use crate::id::{FamilyId, SessionHash};

/// A power of two, well above the cores of a machine that holds a million sessions, and enough that a part of so many
/// grows within a fraction of a millisecond.
pub(super) const SHARDS: usize = 64;

/// Picks one of [`SHARDS`] parts.
pub(super) fn shard<T>(parts: &[Mutex<T>; SHARDS], at: usize) -> MutexGuard<'_, T> {
    let [first, rest @ ..] = parts;
    (at % SHARDS).checked_sub(1).and_then(|at| rest.get(at)).unwrap_or(first).lock()
}

/// Eight bytes of a key that nobody can choose: its own where they are random, else those of a keyed hash.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint {
    shard: usize,
    kept: u32,
}

impl Fingerprint {
    const fn new([a, b, c, d, shard, ..]: [u8; 8]) -> Self {
        Self { shard: shard as usize, kept: u32::from_le_bytes([a, b, c, d]) }
    }
}

impl From<u64> for Fingerprint {
    fn from(hash: u64) -> Self {
        Self::new(hash.to_le_bytes())
    }
}

impl From<FamilyId> for Fingerprint {
    fn from(family: FamilyId) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *family.as_bytes();
        Self::new([a, b, c, d, e, f, g, h])
    }
}

impl From<SessionHash> for Fingerprint {
    fn from(id: SessionHash) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
        Self::new([a, b, c, d, e, f, g, h])
    }
}

#[derive(Debug)]
struct Entry {
    fingerprint: u32,
    handle: Handle,
}

/// The table takes its place from the lower bits and tells neighbours apart by the upper ones.
const fn spread(fingerprint: u32) -> u64 {
    (fingerprint as u64) << 32 | fingerprint as u64
}

/// Handles by the fingerprint of what they stand for, in parts, so that checks of different sessions do not wait for
/// each other.
#[derive(Debug)]
pub(super) struct Directory([Mutex<HashTable<Entry>>; SHARDS]);

impl Default for Directory {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Directory {
    /// Asks those with this fingerprint, one after the other, until one is what is looked for. The part is locked
    /// meanwhile.
    pub(super) fn find<Found>(
        &self,
        fingerprint: Fingerprint,
        is_it: impl FnMut(Handle) -> Option<Found>,
    ) -> Option<Found> {
        let Fingerprint { shard: at, kept } = fingerprint;
        let table = shard(&self.0, at);
        table
            .iter_hash(spread(kept))
            .filter(|entry| entry.fingerprint == kept)
            .map(|entry| entry.handle)
            .find_map(is_it)
    }

    pub(super) fn add(&self, Fingerprint { shard: at, kept }: Fingerprint, handle: Handle) {
        let entry = Entry { fingerprint: kept, handle };
        shard(&self.0, at).insert_unique(spread(kept), entry, |entry| spread(entry.fingerprint));
    }

    pub(super) fn remove(&self, Fingerprint { shard: at, kept }: Fingerprint, handle: Handle) {
        if let Ok(entry) = shard(&self.0, at).find_entry(spread(kept), |entry| entry.handle == handle) {
            entry.remove();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|part| part.lock().len()).sum()
    }
}
