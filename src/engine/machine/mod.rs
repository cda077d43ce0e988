//! The machine: its state, the dispatch of inputs, and the public snapshot.

mod check;
mod deadlines;
mod fetches;
#[cfg(not(target_arch = "wasm32"))]
pub mod invariants;
mod known_session;
mod lifecycle;
mod page;
mod persisted;
mod probing;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod search;
mod sign_out;
mod tabs;
mod verdicts;

use super::config::{Config, CredentialHolder};
use super::effect::{Effect, Effects, Event};
use super::ids::RequestId;
use super::input::Input;
use super::snapshot::{Snapshot, SnapshotError, Status};
use super::time::{Instant, Now};
use super::verdict::{Reason, Trouble};
use fetches::Fetches;
use known_session::KnownSession;
use lifecycle::Lifecycle;
use page::Page;
use persisted::Stored;
use probing::Probe;
use sign_out::Logout;
use tabs::Tabs;

/// The session according to the last definitive verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum SessionState {
    /// No verdict yet.
    Unknown,
    /// The session is good.
    Good,
    /// The server does not know the session; the reconnect decides.
    Lost,
    /// The session has ended; the user must log in again.
    Over(Reason),
}

/// Consecutive answers without a definitive verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Outage {
    /// Since the first transient answer, or since the session was lost.
    since: Option<Instant>,
    /// The number of consecutive transient answers.
    failures: u32,
    /// The last transient answer.
    trouble: Option<Trouble>,
}

/// When to send the next check or reconnect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Schedule {
    /// When it is due.
    next: Option<Instant>,
    /// The server asked for no request before this (`Retry-After`).
    retry_floor: Option<Instant>,
    /// When the last request was sent or answered; a catch-up keeps a distance from it.
    quiet_since: Option<Instant>,
}

/// Decides what a session needs next.
///
/// Only [`handle`](Self::handle) changes the machine; all other methods are getters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    config: Config,
    lifecycle: Lifecycle,
    page: Page,
    state: SessionState,
    session: KnownSession,
    outage: Outage,
    schedule: Schedule,
    probe: Option<Probe>,
    /// Answers to earlier requests are obsolete.
    fresh_from: RequestId,
    logout: Logout,
    /// An earlier page signed out: after the logout is delivered, a check follows.
    check_after_logout: bool,
    /// The content of the storage.
    persisted: Stored,
    tabs: Tabs,
    fetches: Fetches,
    /// A `check()` promise waits for the next verdict.
    check_promised: bool,
    next_request: RequestId,
    /// The idempotency key of the current attempt; see [`Effect::Send`].
    key: u32,
    announced: Snapshot,
}

