//! The policy: every number and choice that the systems people build by hand disagree on, as one set of knobs.
//!
//! Presets are constants of the same type; nothing in the server asks which preset is in force. Limits are always
//! computed from the policy in force now and from what a record says happened, never from a stored deadline.

mod check;
mod knobs;
mod presets;
mod show;
mod standards;

use std::time::Duration;

use session_keepalive::wire::ProblemCode;

use crate::clock::Timestamp;

pub use check::Impossible;
pub(crate) use knobs::duration as read_duration;
pub use knobs::{KNOBS, KnobError};
pub use presets::{
    DEFAULT_PRESET, EXPRESS_PG_24H, Home, OIDC_1H, PRESETS, Preset, SERVERLESS_24H, STRICT_30M, UNTIL_LOGOUT, preset,
};
pub use standards::Deployment;

/// How long the browser module waits between two checks where nobody tells it otherwise (its option `interval`).
pub const CLIENT_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// All knobs. Durations are exact to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// A session ends this long after the last activity; `None`: no such limit.
    pub idle: Option<Duration>,
    /// A family ends this long after its sign-in, whatever happens.
    pub absolute: Absolute,
    /// Whether a check that reports no activity of the person counts as activity.
    pub heartbeat_counts: bool,
    /// Uses of a session are written down at most this often; zero: each use.
    pub touch_every: Duration,
    /// The person is warned this long before the nearest limit.
    pub warn_before: Duration,
    /// Told to clients in place of their own interval.
    pub next_check_in: Option<Duration>,
    /// A session in use gets a new id this often; `None`: only at sign-in and when it is re-established.
    pub rotate_every: Option<Duration>,
    /// How long a replaced session id still works, because answers get lost and tabs run in parallel.
    pub rotation_grace: Duration,
    /// The session cookie.
    pub cookie: CookiePolicy,
    /// How many sessions there may be.
    pub limits: Limits,
    /// What is left of a session that ended.
    pub end: End,
    /// Whether a lost session may be re-established.
    pub reconnect: Reconnect,
    /// How the store is swept.
    pub cleanup: Cleanup,
}

/// The limit that no activity moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absolute {
    /// Counted from the sign-in.
    After(Duration),
    /// None; only by this name, so that nobody gets it by leaving something out.
    Unbounded,
}

impl Absolute {
    /// The limit, if there is one.
    pub const fn limit(self) -> Option<Duration> {
        match self {
            Self::After(limit) => Some(limit),
            Self::Unbounded => None,
        }
    }
}

/// How the session cookie is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookiePolicy {
    /// The `SameSite` attribute, of the ticket cookie too.
    pub same_site: SameSite,
    /// How long a browser keeps it.
    pub max_age: CookieAge,
    /// The `Partitioned` attribute, of the ticket cookie too: for frames on other sites, where browsers keep no other
    /// third-party cookies. Left out over plain http, which cannot have it.
    pub partitioned: bool,
}

/// The `SameSite` attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Sent on same-site requests alone.
    Strict,
    /// Also sent when a person follows a link to the site.
    Lax,
    /// Sent always; browsers require `Secure` with it.
    None,
}

/// How long a browser keeps the session cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieAge {
    /// Until the browser is closed: no `Max-Age`.
    BrowserSession,
    /// This long from the sign-in.
    Fixed(Duration),
    /// This long from the last touch; the cookie is set again at each.
    Rolling(Duration),
}

/// How many live sessions there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In all; [`UNLIMITED`](Self::UNLIMITED) for as many as the store holds.
    pub total: usize,
    /// Of one subject; [`UNLIMITED`](Self::UNLIMITED) for any number.
    pub per_subject: usize,
    /// What happens to the one too many.
    pub when_full: WhenFull,
}

impl Limits {
    /// More than there can be. A database counts with signed numbers, so it is the largest of those.
    pub const UNLIMITED: usize = isize::MAX as usize;
}

