//! The facade's normalised options. The facade is the only validator; here every number is what it should be.

use super::{Given, given, millis, whole};
use crate::engine::{Config, CredentialHolder};

/// Bits of the first number.
const PAGE_HOLDS_CREDENTIAL: u32 = 1;
const CAN_RECONNECT: u32 = 2;
const CAN_LOG_OUT: u32 = 4;
const REDIRECTS: u32 = 8;
const TRACED: u32 = 16;
const SHARES: u32 = 32;

/// What the engine needs to know: switches, the jitter in thousandths, and lengths in the order of [`Config`].
pub fn config(numbers: &Given) -> Config {
    let [switches, jitter, interval, slow, validate, reconnect, base, cap, spread, warn, idle, _] = *numbers;
    let on = |switch| whole(switches) & switch != 0;
    Config {
        credential: if on(PAGE_HOLDS_CREDENTIAL) { CredentialHolder::Page } else { CredentialHolder::Cookie },
        can_reconnect: on(CAN_RECONNECT),
        can_log_out: on(CAN_LOG_OUT),
        redirects: on(REDIRECTS),
        cross_tab: on(SHARES),
        idle: given(idle, millis),
        interval: millis(interval),
        jitter_permille: whole(jitter),
        slow_after: millis(slow),
        validate_timeout: millis(validate),
        reconnect_timeout: millis(reconnect),
        retry_base: millis(base),
        retry_cap: millis(cap),
        retry_spread: millis(spread),
        warn_before: millis(warn),
    }
}

/// Whether the facade wants to hear of every input before it is handled.
pub const fn is_traced(numbers: &Given) -> bool {
    let [switches, ..] = *numbers;
    whole(switches) & TRACED != 0
}

#[cfg(test)]
mod tests {
    use super::super::NONE;
    use super::*;
    use crate::engine::Millis;

    const DEFAULTS: Given = [14.0, 100.0, 3e5, 3e3, 15e3, 90e3, 500.0, 30e3, 30e3, 60e3, NONE, NONE];

    #[test]
    fn the_defaults_of_the_facade_are_those_of_the_engine() {
        assert_eq!(config(&DEFAULTS), Config::default());
        assert!(!is_traced(&DEFAULTS));
    }

    #[test]
    fn every_switch_is_a_bit_of_its_own() {
        let with = |switches: u32| {
            let mut numbers = DEFAULTS;
            numbers[0] = f64::from(switches);
            let Config { credential, can_reconnect, can_log_out, redirects, cross_tab, .. } = config(&numbers);
            let holds = credential == CredentialHolder::Page;
            [holds, can_reconnect, can_log_out, redirects, is_traced(&numbers), cross_tab]
        };
        assert_eq!(with(0), [false; 6]);
        for place in 0..6 {
            let mut only = [false; 6];
            only[place] = true;
            assert_eq!(with(1 << place), only);
        }
    }

    #[test]
    fn every_length_arrives_in_its_own_field() {
        let numbers = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.9, -9.0, 10.0, NONE];
        let expected = Config {
            credential: CredentialHolder::Cookie,
            can_reconnect: false,
            can_log_out: false,
            redirects: false,
            cross_tab: false,
            idle: Some(Millis(10)),
            interval: Millis(2),
            jitter_permille: 1,
            slow_after: Millis(3),
            validate_timeout: Millis(4),
            reconnect_timeout: Millis(5),
            retry_base: Millis(6),
            retry_cap: Millis(7),
            retry_spread: Millis(8),
            warn_before: Millis::ZERO,
        };
        assert_eq!(config(&numbers), expected);
    }
}
