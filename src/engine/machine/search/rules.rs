//! What must never happen between a machine and its shell, whatever comes in.

use super::super::lifecycle::Lifecycle;
use super::super::probing::Requester;
use super::super::tabs::Lock;
use super::super::{Machine, SessionState};
use super::normal::awaited_logout;
use super::shell::{Awaited, Call, Shell, counts, may_reestablish};
use crate::engine::schedule::RETRY_AFTER_MAX;
use crate::engine::{
    Effect, Event, FetchId, FetchStep, Input, Millis, Now, Outcome, Persisted, Phase, Promised, Reason, Request,
    RequestId, Status, TabMessage, Verdict,
};

/// What is broken, in words.
pub(super) type Broken = String;

macro_rules! must {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}

#[derive(Clone, Copy, Debug, Default)]
struct Due {
    cleared: u32,
    over: u32,
    redirects: u32,
}

impl Shell {
    /// Feeds `input` to the machine and holds what it does to the rules.
    pub(super) fn feed(&mut self, machine: &mut Machine, now: Now, input: Input) -> Result<Vec<Effect>, Broken> {
        let before = machine.clone();
        let disposed = self.lifecycle == Lifecycle::Disposed;
        let due = self.what_is_due(&before, now, input);
        self.take_in(machine, now, input);
        let effects = machine.handle(now, input);

        if let Some(deadline) = machine.deadline() {
            must!(!disposed, "a deadline after dispose");
            must!(deadline > now.instant, "the deadline is not after now");
        }
        must!(!disposed || effects.is_empty(), "an effect after dispose");

        let grown = machine.session.generation.0.wrapping_sub(before.session.generation.0);
        for call in &mut self.calls {
            if let Call::Sent { behind, .. } = call {
                *behind = (*behind + grown).min(2);
            }
        }
        let (mut cleared, mut over, mut redirected, mut told_to_sign_out) = (0, 0, 0, 0);
        for (place, effect) in effects.iter().enumerate() {
            match *effect {
                Effect::Change(snapshot) => {
                    must!(place == 0, "the change comes after something else");
                    must!(snapshot == *machine.snapshot(), "the change is not the snapshot");
                    must!(snapshot != *before.snapshot(), "a change that is none");
                }
                Effect::Emit(event) => {
                    over += u32::from(matches!(event, Event::Disconnected { .. }));
                    Self::heard(event, &before, machine)?;
                }
                Effect::Send { id, request, key } => {
                    self.sent(machine, now, id, request, key)?;
                    self.is_told(machine, request, effects.get(place + 1))?;
                }
                Effect::AcquireLock { .. } => {
                    must!(
                        machine.config.cross_tab && self.lock == Lock::Free,
                        "the turn is taken twice, or for nothing"
                    );
                    self.lock = Lock::Requested;
                }
                Effect::ReleaseLock => {
                    must!(self.lock != Lock::Free, "a turn is yielded that was not taken");
                    self.lock = Lock::Free;
                }
                Effect::Broadcast(message) => {
                    must!(machine.config.cross_tab, "nobody is there to be told");
                    let asks =
                        matches!(message, TabMessage::CheckStarted { since: Millis::ZERO, .. } | TabMessage::SignedOut);
                    must!(!asks || place > 0, "{message:?} without having done so");
                    told_to_sign_out += u32::from(message == TabMessage::SignedOut);
                }
                Effect::PersistSignOut(sign_out) => self.persisted = sign_out.is_some(),
                Effect::PersistRetryFloor(retry_floor) => {
                    must!(
                        retry_floor.is_none_or(|retry_floor| retry_floor <= RETRY_AFTER_MAX),
                        "too long a floor is kept"
                    );
                }
                Effect::Abort(id) => self.aborted(machine, now, input, id)?,
                Effect::ClearCredential => cleared += 1,
                Effect::Settle(Promised::Check) => self.check = false,
                Effect::Settle(Promised::SignOut) => self.sign_out = false,
                Effect::Fetch { fetch, step } => self.went_on(machine, fetch, step)?,
                Effect::Redirect(reason) => {
                    redirected += 1;
                    must!(machine.may_redirect(reason), "a redirect that is off at once");
                }
            }
        }
        let signs_out = !disposed && machine.config.cross_tab && matches!(input, Input::SignOut { .. });
        must!(told_to_sign_out == u32::from(signs_out), "a sign-out is told {told_to_sign_out} times");
        must!(cleared == due.cleared, "the credential is cleared {cleared} times, not {}", due.cleared);
        must!(over == due.over, "the session ended {over} times, not {}", due.over);
        must!(redirected == due.redirects, "{redirected} redirects, not {}", due.redirects);
        self.is_consistent(machine, now)?;
        Ok(effects)
    }

