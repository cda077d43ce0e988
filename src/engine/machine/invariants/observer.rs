//! What the shell remembers from step to step.

use super::step::Step;
use super::{Carried, INVARIANTS, Rule};
use crate::engine::{
    Config, CredentialHolder, Effect, FetchId, Input, Instant, Phase, Promised, Reason, Request, RequestId, TabMessage,
};

/// A check or reconnect whose answer the machine waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Check {
    /// Its id.
    pub id: RequestId,
    /// A check or a reconnect.
    pub phase: Phase,
    /// When it was sent.
    pub sent: Instant,
}

impl Check {
    /// Aborting it would leave the server ahead of the browser.
    pub fn may_reestablish(&self, config: &Config) -> bool {
        self.phase == Phase::Reconnect || config.credential == CredentialHolder::Cookie
    }
}

/// A logout whose answer the machine waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogoutCall {
    /// Its id.
    pub id: RequestId,
    /// When it was sent.
    pub sent: Instant,
}

/// A `session.fetch` call that may not go on yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitingFetch {
    /// Which call.
    pub fetch: FetchId,
    /// It was refused, and not merely not sent yet.
    pub refused: bool,
    /// Since when it waits.
    pub since: Instant,
}

/// Everything that a shell must remember to judge the next step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Observer {
    /// Started and not stopped.
    pub running: bool,
    /// Disposed.
    pub disposed: bool,
    /// The browser believes that it has a network.
    pub online: bool,
    /// The page is in the back/forward cache, or on its way there.
    pub away: bool,
    /// The check or reconnect in flight.
    pub check: Option<Check>,
    /// The logout in flight.
    pub logout: Option<LogoutCall>,
    /// The lock has been requested, and there is no result yet.
    pub lock_requested: bool,
    /// The lock is held.
    pub lock_held: bool,
    /// The calls that wait, oldest first.
    pub waiting: Vec<WaitingFetch>,
    /// Promises of `check()` are open.
    pub check_promised: bool,
    /// The storage holds a sign-out that has not been delivered.
    pub sign_out_stored: bool,
    /// The id of the last request.
    pub newest: Option<RequestId>,
}

impl Default for Observer {
    fn default() -> Self {
        Self {
            running: false,
            disposed: false,
            online: true,
            away: false,
            check: None,
            logout: None,
            lock_requested: false,
            lock_held: false,
            waiting: Vec::new(),
            check_promised: false,
            sign_out_stored: false,
            newest: None,
        }
    }
}

impl Observer {
    /// Holds a whole step to the invariants. The error names the one that is violated.
    pub fn observe(&mut self, step: &Step) -> Result<(), String> {
        self.take_in(step)?;
        for place in 0..step.effects.len() {
            self.carry_out(step, place)?;
        }
        self.rest(step)
    }

    /// Holds the input of a step to the invariants, and takes it in.
    pub fn take_in(&mut self, step: &Step) -> Result<(), String> {
        for invariant in INVARIANTS {
            if let Rule::Before(holds) = invariant.rule {
                invariant.must(holds(step, self), step)?;
            }
        }
        if self.disposed {
            return Ok(());
        }
        let now = step.now.instant;
        match step.input {
            Input::Start { online, persisted, .. } => {
                if !self.running {
                    self.sign_out_stored |= persisted.sign_out.is_some();
                    (self.running, self.online, self.away) = (true, online, false);
                    if self.sign_out_stored && step.config.can_log_out {
                        self.disown_check(step.config);
                    }
                }
            }
            Input::Stop => self.running = false,
            Input::Dispose => (self.running, self.disposed) = (false, true),
            Input::Check { .. } => self.check_promised = true,
            Input::SignOut { .. } => self.disown_check(step.config),
            Input::FetchStarted(fetch) => self.wait(WaitingFetch { fetch, refused: false, since: now }),
            Input::FetchRefused { fetch, .. } => self.wait(WaitingFetch { fetch, refused: true, since: now }),
            Input::FetchEnded(fetch) => self.waiting.retain(|call| call.fetch != fetch),
            Input::Left => {
                self.away = true;
                self.disown_check(step.config);
            }
            Input::Restored { persisted } => {
                self.away = false;
                if self.running && persisted.sign_out.is_some() {
                    if !self.sign_out_stored && step.config.can_log_out {
                        self.disown_check(step.config);
                    }
                    self.sign_out_stored = true;
                }
            }
            Input::Online => self.online = true,
            Input::Offline => self.online = false,
            Input::LockResult { granted } => {
                if core::mem::take(&mut self.lock_requested) {
                    self.lock_held = granted;
                }
            }
            Input::Received { message: TabMessage::SignedOut, .. } => {
                if self.running && !self.away && step.before.reason != Some(Reason::SignedOut) {
                    self.disown_check(step.config);
                }
            }
            Input::Replied { id, .. } => {
                self.check.take_if(|check| check.id == id);
                self.logout.take_if(|logout| logout.id == id);
            }
            Input::Remembered
            | Input::DeadlineReached
            | Input::Visible
            | Input::Hidden
            | Input::Focused
            | Input::Resumed
            | Input::UserActive
            | Input::Received { .. } => {}
        }
        Ok(())
    }

    /// Holds one effect to the invariants, and takes it in.
    pub fn carry_out(&mut self, step: &Step, place: usize) -> Result<(), String> {
        let Some(effect) = step.effects.get(place) else { return Ok(()) };
        for invariant in INVARIANTS {
            if let Rule::Effect(holds) = invariant.rule {
                invariant.must(holds(&Carried { step, seen: self, place, effect: *effect }), step)?;
            }
        }
        match *effect {
            Effect::Send { id, request, .. } => {
                let sent = step.now.instant;
                self.newest = Some(id);
                match request {
                    Request::Validate { .. } => self.check = Some(Check { id, phase: Phase::Validate, sent }),
                    Request::Reconnect { .. } => self.check = Some(Check { id, phase: Phase::Reconnect, sent }),
                    Request::Logout { .. } => self.logout = Some(LogoutCall { id, sent }),
                }
            }
            Effect::Abort(id) => {
                self.check.take_if(|check| check.id == id);
                self.logout.take_if(|logout| logout.id == id);
            }
            Effect::Fetch { fetch, .. } => self.waiting.retain(|call| call.fetch != fetch),
            Effect::AcquireLock { .. } => self.lock_requested = true,
            Effect::ReleaseLock => (self.lock_requested, self.lock_held) = (false, false),
            Effect::PersistSignOut(sign_out) => self.sign_out_stored = sign_out.is_some(),
            Effect::Settle(Promised::Check) => self.check_promised = false,
            // The rest leaves nothing behind in the shell.
            _ => {}
        }
        Ok(())
    }

    /// Holds what is left after all effects to the invariants.
    pub fn rest(&self, step: &Step) -> Result<(), String> {
        for invariant in INVARIANTS {
            if let Rule::After(holds) = invariant.rule {
                invariant.must(holds(step, self), step)?;
            }
        }
        Ok(())
    }

    /// Whether this call may not go on yet.
    pub fn waits(&self, fetch: FetchId) -> bool {
        self.waiting.iter().any(|call| call.fetch == fetch)
    }

    fn wait(&mut self, call: WaitingFetch) {
        self.waiting.retain(|other| other.fetch != call.fetch);
        self.waiting.push(call);
    }

    /// The machine ignores the answer from now on. A check that cannot re-establish the session is aborted instead.
    fn disown_check(&mut self, config: &Config) {
        self.check.take_if(|check| check.may_reestablish(config));
    }
}
