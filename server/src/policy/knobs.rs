//! Setting one knob by name, for the configuration file, the environment and flags alike.

use std::{fmt, time::Duration};

use super::{Absolute, CookieAge, End, Limits, Policy, Reconnect, SameSite, WhenFull};

type Set = fn(&mut Policy, &str) -> Result<(), &'static str>;

const DURATION: &str = "a duration such as 500ms, 90s, 15m, 24h or 30d";
const OPTIONAL: &str = "a duration such as 15m or 24h, or none";
const ABSOLUTE: &str = "a duration such as 12h or 30d, or unbounded";
const COUNT: &str = "a whole number";
const LIMIT: &str = "a whole number, or unlimited";
const PERCENT: &str = "whole percent, such as 10%";
const SWITCH: &str = "yes or no";
const SAME_SITE: &str = "strict, lax or none";
const AGE: &str = "session, fixed:DURATION or rolling:DURATION";
const FULL: &str = "evict or reject";
const END: &str = "delete or keep:DURATION";
const RECONNECT: &str = "off or ticket";

macro_rules! knobs {
    ($($name:literal: |$policy:ident, $value:ident| $set:expr;)*) => {
        /// The names of all knobs, in the order of [`Policy`]'s fields.
        pub const KNOBS: &[&str] = &[$($name),*];

        /// The inner error says what the knob takes.
        fn set(policy: &mut Policy, knob: &str, value: &str) -> Option<Result<(), &'static str>> {
            match knob {
                $($name => {
                    let set: Set = |$policy, $value| { $set; Ok(()) };
                    Some(set(policy, value))
                })*
                _ => None,
            }
        }
    };
}

knobs! {
    "idle": |policy, value| policy.idle = optional(value)?;
    "absolute": |policy, value| policy.absolute = match value {
        "unbounded" => Absolute::Unbounded,
        other => Absolute::After(duration(other).ok_or(ABSOLUTE)?),
    };
    "heartbeat_counts": |policy, value| policy.heartbeat_counts = switch(value)?;
    "touch_every": |policy, value| policy.touch_every = duration(value).ok_or(DURATION)?;
    "warn_before": |policy, value| policy.warn_before = duration(value).ok_or(DURATION)?;
    "next_check_in": |policy, value| policy.next_check_in = optional(value)?;
    "rotate_every": |policy, value| policy.rotate_every = optional(value)?;
    "rotation_grace": |policy, value| policy.rotation_grace = duration(value).ok_or(DURATION)?;
    "cookie.same_site": |policy, value| policy.cookie.same_site = match value {
        "strict" => SameSite::Strict,
        "lax" => SameSite::Lax,
        "none" => SameSite::None,
        _ => return Err(SAME_SITE),
    };
    "cookie.max_age": |policy, value| policy.cookie.max_age = match value.split_once(':') {
        None if value == "session" => CookieAge::BrowserSession,
        Some(("fixed", age)) => CookieAge::Fixed(duration(age).ok_or(AGE)?),
        Some(("rolling", age)) => CookieAge::Rolling(duration(age).ok_or(AGE)?),
        None | Some(_) => return Err(AGE),
    };
    "cookie.partitioned": |policy, value| policy.cookie.partitioned = switch(value)?;
    "limits.total": |policy, value| policy.limits.total = limit(value)?;
    "limits.per_subject": |policy, value| policy.limits.per_subject = limit(value)?;
    "limits.when_full": |policy, value| policy.limits.when_full = match value {
        "evict" => WhenFull::Evict,
        "reject" => WhenFull::Reject,
        _ => return Err(FULL),
    };
    "end": |policy, value| policy.end = match value.split_once(':') {
        None if value == "delete" => End::Delete,
        Some(("keep", how_long)) => End::Keep(duration(how_long).ok_or(END)?),
        None | Some(_) => return Err(END),
    };
    "reconnect": |policy, value| policy.reconnect = match value {
        "off" => Reconnect::Off,
        "ticket" => Reconnect::Ticket,
        _ => return Err(RECONNECT),
    };
    "cleanup.every": |policy, value| policy.cleanup.every = duration(value).ok_or(DURATION)?;
    "cleanup.jitter": |policy, value| policy.cleanup.jitter = percent(value)?;
    "cleanup.batch": |policy, value| policy.cleanup.batch = count(value)?;
}

/// A knob that is not there, or a value it cannot take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnobError {
    /// No knob has this name.
    Unknown {
        /// What was asked for.
        knob: String,
    },
    /// The knob takes something else.
    Value {
        /// The knob.
        knob: String,
        /// What it was given.
        value: String,
        /// What it takes.
        wants: &'static str,
    },
}

impl fmt::Display for KnobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { knob } => write!(f, "there is no policy knob `{knob}`; the knobs are {}", KNOBS.join(", ")),
            Self::Value { knob, value, wants } => {
                write!(f, "policy knob `{knob}` wants {wants}, not `{value}`")
            }
        }
    }
}

impl std::error::Error for KnobError {}

impl Policy {
    /// Sets one knob from its text. Whether the whole set is possible is for [`Policy::validate`] to say, afterwards.
    pub fn set(&mut self, knob: &str, value: &str) -> Result<(), KnobError> {
        match set(self, knob, value) {
            None => Err(KnobError::Unknown { knob: knob.to_owned() }),
            Some(outcome) => {
                outcome.map_err(|wants| KnobError::Value { knob: knob.to_owned(), value: value.to_owned(), wants })
            }
        }
    }
}

