//! Rules about the future of a state, independent of its history.

use super::super::SessionState;
use super::super::probing::Requester;
use super::explore::State;
use super::normal::NOW;
use super::rules::Broken;
use super::steps::{STALE, Step, transient, valid};
use super::visited::{Fingerprints, fingerprint};
use crate::engine::{
    CheckResult, Effect, Input, Instant, Millis, Outcome, Persisted, Phase, Reason, Request, RequestId, Status,
    TabMessage, Verdict,
};

/// The maximum number of steps of a wait.
const PATIENCE: usize = 80;
/// The maximum number of states whose wait is remembered.
const REMEMBERED: usize = 1 << 20;

/// The rules about the future of a state.
#[derive(Debug, Default)]
pub(super) struct Future {
    waits: Waits,
    ways_back: Waits,
}

impl Future {
    /// Holds a state to the rules.
    pub(super) fn look_ahead(&mut self, state: &State) -> Result<(), Broken> {
        an_early_timer_is_harmless(state)?;
        a_stale_answer_has_no_effect(state)?;
        time_alone_ends_every_wait(state, &mut self.waits)?;
        valid_answers_lead_back(state, &mut self.ways_back)
    }
}

/// Waits that end, with the number of steps until then. Many states wait for the same: each part of a wait is walked once.
#[derive(Debug, Default)]
struct Waits(Fingerprints<usize>);

impl Waits {
    /// Holds the wait that begins with `state` to fewer steps than [`PATIENCE`]. `step` returns nothing at the end of the wait.
    fn end(
        &mut self,
        state: State,
        step: impl Fn(&State) -> Result<Option<State>, Broken>,
        otherwise: &str,
    ) -> Result<(), Broken> {
        if self.0.len() > REMEMBERED {
            self.0.clear();
        }
        let (mut state, mut passed) = (state, Vec::new());
        let mut left = loop {
            let fingerprint = fingerprint(&state);
            if let Some(left) = self.0.get(&fingerprint) {
                break *left;
            }
            let Some(after) = step(&state)? else { break 0 };
            passed.push(fingerprint);
            if passed.len() == PATIENCE {
                return Err(otherwise.into());
            }
            state = after;
        };
        for fingerprint in passed.into_iter().rev() {
            left += 1;
            self.0.insert(fingerprint, left);
        }
        if left < PATIENCE { Ok(()) } else { Err(otherwise.into()) }
    }
}

fn an_early_timer_is_harmless(state: &State) -> Result<(), Broken> {
    has_no_effect(state, Input::DeadlineReached)?;
    if let Some(deadline) = state.machine.deadline() {
        let (_, effects) = state.after(Step::timer(NOW, Instant(deadline.0 - 1)))?;
        if !effects.is_empty() {
            return Err(format!("just before the deadline: {effects:?}"));
        }
    }
    Ok(())
}

fn has_no_effect(state: &State, input: Input) -> Result<(), Broken> {
    let (after, effects) = state.after(Step::at_once(input))?;
    if effects.is_empty() && after == *state {
        return Ok(());
    }
    Err(format!("{input:?} is not harmless: {effects:?}\nfrom {:#?}\nto {:#?}", state.machine, after.machine))
}

/// The exception: a session that was established after a sign-out is ended as well.
fn a_stale_answer_has_no_effect(state: &State) -> Result<(), Broken> {
    let verdicts = [
        valid(Some(2), true),
        Verdict::Lost,
        Verdict::Ended(Reason::SessionRevoked),
        Verdict::Rejected(Reason::CredentialRejected),
        transient(Reason::Server, None),
    ];
    let late_session = !state.shell.seen.disposed && state.shell.stays_signed_out(&state.machine);
    for verdict in verdicts.into_iter().skip(usize::from(late_session)) {
        has_no_effect(state, Input::Replied { id: STALE, outcome: Outcome::Verdict(verdict) })?;
    }
    has_no_effect(state, Input::Replied { id: STALE, outcome: Outcome::NoCredential })?;
    if late_session {
        let (_, effects) = state.after(replied(STALE, valid(Some(2), true)))?;
        let ends_it = |effect: &Effect| matches!(effect, Effect::Send { request: Request::Logout { .. }, .. });
        if !effects.iter().any(ends_it) {
            return Err("a session established after the sign-out is not ended".into());
        }
    }
    Ok(())
}

