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
            lines.push(
                "ASVS 5.0 7.3.2: there is no absolute session lifetime; set absolute".to_owned(),
            );
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
