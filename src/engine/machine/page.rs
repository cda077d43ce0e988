//! The page and its clocks: visibility, activity, network, and sleep of the computer.

use super::super::effect::{Effects, Event};
use super::super::input::Persisted;
use super::super::tab_message::TabMessage;
use super::super::time::{Instant, Millis, Now};
use super::super::verdict::Reason;
use super::lifecycle::Lifecycle;
use super::{Machine, SessionState};

/// The minimum time between two catch-ups, and between an answer and a catch-up.
pub(super) const CATCH_UP_EVERY: Millis = Millis::from_secs(5);
/// A larger difference between the two clocks is a jump: the computer slept, or its clock was set.
const CLOCK_JUMP: Millis = Millis::from_secs(1);
/// After a wake, or when the browser has just come online, this many network failures may only mean that the network is not up
/// yet.
const NETWORK_GRACE: u32 = 4;
/// How often a visible page compares the clocks, because the monotonic clock may stop during sleep.
pub(super) const COMPARE_CLOCKS_EVERY: Millis = Millis::from_secs(30);

/// The state of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Page {
    /// The page is visible.
    pub(super) visible: bool,
    /// The browser believes that it has a network.
    pub(super) online: bool,
    /// The page is in the back/forward cache, or on its way there.
    pub(super) away: bool,
    /// The user has been active since the last valid check.
    pub(super) active: bool,
    /// When the user counts as idle, unless they are active in any tab before.
    pub(super) idle_at: Option<Instant>,
    /// `Idle` has been emitted, and no activity has followed.
    pub(super) idle: bool,
    /// How many more network failures may only mean that the network is not up yet.
    pub(super) network_grace: u32,
    /// When the clocks were last compared.
    pub(super) compared: Instant,
    /// The wall clock minus the monotonic clock at that time.
    offset: i64,
}

impl Page {
    pub(super) fn opened(now: Now, visible: bool, online: bool) -> Self {
        let (away, idle, idle_at, network_grace) = (false, false, None, 0);
        let (compared, offset) = (now.instant, offset(now));
        Self { visible, online, away, active: visible, idle_at, idle, network_grace, compared, offset }
    }

    /// Requests can be sent.
    pub(super) const fn reachable(&self) -> bool {
        self.online && !self.away
    }

    /// Whether a network failure may only mean that the network is not up yet. Counts down the grace.
    pub(super) const fn use_network_grace(&mut self) -> bool {
        let in_grace = !self.online || self.network_grace > 0;
        self.network_grace = self.network_grace.saturating_sub(1);
        in_grace
    }
}

fn offset(now: Now) -> i64 {
    now.wall.0.cast_signed().saturating_sub(now.instant.0.cast_signed())
}

impl Machine {
    /// A jump between the clocks causes one catch-up. Only a change counts: a wall clock that is constantly wrong is harmless.
    pub(super) fn compare_clocks(&mut self, now: Now, out: &mut Effects) {
        if self.lifecycle != Lifecycle::Running {
            return;
        }
        let jump = offset(now).saturating_sub(self.page.offset);
        self.page.offset = offset(now);
        self.page.compared = now.instant;
        if jump.unsigned_abs() > CLOCK_JUMP.0 {
            if jump > 0 {
                self.page.network_grace = NETWORK_GRACE;
                let slept = Millis(jump.unsigned_abs());
                // The time asleep counts as idle.
                self.page.idle_at = self.page.idle_at.map(|at| at.minus(slept));
                out.emit(Event::Wake { slept_ms: slept });
            }
            self.catch_up(now);
        }
    }

    pub(super) fn became_visible(&mut self, now: Now, out: &mut Effects) {
        self.page.visible = true;
        self.user_active_here(now, out);
        self.catch_up(now);
    }

    /// The user was active in this tab.
    pub(super) fn user_active_here(&mut self, now: Now, out: &mut Effects) {
        if self.lifecycle == Lifecycle::Running && (!self.page.active || self.config.idle.is_some()) {
            self.broadcast(TabMessage::Activity, out);
        }
        self.user_active(now, out);
    }

    /// The user was active in some tab. After an idle time, a catch-up reports it to the server at once.
    pub(super) fn user_active(&mut self, now: Now, out: &mut Effects) {
        self.page.active = true;
        self.page.idle_at = self.page.idle_at.max(self.config.idle.map(|idle| now.instant + idle));
        if core::mem::take(&mut self.page.idle) {
            out.emit(Event::Active);
            self.catch_up(now);
        }
    }

    /// Clears a degraded status that was due to the network, and resets the backoff.
    pub(super) fn became_online(&mut self, now: Now) {
        self.page.online = true;
        self.page.network_grace = NETWORK_GRACE;
        self.catch_up(now);
        if self.outage.trouble.is_some_and(|trouble| trouble.reason == Reason::Network) {
            self.outage.trouble = None;
        }
        self.outage.failures = 0;
    }

    /// No checks are sent while offline, so promises of `check()` are settled.
    pub(super) fn became_offline(&mut self, out: &mut Effects) {
        self.page.online = false;
        self.settle_check(out);
    }

    /// A page that is away can no longer use an answer. A request that may re-establish the session is not aborted, because the
    /// server may have processed it already.
    pub(super) fn left(&mut self, out: &mut Effects) {
        self.page.away = true;
        self.drop_probe(out);
    }

    pub(super) fn restored(&mut self, now: Now, persisted: Persisted, out: &mut Effects) {
        self.page.away = false;
        if self.lifecycle == Lifecycle::Running {
            self.restore(now, persisted, out);
        }
        self.schedule.quiet_since = None;
        self.catch_up(now);
    }

    /// Pulls the next check forward after the page may have missed something. Repeated calls cause one check.
    pub(super) fn catch_up(&mut self, now: Now) {
        if self.lifecycle != Lifecycle::Running || matches!(self.state, SessionState::Over(_)) {
            return;
        }
        if self.quiet_until(now) > now.instant && self.outage.trouble.is_none() && self.state == SessionState::Good {
            return;
        }
        self.pull_forward(now);
    }

    /// Schedules the next check as early as the quiet time after the last answer allows.
    pub(super) fn pull_forward(&mut self, now: Now) {
        let due = self.quiet_until(now).max(now.instant);
        self.schedule.next = Some(self.schedule.next.map_or(due, |next| next.min(due)));
    }

    fn quiet_until(&self, now: Now) -> Instant {
        self.schedule.quiet_since.map_or(now.instant, |since| since + CATCH_UP_EVERY)
    }
}
