//! The rules of the search that need the machine's private state. All others are [`invariants`](super::super::invariants).

use super::super::invariants::{Check, Step};
use super::super::lifecycle::Lifecycle;
use super::super::probing::Requester;
use super::super::tabs::Lock;
use super::super::{Machine, SessionState};
use super::normal::awaited_logout;
use super::shell::{Call, Shell, counts};
use crate::engine::{
    Effect, Event, FetchId, FetchStep, Input, Now, Outcome, Persisted, Phase, Promised, Reason, Request, Status,
    TabMessage, Verdict,
};

/// The rule that is broken, in words.
pub(super) type Broken = String;

macro_rules! must {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}

/// How often an input must cause each of these effects.
#[derive(Clone, Copy, Debug, Default)]
struct Due {
    cleared: u32,
    over: u32,
    redirects: u32,
}

impl Shell {
    /// Feeds `input` to `machine`, which equals `before`, and holds its effects to the invariants and the rules.
    pub(super) fn feed(
        &mut self,
        before: &Machine,
        machine: &mut Machine,
        now: Now,
        input: Input,
    ) -> Result<Vec<Effect>, Broken> {
        let due = self.due(before, now, input);
        self.take_in(before, now, input);
        let effects = machine.handle(now, input);
        let step = Step::new(&before.config, now, input, &effects, *before.snapshot(), machine);
        self.seen.take_in(&step)?;

        let grown = machine.session.generation.0.wrapping_sub(before.session.generation.0);
        for call in &mut self.calls {
            if let Call::Sent { behind, .. } = call {
                *behind = (*behind + grown).min(2);
            }
        }
        let (mut cleared, mut over, mut redirected) = (0, 0, 0);
        for (place, effect) in effects.iter().enumerate() {
            let aborts_logout = self.seen.logout.is_some_and(|logout| *effect == Effect::Abort(logout.id));
            let refused = match *effect {
                Effect::Fetch { fetch, .. } => self.seen.waiting.iter().any(|call| call.fetch == fetch && call.refused),
                _ => false,
            };
            self.seen.carry_out(&step, place)?;
            match *effect {
                Effect::Emit(event) => {
                    over += u32::from(matches!(event, Event::Disconnected { .. }));
                    Self::emitted(event, before, machine)?;
                }
                Effect::Send { request, key, .. } => self.sent(machine, now, request, key)?,
                Effect::Abort(_) if aborts_logout => {
                    self.undelivered &= !self.superseded;
                    self.begins_anew();
                }
                Effect::Abort(_) => self.superseded &= input == Input::Left,
                Effect::ClearCredential => cleared += 1,
                Effect::Settle(Promised::SignOut) => self.sign_out = false,
                Effect::Fetch { fetch, step } => self.fetch_continued(machine, fetch, step, refused)?,
                Effect::Redirect(_) => redirected += 1,
                _ => {}
            }
        }
        self.seen.rest(&step)?;
        must!(cleared == due.cleared, "the credential is cleared {cleared} times, not {}", due.cleared);
        must!(over == due.over, "the session ended {over} times, not {}", due.over);
        must!(redirected == due.redirects, "{redirected} redirects, not {}", due.redirects);
        self.agrees_with(machine)?;
        Ok(effects)
    }

    /// What the input must cause.
    fn due(&mut self, machine: &Machine, now: Now, input: Input) -> Due {
        let receives = self.seen.running && !self.seen.away;
        match input {
            _ if self.seen.disposed => Due::default(),
            Input::Start { persisted, .. } if !self.seen.running => self.due_of_persisted(machine, persisted),
            Input::Restored { persisted } if self.seen.running => self.due_of_persisted(machine, persisted),
            Input::Received { message: TabMessage::SignedOut, .. }
                if receives && machine.state != SessionState::Over(Reason::SignedOut) =>
            {
                let again = machine.state == SessionState::Over(Reason::SignedOutElsewhere);
                Due { cleared: 1, over: u32::from(!again), redirects: 0 }
            }
            Input::Received { message: TabMessage::CheckFinished(result), .. } if receives => {
                match counts(machine, result) {
                    Some(verdict) => self.due_of_verdict(machine, verdict, result.phase == Phase::Reconnect),
                    None => Due::default(),
                }
            }
            Input::SignOut { .. } => {
                let again = machine.state == SessionState::Over(Reason::SignedOut);
                Due { cleared: 1, over: u32::from(!again), redirects: 0 }
            }
            Input::Replied { id, outcome } => {
                let counts = |check: &Check| check.id == id && self.fresh && self.seen.running;
                let Some(check) = self.seen.check.filter(counts) else {
                    return Due::default();
                };
                match outcome {
                    // The other tabs may have a credential.
                    Outcome::NoCredential if machine.config.cross_tab => Due::default(),
                    Outcome::NoCredential => self.due_of_verdict(
                        machine,
                        Verdict::Ended(Reason::CredentialMissing),
                        check.phase == Phase::Reconnect,
                    ),
                    Outcome::Verdict(verdict) => self.due_of_verdict(machine, verdict, check.phase == Phase::Reconnect),
                }
            }
            // These inputs end the wait for a credential without a verdict; all others let its deadline fire.
            Input::Stop | Input::Dispose | Input::Left | Input::Remembered => Due::default(),
            Input::Received { message: TabMessage::CheckStarted { .. } | TabMessage::SignedOut, .. } => Due::default(),
            _ if receives && machine.tabs.credential_wanted_until.is_some_and(|until| until <= now.instant) => {
                self.next_is_another_attempt();
                self.due_of_verdict(machine, Verdict::Ended(Reason::CredentialMissing), true)
            }
            _ => Due::default(),
        }
    }

