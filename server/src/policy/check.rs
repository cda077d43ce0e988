//! What start-up refuses.

use std::{fmt, time::Duration};

use super::{CookieAge, End, Limits, Policy};

/// Browsers cap `Max-Age` at 400 days (RFC 6265bis, 5.5): asking for more promises what nobody keeps.
const LONGEST_COOKIE: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// 100 years: seconds of it fit the wire, and times after it every database. Whoever wants more wants no limit.
const LONGEST: Duration = Duration::from_secs(36_500 * 24 * 60 * 60);
/// More at a time would be one step after all, and nothing else goes on during a step.
const LARGEST_BATCH: usize = 100_000;

/// A set of knobs that cannot work. Its text is one line that names the knobs and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible(String);

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Impossible {}

impl Policy {
    /// Refuses sets that cannot work, the first one found.
    pub fn validate(&self) -> Result<(), Impossible> {
        let refuse = |line: String| Err(Impossible(line));
        let kept = match self.end {
            End::Delete => None,
            End::Keep(how_long) => Some(how_long),
        };
        let second = Duration::from_secs(1);
        for (knob, duration, least) in [
            ("idle", self.idle, second),
            ("absolute", self.absolute.limit(), second),
            ("touch_every", Some(self.touch_every), Duration::ZERO),
            ("warn_before", Some(self.warn_before), Duration::ZERO),
            ("next_check_in", self.next_check_in, second),
            ("rotate_every", self.rotate_every, second),
            ("rotation_grace", Some(self.rotation_grace), Duration::ZERO),
            ("cookie.max_age", self.cookie.max_age.limit(), second),
            ("end", kept, Duration::ZERO),
            ("cleanup.every", Some(self.cleanup.every), second),
        ] {
            match duration {
                Some(short) if short < least => return refuse(format!("{knob} must be at least 1 s")),
                Some(long) if long > LONGEST => {
                    return refuse(format!("{knob} must not exceed 36500d, a hundred years"));
                }
                Some(_) | None => {}
            }
        }
        if let Some(every) = self.rotate_every {
            if self.rotation_grace < second {
                return refuse(
                    "rotation_grace must be at least 1 s where rotate_every is set, or every answer that gets lost \
                     signs somebody out"
                        .to_owned(),
                );
            }
            if every <= self.rotation_grace {
                return refuse(format!(
                    "rotate_every ({}) must exceed rotation_grace ({}), or ids are replaced faster than they lapse",
                    Seconds(every),
                    Seconds(self.rotation_grace)
                ));
            }
        }
        for (knob, count) in [
            ("limits.total", self.limits.total),
            ("limits.per_subject", self.limits.per_subject),
            ("cleanup.batch", self.cleanup.batch),
        ] {
            if count == 0 {
                return refuse(format!("{knob} must be at least 1"));
            }
        }
        for (knob, count) in [("limits.total", self.limits.total), ("limits.per_subject", self.limits.per_subject)] {
            if count > Limits::UNLIMITED {
                return refuse(format!("{knob} is more than can be counted; use {knob}=unlimited"));
            }
        }
        if self.cleanup.batch > LARGEST_BATCH {
            return refuse(format!(
                "cleanup.batch must not exceed {LARGEST_BATCH}, or a step holds up everything else"
            ));
        }
        if self.cleanup.jitter > 100 {
            return refuse("cleanup.jitter must not exceed 100%".to_owned());
        }
        if let Some(idle) = self.idle
            && self.touch_every >= idle / 2
        {
            return refuse(format!(
                "touch_every ({}) must be less than half of idle ({}), or a session in use times out; lower touch_every",
                Seconds(self.touch_every),
                Seconds(idle)
            ));
        }
        if let (Some(idle), Some(next)) = (self.idle, self.next_check_in)
            && next >= idle
        {
            return refuse(format!(
                "next_check_in ({}) must be less than idle ({}), or every session times out between two checks",
                Seconds(next),
                Seconds(idle)
            ));
        }
        for (knob, limit) in [("idle", self.idle), ("absolute", self.absolute.limit())] {
            if let Some(limit) = limit
                && self.warn_before >= limit
            {
                return refuse(format!(
                    "warn_before ({}) must be less than {knob} ({}), or the warning never ends",
                    Seconds(self.warn_before),
                    Seconds(limit)
                ));
            }
        }
        if let (Some(idle), Some(absolute)) = (self.idle, self.absolute.limit())
            && idle > absolute
        {
            return refuse(format!(
                "idle ({}) must not exceed absolute ({}); lower idle, or leave it out with idle=none",
                Seconds(idle),
                Seconds(absolute)
            ));
        }
        if let Some(age) = self.cookie.max_age.limit()
            && age > LONGEST_COOKIE
        {
            return refuse(format!(
                "cookie.max_age ({}) must not exceed 400 days, which is all that browsers keep",
                Seconds(age)
            ));
        }
        if let CookieAge::Rolling(age) = self.cookie.max_age
            && age <= self.touch_every
        {
            return refuse(format!(
                "cookie.max_age (rolling:{}) must exceed touch_every ({}), or the cookie of a session in use runs out \
                 before it is set again",
                Seconds(age),
                Seconds(self.touch_every)
            ));
        }
        Ok(())
    }
}