fn optional(value: &str) -> Result<Option<Duration>, &'static str> {
    match value {
        "none" => Ok(None),
        other => duration(other).map(Some).ok_or(OPTIONAL),
    }
}

fn switch(value: &str) -> Result<bool, &'static str> {
    match value {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(SWITCH),
    }
}

fn count(value: &str) -> Result<usize, &'static str> {
    value.parse().map_err(|_| COUNT)
}

fn limit(value: &str) -> Result<usize, &'static str> {
    match value {
        "unlimited" => Ok(Limits::UNLIMITED),
        other => other.parse().map_err(|_| LIMIT),
    }
}

fn percent(value: &str) -> Result<u8, &'static str> {
    value.strip_suffix('%').and_then(|number| number.parse().ok()).ok_or(PERCENT)
}

/// A whole number with a unit; plain `0` needs none.
pub(crate) fn duration(value: &str) -> Option<Duration> {
    if value == "0" {
        return Some(Duration::ZERO);
    }
    let unit_at = value.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = value.split_at_checked(unit_at)?;
    let number: u64 = number.parse().ok()?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(millis).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::SERVERLESS_24H;

    fn with(knob: &str, value: &str) -> Result<Policy, KnobError> {
        let mut policy = SERVERLESS_24H;
        policy.set(knob, value).map(|()| policy)
    }

    #[test]
    fn every_knob_changes_the_policy() {
        for (knob, value) in [
            ("idle", "none"),
            ("absolute", "unbounded"),
            ("heartbeat_counts", "no"),
            ("touch_every", "0"),
            ("warn_before", "90s"),
            ("next_check_in", "2m"),
            ("rotate_every", "1h"),
            ("rotation_grace", "500ms"),
            ("cookie.same_site", "none"),
            ("cookie.max_age", "rolling:365d"),
            ("cookie.partitioned", "yes"),
            ("limits.total", "unlimited"),
            ("limits.per_subject", "3"),
            ("limits.when_full", "reject"),
            ("end", "delete"),
            ("reconnect", "off"),
            ("cleanup.every", "15m"),
            ("cleanup.jitter", "50%"),
            ("cleanup.batch", "10"),
        ] {
            assert!(KNOBS.contains(&knob));
            assert_ne!(with(knob, value).unwrap(), SERVERLESS_24H, "{knob}={value}");
        }
        assert_eq!(KNOBS.len(), 19);
    }

    #[test]
    fn values_mean_what_they_say() {
        assert_eq!(with("idle", "90m").unwrap().idle, Some(Duration::from_secs(5_400)));
        assert_eq!(with("end", "keep:30d").unwrap().end, End::Keep(Duration::from_secs(30 * 86_400)));
        let fixed = with("cookie.max_age", "fixed:24h").unwrap().cookie.max_age;
        assert_eq!(fixed, CookieAge::Fixed(Duration::from_secs(86_400)));
        assert_eq!(with("cookie.max_age", "session").unwrap(), SERVERLESS_24H);
        assert!(with("heartbeat_counts", "true").unwrap().heartbeat_counts);
    }

    #[test]
    fn a_wrong_value_says_what_the_knob_wants() {
        let rows = [
            ("idle", "soon", "none"),
            ("idle", "", "none"),
            ("idle", "15", "15m"),
            ("idle", "-5m", "15m"),
            ("idle", "1.5h", "15m"),
            ("idle", "99999999999999999999d", "15m"),
            ("idle", "18446744073709551615d", "15m"),
            ("idle", "5é", "15m"),
            ("absolute", "none", "unbounded"),
            ("absolute", "", "unbounded"),
            ("heartbeat_counts", "maybe", "yes or no"),
            ("touch_every", "none", "a duration such as"),
            ("warn_before", "5", "a duration such as"),
            ("next_check_in", "often", "or none"),
            ("rotate_every", "never", "or none"),
            ("rotation_grace", "none", "a duration such as"),
            ("cookie.same_site", "Strict", "strict, lax or none"),
            ("cookie.partitioned", "1", "yes or no"),
            ("cookie.max_age", "rolling", "rolling:DURATION"),
            ("cookie.max_age", "fixed:", "fixed:DURATION"),
            ("limits.total", "many", "a whole number, or unlimited"),
            ("limits.total", "-1", "a whole number, or unlimited"),
            ("limits.per_subject", "none", "a whole number, or unlimited"),
            ("limits.when_full", "wait", "evict or reject"),
            ("end", "keep", "keep:DURATION"),
            ("end", "keep:ever", "keep:DURATION"),
            ("reconnect", "yes", "off or ticket"),
            ("cleanup.every", "none", "a duration such as"),
            ("cleanup.jitter", "10", "whole percent, such as 10%"),
            ("cleanup.jitter", "-1%", "whole percent, such as 10%"),
            ("cleanup.batch", "unlimited", "a whole number"),
        ];
        assert!(KNOBS.iter().all(|knob| rows.iter().any(|(named, ..)| named == knob)), "a knob without a row");
        for (knob, value, wants) in rows {
            let error = with(knob, value).unwrap_err().to_string();
            assert!(error.contains(knob) && error.contains(wants), "{error}");
        }
        let error = with("idel", "5m").unwrap_err().to_string();
        assert!(error.contains("`idel`") && error.contains("idle, absolute,"), "{error}");
    }
}
