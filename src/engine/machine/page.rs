//! The page and its clocks: when a person is there, and when the machine has been asleep.

use super::super::effect::{Effects, Event};
use super::super::input::Persisted;
use super::super::tab_message::TabMessage;
use super::super::time::{Instant, Millis, Now};
use super::super::verdict::Reason;
use super::lifecycle::Lifecycle;
use super::{Machine, SessionState};

/// A catch-up happens at most this often, and only if the last answer is older.
pub(super) const CATCH_UP_EVERY: Millis = Millis::from_secs(5);
/// More than this between the two clocks is a jump: sleep, or somebody set the clock.
const CLOCK_JUMP: Millis = Millis::from_secs(1);
/// After a wake, or with a network that has just been found, this many network failures are no sign of anything else.
const NETWORK_GRACE: u32 = 4;
/// In a visible page the clocks are compared at least this often, because the monotonic one may stop in sleep.
pub(super) const COMPARE_CLOCKS_EVERY: Millis = Millis::from_secs(30);

/// What is known of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Page {
    /// A person can see it.
    pub(super) visible: bool,
    /// The browser believes that it has a network.
    pub(super) online: bool,
    /// It is in the back/forward cache, or on its way there.
    pub(super) away: bool,
    /// The person has done something since the last good check.
    pub(super) active: bool,
    /// Without another sign of the person, in any tab, they count as idle from then on.
    pub(super) idle_at: Option<Instant>,
    /// The application knows that they are idle.
    pub(super) idle: bool,
    /// So many network failures more may mean that the network is still coming up.
    pub(super) network_grace: u32,
    /// When the clocks were last compared.
    pub(super) compared: Instant,
    /// Wall minus monotonic clock at that time.
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

    /// Whether a network failure may only mean that the network is still coming up. It counts as one.
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
    /// A jump between the clocks costs one check. Only the change counts: a constantly wrong wall clock means nothing.
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
                // Whoever slept was not active.
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

    /// The person did something, in this tab.
    pub(super) fn user_active_here(&mut self, now: Now, out: &mut Effects) {
        if self.lifecycle == Lifecycle::Running && (!self.page.active || self.config.idle.is_some()) {
            self.broadcast(TabMessage::Activity, out);
        }
        self.user_active(now, out);
    }

    /// The person did something, in any tab. Back from idling, the server learns of it at once.
    pub(super) fn user_active(&mut self, now: Now, out: &mut Effects) {
        self.page.active = true;
        self.page.idle_at = self.page.idle_at.max(self.config.idle.map(|idle| now.instant + idle));
        if core::mem::take(&mut self.page.idle) {
            out.emit(Event::Active);
            self.catch_up(now);
        }
    }

    /// What failed for want of a network is no trouble any more, and the next tries follow quickly.
    pub(super) fn became_online(&mut self, now: Now) {
        self.page.online = true;
        self.page.network_grace = NETWORK_GRACE;
        self.catch_up(now);
        if self.outage.trouble.is_some_and(|trouble| trouble.reason == Reason::Network) {
            self.outage.trouble = None;
        }
        self.outage.failures = 0;
    }

    /// While offline nothing is asked, so nobody is kept waiting for an answer.
    pub(super) fn became_offline(&mut self, out: &mut Effects) {
        self.page.online = false;
        self.settle_check(out);
    }

    /// An answer could not be used any more; the server may have moved on, so the request itself goes on.
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

    /// Pulls the next check forward, coalescing everything that says "you may have missed something".
    pub(super) fn catch_up(&mut self, now: Now) {
        if self.lifecycle != Lifecycle::Running || matches!(self.state, SessionState::Over(_)) {
            return;
        }
        if self.quiet_until(now) > now.instant && self.outage.trouble.is_none() && self.state == SessionState::Good {
            return;
        }
        self.pull_forward(now);
    }

    /// The next check comes as soon as one may follow the last.
    pub(super) fn pull_forward(&mut self, now: Now) {
        let due = self.quiet_until(now).max(now.instant);
        self.schedule.next = Some(self.schedule.next.map_or(due, |next| next.min(due)));
    }

    fn quiet_until(&self, now: Now) -> Instant {
        self.schedule.quiet_since.map_or(now.instant, |since| since + CATCH_UP_EVERY)
    }
}
