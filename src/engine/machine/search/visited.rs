//! The states that a search has visited: not the states, which would need too much memory, but 64 bits of each.
//!
//! Two states with the same fingerprint count as one, and what follows from the second alone is not searched. Among n states that
//! happens n² / 2⁶⁵ times: among 570,000, as in the largest search of a test run, once in a hundred million runs; among ten million
//! once in 370,000; among a hundred million once in 3,700.

use super::explore::State;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Values by the fingerprint of a state.
pub(super) type Fingerprints<T> = HashMap<u64, T, BuildHasherDefault<Mixing>>;

/// 64 bits of a state.
pub(super) fn fingerprint(state: &State) -> u64 {
    let mut hasher = Mixing::default();
    state.hash(&mut hasher);
    hasher.finish()
}

/// Many times faster than the standard hasher on many small fields. Every round is a permutation, so states that differ in one
/// word never meet, and a long rest does not bring others together.
#[derive(Debug)]
pub(super) struct Mixing {
    mixed: u64,
    /// Small values, which are mixed in together: a one, so that their number counts, and up to seven bytes behind it.
    small: u64,
}

impl Default for Mixing {
    fn default() -> Self {
        Self { mixed: 0, small: 1 }
    }
}

impl Mixing {
    fn add_small(&mut self, value: u8) {
        self.small = self.small << 8 | u64::from(value);
        if self.small >> 56 == 1 {
            self.mix_small();
        }
    }

    fn mix_small(&mut self) {
        self.mixed = mixed(self.mixed, core::mem::replace(&mut self.small, 1));
    }
}

const fn mixed(before: u64, value: u64) -> u64 {
    let product = (before ^ value).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

impl Hasher for Mixing {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u8(*byte);
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.add_small(value);
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        if self.small > 1 {
            self.mix_small();
        }
        self.mixed = mixed(self.mixed, value);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    /// The number of an enum's variant.
    fn write_isize(&mut self, value: isize) {
        self.add_small(u8::try_from(value).expect("enums here have few variants"));
    }

    fn finish(&self) -> u64 {
        if self.small > 1 { mixed(self.mixed, self.small) } else { self.mixed }
    }
}

/// A set that doubles in size needs its memory three times. Of many small ones, only one doubles at a time.
const SHARDS: usize = 256;

/// The states, numbered in the order in which they were found, and how each was reached.
#[derive(Debug)]
pub(super) struct Visited {
    fingerprints: Vec<HashSet<u64, BuildHasherDefault<Mixing>>>,
    /// The number of the state before each.
    parents: Vec<u32>,
    /// The index of the step from there.
    steps: Vec<u16>,
}

impl Visited {
    /// The first state.
    pub(super) fn from(start: u64) -> Self {
        let mut visited =
            Self { fingerprints: vec![HashSet::default(); SHARDS], parents: Vec::new(), steps: Vec::new() };
        visited.is_new(start, 0, 0);
        visited
    }

    pub(super) fn len(&self) -> usize {
        self.parents.len()
    }

    /// Adds a state, unless it is there.
    pub(super) fn is_new(&mut self, fingerprint: u64, parent: usize, step: usize) -> bool {
        let new = self.fingerprints[fingerprint as usize % SHARDS].insert(fingerprint);
        if new {
            self.parents.push(u32::try_from(parent).unwrap());
            self.steps.push(u16::try_from(step).unwrap());
        }
        new
    }

    /// The indexes of the steps that led to a state.
    pub(super) fn path(&self, mut number: usize) -> Vec<usize> {
        let mut path = Vec::new();
        while number != 0 {
            path.push(usize::from(self.steps[number]));
            number = self.parents[number] as usize;
        }
        path.reverse();
        path
    }
}