    /// What the input is known to cause.
    fn what_is_due(&mut self, machine: &Machine, now: Now, input: Input) -> Due {
        let hears = self.lifecycle == Lifecycle::Running && !self.away;
        match input {
            _ if self.lifecycle == Lifecycle::Disposed => Due::default(),
            Input::Start { persisted, .. } if self.lifecycle == Lifecycle::Inactive => {
                self.due_of_kept(machine, persisted)
            }
            Input::Restored { persisted } if self.lifecycle == Lifecycle::Running => {
                self.due_of_kept(machine, persisted)
            }
            Input::Received { message: TabMessage::SignedOut, .. }
                if hears && machine.state != SessionState::Over(Reason::SignedOut) =>
            {
                let again = machine.state == SessionState::Over(Reason::SignedOutElsewhere);
                Due { cleared: 1, over: u32::from(!again), redirects: 0 }
            }
            Input::Received { message: TabMessage::CheckFinished(answered), .. } if hears => {
                match counts(machine, answered) {
                    Some(verdict) => self.due_of(machine, verdict, answered.phase == Phase::Reconnect),
                    None => Due::default(),
                }
            }
            Input::SignOut { .. } => {
                let again = machine.state == SessionState::Over(Reason::SignedOut);
                Due { cleared: 1, over: u32::from(!again), redirects: 0 }
            }
            Input::Replied { id, outcome } => {
                let counts = |probe: &Awaited| probe.id == id && probe.fresh && self.lifecycle == Lifecycle::Running;
                let Some(probe) = self.probe.filter(counts) else {
                    return Due::default();
                };
                match outcome {
                    // First the other tabs are asked.
                    Outcome::NoCredential if machine.config.cross_tab => Due::default(),
                    Outcome::NoCredential => {
                        self.due_of(machine, Verdict::Ended(Reason::CredentialMissing), probe.reconnect)
                    }
                    Outcome::Verdict(verdict) => self.due_of(machine, verdict, probe.reconnect),
                }
            }
            // Not given up by any of these, the search for a credential ends when its time has come.
            Input::Stop | Input::Dispose | Input::Left | Input::Remembered => Due::default(),
            Input::Received { message: TabMessage::CheckStarted { .. } | TabMessage::SignedOut, .. } => Due::default(),
            _ if hears && machine.tabs.credential_wanted_until.is_some_and(|until| until <= now.instant) => {
                self.next_is_another_attempt();
                self.due_of(machine, Verdict::Ended(Reason::CredentialMissing), true)
            }
            _ => Due::default(),
        }
    }

    fn due_of_kept(&self, machine: &Machine, persisted: Persisted) -> Due {
        let known = machine.state == SessionState::Over(Reason::SignedOut);
        let found = persisted.sign_out.is_some() && !self.undelivered && machine.config.can_log_out;
        Due { cleared: u32::from(found || persisted.signed_out), over: u32::from(found && !known), redirects: 0 }
    }