impl CookieAge {
    /// The age, where it has one.
    pub const fn limit(self) -> Option<Duration> {
        match self {
            Self::BrowserSession => None,
            Self::Fixed(age) | Self::Rolling(age) => Some(age),
        }
    }
}

/// A duration as people write it in the configuration.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::SERVERLESS_24H;

    fn with(knobs: &[(&str, &str)]) -> Policy {
        let mut policy = SERVERLESS_24H;
        for (knob, value) in knobs {
            policy.set(knob, value).unwrap();
        }
        policy
    }

    #[test]
    fn impossible_sets_are_refused_in_one_line_that_names_the_knobs() {
        for (knobs, names) in [
            (&[("idle", "30m"), ("touch_every", "15m")][..], &["touch_every", "idle", "900 s", "1800 s"][..]),
            (&[("cookie.max_age", "rolling:401d")], &["cookie.max_age", "400 days"]),
            (&[("cookie.max_age", "fixed:401d")], &["cookie.max_age", "400 days"]),
            (&[("idle", "31d")], &["idle", "absolute"]),
            (&[("warn_before", "24h")], &["warn_before", "idle"]),
            (&[("idle", "none"), ("absolute", "5m")], &["warn_before", "absolute"]),
            (&[("next_check_in", "24h")], &["next_check_in", "idle"]),
            (&[("next_check_in", "0")], &["next_check_in", "1 s"]),
            (&[("idle", "0")], &["idle", "1 s"]),
            (&[("absolute", "500ms")], &["absolute", "1 s"]),
            (&[("rotate_every", "500ms")], &["rotate_every", "1 s"]),
            (&[("rotate_every", "60s")], &["rotate_every (60 s)", "rotation_grace (60 s)"]),
            (&[("rotate_every", "1h"), ("rotation_grace", "999ms")], &["rotation_grace", "1 s", "rotate_every"]),
            (&[("cookie.max_age", "rolling:0")], &["cookie.max_age", "1 s"]),
            (&[("cookie.max_age", "rolling:15m")], &["cookie.max_age", "touch_every", "900 s"]),
            (&[("cleanup.every", "0")], &["cleanup.every", "1 s"]),
            (&[("cleanup.batch", "0")], &["cleanup.batch"]),
            (&[("cleanup.batch", "100001")], &["cleanup.batch", "100000"]),
            (&[("cleanup.jitter", "101%")], &["cleanup.jitter", "100%"]),
            (&[("limits.total", "18446744073709551615")], &["limits.total=unlimited"]),
            (&[("limits.per_subject", "18446744073709551615")], &["limits.per_subject=unlimited"]),
            (&[("idle", "36501d")], &["idle", "36500d"]),
            (&[("absolute", "36501d")], &["absolute", "36500d"]),
            (&[("touch_every", "36501d")], &["touch_every", "36500d"]),
            (&[("warn_before", "36501d")], &["warn_before", "36500d"]),
            (&[("next_check_in", "36501d")], &["next_check_in", "36500d"]),
            (&[("rotation_grace", "36501d")], &["rotation_grace", "36500d"]),
            (&[("end", "keep:36501d")], &["end", "36500d"]),
            (&[("cleanup.every", "36501d")], &["cleanup.every", "36500d"]),
            (&[("limits.total", "0")], &["limits.total"]),
            (&[("limits.per_subject", "0")], &["limits.per_subject"]),
        ] {
            let line = with(knobs).validate().unwrap_err().to_string();
            assert!(names.iter().all(|name| line.contains(name)), "{line}");
            assert!(!line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn what_is_just_possible_is_accepted() {
        for knobs in [
            &[("idle", "30m"), ("touch_every", "899s")][..],
            &[("cookie.max_age", "rolling:400d")],
            &[("idle", "30d")],
            &[("idle", "none"), ("touch_every", "365d")],
            &[("idle", "none"), ("absolute", "unbounded")],
            &[("rotate_every", "61s")],
            &[("rotate_every", "2s"), ("rotation_grace", "1s")],
            &[("absolute", "36500d"), ("rotation_grace", "0"), ("warn_before", "0"), ("end", "keep:0")],
            &[("cookie.max_age", "rolling:901s")],
            &[("cleanup.every", "1s"), ("cleanup.batch", "100000"), ("cleanup.jitter", "100%")],
            &[("cleanup.batch", "1"), ("cleanup.jitter", "0%")],
            &[("limits.total", "1"), ("limits.per_subject", "unlimited")],
        ] {
            assert_eq!(with(knobs).validate(), Ok(()), "{knobs:?}");
        }
    }
}
