//! Feeds what the log says to a fresh machine, as the driver in the browser did, and compares what it asks for.

use std::collections::VecDeque;
use std::fmt;

use session_keepalive::engine::{Effect, Input, Machine, Now, Reason};
use session_keepalive::numbers::{EffectKind, InputKind, Told, config, effect, input};

use super::log::{Log, What};
use super::words;

/// How much was the same.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Same {
    pub(crate) inputs: usize,
    pub(crate) effects: usize,
}

/// Where a log and the machine part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The place of the entry in the log; its end, if something is missing there.
    pub(crate) place: usize,
    /// The input before it, in words.
    pub(crate) input: String,
    /// What the log has, in words.
    pub(crate) recorded: String,
    /// What the machine asks for now, in words.
    pub(crate) replayed: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, input, recorded, replayed } = self;
        write!(f, "entry {place}, after {input}:\n  recorded: {recorded}\n  replayed: {replayed}")
    }
}

/// Something that is the same in both, as it comes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Input { now: Now, kind: InputKind, numbers: [f64; 12] },
    Effect { now: Now, kind: EffectKind, numbers: Told },
}

/// Replays a whole log; tells `hear` everything up to the first difference.
pub(crate) fn replay(log: &Log, mut hear: impl FnMut(Step)) -> Result<Same, Difference> {
    let config = config(&log.options);
    let holder = config.credential;
    let mut replay = Replay {
        machine: Machine::new(config),
        wanted: VecDeque::new(),
        redirect: None,
        now: Now::default(),
        input: "the beginning".to_owned(),
        place: 0,
    };
    let mut same = Same::default();
    for entry in &log.entries {
        replay.place = entry.place;
        match entry.what {
            What::Input { now, kind, numbers } => {
                let next = format!("the input `{}`", words::input(kind, &numbers, now.wall));
                replay.nothing_is_wanted(&next)?;
                if comes_alone(kind) {
                    replay.no_redirect_is_due(&next)?;
                }
                (replay.now, replay.input) = (now, next);
                replay.handle(input(kind, &numbers, holder));
                same.inputs += 1;
                hear(Step::Input { now, kind, numbers });
            }
            What::Effect { kind, numbers } => {
                replay.compare((kind, numbers))?;
                same.effects += 1;
                hear(Step::Effect { now: replay.now, kind, numbers });
            }
        }
    }
    replay.place += 1;
    replay.nothing_is_wanted("the end of the log")?;
    replay.no_redirect_is_due("the end of the log")?;
    Ok(same)
}

/// Whether such an input begins with nothing left to do: a timer or an answer cannot come in between.
fn comes_alone(kind: InputKind) -> bool {
    matches!(
        kind,
        InputKind::DeadlineReached
            | InputKind::Answered
            | InputKind::Judged
            | InputKind::Failed
            | InputKind::NoCredential
    )
}

struct Replay {
    machine: Machine,
    /// What the machine has asked for and the log must have next.
    wanted: VecDeque<(EffectKind, Told)>,
    /// It is carried out, or not, when nothing else is left to do.
    redirect: Option<Reason>,
    now: Now,
    input: String,
    place: usize,
}

impl Replay {
    fn handle(&mut self, input: Input) {
        for wanted in self.machine.handle(self.now, input) {
            match wanted {
                Effect::Redirect(reason) => self.redirect = Some(reason),
                wanted => self.wanted.push_back(effect(&wanted)),
            }
        }
    }

    fn compare(&mut self, recorded: (EffectKind, Told)) -> Result<(), Difference> {
        let next = self.wanted.pop_front();
        let next = next.or_else(|| self.redirect_due().map(|reason| effect(&Effect::Redirect(reason))));
        if recorded.0 == EffectKind::Redirect {
            self.redirect = None;
        }
        match next {
            Some(next) if equal(next, recorded) => Ok(()),
            next => Err(self.difference(self.words(recorded), next.map(|next| self.words(next)))),
        }
    }

    fn nothing_is_wanted(&self, recorded: &str) -> Result<(), Difference> {
        match self.wanted.front() {
            None => Ok(()),
            Some(wanted) => Err(self.difference(recorded.to_owned(), Some(self.words(*wanted)))),
        }
    }

    fn no_redirect_is_due(&mut self, recorded: &str) -> Result<(), Difference> {
        match self.redirect_due() {
            Some(reason) => {
                let wanted = self.words(effect(&Effect::Redirect(reason)));
                Err(self.difference(recorded.to_owned(), Some(wanted)))
            }
            None => {
                self.redirect = None;
                Ok(())
            }
        }
    }

    fn redirect_due(&self) -> Option<Reason> {
        self.redirect.filter(|reason| self.machine.may_redirect(*reason))
    }

    fn words(&self, told: (EffectKind, Told)) -> String {
        format!("the effect `{}`", words::effect(told, self.now.wall))
    }

    fn difference(&self, recorded: String, replayed: Option<String>) -> Difference {
        let replayed = replayed.unwrap_or_else(|| "nothing more".to_owned());
        Difference { place: self.place, input: self.input.clone(), recorded, replayed }
    }
}

/// The same kind and the same numbers, where no number equals no number.
fn equal(one: (EffectKind, Told), other: (EffectKind, Told)) -> bool {
    let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    one.0 == other.0 && one.1.iter().zip(&other.1).all(same)
}
