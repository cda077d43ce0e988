//! Sending checks and reconnects: one in flight at a time.

use super::super::config::CredentialHolder;
use super::super::effect::{Effect, Effects, Event, Phase, Request};
use super::super::ids::RequestId;
use super::super::tab_message::TabMessage;
use super::super::time::{Instant, Millis, Now};
use super::{Machine, SessionState};

/// The tab that sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Requester {
    ThisTab,
    OtherTab,
}

/// The check or reconnect in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Probe {
    pub(super) id: RequestId,
    pub(super) requester: Requester,
    pub(super) phase: Phase,
    pub(super) sent: Instant,
    /// The request reports the user as active.
    pub(super) activity: bool,
    /// `Slow` has been emitted for it.
    pub(super) slow_reported: bool,
    /// It already counts as failed in the status.
    pub(super) overdue: bool,
}

impl Probe {
    pub(super) const fn new(id: RequestId, requester: Requester, phase: Phase, sent: Instant, activity: bool) -> Self {
        Self { id, requester, phase, sent, activity, slow_reported: false, overdue: false }
    }
}

impl Machine {
    /// Whether this request of this tab may re-establish the session. Aborting one would leave the browser with the old cookie
    /// after the server has rotated it.
    pub(super) fn may_reestablish(&self, probe: &Probe) -> bool {
        let reestablishes = probe.phase == Phase::Reconnect || self.config.credential == CredentialHolder::Cookie;
        probe.requester == Requester::ThisTab && reestablishes
    }

    /// Sends a reconnect if the session is lost and there is a reconnect call, otherwise a check.
    pub(super) fn send_probe(&mut self, now: Now, out: &mut Effects) {
        let attempt = self.outage.failures.saturating_add(1);
        let activity = self.page.active;
        let phase = match self.state {
            SessionState::Lost if self.config.can_reconnect => Phase::Reconnect,
            SessionState::Unknown | SessionState::Good | SessionState::Lost | SessionState::Over(_) => Phase::Validate,
        };
        let (request, event) = match phase {
            Phase::Validate => (Request::Validate { attempt, activity }, Event::Checking { attempt }),
            Phase::Reconnect => (Request::Reconnect { attempt, activity }, Event::Reconnecting { attempt }),
        };
        let id = self.fresh_id();
        self.probe = Some(Probe::new(id, Requester::ThisTab, phase, now.instant, activity));
        self.schedule.quiet_since = Some(now.instant);
        out.emit(event);
        out.push(Effect::Send { id, request, key: self.key });
        self.broadcast(TabMessage::CheckStarted { phase, activity, since: Millis::ZERO }, out);
    }

    /// Ignores the answer of the request in flight. The request is aborted only if it cannot re-establish the session.
    pub(super) fn drop_probe(&mut self, out: &mut Effects) {
        self.tabs.credential_wanted_until = None;
        if let Some(probe) = self.probe.take()
            && probe.requester == Requester::ThisTab
            && !self.may_reestablish(&probe)
        {
            out.push(Effect::Abort(probe.id));
        }
    }

    pub(super) fn fresh_id(&mut self) -> RequestId {
        let id = self.next_request;
        self.next_request = RequestId(id.0.wrapping_add(1));
        id
    }
}