fn another_tab_got_a_valid_answer() -> Step {
    let (request, verdict) = (RequestId(1 << 31), valid(None, false));
    let answered = CheckResult {
        request,
        phase: Phase::Validate,
        verdict,
        epoch: 1,
        next_in: Millis::from_secs(8),
        signed_in: true,
    };
    Step::at_once(Input::Received { message: TabMessage::CheckFinished(answered), age: Millis::ZERO })
}

fn replied(id: RequestId, verdict: Verdict) -> Step {
    Step::at_once(Input::Replied { id, outcome: Outcome::Verdict(verdict) })
}

/// Every promise and call is settled in time, even if no request is answered and no tab releases the lock. The back/forward cache
/// is the exception.
fn time_alone_ends_every_wait(state: &State, waits: &mut Waits) -> Result<(), Broken> {
    let is_over = |state: &State| !state.shell.is_waited_for() || state.shell.seen.away;
    if is_over(state) {
        return Ok(());
    }
    let step = |state: &State| {
        if is_over(state) {
            return Ok(None);
        }
        let Some(deadline) = state.machine.deadline() else {
            return Err("a promise or call waits, and there is no deadline".into());
        };
        let (mut after, _) = state.after(Step::timer(NOW, deadline))?;
        if after.shell.seen.lock_requested {
            let granted = after.machine.tabs.steal_at.is_some_and(|at| at <= NOW.instant);
            (after, _) = after.after(Step::at_once(Input::LockResult { granted }))?;
        }
        Ok(Some(after))
    };
    waits.end(state.clone(), step, "a promise or call waits for ever")
}

/// With a network and valid answers only, the session becomes valid again; after its end, with a sign-in.
fn valid_answers_lead_back(state: &State, ways_back: &mut Waits) -> Result<(), Broken> {
    if !state.shell.seen.running {
        return Ok(());
    }
    let mut state = state.clone();
    for (needed, input) in [
        (state.shell.seen.away, Input::Restored { persisted: Persisted::NOTHING }),
        (!state.shell.seen.online, Input::Online),
    ] {
        if needed {
            (state, _) = state.after(Step::at_once(input))?;
        }
    }
    if matches!(state.machine.state, SessionState::Over(_)) {
        (state, _) = state.after(Step::at_once(Input::Remembered))?;
    }
    ways_back.end(state, towards_a_valid_session, "valid answers do not lead back")
}

/// `None`: the session is valid, and nothing waits.
fn towards_a_valid_session(state: &State) -> Result<Option<State>, Broken> {
    let under_way = state.shell.seen.check.map(|check| check.id).or(state.shell.seen.logout.map(|logout| logout.id));
    let step = match (under_way, state.machine.deadline()) {
        _ if state.machine.snapshot().status == Status::Connected && !state.shell.is_waited_for() => return Ok(None),
        (Some(id), _) => replied(id, valid(None, false)),
        _ if state.shell.seen.lock_requested => Step::at_once(Input::LockResult { granted: true }),
        _ if state.machine.tabs.credential_wanted_until.is_some() => Step::at_once(Input::Received {
            message: TabMessage::CheckStarted { phase: Phase::Reconnect, activity: false, since: Millis::ZERO },
            age: Millis::ZERO,
        }),
        _ if state.machine.probe.is_some_and(|probe| probe.requester == Requester::OtherTab) => {
            another_tab_got_a_valid_answer()
        }
        (None, Some(deadline)) => Step::timer(NOW, deadline),
        (None, None) => return Err("the session is not valid, and there is no deadline".into()),
    };
    let (after, _) = state.after(step)?;
    Ok(Some(after))
}
