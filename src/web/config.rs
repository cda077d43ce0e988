//! The facade's normalised options. The facade is the only validator; here every number is what it should be.

use crate::engine::{Config, CredentialHolder, Millis};

/// Bits of the first number.
const PAGE_HOLDS_CREDENTIAL: u32 = 1;
const CAN_RECONNECT: u32 = 2;
const CAN_LOG_OUT: u32 = 4;
const REDIRECTS: u32 = 8;

/// What the engine needs to know, from switches and from lengths in milliseconds in the order of [`Config`].
pub(super) fn config(switches: u32, jitter_permille: u32, lengths: [f64; 8]) -> Config {
    let on = |switch| switches & switch != 0;
    let [interval, slow_after, validate_timeout, reconnect_timeout, retry_base, retry_cap, retry_spread, warn_before] =
        lengths.map(millis);
    Config {
        credential: if on(PAGE_HOLDS_CREDENTIAL) { CredentialHolder::Page } else { CredentialHolder::Cookie },
        can_reconnect: on(CAN_RECONNECT),
        can_log_out: on(CAN_LOG_OUT),
        redirects: on(REDIRECTS),
        interval,
        jitter_permille,
        slow_after,
        validate_timeout,
        reconnect_timeout,
        retry_base,
        retry_cap,
        retry_spread,
        warn_before,
    }
}

/// A number of milliseconds; negative ones are zero, fractions are cut off.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) const fn millis(number: f64) -> Millis {
    Millis(number as u64)
}