/// The answer to a full store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The least recently active session goes, first from the subject with most of them.
    Evict,
    /// The new one is refused.
    Reject,
}

/// What is left of a session that ended or ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing; it is as unknown as one that never was.
    Delete,
    /// The reason, for this long, so that it can be told.
    Keep(Duration),
}

/// Whether a lost session may be re-established.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reconnect {
    /// Never: no ticket is issued or opened, no remembered credential accepted.
    Off,
    /// By the sealed ticket cookie, or by a credential that the page remembered.
    Ticket,
}

/// How the store is swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleanup {
    /// Time between sweeps.
    pub every: Duration,
    /// Up to so many percent of it are added at random, so that instances don't sweep in step.
    pub jitter: u8,
    /// Records per step; other work goes on between steps.
    pub batch: usize,
}

/// The limit that a session ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RanOut {
    /// Nobody was there for too long.
    Idle,
    /// The sign-in is too long ago.
    Absolute,
}

impl RanOut {
    /// How it is told to the client.
    pub const fn code(self) -> ProblemCode {
        match self {
            Self::Idle => ProblemCode::SessionTimeout,
            Self::Absolute => ProblemCode::SessionExpired,
        }
    }
}

impl Policy {
    /// When the idle limit is reached.
    pub fn idle_deadline(&self, last_activity: Timestamp) -> Option<Timestamp> {
        self.idle.map(|idle| last_activity.plus(idle))
    }

    /// When the absolute limit is reached.
    pub fn absolute_deadline(&self, created: Timestamp) -> Option<Timestamp> {
        self.absolute.limit().map(|limit| created.plus(limit))
    }

    /// The nearer of the two limits.
    pub fn deadline(&self, created: Timestamp, last_activity: Timestamp) -> Option<Timestamp> {
        [self.idle_deadline(last_activity), self.absolute_deadline(created)].into_iter().flatten().min()
    }

    /// The limit that has been reached at `now`. Where both have, the idle one is told, for tickets as for records.
    pub fn ran_out(&self, created: Timestamp, last_activity: Timestamp, now: Timestamp) -> Option<RanOut> {
        let reached = |deadline: Option<Timestamp>| deadline.is_some_and(|deadline| deadline <= now);
        if reached(self.idle_deadline(last_activity)) {
            Some(RanOut::Idle)
        } else if reached(self.absolute_deadline(created)) {
            Some(RanOut::Absolute)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(hours: u32) -> Timestamp {
        Timestamp::from_millis(0).plus(HOUR * hours)
    }

    #[test]
    fn a_limit_is_reached_at_its_very_millisecond() {
        let policy = SERVERLESS_24H;
        let just_before = at(24).minus(Duration::from_millis(1));
        assert_eq!(policy.ran_out(at(0), at(0), just_before), None);
        assert_eq!(policy.ran_out(at(0), at(0), at(24)), Some(RanOut::Idle));
        assert_eq!(policy.ran_out(at(0), at(719), at(720)), Some(RanOut::Absolute));
    }

    #[test]
    fn the_nearer_limit_is_the_deadline() {
        let policy = SERVERLESS_24H;
        assert_eq!(policy.deadline(at(0), at(1)), Some(at(25)));
        assert_eq!(policy.deadline(at(0), at(715)), Some(at(720)));
        let boundless = Policy { idle: None, absolute: Absolute::Unbounded, ..policy };
        assert_eq!(boundless.deadline(at(0), at(0)), None);
        assert_eq!(boundless.ran_out(at(0), at(0), Timestamp::MAX), None);
    }

    #[test]
    fn a_changed_policy_applies_to_old_records() {
        let shorter = Policy { idle: Some(HOUR), ..SERVERLESS_24H };
        assert_eq!(shorter.ran_out(at(0), at(0), at(2)), Some(RanOut::Idle));
        assert_eq!(SERVERLESS_24H.ran_out(at(0), at(0), at(2)), None);
    }
}
