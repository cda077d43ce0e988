//! Failed sign-ins lock (source, subject).
//!
//! A source may fail [`FREE`] times at a subject, then it is locked out for 30 s, and for twice as long with each
//! further failure, at most 15 min. A quarter of an hour without failure or lock forgets all. Attempts under way count as
//! failures until they are decided, so that guessing in parallel gains nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Blinder, CAPACITY, make_room};
use crate::http::source::Source;

/// Failures before the first lock. NIST SP 800-63B-4 allows up to 100 in all; the waits come well before.
pub(crate) const FREE: u32 = 5;
const FIRST_LOCK: Duration = Duration::from_secs(30);
const LONGEST_LOCK: Duration = Duration::from_secs(15 * 60);
const FORGOTTEN_AFTER: Duration = Duration::from_secs(15 * 60);
/// While the last free attempt is undecided, the next one comes back after this.
const UNDECIDED: Duration = Duration::from_secs(1);

type Pair = (Source, u64);

/// What is remembered of failures. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lockout {
    blinder: Blinder,
    pairs: Arc<Mutex<HashMap<Pair, Record>>>,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    failures: u32,
    undecided: u32,
    last: Instant,
    locked_until: Instant,
}

/// One attempt. Dropped without a verdict (the target was down), it counts for nothing.
#[derive(Debug)]
pub(crate) struct Attempt {
    lockout: Lockout,
    pair: Pair,
}

impl Attempt {
    /// The target accepted the credentials.
    pub(crate) fn succeeded(self) {
        self.lockout.forget(self.pair);
    }

    /// The target refused the credentials.
    pub(crate) fn failed(self) {
        self.lockout.count(self.pair, Instant::now());
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.lockout.decide(self.pair);
    }
}

impl Lockout {
    /// Permission for one attempt, or how long to wait.
    pub(crate) fn attempt(&self, source: Source, subject: &str) -> Result<Attempt, Duration> {
        let pair = (source, self.blinder.blind(subject));
        self.begin(pair, Instant::now())?;
        Ok(Attempt { lockout: self.clone(), pair })
    }

    fn begin(&self, pair: Pair, now: Instant) -> Result<(), Duration> {
        let mut pairs = self.lock();
        if !pairs.contains_key(&pair) && pairs.len() >= CAPACITY {
            let is_stale = |record: &Record| record.undecided == 0 && record.is_stale(now);
            // The one that failed longest ago goes first.
            make_room(&mut pairs, is_stale, |record| record.last);
        }
        let record = pairs.entry(pair).or_insert(Record { failures: 0, undecided: 0, last: now, locked_until: now });
        if record.is_stale(now) {
            record.failures = 0;
        }
        if record.locked_until > now {
            return Err(record.locked_until - now);
        }
        if record.undecided > 0 && record.failures + record.undecided >= FREE {
            return Err(UNDECIDED);
        }
        record.undecided += 1;
        Ok(())
    }

    fn count(&self, pair: Pair, now: Instant) {
        if let Some(record) = self.lock().get_mut(&pair) {
            record.failures += 1;
            record.last = now;
            if let Some(beyond) = record.failures.checked_sub(FREE) {
                let lock = FIRST_LOCK.saturating_mul(1 << beyond.min(10));
                record.locked_until = now + lock.min(LONGEST_LOCK);
            }
        }
    }

    fn decide(&self, pair: Pair) {
        let mut pairs = self.lock();
        if let Some(record) = pairs.get_mut(&pair) {
            record.undecided = record.undecided.saturating_sub(1);
            if record.failures == 0 && record.undecided == 0 {
                pairs.remove(&pair);
            }
        }
    }

    fn forget(&self, pair: Pair) {
        if let Some(record) = self.lock().get_mut(&pair) {
            record.failures = 0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Pair, Record>> {
        // Every change above is complete in itself, so a panicking holder leaves nothing half done.
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn is_stale(&self, now: Instant) -> bool {
        let quiet_since = self.last.max(self.locked_until);
        now.saturating_duration_since(quiet_since) >= FORGOTTEN_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::of(text.parse().expect("an address"))
    }

    /// Fails at `now` and says whether the attempt was let through.
    fn fail(lockout: &Lockout, pair: Pair, now: Instant) -> Result<(), Duration> {
        lockout.begin(pair, now)?;
        lockout.count(pair, now);
        lockout.decide(pair);
        Ok(())
    }

    #[test]
    fn locks_after_five_failures_and_longer_each_time() {
        let (lockout, pair, mut now) = (Lockout::default(), (source("192.0.2.1"), 7), Instant::now());
        for _ in 0..FREE {
            assert_eq!(fail(&lockout, pair, now), Ok(()));
        }
        for seconds in [30, 60, 120, 240, 480, 900, 900] {
            let wait = Duration::from_secs(seconds);
            assert_eq!(fail(&lockout, pair, now), Err(wait));
            now += wait;
            assert_eq!(fail(&lockout, pair, now), Ok(()), "after {seconds} s");
        }
    }

    #[test]
    fn another_source_is_not_locked_out() {
        let (lockout, now) = (Lockout::default(), Instant::now());
        for _ in 0..FREE {
            assert_eq!(fail(&lockout, (source("192.0.2.1"), 7), now), Ok(()));
        }
        assert!(fail(&lockout, (source("192.0.2.1"), 7), now).is_err());
        assert_eq!(fail(&lockout, (source("192.0.2.2"), 7), now), Ok(()));
        assert_eq!(fail(&lockout, (source("192.0.2.1"), 8), now), Ok(()));
    }

    #[test]
    fn guessing_in_parallel_gains_nothing() {
        let lockout = Lockout::default();
        let attempts: Vec<_> = (0..50).filter_map(|_| lockout.attempt(source("192.0.2.1"), "alice").ok()).collect();
        assert_eq!(attempts.len(), FREE as usize);
    }

    #[test]
    fn success_and_a_target_that_is_down_count_for_nothing() {
        let lockout = Lockout::default();
        for _ in 0..FREE - 1 {
            lockout.attempt(source("192.0.2.1"), "alice").expect("free").failed();
        }
        for _ in 0..20 {
            drop(lockout.attempt(source("192.0.2.1"), "alice").expect("free"));
        }
        lockout.attempt(source("192.0.2.1"), "alice").expect("free").succeeded();
        assert!(lockout.lock().is_empty());
    }

    #[test]
    fn a_quarter_of_an_hour_forgets() {
        let (lockout, pair, now) = (Lockout::default(), (source("192.0.2.1"), 7), Instant::now());
        for _ in 0..FREE {
            assert_eq!(fail(&lockout, pair, now), Ok(()));
        }
        let later = now + FIRST_LOCK + FORGOTTEN_AFTER;
        for _ in 0..FREE {
            assert_eq!(fail(&lockout, pair, later), Ok(()));
        }
    }

    #[test]
    fn memory_is_bounded() {
        let (lockout, now) = (Lockout::default(), Instant::now());
        for subject in 0..CAPACITY as u64 + 10 {
            assert_eq!(fail(&lockout, (source("192.0.2.1"), subject), now), Ok(()));
        }
        assert_eq!(lockout.lock().len(), CAPACITY);
    }
}
