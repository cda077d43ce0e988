//! What start-up refuses, and what it warns of.

use std::{fmt, time::Duration};

use super::{Absolute, CookieAge, Policy, Reconnect, SameSite};

/// Browsers cap `Max-Age` at 400 days (RFC 6265bis, 5.5): asking for more promises what nobody keeps.
const LONGEST_COOKIE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// A set of knobs that cannot work. Its text is one line that names the knobs and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible(String);

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Impossible {}

/// What the warnings need to know of the deployment around the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Ended families are remembered over a restart: by the store, or by a revocation log in a file.
    pub durable_revocations: bool,
    /// The public origin is `https`, so cookies are `Secure`.
    pub secure_cookies: bool,
}

impl Policy {
    /// Refuses sets that cannot work, the first one found.
    pub fn validate(&self) -> Result<(), Impossible> {
        let refuse = |line: String| Err(Impossible(line));
        let zero = [
            ("idle", self.idle),
            ("absolute", self.absolute.limit()),
            ("next_check_in", self.next_check_in),
            ("cleanup.every", Some(self.cleanup.every)),
            ("cookie.max_age", self.cookie.max_age.limit()),
        ];
        for (knob, duration) in zero {
            if duration.is_some_and(|duration| duration < Duration::from_secs(1)) {
                return refuse(format!("{knob} must be at least 1 s"));
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
        Ok(())
    }

    /// Where the set, in its deployment, falls short of OWASP ASVS 5.0 level 2. Each line names the requirement.
    pub fn warnings(&self, deployment: Deployment) -> Vec<String> {
        let mut lines = Vec::new();
        if self.reconnect == Reconnect::Ticket && !deployment.durable_revocations {
            lines.push(
                "ASVS 5.0 7.4.1: without a durable revocation log a signed-out session can come back by its ticket \
                 after a restart; use revocations=sqlite:FILE"
                    .to_owned(),
            );
        }
        if self.idle.is_none() {
            lines.push("ASVS 5.0 7.3.1: there is no inactivity limit; set idle".to_owned());
        }
        if self.absolute == Absolute::Unbounded {
            lines.push("ASVS 5.0 7.3.2: there is no absolute session lifetime; set absolute".to_owned());
        }
        if !deployment.secure_cookies && self.cookie.same_site == SameSite::None {
            lines.push(
                "ASVS 5.0 3.3.1: SameSite=None needs Secure, which plain http cannot have; it runs as Lax".to_owned(),
            );
        }
        lines
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

    const SOUND: Deployment = Deployment { durable_revocations: true, secure_cookies: true };

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
            (&[("cleanup.every", "0")], &["cleanup.every"]),
            (&[("cleanup.batch", "0")], &["cleanup.batch"]),
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
        ] {
            assert_eq!(with(knobs).validate(), Ok(()), "{knobs:?}");
        }
    }

    #[test]
    fn shortfalls_name_their_requirement() {
        let not_durable = Deployment { durable_revocations: false, ..SOUND };
        let plain = Deployment { secure_cookies: false, ..SOUND };
        for (knobs, deployment, requirement) in [
            (&[][..], not_durable, "7.4.1"),
            (&[("idle", "none")], SOUND, "7.3.1"),
            (&[("absolute", "unbounded")], SOUND, "7.3.2"),
            (&[("cookie.same_site", "none")], plain, "3.3.1"),
        ] {
            let lines = with(knobs).warnings(deployment);
            assert!(matches!(&lines[..], [line] if line.contains(requirement)), "{lines:?}");
        }
        assert!(with(&[("reconnect", "off")]).warnings(not_durable).is_empty());
        assert!(with(&[("cookie.same_site", "none")]).warnings(SOUND).is_empty());
    }
}