    fn due_of(&mut self, machine: &Machine, verdict: Verdict, reconnect: bool) -> Due {
        let was_over = matches!(machine.state, SessionState::Over(_));
        let known_to_be_lost = reconnect || was_over || !machine.config.can_reconnect;
        let (definitive, clears) = match verdict {
            Verdict::Valid(_) | Verdict::Transient(_) => (false, false),
            Verdict::Lost => (known_to_be_lost, reconnect),
            Verdict::Ended(reason) => (true, reason == Reason::SessionRevoked),
            Verdict::Rejected(_) => (true, true),
        };
        self.barred |= definitive;
        let ends = definitive && !was_over;
        Due {
            cleared: u32::from(clears),
            over: u32::from(ends),
            redirects: u32::from(ends && machine.config.redirects),
        }
    }

    /// Whoever sends has the turn, and lets the others know.
    fn is_told(&self, machine: &Machine, request: Request, next: Option<&Effect>) -> Result<(), Broken> {
        let (phase, activity) = match request {
            Request::Validate { activity, .. } => (Phase::Validate, activity),
            Request::Reconnect { activity, .. } => (Phase::Reconnect, activity),
            Request::Logout { .. } => return Ok(()),
        };
        if machine.config.cross_tab {
            must!(self.lock == Lock::Held, "{request:?} out of turn");
            let message = Effect::Broadcast(TabMessage::CheckStarted { phase, activity, since: Millis::ZERO });
            must!(next == Some(&message), "{request:?}, and nobody is told");
        }
        Ok(())
    }

    fn heard(event: Event, before: &Machine, machine: &Machine) -> Result<(), Broken> {
        match event {
            Event::Connected => must!(
                machine.snapshot().status == Status::Connected && before.snapshot().status != Status::Connected,
                "connected without having become so"
            ),
            Event::Reconnected { epoch, .. } => {
                must!(epoch > before.session.epoch, "reconnected, and the epoch did not grow");
                must!(epoch == machine.snapshot().epoch, "reconnected with another epoch than the snapshot's");
            }
            Event::Degraded { .. } => {
                must!(machine.snapshot().status == Status::Degraded, "degraded without having become so");
            }
            Event::Disconnected { reason } => must!(machine.state == SessionState::Over(reason), "not disconnected"),
            Event::Checking { .. }
            | Event::Checked { .. }
            | Event::Slow { .. }
            | Event::Reconnecting { .. }
            | Event::Expiring { .. }
            | Event::Wake { .. } => {}
            Event::Idle => must!(machine.page.idle && !before.page.idle, "idle without having become so"),
            Event::Active => must!(before.page.idle && !machine.page.idle, "active without having been idle"),
        }
        Ok(())
    }

    fn sent(&mut self, machine: &Machine, now: Now, id: RequestId, request: Request, key: u32) -> Result<(), Broken> {
        if let Request::Logout { .. } = request {
            must!(self.logout.is_none(), "two logouts are under way");
            must!(self.undelivered, "a logout that nobody asked for");
            must!(machine.config.can_log_out, "there is no logout call");
            self.logout = Some((id, now.instant));
            return Ok(());
        }
        let reconnect = matches!(request, Request::Reconnect { .. });
        must!(self.probe.is_none(), "a second check or reconnect is under way");
        must!(self.logout.is_none(), "{request:?} beside a logout");
        must!(!self.undelivered, "{request:?} before the logout is delivered");
        must!(self.lifecycle == Lifecycle::Running, "{request:?} by a machine that does not run");
        must!(self.online && !self.away, "{request:?} without a network");
        must!(!reconnect || !self.barred, "a reconnect after the end");
        must!(!reconnect || machine.config.can_reconnect, "there is no reconnect call");
        let retry_floor = machine.schedule.retry_floor.unwrap_or_default();
        must!(retry_floor <= now.instant, "{request:?} before the server wants to be asked again");
        if let Some((last, retry)) = self.key {
            must!((key == last) == retry, "a retry has another key than the try, or an attempt that of the last one");
        }
        self.key = Some((key, true));
        self.probe = Some(Awaited { id, reconnect, sent: now.instant, fresh: true });
        Ok(())
    }

