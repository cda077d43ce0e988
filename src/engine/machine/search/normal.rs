//! The normal form of a machine. Machines that will behave alike in every future have the same normal form.
//!
//! Times are relative to now and clamped where they no longer matter; ids are renumbered in order; counters that only grow
//! (epochs, generations, attempts, keys) stop at three.

use super::super::fetches::CHECKED_JUST_NOW;
use super::super::page::CATCH_UP_EVERY;
use super::super::sign_out::Logout;
use super::super::{Machine, Page};
use crate::engine::{Generation, Instant, Millis, Now, RequestId, WallTime};

/// The time of every normalised state, far from both ends of the clocks.
pub(super) const NOW: Now =
    Now { instant: Instant(1 << 40), wall: WallTime(1 << 41), chance: crate::engine::Chance::HIGHEST };
/// The generation of every normalised state, far from the first.
pub(super) const GENERATION: Generation = Generation(1000);
const MOST: u32 = 3;
const BEYOND_ANY_PLAN_MS: u64 = 12_000;

/// Moves times from `now` to [`NOW`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Shift {
    now: Now,
}

impl Shift {
    pub(super) fn from(now: Now) -> Self {
        Self { now }
    }

    /// Keeps the distance from now, up to `longest` in the past.
    pub(super) fn instant(self, instant: Instant, longest: Millis) -> Instant {
        let ahead = instant.since(self.now.instant);
        let behind = self.now.instant.since(instant).min(longest);
        (NOW.instant + ahead).minus(behind)
    }

    /// Times further ahead than any plan become one: the wall clock was set back.
    fn wall(self, wall: WallTime) -> WallTime {
        WallTime(NOW.wall.0 + wall.0.saturating_sub(self.now.wall.0).min(BEYOND_ANY_PLAN_MS))
    }

    /// A time that is either in the future or due; how long it has been due makes no difference.
    pub(super) fn due(self, instant: Instant) -> Instant {
        self.instant(instant, Millis::ZERO)
    }
}

/// The logout in flight.
pub(super) fn awaited_logout(machine: &Machine) -> Option<RequestId> {
    match machine.logout {
        Logout::InFlight { id, .. } => Some(id),
        Logout::None | Logout::Waiting { .. } => None,
    }
}

/// The requests in flight.
fn in_flight(machine: &Machine) -> impl Iterator<Item = RequestId> {
    machine.probe.map(|probe| probe.id).into_iter().chain(awaited_logout(machine))
}

/// The new id of a request in flight: its place among them.
pub(super) fn renamed(machine: &Machine, id: RequestId) -> RequestId {
    RequestId(in_flight(machine).map(|other| u32::from(other < id)).sum())
}

/// Brings `machine`, as of `now`, into its normal form.
pub(super) fn normalise(machine: &mut Machine, now: Now) {
    let shift = Shift::from(now);
    let (next_request, logout) = (in_flight(machine).count(), awaited_logout(machine).map(|id| renamed(machine, id)));
    let probe = machine.probe.map(|probe| renamed(machine, probe.id));
    let longest = machine.config.reconnect_timeout;
    // The last input compared the clocks, or the next start will.
    let opened = Page::opened(NOW, machine.page.visible, machine.page.online);
    let Page { away, active, idle_at, idle, network_grace, .. } = core::mem::replace(&mut machine.page, opened);
    (machine.page.away, machine.page.active, machine.page.network_grace) = (away, active, network_grace);
    (machine.page.idle, machine.page.idle_at) = (idle, idle_at.map(|at| shift.due(at)));

    let tabs = &mut machine.tabs;
    tabs.not_before = tabs.not_before.filter(|at| *at > now.instant).map(|at| shift.due(at));
    tabs.steal_at = tabs.steal_at.map(|at| shift.due(at));
    tabs.credential_wanted_until = tabs.credential_wanted_until.map(|at| shift.due(at));

    let outdated = machine.probe.is_some_and(|probe| probe.id < machine.fresh_from);
    machine.next_request = RequestId(u32::try_from(next_request).unwrap());
    machine.fresh_from = if outdated { machine.next_request } else { RequestId(0) };
    if let (Some(probe), Some(id)) = (&mut machine.probe, probe) {
        probe.id = id;
        probe.sent = shift.instant(probe.sent, longest);
    }
    match &mut machine.logout {
        Logout::None => {}
        Logout::InFlight { id, sent, failures, .. } => {
            *id = logout.unwrap_or(*id);
            *sent = shift.instant(*sent, longest);
            *failures = MOST.min(*failures);
        }
        Logout::Waiting { at, failures, .. } => {
            *at = shift.due(*at);
            *failures = MOST.min(*failures);
        }
    }
    for call in &mut machine.fetches.0 {
        call.until = shift.due(call.until);
    }
    machine.key = 0;

    // Reported to the application only.
    machine.outage.since = machine.outage.since.map(|_| NOW.instant);
    machine.outage.failures = machine.outage.failures.min(MOST);
    if let Some(trouble) = &mut machine.outage.trouble {
        trouble.retry_after = None;
    }

    let schedule = &mut machine.schedule;
    schedule.next = schedule.next.map(|next| shift.due(next));
    schedule.retry_floor =
        schedule.retry_floor.filter(|retry_floor| *retry_floor > now.instant).map(|retry_floor| shift.due(retry_floor));
    schedule.quiet_since = schedule.quiet_since.filter(|since| now.instant.since(*since) < CATCH_UP_EVERY);
    schedule.quiet_since = schedule.quiet_since.map(|since| shift.instant(since, CATCH_UP_EVERY));

    machine.persisted.retry_floor = schedule.retry_floor;

    let session = &mut machine.session;
    session.epoch = session.epoch.min(MOST);
    session.server_epoch = session.server_epoch.map(|epoch| epoch.min(MOST));
    session.generation = GENERATION;
    session.answered_by = session.answered_by.map(|_| RequestId(0));
    session.last_ok = session.last_ok.map(|ok| shift.instant(ok, CHECKED_JUST_NOW));
    session.last_ok_at = session.last_ok_at.map(|_| NOW.wall);
    session.limit = session.limit.map(|limit| shift.due(limit));
    session.warn_at = session.warn_at.map(|warn| shift.due(warn));

    let announced = &mut machine.announced;
    announced.epoch = announced.epoch.min(MOST);
    announced.answered_by = announced.answered_by.map(|_| RequestId(0));
    announced.last_ok_at = announced.last_ok_at.map(|_| NOW.wall);
    announced.next_check_at = announced.next_check_at.map(|at| shift.wall(at));
    announced.expires_in_ms = announced.expires_in_ms.map(|_| Millis::ZERO);
}
