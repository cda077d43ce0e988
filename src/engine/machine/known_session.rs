//! What the server said about the session, on the monotonic clock.

use super::super::ids::{Generation, RequestId};
use super::super::time::{Instant, Millis, Now, WallTime};
use super::super::verdict::Facts;

/// How a valid answer relates to what was known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Continuity {
    /// The session that was known.
    Same,
    /// The session that was known, established once more.
    Reestablished,
    /// The first one, or another one.
    New,
}

/// The session as far as it is known. It outlives its loss, because it may come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct KnownSession {
    /// Never falls while the session goes on, whatever a new family on the server counts.
    pub(super) epoch: u32,
    /// As the server counts.
    pub(super) server_epoch: Option<u32>,
    pub(super) generation: Generation,
    pub(super) answered_by: Option<RequestId>,
    pub(super) last_ok: Option<Instant>,
    pub(super) last_ok_at: Option<WallTime>,
    /// The nearest of the idle and absolute limits.
    pub(super) limit: Option<Instant>,
    pub(super) warn_at: Option<Instant>,
    /// The countdown has shown this many seconds.
    pub(super) seconds_shown: Option<u32>,
    /// The server set the interval.
    pub(super) server_interval: Option<Millis>,
}

impl KnownSession {
    /// Whether this answer shows that the session was re-established by somebody else meanwhile.
    pub(super) fn outdated_by(&self, facts: &Facts) -> bool {
        matches!((self.server_epoch, facts.epoch), (Some(known), Some(answered)) if answered > known)
    }

    /// Takes over what a valid answer says.
    pub(super) fn absorb(
        &mut self,
        now: Now,
        id: RequestId,
        facts: Facts,
        continuity: Continuity,
        warn_before: Millis,
    ) {
        let server_epoch = facts.epoch.unwrap_or(0);
        self.epoch = match continuity {
            Continuity::Same => self.epoch,
            Continuity::Reestablished => server_epoch.max(self.epoch.saturating_add(1)),
            Continuity::New => server_epoch.max(1),
        };
        if continuity != Continuity::Same {
            self.generation = Generation(self.generation.0.wrapping_add(1));
        }
        self.server_epoch = facts.epoch;
        self.answered_by = Some(id);
        self.last_ok = Some(now.instant);
        self.last_ok_at = Some(now.wall);
        self.server_interval = facts.next_check_in;
        let nearest = match (facts.idle_in, facts.absolute_in) {
            (Some(idle), Some(absolute)) => Some(idle.min(absolute)),
            (idle, absolute) => idle.or(absolute),
        };
        self.limit = nearest.map(|length| now.instant + length);
        self.warn_at = match (facts.warn_in, self.limit) {
            (Some(warn_in), Some(_)) => Some(now.instant + warn_in),
            (None, Some(limit)) => Some(limit.minus(warn_before)),
            (_, None) => None,
        };
        self.seconds_shown = None;
    }

    /// When the countdown shows its next second.
    pub(super) fn next_countdown(&self) -> Option<Instant> {
        let limit = self.limit?;
        match self.seconds_shown {
            None => self.warn_at,
            Some(0) => None,
            Some(seconds) => Some(limit.minus(Millis::from_secs(seconds - 1))),
        }
    }
}
