//! Setting one knob by name, for the configuration file, the environment and flags alike.

use std::{fmt, time::Duration};

use super::{Absolute, CookieAge, End, Policy, Reconnect, SameSite, WhenFull};

type Set = fn(&mut Policy, &str) -> Result<(), &'static str>;

const DURATION: &str = "a duration such as 500ms, 90s, 15m, 24h or 30d";
const OPTIONAL: &str = "a duration such as 15m or 24h, or none";
const ABSOLUTE: &str = "a duration such as 12h or 30d, or unbounded";
const COUNT: &str = "a whole number";
const SWITCH: &str = "yes or no";
const SAME_SITE: &str = "strict, lax or none";
const AGE: &str = "session, fixed:DURATION or rolling:DURATION";
const FULL: &str = "evict or reject";
const END: &str = "delete or keep:DURATION";
const RECONNECT: &str = "off or ticket";

const SETTERS: &[(&str, Set)] = &[
    ("idle", |policy, value| Ok(policy.idle = optional(value)?)),
    ("absolute", |policy, value| {
        policy.absolute = match value {
            "unbounded" => Absolute::Unbounded,
            other => Absolute::After(duration(other).ok_or(ABSOLUTE)?),
        };
        Ok(())
    }),
    ("heartbeat_counts", |policy, value| {
        Ok(policy.heartbeat_counts = switch(value)?)
    }),
    ("touch_every", |policy, value| {
        Ok(policy.touch_every = duration(value).ok_or(DURATION)?)
    }),
    ("warn_before", |policy, value| {
        Ok(policy.warn_before = duration(value).ok_or(DURATION)?)
    }),
    ("next_check_in", |policy, value| {
        Ok(policy.next_check_in = optional(value)?)
    }),
    ("rotation_grace", |policy, value| {
        Ok(policy.rotation_grace = duration(value).ok_or(DURATION)?)
    }),
    ("cookie.same_site", |policy, value| {
        policy.cookie.same_site = match value {
            "strict" => SameSite::Strict,
            "lax" => SameSite::Lax,
            "none" => SameSite::None,
            _ => return Err(SAME_SITE),
        };
        Ok(())
    }),
    ("cookie.max_age", |policy, value| {
        policy.cookie.max_age = match value.split_once(':') {
            None if value == "session" => CookieAge::BrowserSession,
            Some(("fixed", age)) => CookieAge::Fixed(duration(age).ok_or(AGE)?),
            Some(("rolling", age)) => CookieAge::Rolling(duration(age).ok_or(AGE)?),
            None | Some(_) => return Err(AGE),
        };
        Ok(())
    }),
    ("limits.total", |policy, value| {
        Ok(policy.limits.total = count(value)?)
    }),
    ("limits.per_subject", |policy, value| {
        Ok(policy.limits.per_subject = count(value)?)
    }),
    ("limits.when_full", |policy, value| {
        policy.limits.when_full = match value {
            "evict" => WhenFull::Evict,
            "reject" => WhenFull::Reject,
            _ => return Err(FULL),
        };
        Ok(())
    }),
    ("end", |policy, value| {
        policy.end = match value.split_once(':') {
            None if value == "delete" => End::Delete,
            Some(("keep", how_long)) => End::Keep(duration(how_long).ok_or(END)?),
            None | Some(_) => return Err(END),
        };
        Ok(())
    }),
    ("reconnect", |policy, value| {
        policy.reconnect = match value {
            "off" => Reconnect::Off,
            "ticket" => Reconnect::Ticket,
            _ => return Err(RECONNECT),
        };
        Ok(())
    }),
    ("cleanup.every", |policy, value| {
        Ok(policy.cleanup.every = duration(value).ok_or(DURATION)?)
    }),
    ("cleanup.batch", |policy, value| {
        Ok(policy.cleanup.batch = count(value)?)
    }),
];

/// The names of all knobs, in the order of [`Policy`]'s fields.
pub const KNOBS: &[&str] = &{
    let mut names = [""; SETTERS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = SETTERS[at].0;
        at += 1;
    }
    names
};

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
            Self::Unknown { knob } => write!(
                f,
                "there is no policy knob `{knob}`; the knobs are {}",
                KNOBS.join(", ")
            ),
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
        let (_, set) = SETTERS
            .iter()
            .find(|(name, _)| *name == knob)
            .ok_or_else(|| KnobError::Unknown {
                knob: knob.to_owned(),
            })?;
        set(self, value).map_err(|wants| KnobError::Value {
            knob: knob.to_owned(),
            value: value.to_owned(),
            wants,
        })
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

/// A whole number with a unit; plain `0` needs none.
fn duration(value: &str) -> Option<Duration> {
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
