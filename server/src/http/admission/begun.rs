//! Sessions that have only begun: nobody has signed in on them, and they cost whoever calls nothing.
//!
//! A token bucket per source, kept as the one moment at which it is full again. Each session begun takes a token, and a
//! sign-in on it gives that back: people who sign in are never in each other's way, however many share an address. What
//! is left unused comes back by itself, the whole of it within an hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{CAPACITY, make_room};
use crate::http::source::Source;

/// In this time an empty bucket is full again.
const REFILLED_IN: Duration = Duration::from_secs(60 * 60);

/// What each source has left. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    /// The time that a token takes to come back.
    each: Duration,
    full_again: Arc<Mutex<HashMap<Source, Instant>>>,
}

impl Begun {
    /// `at_most`: of one source.
    pub(crate) fn new(at_most: u32) -> Self {
        Self { each: REFILLED_IN / at_most.max(1), full_again: Arc::default() }
    }

    /// One more, or how long to wait.
    pub(crate) fn take(&self, source: Source) -> Result<(), Duration> {
        self.take_at(source, Instant::now())
    }

    /// One that was taken came to nothing, or somebody has signed in on it.
    pub(crate) fn give_back(&self, source: Source) {
        self.give_back_at(source, Instant::now());
    }

    fn take_at(&self, source: Source, now: Instant) -> Result<(), Duration> {
        let mut sources = self.lock();
        let full_again = sources.get(&source).map_or(now, |full_again| now.max(*full_again)) + self.each;
        let empty_for = (full_again - now).saturating_sub(REFILLED_IN);
        if !empty_for.is_zero() {
            return Err(empty_for);
        }
        if !sources.contains_key(&source) && sources.len() >= CAPACITY {
            make_room(&mut sources, |full_again| *full_again <= now, |full_again| *full_again);
        }
        sources.insert(source, full_again);
        Ok(())
    }

    fn give_back_at(&self, source: Source, now: Instant) {
        let mut sources = self.lock();
        if let Some(full_again) = sources.get_mut(&source) {
            match full_again.checked_sub(self.each) {
                Some(sooner) if sooner > now => *full_again = sooner,
                Some(_) | None => drop(sources.remove(&source)),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Source, Instant>> {
        // Every change above is complete in itself, so a panicking holder leaves nothing half done.
        self.full_again.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::of(text.parse().expect("an address"))
    }

    /// How many can be taken at once.
    fn left(begun: &Begun, source: Source, now: Instant) -> usize {
        (0..1_000).take_while(|_| begun.take_at(source, now).is_ok()).count()
    }

    #[test]
    fn so_many_at_once_and_then_one_by_one() {
        let (begun, here, now) = (Begun::new(60), source("192.0.2.1"), Instant::now());
        assert_eq!(left(&begun, here, now), 60);
        assert_eq!(begun.take_at(here, now), Err(Duration::from_secs(60)));
        assert_eq!(begun.take_at(here, now + Duration::from_secs(59)), Err(Duration::from_secs(1)));
        assert_eq!(left(&begun, here, now + Duration::from_secs(60)), 1);
        assert_eq!(left(&begun, here, now + REFILLED_IN * 2), 60, "and never more");
    }

    #[test]
    fn another_source_has_its_own() {
        let (begun, now) = (Begun::new(2), Instant::now());
        assert_eq!(left(&begun, source("192.0.2.1"), now), 2);
        assert_eq!(left(&begun, source("192.0.2.2"), now), 2);
        assert_eq!(left(&begun, source("2001:db8:1:2::1"), now), 2);
        assert_eq!(left(&begun, source("2001:db8:1:2::2"), now), 0, "one customer");
    }

    #[test]
    fn whoever_signs_in_is_in_nobodys_way() {
        let (begun, here, now) = (Begun::new(2), source("192.0.2.1"), Instant::now());
        for _ in 0..1_000 {
            assert_eq!(begun.take_at(here, now), Ok(()));
            begun.give_back_at(here, now);
        }
        assert!(begun.lock().is_empty());
        assert_eq!(left(&begun, here, now), 2);
        for _ in 0..10 {
            begun.give_back_at(here, now);
        }
        assert_eq!(left(&begun, here, now), 2, "what was not taken cannot be given back");
    }

    #[test]
    fn memory_is_bounded_and_whoever_has_taken_least_is_forgotten_first() {
        let (begun, now, greedy) = (Begun::new(10), Instant::now(), source("203.0.113.9"));
        assert_eq!(left(&begun, greedy, now), 10);
        for number in 0..u32::try_from(CAPACITY).unwrap() + 10 {
            assert_eq!(begun.take_at(Source::of(std::net::Ipv4Addr::from_bits(number).into()), now), Ok(()));
        }
        assert_eq!(begun.lock().len(), CAPACITY);
        assert_eq!(left(&begun, greedy, now), 0);
    }
}