    fn aborted(&mut self, machine: &Machine, now: Now, input: Input, id: RequestId) -> Result<(), Broken> {
        if let Some((_, sent)) = self.logout.take_if(|(logout, _)| *logout == id) {
            let had_its_time = now.instant.since(sent) >= machine.config.validate_timeout;
            let superseded = matches!(input, Input::SignOut { .. } | Input::Remembered | Input::Replied { .. });
            must!(had_its_time || superseded, "a logout is given up early");
            self.undelivered &= !self.superseded;
            self.begins_anew();
            return Ok(());
        }
        let Some(probe) = self.probe.take_if(|probe| probe.id == id) else {
            return Err("nothing of that name is under way".into());
        };
        let age = now.instant.since(probe.sent);
        self.superseded &= matches!(input, Input::Left);
        if may_reestablish(machine, probe) {
            must!(age >= machine.config.reconnect_timeout, "a request that may re-establish is given up early");
        } else {
            let not_wanted = matches!(
                input,
                Input::Stop
                    | Input::Dispose
                    | Input::Left
                    | Input::SignOut { .. }
                    | Input::Received { message: TabMessage::SignedOut, .. }
            );
            must!(not_wanted || age >= machine.config.validate_timeout, "a check is given up early");
        }
        Ok(())
    }

    fn went_on(&mut self, machine: &Machine, fetch: FetchId, step: FetchStep) -> Result<(), Broken> {
        let Call::Waits { refused, .. } = *self.call(fetch) else {
            return Err(format!("{fetch:?} does not wait"));
        };
        *self.call(fetch) = match step {
            FetchStep::Send(generation) => {
                must!(generation == machine.session.generation, "sent in an old generation");
                must!(!refused || machine.state == SessionState::Good, "sent again into a session that is not good");
                Call::Sent { behind: 0, again: refused }
            }
            FetchStep::Deliver => {
                must!(refused, "there is no refusal to deliver");
                Call::None
            }
        };
        Ok(())
    }

    /// What holds at rest.
    fn is_consistent(&mut self, machine: &Machine, now: Now) -> Result<(), Broken> {
        let own = machine.probe.filter(|probe| probe.requester == Requester::ThisTab);
        must!(self.probe.map(|probe| probe.id) == own.map(|probe| probe.id), "who waits for which request?");
        must!(self.lock == machine.tabs.lock, "whose turn is it?");
        must!(self.lock != Lock::Held || self.probe.is_some(), "the turn is kept for nothing");
        must!(
            self.lifecycle == Lifecycle::Disposed || self.persisted == machine.logout.undelivered().is_some(),
            "storage does not keep what is pending"
        );
        must!(self.logout.map(|(id, _)| id) == awaited_logout(machine), "who waits for which logout?");
        must!(self.lifecycle == machine.lifecycle, "does it run?");
        if self.lifecycle != Lifecycle::Running {
            let calls_wait = self.calls.iter().any(|call| matches!(call, Call::Waits { .. }));
            must!(!self.check && !calls_wait, "a machine that does not run lets somebody wait");
        }
        must!(!self.check || self.online || self.away, "a check is promised while offline");
        for call in self.calls {
            if let Call::Waits { since, .. } = call {
                let over = now.instant.since(since) >= machine.config.reconnect_timeout;
                must!(self.away || !over, "a call waits longer than a reconnect may take");
            }
        }
        if self.lifecycle != Lifecycle::Disposed {
            let snapshot = machine.snapshot();
            must!(snapshot.status == machine.status(), "the snapshot's status is an old one");
            let tells = snapshot.status != Status::Inactive;
            must!(!tells || snapshot.reason == machine.reason(), "the snapshot's reason is an old one");
            must!(!tells || snapshot.error == machine.failure(), "the snapshot's error is an old one");
            must!(snapshot.epoch == machine.session.epoch, "the snapshot's epoch is an old one");
        }
        Ok(())
    }
}
