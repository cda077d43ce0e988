//! The steps of a search.

use super::super::Machine;
use super::super::invariants::LogoutCall;
use super::shell::{Call, Shell, generation};
use crate::engine::{
    Chance, CheckResult, Facts, FetchId, Input, Instant, Millis, Now, Outcome, Phase, Reason, Refusal, RequestId,
    TabMessage, Trouble, Verdict, WallTime,
};

/// One input, some time after the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    after: Millis,
    /// By how much the wall clock jumps against the monotonic one.
    jump: i64,
    chance: Chance,
    pub(super) input: Input,
}

impl Step {
    pub(super) const fn at_once(input: Input) -> Self {
        Self { after: Millis::ZERO, jump: 0, chance: Chance::HIGHEST, input }
    }

    /// The timer fires at `instant`.
    pub(super) fn timer(now: Now, instant: Instant) -> Self {
        Self { after: instant.since(now.instant), ..Self::at_once(Input::DeadlineReached) }
    }

    /// The same time passes without an input. `None`: no time passes.
    pub(super) fn without_input(self) -> Option<Self> {
        (self.after != Millis::ZERO).then_some(Self { input: Input::DeadlineReached, ..self })
    }

    /// The time of the step.
    pub(super) fn at(self, now: Now) -> Now {
        let wall = now.wall.0 + self.after.0;
        Now {
            instant: now.instant + self.after,
            wall: WallTime(wall.saturating_add_signed(self.jump)),
            chance: self.chance,
        }
    }
}

/// A short time. All settings are multiples of it, so that there are few distinct times.
const SMALL: Millis = Millis::from_secs(1);
/// A long time: every plan is due.
const LONG: Millis = Millis::from_secs(4000);
const SLEPT: i64 = 600_000;
/// The id of no request.
pub(super) const STALE: RequestId = RequestId(u32::MAX);

/// The inputs of one search.
#[derive(Clone, Debug)]
pub(super) struct Alphabet {
    /// The inputs from the application and the page.
    pub(super) inputs: Vec<Input>,
    /// The verdicts on checks and reconnects.
    pub(super) verdicts: Vec<Verdict>,
    /// The number of `session.fetch` calls: none, one or two.
    pub(super) calls: usize,
    /// Inputs also come after a late timer.
    pub(super) late: bool,
    /// There are other tabs.
    pub(super) message: bool,
}

/// A transient answer.
pub(super) const fn transient(reason: Reason, retry_after: Option<Millis>) -> Verdict {
    Verdict::Transient(Trouble { reason, status: None, retry_after })
}

/// A valid answer.
pub(super) const fn valid(epoch: Option<u32>, reconnected: bool) -> Verdict {
    Verdict::Valid(Facts { epoch, idle_in: None, absolute_in: None, warn_in: None, next_check_in: None, reconnected })
}

impl Alphabet {
    /// Every step from here.
    pub(super) fn steps(&self, machine: &Machine, shell: &Shell, now: Now) -> Vec<Step> {
        let mut steps = Vec::with_capacity(64);
        self.time(machine, now, &mut steps);
        for input in self.inputs.iter().copied().filter(|input| is_possible(shell, *input)) {
            steps.push(Step::at_once(input));
            if self.late {
                steps.push(Step { after: LONG, ..Step::at_once(input) });
            }
        }
        if shell.seen.lock_requested {
            for granted in [true, false] {
                steps.push(Step::at_once(Input::LockResult { granted }));
            }
        }
        if self.message {
            self.messages(&mut steps);
        }
        let mut reply = |id, verdict| {
            let step = Step::at_once(Input::Replied { id, outcome: verdict });
            steps.push(step);
            if matches!(verdict, Outcome::Verdict(Verdict::Valid(_) | Verdict::Transient(_))) {
                steps.push(Step { chance: Chance::LOWEST, ..step });
            }
            if self.late {
                steps.push(Step { after: LONG, ..step });
            }
        };
        if let Some(check) = shell.seen.check {
            for verdict in &self.verdicts {
                reply(check.id, Outcome::Verdict(*verdict));
            }
            if check.phase == Phase::Reconnect {
                reply(check.id, Outcome::NoCredential);
            }
        }
        if let Some(LogoutCall { id, .. }) = shell.seen.logout {
            let misconfigured = transient(Reason::Misconfigured, None);
            for verdict in [valid(None, false), Verdict::Lost, misconfigured] {
                reply(id, Outcome::Verdict(verdict));
            }
            for retry_after in [None, Some(SMALL + SMALL + SMALL)] {
                reply(id, Outcome::Verdict(transient(Reason::Server, retry_after)));
            }
        }
        reply(STALE, Outcome::Verdict(valid(Some(1), true)));
        self.calls(machine, shell, &mut steps);
        steps
    }

