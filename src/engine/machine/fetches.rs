//! The application's `session.fetch` calls that wait for the session.

use super::super::effect::{Effect, Effects, FetchStep};
use super::super::ids::{FetchId, Generation};
use super::super::input::Refusal;
use super::super::time::{Instant, Millis, Now};
use super::lifecycle::Lifecycle;
use super::{Machine, SessionState};

/// A refusal this soon after a valid check concerns the request, not the session.
pub(super) const CHECKED_JUST_NOW: Millis = Millis::from_secs(5);

/// Why a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Waits {
    /// It has not been sent.
    ToBeSent,
    /// It was refused, and may be sent once more.
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PendingFetch {
    fetch: FetchId,
    waits: Waits,
    pub(super) until: Instant,
}

/// The waiting calls, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Fetches(pub(super) Vec<PendingFetch>);

impl Fetches {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn end(&mut self, fetch: FetchId) {
        self.0.retain(|call| call.fetch != fetch);
    }

    /// When the first of the calls reaches its limit.
    pub(super) fn limit(&self) -> Option<Instant> {
        self.0.iter().map(|call| call.until).min()
    }

    /// Ends the wait of all calls: an unsent call is sent, a refused call continues with `refused`.
    pub(super) fn release(&mut self, generation: Generation, refused: FetchStep, out: &mut Effects) {
        for call in self.0.drain(..) {
            out.push(step(call, generation, refused));
        }
    }

    /// Ends the wait of the calls that have reached their limit. Refused ones get their refusal.
    pub(super) fn release_overdue(&mut self, now: Instant, generation: Generation, out: &mut Effects) {
        self.0.retain(|call| {
            let over = call.until <= now;
            if over {
                out.push(step(*call, generation, FetchStep::Deliver));
            }
            !over
        });
    }
}

fn step(call: PendingFetch, generation: Generation, refused: FetchStep) -> Effect {
    let step = match call.waits {
        Waits::ToBeSent => FetchStep::Send(generation),
        Waits::Refused => refused,
    };
    Effect::Fetch { fetch: call.fetch, step }
}

impl Machine {
    /// A call is sent at once, unless the session is lost: the server would certainly refuse it.
    pub(super) fn fetch_started(&mut self, now: Now, fetch: FetchId, out: &mut Effects) {
        match (self.lifecycle, self.state) {
            (Lifecycle::Running, SessionState::Lost) => self.wait(now, fetch, Waits::ToBeSent),
            (Lifecycle::Inactive | Lifecycle::Disposed, _)
            | (Lifecycle::Running, SessionState::Unknown | SessionState::Good | SessionState::Over(_)) => {
                out.push(Effect::Fetch { fetch, step: FetchStep::Send(self.session.generation) });
            }
        }
    }

    pub(super) fn fetch_refused(
        &mut self,
        now: Now,
        fetch: FetchId,
        generation: Generation,
        refusal: Refusal,
        out: &mut Effects,
    ) {
        let current = self.session.generation;
        let outdated = generation != current;
        match (self.lifecycle, self.state, refusal) {
            (Lifecycle::Inactive | Lifecycle::Disposed, _, _) | (Lifecycle::Running, SessionState::Over(_), _) => {
                out.push(Effect::Fetch { fetch, step: FetchStep::Deliver });
            }
            // The session that refused the call has been replaced meanwhile.
            (Lifecycle::Running, SessionState::Good, _) if outdated => {
                out.push(Effect::Fetch { fetch, step: FetchStep::Send(current) });
            }
            (Lifecycle::Running, SessionState::Good, Refusal::SessionUnknown) => {
                self.lose(now);
                self.wait(now, fetch, Waits::Refused);
            }
            (Lifecycle::Running, SessionState::Good, Refusal::Unclear) => {
                if self.checked_just_now(now) {
                    out.push(Effect::Fetch { fetch, step: FetchStep::Deliver });
                } else {
                    // During an outage, any number of refusals causes no more checks than catch-ups do.
                    self.pull_forward(now);
                    self.wait(now, fetch, Waits::Refused);
                }
            }
            (Lifecycle::Running, SessionState::Unknown | SessionState::Lost, _) => {
                self.wait(now, fetch, Waits::Refused);
            }
        }
    }

    fn checked_just_now(&self, now: Now) -> bool {
        self.outage.trouble.is_none() && self.session.last_ok.is_some_and(|ok| now.instant.since(ok) < CHECKED_JUST_NOW)
    }

    fn wait(&mut self, now: Now, fetch: FetchId, waits: Waits) {
        let until = now.instant + self.config.reconnect_timeout;
        self.fetches.0.push(PendingFetch { fetch, waits, until });
    }
}
