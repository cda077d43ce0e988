//! The countdown to the nearest limit.

use std::cell::Cell;

use super::snapshot::Snapshot;
use crate::engine::{Event, Millis, Status};

/// The seconds left while the user should be warned.
#[derive(Debug, Default)]
pub(super) struct Countdown(Cell<Option<u32>>);

impl Countdown {
    /// What an event changes it to, if it does.
    pub(super) fn event(&self, event: &Event) -> Option<Option<u32>> {
        match *event {
            Event::Expiring { seconds_left } => self.set(Some(seconds_left)),
            _ => None,
        }
    }

    /// What a snapshot changes it to, if it does: there is nothing to save any more, or no limit, or it has moved away by more than
    /// what rounding may make of it.
    pub(super) fn snapshot(&self, now: &Snapshot) -> Option<Option<u32>> {
        let over = matches!(now.status, Status::Disconnected | Status::Inactive);
        let next = Millis::from_secs(self.0.get().unwrap_or(0).saturating_add(1));
        (over || now.expires_in.is_none_or(|left| left > next)).then(|| self.set(None)).flatten()
    }

    fn set(&self, next: Option<u32>) -> Option<Option<u32>> {
        (self.0.replace(next) != next).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn expiring(seconds_left: u32) -> Event {
        Event::Expiring { seconds_left }
    }

    fn connected(expires_in: Option<u64>) -> Snapshot {
        Snapshot { status: Status::Connected, expires_in: expires_in.map(Millis), ..Snapshot::default() }
    }

    #[test]
    fn each_second_is_told_once() {
        let countdown = Countdown::default();
        assert_eq!(countdown.event(&expiring(40)), Some(Some(40)));
        assert_eq!(countdown.event(&expiring(40)), None);
        assert_eq!(countdown.event(&Event::Idle), None);
        assert_eq!(countdown.event(&expiring(39)), Some(Some(39)));
    }

    #[test]
    fn it_ends_when_the_limit_has_moved_away_and_not_by_what_rounding_makes_of_it() {
        for (expires_in, ends) in [(Some(39_100), false), (Some(41_000), false), (Some(41_001), true), (None, true)] {
            let countdown = Countdown::default();
            countdown.event(&expiring(40));
            let expected = ends.then_some(None);
            assert_eq!(countdown.snapshot(&connected(expires_in)), expected, "{expires_in:?}");
        }
    }

    #[test]
    fn it_ends_with_the_session() {
        for status in [Status::Disconnected, Status::Inactive] {
            let countdown = Countdown::default();
            countdown.event(&expiring(40));
            let over = Snapshot { status, ..connected(Some(1_000)) };
            assert_eq!(countdown.snapshot(&over), Some(None), "{status:?}");
            assert_eq!(countdown.snapshot(&over), None, "once");
        }
    }

    #[test]
    fn there_is_nothing_to_end_before_a_warning() {
        assert_eq!(Countdown::default().snapshot(&connected(Some(3_600_000))), None);
    }
}
