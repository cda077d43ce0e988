//! The session as the server last described it, with its limits on the monotonic clock.

use super::super::ids::{Generation, RequestId};
use super::super::time::{Instant, Millis, Now, WallTime};
use super::super::verdict::Facts;

/// How a valid answer relates to the session known before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Continuity {
    /// The same session.
    Same,
    /// The same session, re-established.
    Reestablished,
    /// The first session, or a different one.
    New,
}

/// The last known session. It is kept when the session is lost, because a reconnect may bring it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct KnownSession {
    /// The public epoch. It never decreases while the session lasts, even if a new session family starts at 1 on the server.
    pub(super) epoch: u32,
    /// The epoch as the server counts.
    pub(super) server_epoch: Option<u32>,
    pub(super) generation: Generation,
    pub(super) answered_by: Option<RequestId>,
    pub(super) last_ok: Option<Instant>,
    pub(super) last_ok_at: Option<WallTime>,
    /// The nearest of the idle and absolute limits.
    pub(super) limit: Option<Instant>,
    pub(super) warn_at: Option<Instant>,
    /// The last value of the countdown.
    pub(super) seconds_shown: Option<u32>,
    /// The check interval that the server asked for.
    pub(super) server_interval: Option<Millis>,
}

impl KnownSession {
    /// Whether this answer shows that another tab or device has re-established the session.
    pub(super) fn outdated_by(&self, facts: &Facts) -> bool {
        matches!((self.server_epoch, facts.epoch), (Some(known), Some(answered)) if answered > known)
    }

    /// Applies a valid answer.
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

    /// When the countdown reaches its next second.
    pub(super) fn next_countdown(&self) -> Option<Instant> {
        let limit = self.limit?;
        match self.seconds_shown {
            None => self.warn_at,
            Some(0) => None,
            Some(seconds) => Some(limit.minus(Millis::from_secs(seconds - 1))),
        }
    }
}
