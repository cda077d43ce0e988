//! Time and randomness as values. The engine reads no clock and generates no random numbers; every input brings both.

use postcard_schema::Schema;
use serde::{Deserialize, Serialize};

use core::ops::Add;

/// A length of time in whole milliseconds. Arithmetic saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Schema)]
pub struct Millis(pub u64);

impl Millis {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// `seconds` as milliseconds.
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds as u64 * 1000)
    }

    /// Whole seconds, rounded up: what a countdown shows.
    pub const fn as_secs_ceil(self) -> u32 {
        let seconds = self.0.div_ceil(1000);
        if seconds > u32::MAX as u64 { u32::MAX } else { seconds as u32 }
    }

    /// `self` × `numerator` / `denominator`, saturating.
    pub const fn scaled(self, numerator: u64, denominator: u64) -> Self {
        Self(self.0.saturating_mul(numerator) / denominator)
    }
}

impl Add for Millis {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A moment on the monotonic clock (`performance.now()`), in milliseconds since its origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Schema)]
pub struct Instant(pub u64);

impl Instant {
    /// The time since `earlier`; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }

    /// The moment `length` before this one, saturating at the clock's origin.
    pub const fn minus(self, length: Millis) -> Self {
        Self(self.0.saturating_sub(length.0))
    }
}

impl Add<Millis> for Instant {
    type Output = Self;
    fn add(self, length: Millis) -> Self {
        Self(self.0.saturating_add(length.0))
    }
}

/// A moment on the wall clock (`Date.now()`), in milliseconds since 1970. Shown to users, never used for a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Schema)]
pub struct WallTime(pub u64);

/// A random number: a fraction of [`u32::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Chance(pub u32);

impl Chance {
    /// The lowest value.
    pub const LOWEST: Self = Self(0);
    /// The highest value.
    pub const HIGHEST: Self = Self(u32::MAX);

    /// A length between zero and `span`, both included.
    pub const fn of(self, span: Millis) -> Millis {
        span.scaled(self.0 as u64, u32::MAX as u64)
    }
}

/// The time and the randomness of one input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct Now {
    /// The monotonic clock.
    pub instant: Instant,
    /// The wall clock.
    pub wall: WallTime,
    /// A random number, drawn for this input.
    pub chance: Chance,
}

impl Now {
    /// Both clocks, `age` ago.
    #[must_use]
    pub const fn ago(self, age: Millis) -> Self {
        let wall = WallTime(self.wall.0.saturating_sub(age.0));
        Self { instant: self.instant.minus(age), wall, chance: self.chance }
    }

    /// The wall time of `instant`, assuming that both clocks run evenly.
    pub const fn wall_at(self, instant: Instant) -> WallTime {
        let ahead = instant.since(self.instant).0;
        let behind = self.instant.since(instant).0;
        WallTime(self.wall.0.saturating_add(ahead).saturating_sub(behind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Millis(u64::MAX) + Millis(1), Millis(u64::MAX));
        assert_eq!(Instant(u64::MAX) + Millis(1), Instant(u64::MAX));
        assert_eq!(Instant(1).since(Instant(2)), Millis::ZERO);
        assert_eq!(Instant(1).minus(Millis(2)), Instant(0));
    }

    #[test]
    fn seconds_round_up() {
        let rows = [(0, 0), (1, 1), (999, 1), (1000, 1), (1001, 2)];
        for (millis, seconds) in rows {
            assert_eq!(Millis(millis).as_secs_ceil(), seconds, "{millis} ms");
        }
        assert_eq!(Millis(u64::MAX).as_secs_ceil(), u32::MAX);
    }

    #[test]
    fn chance_spans_the_whole_length() {
        assert_eq!(Chance::LOWEST.of(Millis(500)), Millis::ZERO);
        assert_eq!(Chance::HIGHEST.of(Millis(500)), Millis(500));
        assert_eq!(Chance(u32::MAX / 2).of(Millis(1000)), Millis(499));
    }

    #[test]
    fn wall_time_follows_the_monotonic_clock() {
        let now = Now { instant: Instant(100), wall: WallTime(5000), chance: Chance::LOWEST };
        assert_eq!(now.wall_at(Instant(130)), WallTime(5030));
        assert_eq!(now.wall_at(Instant(70)), WallTime(4970));
    }
}