impl Machine {
    /// A machine that has not been started.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            lifecycle: Lifecycle::Inactive,
            page: Page::default(),
            state: SessionState::Unknown,
            session: KnownSession::default(),
            outage: Outage::default(),
            schedule: Schedule::default(),
            probe: None,
            fresh_from: RequestId::default(),
            logout: Logout::None,
            check_after_logout: false,
            persisted: Stored::default(),
            tabs: Tabs::default(),
            fetches: Fetches::default(),
            check_promised: false,
            next_request: RequestId::default(),
            key: 0,
            announced: inactive_snapshot(),
        }
    }

    /// Handles one input and returns the effects, which the shell must carry out in order.
    // Not inlined into its one caller, so that the table in docs/sizes.md counts it for the engine.
    #[inline(never)]
    pub fn handle(&mut self, now: Now, input: Input) -> Vec<Effect> {
        if self.lifecycle == Lifecycle::Disposed {
            return Vec::new();
        }
        let mut out = Effects::default();
        self.compare_clocks(now, &mut out);
        self.take(now, input, &mut out);
        self.fire(now, &mut out);
        self.release_lock(now, &mut out);
        let mut first = self.announce(now);
        self.persist(now, &mut first);
        out.behind(first)
    }

    /// The public snapshot as of the last [`Effect::Change`].
    pub fn snapshot(&self) -> &Snapshot {
        &self.announced
    }

    /// Whether a redirect for this reason is still right. Since the effect was returned, a listener may have stopped the machine
    /// or signed in again.
    pub fn may_redirect(&self, reason: Reason) -> bool {
        self.lifecycle == Lifecycle::Running && self.state == SessionState::Over(reason)
    }

    fn take(&mut self, now: Now, input: Input, out: &mut Effects) {
        match input {
            Input::Start { visible, online, persisted } => self.start(now, visible, online, persisted, out),
            Input::Stop => self.stop(out),
            Input::Dispose => self.dispose(out),
            Input::Check { activity } => self.check(now, activity, out),
            Input::LockResult { granted } => self.lock_result(now, granted),
            Input::Received { message, age } => self.received(now.ago(age), message, out),
            Input::Remembered => self.remembered(now, out),
            Input::SignOut { everywhere } => self.sign_out(now, everywhere, out),
            Input::FetchStarted(fetch) => self.fetch_started(now, fetch, out),
            Input::FetchRefused { fetch, generation, refusal } => {
                self.fetch_refused(now, fetch, generation, refusal, out);
            }
            Input::FetchEnded(fetch) => self.fetches.end(fetch),
            // Due deadlines fire after every input.
            Input::DeadlineReached => {}
            Input::Visible => self.became_visible(now, out),
            Input::Hidden => self.page.visible = false,
            Input::Focused | Input::Resumed => self.catch_up(now),
            Input::Left => self.left(out),
            Input::Restored { persisted } => self.restored(now, persisted, out),
            Input::Online => self.became_online(now),
            Input::Offline => self.became_offline(out),
            Input::UserActive => self.user_active_here(now, out),
            Input::Replied { id, outcome } => self.replied(now, id, outcome, out),
        }
    }

    fn status(&self) -> Status {
        match (self.lifecycle, self.state) {
            (Lifecycle::Inactive | Lifecycle::Disposed, _) => Status::Inactive,
            (Lifecycle::Running, SessionState::Over(_)) => Status::Disconnected,
            (Lifecycle::Running, _) if !self.page.online => Status::Offline,
            (Lifecycle::Running, _) if self.outage.trouble.is_some() => Status::Degraded,
            (Lifecycle::Running, SessionState::Unknown) => Status::Starting,
            (Lifecycle::Running, SessionState::Good) => Status::Connected,
            (Lifecycle::Running, SessionState::Lost) => Status::Reconnecting,
        }
    }

    fn reason(&self) -> Option<Reason> {
        match (self.state, self.outage.trouble) {
            (SessionState::Over(reason), _) => Some(reason),
            (SessionState::Unknown | SessionState::Good | SessionState::Lost, Some(trouble)) => Some(trouble.reason),
            (SessionState::Lost, None) => Some(Reason::SessionLost),
            (SessionState::Unknown | SessionState::Good, None) => None,
        }
    }

    fn failure(&self) -> Option<SnapshotError> {
        match (self.state, self.outage.trouble) {
            (SessionState::Over(Reason::SignedOut | Reason::SignedOutElsewhere), _) => None,
            (SessionState::Over(code), _) => Some(SnapshotError { code, status: None, retryable: false }),
            (SessionState::Unknown | SessionState::Good | SessionState::Lost, trouble) => {
                trouble.map(|trouble| SnapshotError { code: trouble.reason, status: trouble.status, retryable: true })
            }
        }
    }

    /// The effects of a changed snapshot. They come before all others, so that listeners of later events already see the new
    /// snapshot.
    fn announce(&mut self, now: Now) -> Effects {
        let status = self.status();
        let mut fresh = Snapshot {
            status,
            reason: None,
            epoch: self.session.epoch,
            answered_by: self.session.answered_by,
            last_ok_at: self.session.last_ok_at,
            next_check_at: None,
            expires_in_ms: self.announced.expires_in_ms,
            error: None,
        };
        if status != Status::Inactive {
            fresh.reason = self.reason();
            fresh.error = self.failure();
            // The time of the next check is unknown while a request is in flight; the last one stays.
            fresh.next_check_at = match self.probe {
                Some(_) => self.announced.next_check_at,
                None => self.next_probe().map(|next| now.wall_at(next)),
            };
        }
        let before = self.announced.status;
        if same_but_for_the_clock(&fresh, &self.announced) {
            return Effects::default();
        }
        fresh.expires_in_ms = self.session.limit.map(|limit| limit.since(now.instant));
        self.announced = fresh;
        let mut first = Effects::default();
        first.push(Effect::Change(fresh));
        if status == Status::Connected && before != Status::Connected {
            first.emit(Event::Connected);
        }
        first
    }

    /// When the next check or reconnect may be sent; `None` while offline.
    fn next_probe(&self) -> Option<Instant> {
        let next = self.schedule.next.filter(|_| self.page.online)?;
        Some(next.max(self.schedule.retry_floor.unwrap_or_default()))
    }

    fn holder(&self) -> CredentialHolder {
        self.config.credential
    }
}

/// The same moment, read from two clocks, differs by their rounding. A smaller difference is no change.
const CLOCK_ROUNDING_MS: u64 = 50;

fn same_but_for_the_clock(fresh: &Snapshot, old: &Snapshot) -> bool {
    let close = match (fresh.next_check_at, old.next_check_at) {
        (Some(a), Some(b)) => a.0.abs_diff(b.0) <= CLOCK_ROUNDING_MS,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    close && Snapshot { next_check_at: old.next_check_at, ..*fresh } == *old
}

fn inactive_snapshot() -> Snapshot {
    Snapshot {
        status: Status::Inactive,
        reason: None,
        epoch: 0,
        answered_by: None,
        last_ok_at: None,
        next_check_at: None,
        expires_in_ms: None,
        error: None,
    }
}
