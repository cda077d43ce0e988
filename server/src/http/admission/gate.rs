//! Bounded concurrency with kept seats.
//!
//! Whoever finds every seat taken is told when to come back. The moments handed out are spaced by the time that one
//! visit takes, so that a crowd returns one by one, and a seat is kept for each who can be recognised: a visitor is
//! refused about once, however many others knock. A wait is told in whole seconds, so those of one second come at once:
//! whoever comes at their moment and finds no seat waits inside for the next one.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::Blinder;

/// No visitor is sent away for longer (the protocol's bound for `retry-after` here).
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long a kept seat stays free after its moment has come; covers a jittered timer and a slow network.
const KEPT_FOR: Duration = Duration::from_secs(10);
/// How long somebody who has come at their moment waits for a seat: the second that a wait is rounded up to, and what
/// visits may vary by.
const LONGEST_QUEUE: Duration = Duration::from_secs(5);
/// The first guess of how long a visit takes; measured from then on.
const FIRST_GUESS: Duration = Duration::from_millis(200);
/// A visit counts as at least this long, which bounds the number of kept seats.
const SHORTEST_VISIT: Duration = Duration::from_millis(100);

/// Recognises a visitor who comes back, without knowing who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Visitor(u64);

/// The gate. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    seats: usize,
    blinder: Blinder,
    state: Mutex<State>,
    /// Somebody has left.
    freed: Notify,
}

#[derive(Debug)]
struct State {
    taken: usize,
    kept: HashMap<Visitor, Instant>,
    next_moment: Option<Instant>,
    visit: Duration,
}

/// There is no seat now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Busy {
    /// Come back after this.
    Later(Duration),
    /// It is the visitor's moment: the next seat is theirs.
    Next,
}

/// A seat; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Permit {
    gate: Gate,
    since: Instant,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.leave(self.since.elapsed());
    }
}

impl Gate {
    /// `seats`: how many may be inside at a time.
    pub(crate) fn new(seats: usize) -> Self {
        Self(Arc::new(Inner {
            seats: seats.max(1),
            blinder: Blinder::default(),
            state: Mutex::new(State { taken: 0, kept: HashMap::new(), next_moment: None, visit: FIRST_GUESS }),
            freed: Notify::new(),
        }))
    }

    /// Recognises a visitor by what only they have: a cookie, or the idempotency key of their attempt.
    pub(crate) fn visitor(&self, secret: &str) -> Visitor {
        Visitor(self.0.blinder.blind(secret))
    }

    /// A seat, or how long to stay away. Returns at once, but for visitors who have come at their moment.
    pub(crate) async fn enter(&self, visitor: Option<Visitor>) -> Result<Permit, Duration> {
        let until = tokio::time::Instant::now() + LONGEST_QUEUE;
        loop {
            // From here on, whoever leaves is heard of.
            let mut freed = pin!(self.0.freed.notified());
            freed.as_mut().enable();
            let now = Instant::now();
            let entered = self.lock().enter(self.0.seats, visitor, now);
            match entered {
                Ok(()) => return Ok(Permit { gate: self.clone(), since: now }),
                Err(Busy::Later(wait)) => return Err(wait),
                Err(Busy::Next) => {}
            }
            if tokio::time::timeout_at(until, freed).await.is_err() {
                return Err(self.lock().keep_a_seat(self.0.seats, visitor, Instant::now()));
            }
        }
    }

    fn leave(&self, stayed: Duration) {
        self.lock().leave(stayed);
        self.0.freed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change below is complete in itself, so a panicking holder leaves nothing half done.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, seats: usize, visitor: Option<Visitor>, now: Instant) -> Result<(), Busy> {
        self.kept.retain(|_, moment| now <= *moment + KEPT_FOR);
        let own = visitor.and_then(|visitor| self.kept.get(&visitor).copied());
        let has_come = |moment: &Instant| *moment <= now;
        let others = self.kept.values().filter(|moment| has_come(moment)).count()
            - usize::from(own.as_ref().is_some_and(has_come));
        let waits_for_none = own.as_ref().is_some_and(has_come);
        let free = seats.saturating_sub(self.taken);
        if free > 0 && (waits_for_none || free > others) {
            if let Some(visitor) = visitor {
                self.kept.remove(&visitor);
            }
            self.taken += 1;
            return Ok(());
        }
        match own {
            Some(moment) if moment > now => Err(Busy::Later(moment - now)),
            Some(_) => Err(Busy::Next),
            None => Err(Busy::Later(self.keep_a_seat(seats, visitor, now))),
        }
    }

    /// How long until the next moment that nobody else was given.
    fn keep_a_seat(&mut self, seats: usize, visitor: Option<Visitor>, now: Instant) -> Duration {
        let spacing = self.visit / u32::try_from(seats).unwrap_or(u32::MAX);
        let soonest = now + self.visit;
        let moment = self.next_moment.map_or(soonest, |next| next.max(soonest));
        if moment - now > LONGEST_WAIT {
            return LONGEST_WAIT;
        }
        self.next_moment = Some(moment + spacing);
        if let Some(visitor) = visitor {
            self.kept.insert(visitor, moment);
        }
        moment - now
    }

