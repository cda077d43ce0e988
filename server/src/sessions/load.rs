//! How busy the server is, and how much later clients are asked to come for it.
//!
//! The measure is the share of the connections that are in use, of those there may be. It is the one thing that runs out
//! whatever is slow: a store that answers late, targets that keep sign-ins waiting and a crowd of checks all hold
//! connections. Up to three quarters nothing changes. From there to the last one the time between two checks grows
//! evenly to four times its usual length, so a server that is nearly full hears each open page a quarter as often.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::policy::{CLIENT_INTERVAL, CookieAge, Policy};

/// All of it.
const FULL: u32 = 1_000;
/// Thousandths in use up to which nothing changes.
const CALM: u32 = 750;
/// Times the usual length that a check is put off at most.
const LONGEST_STRETCH: u32 = 4;

/// How much is in use, of how much there may be. Whoever serves tells it. Clones share it; without a bound there is no
/// load.
#[derive(Clone, Debug, Default)]
pub struct Load(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    used: AtomicUsize,
    bound: AtomicUsize,
}

/// One more in use, until it is dropped.
#[derive(Debug)]
pub struct Held(Load);

impl Load {
    /// There may be so many.
    pub fn bound(&self, bound: usize) {
        self.0.bound.store(bound, Ordering::Relaxed);
    }

    /// One more is in use.
    pub fn hold(&self) -> Held {
        self.0.used.fetch_add(1, Ordering::Relaxed);
        Held(self.clone())
    }

    pub(super) fn thousandths(&self) -> u32 {
        let used = self.0.used.load(Ordering::Relaxed);
        let share = used.saturating_mul(FULL as usize).checked_div(self.0.bound.load(Ordering::Relaxed)).unwrap_or(0);
        u32::try_from(share).unwrap_or(FULL).min(FULL)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.used.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the client is told: the policy's own answer, or a later time under load. Never so late that the person would miss
/// the warning, which comes `until_warning` from now, or the browser drop a rolling cookie; a client may come a tenth
/// later than it is told.
pub(super) fn next_check_in(policy: &Policy, thousandths: u32, until_warning: Option<Duration>) -> Option<Duration> {
    let usual = policy.next_check_in.unwrap_or(CLIENT_INTERVAL);
    let over = thousandths.saturating_sub(CALM);
    let wanted = usual + usual * (LONGEST_STRETCH - 1) * over / (FULL - CALM);
    let until_the_cookie_goes = match policy.cookie.max_age {
        CookieAge::Rolling(age) => Some(age.saturating_sub(policy.touch_every)),
        CookieAge::BrowserSession | CookieAge::Fixed(_) => None,
    };
    let latest = [until_warning, until_the_cookie_goes].into_iter().flatten().min();
    let stretched = latest.map_or(wanted, |latest| wanted.min(latest * 10 / 11));
    if stretched > usual { Some(stretched) } else { policy.next_check_in }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{CookiePolicy, SERVERLESS_24H};

    const SECOND: Duration = Duration::from_secs(1);
    const FIXED: Policy = Policy { next_check_in: Some(Duration::from_secs(100)), ..SERVERLESS_24H };

    fn told(policy: &Policy, thousandths: u32, until_warning: Option<u32>) -> Option<u64> {
        next_check_in(policy, thousandths, until_warning.map(|seconds| SECOND * seconds)).map(|time| time.as_secs())
    }

    #[test]
    fn without_load_the_policy_has_its_say() {
        for thousandths in [0, 500, 750] {
            assert_eq!(told(&SERVERLESS_24H, thousandths, None), None);
            assert_eq!(told(&FIXED, thousandths, None), Some(100));
        }
    }

    #[test]
    fn under_load_it_grows_evenly_to_four_times_the_usual() {
        for (thousandths, usual, fixed) in [(751, 303, 101), (800, 480, 160), (875, 750, 250), (1_000, 1_200, 400)] {
            assert_eq!(told(&SERVERLESS_24H, thousandths, None), Some(usual), "{thousandths}");
            assert_eq!(told(&FIXED, thousandths, None), Some(fixed), "{thousandths}");
        }
        let times: Vec<_> = (750..=1_000).map(|load| next_check_in(&FIXED, load, None)).collect();
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    }

    #[test]
    fn the_warning_is_not_missed_even_by_a_client_that_comes_a_tenth_later() {
        assert_eq!(told(&SERVERLESS_24H, 1_000, Some(1_320)), Some(1_200));
        assert_eq!(told(&SERVERLESS_24H, 1_000, Some(660)), Some(600));
        // Nearer than a usual check: that one is not put off, and not called for sooner either.
        for until_warning in [330, 10, 0] {
            assert_eq!(told(&SERVERLESS_24H, 1_000, Some(until_warning)), None);
        }
        assert_eq!(told(&FIXED, 1_000, Some(10)), Some(100));
    }

    #[test]
    fn a_rolling_cookie_is_set_again_before_the_browser_drops_it() {
        let max_age = CookieAge::Rolling(SERVERLESS_24H.touch_every + SECOND * 550);
        let rolling = Policy { cookie: CookiePolicy { max_age, ..SERVERLESS_24H.cookie }, ..SERVERLESS_24H };
        assert_eq!(told(&rolling, 1_000, None), Some(500));
        assert_eq!(told(&rolling, 1_000, Some(440)), Some(400));
    }

    #[test]
    fn the_load_is_the_share_in_use() {
        let load = Load::default();
        let mut held: Vec<_> = (0..6).map(|_| load.hold()).collect();
        assert_eq!(load.thousandths(), 0, "no bound, no load");
        load.clone().bound(8);
        assert_eq!(load.thousandths(), 750);
        held.extend((0..3).map(|_| load.hold()));
        assert_eq!(load.thousandths(), 1_000, "never more than all");
        held.clear();
        assert_eq!(load.thousandths(), 0);
    }
}
