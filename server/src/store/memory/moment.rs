//! A time in six bytes.

use crate::clock::Timestamp;

/// A [`Timestamp`] as it is kept: exact to the millisecond, as long as it is before the year 10889.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment([u16; 3]);

const LAST: u64 = (1 << 48) - 1;

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        let millis = at.as_millis().min(LAST);
        Self([(millis >> 32) as u16, (millis >> 16) as u16, millis as u16])
    }
}

impl From<Moment> for Timestamp {
    fn from(Moment([high, middle, low]): Moment) -> Self {
        Self::from_millis(u64::from(high) << 32 | u64::from(middle) << 16 | u64::from(low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_as_it_was() {
        for millis in [0, 1, 0xFFFF, 0x1_0000, 1_700_000_000_123, LAST] {
            assert_eq!(Timestamp::from(Moment::from(Timestamp::from_millis(millis))).as_millis(), millis);
        }
        assert_eq!(Timestamp::from(Moment::from(Timestamp::MAX)).as_millis(), LAST);
    }

    #[test]
    fn the_order_is_that_of_time() {
        let moments =
            [0, 1, 0xFFFF, 0x1_0000, 0xFFFF_FFFF, 0x1_0000_0000].map(|at| Moment::from(Timestamp::from_millis(at)));
        assert!(moments.is_sorted_by(|earlier, later| earlier < later));
    }
}
