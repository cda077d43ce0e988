//! Where things are kept: in chunks that never move, found by a handle of four bytes.

use std::num::NonZeroU32;

/// Things that one allocation holds.
const CHUNK: usize = 32;

/// Names one thing that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Handle(NonZeroU32);

impl Handle {
    fn of(place: usize) -> Option<Self> {
        u32::try_from(place + 1).ok().and_then(NonZeroU32::new).map(Self)
    }

    pub(super) const fn place(self) -> usize {
        self.0.get() as usize - 1
    }

    /// Four bytes that look random, the same for the same handle: the finaliser of MurmurHash3.
    pub(super) const fn scrambled(self) -> u32 {
        let mut bits = self.0.get();
        bits = (bits ^ (bits >> 16)).wrapping_mul(0x85EB_CA6B);
        bits = (bits ^ (bits >> 13)).wrapping_mul(0xC2B2_AE35);
        bits ^ (bits >> 16)
    }
}

/// A list that grows without moving what is in it: there is no moment at which everything is copied.
#[derive(Debug)]
pub(super) struct Chunks<T>(Vec<Vec<T>>);

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> Chunks<T> {
    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.0.get(place / CHUNK)?.get(place % CHUNK)
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        self.0.get_mut(place / CHUNK)?.get_mut(place % CHUNK)
    }

    /// Fills up with nothing as far as needed.
    pub(super) fn set(&mut self, place: usize, thing: T) {
        while self.0.len() <= place / CHUNK {
            let mut chunk = Vec::with_capacity(CHUNK);
            chunk.resize_with(CHUNK, T::default);
            self.0.push(chunk);
        }
        if let Some(there) = self.get_mut(place) {
            *there = thing;
        }
    }
}

/// Things that come and go. A place that is free is the next to be taken.
#[derive(Debug)]
pub(super) struct Slab<T> {
    things: Chunks<T>,
    free: Vec<Handle>,
    /// Places that were ever taken.
    taken: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { things: Chunks::default(), free: Vec::new(), taken: 0 }
    }
}

impl<T: Default> Slab<T> {
    /// `None`: no more than four thousand million fit.
    pub(super) fn add(&mut self, thing: T) -> Option<Handle> {
        let handle = match self.free.pop() {
            Some(handle) => handle,
            None => Handle::of(self.taken).inspect(|_| self.taken += 1)?,
        };
        self.things.set(handle.place(), thing);
        Some(handle)
    }

    pub(super) fn get(&self, handle: Handle) -> Option<&T> {
        self.things.get(handle.place())
    }

    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        self.things.get_mut(handle.place())
    }

    pub(super) fn remove(&mut self, handle: Handle) {
        self.things.set(handle.place(), T::default());
        self.free.push(handle);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.taken - self.free.len()
    }
}