    fn leave(&mut self, stayed: Duration) {
        self.taken = self.taken.saturating_sub(1);
        // Moving average over about eight visits.
        self.visit = ((self.visit * 7 + stayed) / 8).clamp(SHORTEST_VISIT, LONGEST_WAIT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: Option<Visitor> = Some(Visitor(1));
    const BOB: Option<Visitor> = Some(Visitor(2));

    fn wait(refused: Result<(), Busy>) -> Duration {
        match refused.expect_err("full") {
            Busy::Later(wait) => wait,
            Busy::Next => panic!("it is not their moment"),
        }
    }

    fn empty() -> (State, Instant) {
        let state = State { taken: 0, kept: HashMap::new(), next_moment: None, visit: Duration::from_secs(2) };
        (state, Instant::now())
    }

    #[test]
    fn admits_up_to_the_seats_and_again_when_one_leaves() {
        let (mut state, now) = empty();
        assert_eq!(state.enter(2, None, now), Ok(()));
        assert_eq!(state.enter(2, None, now), Ok(()));
        assert!(state.enter(2, None, now).is_err());
        state.leave(Duration::from_secs(2));
        assert_eq!(state.enter(2, None, now), Ok(()));
    }

    #[test]
    fn a_crowd_is_sent_back_one_by_one() {
        let (mut state, now) = empty();
        assert_eq!(state.enter(1, None, now), Ok(()));
        let waits: Vec<u64> = (10..13).map(|id| wait(state.enter(1, Some(Visitor(id)), now)).as_secs()).collect();
        assert_eq!(waits, [2, 4, 6]);
    }

    #[test]
    fn a_kept_seat_goes_to_nobody_else() {
        let (mut state, now) = empty();
        assert_eq!(state.enter(1, None, now), Ok(()));
        let wait = wait(state.enter(1, ALICE, now));
        state.leave(Duration::from_secs(2));
        let then = now + wait;
        assert!(state.enter(1, BOB, then).is_err(), "it is Alice's moment");
        assert_eq!(state.enter(1, ALICE, then), Ok(()));
    }

    #[test]
    fn coming_too_early_does_not_lose_the_moment() {
        let (mut state, now) = empty();
        assert_eq!(state.enter(1, None, now), Ok(()));
        assert_eq!(state.enter(1, ALICE, now), Err(Busy::Later(Duration::from_secs(2))));
        let early = now + Duration::from_secs(1);
        assert_eq!(state.enter(1, ALICE, early), Err(Busy::Later(Duration::from_secs(1))));
    }

    #[test]
    fn a_seat_is_not_kept_for_ever() {
        let (mut state, now) = empty();
        assert_eq!(state.enter(1, None, now), Ok(()));
        let wait = wait(state.enter(1, ALICE, now));
        state.leave(Duration::from_secs(2));
        let later = now + wait + KEPT_FOR + Duration::from_millis(1);
        assert_eq!(state.enter(1, BOB, later), Ok(()));
        assert!(state.kept.is_empty());
    }

    #[test]
    fn nobody_waits_longer_than_a_minute_and_the_seats_kept_are_bounded() {
        let (mut state, now) = empty();
        assert_eq!(state.enter(1, None, now), Ok(()));
        let longest = (0..10_000).map(|id| wait(state.enter(1, Some(Visitor(id)), now))).max();
        assert_eq!(longest, Some(LONGEST_WAIT));
        assert_eq!(state.kept.len(), 30, "one each 2 s for 60 s");
    }

    #[test]
    fn who_comes_in_time_and_finds_no_seat_gets_the_next_one() {
        let (mut state, now) = empty();
        assert_eq!(state.enter(1, None, now), Ok(()));
        let then = now + wait(state.enter(1, ALICE, now));
        assert_eq!(state.enter(1, ALICE, then), Err(Busy::Next), "the visit before takes longer than most");
        state.leave(Duration::from_secs(2));
        assert!(state.enter(1, BOB, then).is_err());
        assert_eq!(state.enter(1, ALICE, then), Ok(()));
    }

    #[tokio::test]
    async fn a_dropped_permit_gives_the_seat_back() {
        let gate = Gate::new(1);
        let permit = gate.enter(None).await.expect("free");
        assert!(gate.enter(None).await.is_err());
        drop(permit);
        assert!(gate.enter(None).await.is_ok());
    }

    #[tokio::test]
    async fn who_waits_inside_is_let_in_when_somebody_leaves() {
        let gate = Gate::new(1);
        let visitor = Some(gate.visitor("alice"));
        let permit = gate.enter(None).await.expect("free");
        assert!(gate.enter(visitor).await.is_err());
        for moment in gate.lock().kept.values_mut() {
            *moment = Instant::now();
        }
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.enter(visitor).await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "there is no seat");
        drop(permit);
        assert!(waiting.await.expect("no panic"));
    }
}