    fn time(&self, machine: &Machine, now: Now, steps: &mut Vec<Step>) {
        let small = Step { after: SMALL, ..Step::at_once(Input::DeadlineReached) };
        let deadline = machine.deadline().map(|deadline| Step::timer(now, deadline));
        let long = Step { after: LONG, ..small };
        for step in deadline.into_iter().chain([small, long]) {
            steps.push(step);
            steps.push(Step { chance: Chance::LOWEST, ..step });
        }
        for jump in [SLEPT, -SLEPT] {
            steps.push(Step { after: Millis::ZERO, jump, ..small });
        }
    }

    fn messages(&self, steps: &mut Vec<Step>) {
        let mut receive = |message| steps.push(Step::at_once(Input::Received { message, age: Millis::ZERO }));
        for phase in [Phase::Validate, Phase::Reconnect] {
            for since in [Millis::ZERO, SMALL + SMALL] {
                receive(TabMessage::CheckStarted { phase, activity: phase == Phase::Validate, since });
            }
        }
        for message in [TabMessage::CredentialWanted, TabMessage::SignedOut, TabMessage::Activity] {
            receive(message);
        }
        for verdict in self.verdicts.iter().copied().chain([Verdict::Ended(Reason::CredentialMissing)]) {
            for signed_in in [false, true] {
                let next_in = SMALL + SMALL + SMALL;
                let (request, epoch) = (RequestId(1 << 31), 1);
                let result = CheckResult { request, phase: Phase::Validate, verdict, epoch, next_in, signed_in };
                receive(TabMessage::CheckFinished(result));
                receive(TabMessage::CheckFinished(CheckResult { phase: Phase::Reconnect, ..result }));
                if !matches!(verdict, Verdict::Valid(_)) {
                    break;
                }
            }
        }
    }

    fn calls(&self, machine: &Machine, shell: &Shell, steps: &mut Vec<Step>) {
        for (number, call) in shell.calls.iter().take(self.calls).enumerate() {
            let fetch = FetchId(number as u32);
            match *call {
                Call::None => steps.push(Step::at_once(Input::FetchStarted(fetch))),
                Call::Waits => steps.push(Step::at_once(Input::FetchEnded(fetch))),
                Call::Sent { behind, again } => {
                    steps.push(Step::at_once(Input::FetchEnded(fetch)));
                    // A call is sent again only once.
                    for refusal in [Refusal::SessionUnknown, Refusal::Unclear].into_iter().filter(|_| !again) {
                        let generation = generation(machine, behind);
                        steps.push(Step::at_once(Input::FetchRefused { fetch, generation, refusal }));
                    }
                }
            }
        }
    }
}

/// Whether a browser can cause the input in this state.
fn is_possible(shell: &Shell, input: Input) -> bool {
    match input {
        Input::Start { .. } => !shell.seen.running,
        Input::Restored { .. } => shell.seen.away,
        Input::Left => !shell.seen.away,
        Input::Online => !shell.seen.online,
        Input::Offline => shell.seen.online,
        Input::Stop
        | Input::Dispose
        | Input::Check { .. }
        | Input::Remembered
        | Input::SignOut { .. }
        | Input::FetchStarted(_)
        | Input::FetchRefused { .. }
        | Input::FetchEnded(_)
        | Input::DeadlineReached
        | Input::Visible
        | Input::Hidden
        | Input::Focused
        | Input::Resumed
        | Input::UserActive
        | Input::LockResult { .. }
        | Input::Received { .. }
        | Input::Replied { .. } => true,
    }
}
