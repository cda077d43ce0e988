//! Presets: constants, and nothing but constants.

use std::time::Duration;

use super::{Absolute, Cleanup, CookieAge, CookiePolicy, End, Limits, Policy, Reconnect, SameSite, WhenFull};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const QUARTER: Duration = Duration::from_secs(15 * 60);

/// Memory sessions on a backend that restarts at any time: a day of idling, a month in all, re-established by ticket.
pub const SERVERLESS_24H: Policy = Policy {
    idle: Some(DAY),
    absolute: Absolute::After(MONTH),
    heartbeat_counts: true,
    touch_every: QUARTER,
    warn_before: Duration::from_secs(5 * 60),
    next_check_in: None,
    rotate_every: None,
    rotation_grace: MINUTE,
    cookie: CookiePolicy { same_site: SameSite::Strict, max_age: CookieAge::BrowserSession, partitioned: false },
    limits: Limits { total: 10_000, per_subject: 100, when_full: WhenFull::Evict },
    end: End::Keep(DAY),
    reconnect: Reconnect::Ticket,
    cleanup: Cleanup { every: HOUR, jitter: 10, batch: 1_000 },
};

/// Sessions that nothing but a sign-out or a revocation ends, on any number of devices.
pub const UNTIL_LOGOUT: Policy = Policy {
    idle: None,
    absolute: Absolute::Unbounded,
    touch_every: MINUTE,
    cookie: CookiePolicy {
        same_site: SameSite::Lax,
        max_age: CookieAge::Rolling(Duration::from_secs(365 * 24 * 60 * 60)),
        partitioned: false,
    },
    limits: NO_LIMITS,
    end: End::Keep(MONTH),
    reconnect: Reconnect::Off,
    ..SERVERLESS_24H
};

/// A day from the sign-in, in frames on other sites too, written down at each use.
pub const EXPRESS_PG_24H: Policy = Policy {
    idle: Some(DAY),
    absolute: Absolute::After(DAY),
    touch_every: Duration::ZERO,
    cookie: CookiePolicy { same_site: SameSite::None, max_age: CookieAge::Fixed(DAY), partitioned: true },
    limits: NO_LIMITS,
    end: End::Delete,
    reconnect: Reconnect::Off,
    cleanup: Cleanup { every: QUARTER, ..SERVERLESS_24H.cleanup },
    ..SERVERLESS_24H
};

/// An hour from the sign-in, with a cookie that comes back from an identity provider on another site.
pub const OIDC_1H: Policy = Policy {
    idle: None,
    absolute: Absolute::After(HOUR),
    touch_every: MINUTE,
    cookie: CookiePolicy { same_site: SameSite::Lax, max_age: CookieAge::BrowserSession, partitioned: false },
    limits: NO_LIMITS,
    end: End::Delete,
    reconnect: Reconnect::Off,
    cleanup: Cleanup { every: QUARTER, ..SERVERLESS_24H.cleanup },
    ..SERVERLESS_24H
};

/// Half an hour without the person, twelve in all; an open page alone keeps nothing alive.
pub const STRICT_30M: Policy = Policy {
    idle: Some(Duration::from_secs(30 * 60)),
    absolute: Absolute::After(Duration::from_secs(12 * 60 * 60)),
    heartbeat_counts: false,
    touch_every: MINUTE,
    cookie: CookiePolicy { same_site: SameSite::Strict, max_age: CookieAge::Rolling(HOUR), partitioned: false },
    limits: Limits { per_subject: 10, ..NO_LIMITS },
    end: End::Keep(MONTH),
    reconnect: Reconnect::Off,
    cleanup: Cleanup { every: QUARTER, ..SERVERLESS_24H.cleanup },
    ..SERVERLESS_24H
};

const NO_LIMITS: Limits =
    Limits { total: Limits::UNLIMITED, per_subject: Limits::UNLIMITED, when_full: WhenFull::Evict };

/// A policy to start from.
#[derive(Debug, PartialEq, Eq)]
pub struct Preset {
    /// What it is asked for by.
    pub name: &'static str,
    /// Its knobs.
    pub policy: Policy,
    /// Where its sessions are made to live.
    pub home: Home,
}

