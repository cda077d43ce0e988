//! Presets: constants, and nothing but constants.

use std::time::Duration;

use super::{Absolute, Cleanup, CookieAge, CookiePolicy, End, Limits, Policy, Reconnect, SameSite, WhenFull};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Memory sessions on a backend that restarts at any time: a day of idling, a month in all, re-established by ticket.
pub const SERVERLESS_24H: Policy = Policy {
    idle: Some(DAY),
    absolute: Absolute::After(Duration::from_secs(30 * 24 * 60 * 60)),
    heartbeat_counts: true,
    touch_every: Duration::from_secs(15 * 60),
    warn_before: Duration::from_secs(5 * 60),
    next_check_in: None,
    rotation_grace: MINUTE,
    cookie: CookiePolicy { same_site: SameSite::Strict, max_age: CookieAge::BrowserSession },
    limits: Limits { total: 10_000, per_subject: 100, when_full: WhenFull::Evict },
    end: End::Keep(DAY),
    reconnect: Reconnect::Ticket,
    cleanup: Cleanup { every: HOUR, batch: 1_000 },
};

/// The preset that applies when none is named.
pub const DEFAULT_PRESET: &str = "serverless-24h";

/// Every preset by name.
pub const PRESETS: &[(&str, Policy)] = &[(DEFAULT_PRESET, SERVERLESS_24H)];

/// The preset of that name.
pub fn preset(name: &str) -> Option<Policy> {
    PRESETS.iter().find(|(known, _)| *known == name).map(|(_, policy)| *policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Deployment;

    #[test]
    fn every_preset_is_possible() {
        for (name, policy) in PRESETS {
            assert_eq!(policy.validate(), Ok(()), "{name}");
        }
    }

    #[test]
    fn the_default_has_no_shortfall_with_a_durable_log() {
        let policy = preset(DEFAULT_PRESET).unwrap();
        assert!(policy.warnings(Deployment { durable_revocations: true, secure_cookies: true }).is_empty());
        assert!(preset("unheard-of").is_none());
    }
}