    fn due_of_persisted(&self, machine: &Machine, persisted: Persisted) -> Due {
        let known = machine.state == SessionState::Over(Reason::SignedOut);
        let found = persisted.sign_out.is_some() && !self.undelivered && machine.config.can_log_out;
        Due { cleared: u32::from(found || persisted.signed_out), over: u32::from(found && !known), redirects: 0 }
    }

    fn due_of_verdict(&mut self, machine: &Machine, verdict: Verdict, reconnect: bool) -> Due {
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

    /// Events whose truth the public snapshot does not show.
    fn emitted(event: Event, before: &Machine, machine: &Machine) -> Result<(), Broken> {
        match event {
            Event::Idle => {
                must!(machine.page.idle && !before.page.idle, "`idle` is emitted, and the user has not become idle")
            }
            Event::Active => {
                must!(before.page.idle && !machine.page.idle, "`active` is emitted, and the user was not idle")
            }
            Event::Disconnected { reason } => {
                must!(
                    machine.state == SessionState::Over(reason),
                    "`disconnected` is emitted, and the session is not over"
                );
            }
            Event::Connected
            | Event::Reconnected { .. }
            | Event::Degraded { .. }
            | Event::Checking { .. }
            | Event::Checked { .. }
            | Event::Slow { .. }
            | Event::Reconnecting { .. }
            | Event::Expiring { .. }
            | Event::Wake { .. } => {}
        }
        Ok(())
    }

    fn sent(&mut self, machine: &Machine, now: Now, request: Request, key: u32) -> Result<(), Broken> {
        if let Request::Logout { .. } = request {
            must!(self.undelivered, "a logout is sent without an undelivered sign-out");
            return Ok(());
        }
        must!(!self.undelivered, "{request:?} is sent before the sign-out is delivered");
        let reconnect = matches!(request, Request::Reconnect { .. });
        must!(!reconnect || !self.barred, "a reconnect is sent after the end, without a sign-in");
        let retry_floor = machine.schedule.retry_floor.unwrap_or_default();
        must!(retry_floor <= now.instant, "{request:?} is sent before `Retry-After` has passed");
        if let Some((last, retry)) = self.key {
            must!((key == last) == retry, "a retry has a new key, or a new attempt has the old key");
        }
        self.key = Some((key, true));
        self.fresh = true;
        Ok(())
    }

    fn fetch_continued(
        &mut self,
        machine: &Machine,
        fetch: FetchId,
        step: FetchStep,
        refused: bool,
    ) -> Result<(), Broken> {
        *self.call(fetch) = match step {
            FetchStep::Send(generation) => {
                must!(generation == machine.session.generation, "a call is sent in an old generation");
                must!(
                    !refused || machine.state == SessionState::Good,
                    "a refused call is sent again without a valid session"
                );
                Call::Sent { behind: 0, again: refused }
            }
            FetchStep::Deliver => Call::None,
        };
        Ok(())
    }

    /// The machine's state agrees with the shell's observations.
    fn agrees_with(&self, machine: &Machine) -> Result<(), Broken> {
        let seen = &self.seen;
        let own = machine.probe.filter(|probe| probe.requester == Requester::ThisTab);
        must!(
            seen.check.map(|check| check.id) == own.map(|probe| probe.id),
            "the machine and the shell wait for different checks"
        );
        must!(
            seen.logout.map(|logout| logout.id) == awaited_logout(machine),
            "the machine and the shell wait for different logouts"
        );
        let lock = (seen.lock_requested, seen.lock_held);
        must!(
            lock == (machine.tabs.lock == Lock::Requested, machine.tabs.lock == Lock::Held),
            "the machine and the shell disagree about the lock"
        );
        let lifecycle = (seen.running, seen.disposed);
        must!(
            lifecycle == (machine.lifecycle == Lifecycle::Running, machine.lifecycle == Lifecycle::Disposed),
            "the machine and the shell disagree about its life cycle"
        );
        must!(
            seen.disposed || seen.sign_out_stored == machine.logout.undelivered().is_some(),
            "the storage does not hold the undelivered sign-out"
        );
        if !self.seen.disposed {
            let snapshot = machine.snapshot();
            must!(snapshot.status == machine.status(), "the snapshot has an old status");
            let active = snapshot.status != Status::Inactive;
            must!(!active || snapshot.reason == machine.reason(), "the snapshot has an old reason");
            must!(!active || snapshot.error == machine.failure(), "the snapshot has an old error");
            must!(snapshot.epoch == machine.session.epoch, "the snapshot has an old epoch");
        }
        Ok(())
    }
}