/// Where a preset's sessions are made to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In memory too: a ticket brings them back.
    Anywhere,
    /// In a store that outlives the server; the usual ones, in words.
    Lasting(&'static str),
}

/// The preset that applies when none is named.
pub const DEFAULT_PRESET: &str = "serverless-24h";

/// Every preset.
pub const PRESETS: &[Preset] = &[
    Preset { name: DEFAULT_PRESET, policy: SERVERLESS_24H, home: Home::Anywhere },
    Preset { name: "until-logout", policy: UNTIL_LOGOUT, home: Home::Lasting("SQLite or PostgreSQL") },
    Preset { name: "express-pg-24h", policy: EXPRESS_PG_24H, home: Home::Lasting("PostgreSQL") },
    Preset { name: "oidc-1h", policy: OIDC_1H, home: Home::Lasting("PostgreSQL") },
    Preset { name: "strict-30m", policy: STRICT_30M, home: Home::Lasting("Redis, PostgreSQL or SQLite") },
];

/// The preset of that name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_possible() {
        for Preset { name, policy, .. } in PRESETS {
            assert_eq!(policy.validate(), Ok(()), "{name}");
        }
        assert!(preset("unheard-of").is_none());
    }

    /// All that two presets may differ in, spelled out, so that no number can change by accident.
    #[test]
    fn the_numbers_are_these() {
        let rows = [
            (
                "serverless-24h",
                "idle=24h absolute=30d heartbeat_counts=yes touch_every=15m cookie.same_site=strict \
                 cookie.max_age=session cookie.partitioned=no limits.total=10000 limits.per_subject=100 end=keep:24h \
                 reconnect=ticket cleanup.every=1h",
            ),
            (
                "until-logout",
                "idle=none absolute=unbounded heartbeat_counts=yes touch_every=60s cookie.same_site=lax \
                 cookie.max_age=rolling:365d cookie.partitioned=no limits.total=unlimited \
                 limits.per_subject=unlimited end=keep:30d reconnect=off cleanup.every=1h",
            ),
            (
                "express-pg-24h",
                "idle=24h absolute=24h heartbeat_counts=yes touch_every=0 cookie.same_site=none \
                 cookie.max_age=fixed:24h cookie.partitioned=yes limits.total=unlimited \
                 limits.per_subject=unlimited end=delete reconnect=off cleanup.every=15m",
            ),
            (
                "oidc-1h",
                "idle=none absolute=1h heartbeat_counts=yes touch_every=60s cookie.same_site=lax \
                 cookie.max_age=session cookie.partitioned=no limits.total=unlimited limits.per_subject=unlimited \
                 end=delete reconnect=off cleanup.every=15m",
            ),
            (
                "strict-30m",
                "idle=30m absolute=12h heartbeat_counts=no touch_every=60s cookie.same_site=strict \
                 cookie.max_age=rolling:1h cookie.partitioned=no limits.total=unlimited limits.per_subject=10 \
                 end=keep:30d reconnect=off cleanup.every=15m",
            ),
        ];
        let common = "warn_before=5m next_check_in=none rotate_every=none rotation_grace=60s limits.when_full=evict \
                      cleanup.jitter=10% cleanup.batch=1000";
        assert_eq!(PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>(), rows.map(|(name, _)| name));
        for (name, numbers) in rows {
            // From another preset, so that a knob left out of the row would show.
            let start = if name == "strict-30m" { UNTIL_LOGOUT } else { STRICT_30M };
            let mut expected = Policy { warn_before: HOUR, rotation_grace: HOUR, ..start };
            for knob in numbers.split(' ').chain(common.split(' ')) {
                let (knob, value) = knob.split_once('=').unwrap();
                expected.set(knob, value).unwrap();
            }
            assert_eq!(preset(name).unwrap().policy, expected, "{name}");
            assert_eq!(numbers.split(' ').count() + common.split(' ').count(), super::super::KNOBS.len(), "{name}");
        }
    }

    #[test]
    fn only_a_policy_with_tickets_is_at_home_in_memory() {
        for preset in PRESETS {
            let tickets = preset.policy.reconnect == Reconnect::Ticket;
            assert_eq!(preset.home == Home::Anywhere, tickets, "{}", preset.name);
        }
    }
}
