//! A map in parts, so that checks of different sessions do not wait for each other.

use std::{collections::HashMap, hash::Hash};

use parking_lot::{Mutex, MutexGuard};

/// A power of two, well above the cores of a machine that would hold 10,000 sessions.
pub(super) const SHARDS: usize = 16;

/// A map in parts, each under its own lock. Keys are random bytes, so the first one spreads them evenly.
#[derive(Debug)]
pub(super) struct Sharded<K, V>(pub(super) [Mutex<HashMap<K, V>>; SHARDS]);

impl<K: Eq + Hash, V> Sharded<K, V> {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }

    pub(super) fn shard(&self, first_byte: u8) -> MutexGuard<'_, HashMap<K, V>> {
        let [first, rest @ ..] = &self.0;
        let at = usize::from(first_byte) % SHARDS;
        at.checked_sub(1).and_then(|at| rest.get(at)).unwrap_or(first).lock()
    }
}
