//! Feeds the inputs of a log to a fresh machine, as the driver in the browser did, and compares the events.
//!
//! # The redirect
//! It waits until nothing else is to be done, so its event comes after those of the inputs that listeners caused, if
//! [`Machine::may_redirect`] still allows it. The event may be missing: the browser emits none on the login page itself, nor where the
//! application's function `login` gives no URL, and neither is in the log. Its URL is the browser's and is not compared.

use std::collections::VecDeque;
use std::fmt;

use serde_json::{Map, Value};
use session_keepalive::engine::public::{EventRecord, SnapshotRecord};
use session_keepalive::engine::{Config, Effect, Event, Input, Machine, Now, Reason};

use super::log::{Entry, What};
use super::words;

/// How much was the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Same {
    pub(crate) inputs: usize,
    pub(crate) events: usize,
}

/// Where a log and the machine part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The number of the entry in the log; one past its end, if something is missing there.
    pub(crate) place: usize,
    /// The input before it, in words.
    pub(crate) input: String,
    /// What the log has, in words.
    pub(crate) recorded: String,
    /// What the machine does now, in words.
    pub(crate) replayed: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, input, recorded, replayed } = self;
        write!(f, "entry {place}, after {input}:\n  recorded: {recorded}\n  replayed: {replayed}")
    }
}

/// One step of the replay, as it comes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    /// A machine is made.
    Options(&'a Config),
    /// The machine is about to get an input.
    Input { now: Now, input: Input },
    /// An effect that the application gets no event of, and the log therefore no entry.
    Effect(Effect),
    /// An event that is the same in both, as far as it follows from the engine.
    Event { now: Now, name: &'a str, detail: &'a Value },
    /// A redirect without its event: the login page was open, or the application gave no URL.
    NoRedirect(Reason),
    /// The module stopped with an error.
    Trap,
}

/// Replays a whole log; gives every step up to the first difference to `on_step`.
pub(crate) fn replay(log: &[Entry], mut on_step: impl FnMut(Step<'_>)) -> Result<Same, Difference> {
    let mut same = Same::default();
    let mut replay = Replay::new(Config::default());
    for Entry { place, what } in log {
        replay.place = *place;
        match what {
            What::Options(config) => {
                replay = Replay::new(config.clone());
                on_step(Step::Options(config));
            }
            What::Input(now, input) => {
                let next = format!("the input `{}`", words::debug(input));
                replay.expect_nothing(&next)?;
                // A timer fires when nothing is left to do: a redirect that has not come by then does not come.
                if *input == Input::DeadlineReached {
                    replay.give_up_redirect(&mut on_step);
                }
                (replay.now, replay.input) = (*now, next);
                on_step(Step::Input { now: *now, input: *input });
                replay.handle(*input);
                same.inputs += 1;
            }
            What::Event { name, detail } => {
                let detail = comparable(name, detail);
                replay.compare(name, &detail)?;
                on_step(Step::Event { now: replay.now, name, detail: &detail });
                same.events += 1;
            }
            What::Trap => {
                replay = Replay::new(Config::default());
                on_step(Step::Trap);
            }
        }
        replay.pass_effects(&mut on_step);
    }
    replay.place += 1;
    replay.expect_nothing("the end of the log")?;
    replay.give_up_redirect(&mut on_step);
    Ok(same)
}

/// What the machine has asked for.
enum Wanted {
    /// An event, which the log must have next.
    Event(&'static str, Value),
    /// Something else.
    Effect(Effect),
}

struct Replay {
    machine: Machine,
    wanted: VecDeque<Wanted>,
    /// It is carried out, or not, when nothing else is left to do.
    redirect: Option<Reason>,
    now: Now,
    input: String,
    place: usize,
}

impl Replay {
    fn new(config: Config) -> Self {
        Self {
            machine: Machine::new(config),
            wanted: VecDeque::new(),
            redirect: None,
            now: Now::default(),
            input: "the options".to_owned(),
            place: 0,
        }
    }

    fn handle(&mut self, input: Input) {
        for effect in self.machine.handle(self.now, input) {
            let wanted = match effect {
                Effect::Redirect(reason) => {
                    self.redirect = Some(reason);
                    continue;
                }
                Effect::Change(snapshot) => Wanted::Event("change", json(&SnapshotRecord::from(&snapshot))),
                Effect::Emit(Event::Connected) => {
                    Wanted::Event("connected", json(&SnapshotRecord::from(self.machine.snapshot())))
                }
                Effect::Emit(event) => Wanted::Event(event.name(), json(&EventRecord::from(event))),
                effect => Wanted::Effect(effect),
            };
            self.wanted.push_back(wanted);
        }
    }

    /// Passes over the effects before the next event.
    fn pass_effects(&mut self, on_step: &mut impl FnMut(Step<'_>)) {
        while let Some(Wanted::Effect(effect)) = self.wanted.front() {
            on_step(Step::Effect(*effect));
            self.wanted.pop_front();
        }
    }

    fn compare(&mut self, name: &str, detail: &Value) -> Result<(), Difference> {
        let same = match self.wanted.front() {
            Some(Wanted::Event(wanted, record)) => name == *wanted && equal(detail, record),
            Some(Wanted::Effect(_)) => false,
            None => name == "redirect" && self.redirect_due().is_some(),
        };
        if !same {
            return Err(self.difference(format!("the event `{}`", words::event(name, detail, self.now))));
        }
        if self.wanted.pop_front().is_none() {
            self.redirect = None;
        }
        Ok(())
    }

    fn expect_nothing(&self, recorded: &str) -> Result<(), Difference> {
        if self.wanted.is_empty() { Ok(()) } else { Err(self.difference(recorded.to_owned())) }
    }

    fn give_up_redirect(&mut self, on_step: &mut impl FnMut(Step<'_>)) {
        if let Some(reason) = self.redirect_due() {
            on_step(Step::NoRedirect(reason));
        }
        self.redirect = None;
    }

    fn redirect_due(&self) -> Option<Reason> {
        self.redirect.filter(|reason| self.machine.may_redirect(*reason))
    }

    /// The log has `recorded` where the machine does what it wants next.
    fn difference(&self, recorded: String) -> Difference {
        let replayed = match (self.wanted.front(), self.redirect_due()) {
            (Some(Wanted::Event(name, record)), _) => format!("the event `{}`", words::event(name, record, self.now)),
            (Some(Wanted::Effect(effect)), _) => format!("the effect `{}`", words::debug(effect)),
            (None, Some(reason)) => format!("the event `redirect`, for {}", reason.as_str()),
            (None, None) => "nothing more".to_owned(),
        };
        Difference { place: self.place, input: self.input.clone(), recorded, replayed }
    }
}

fn json(record: &impl serde::Serialize) -> Value {
    // Records of numbers and names cannot fail.
    serde_json::to_value(record).unwrap_or_default()
}

/// What of a recorded event follows from the engine: not subject and data, nor an error's text.
fn comparable(name: &str, detail: &Value) -> Value {
    let mut detail = detail.clone();
    if ["change", "connected"].contains(&name) {
        remove(&mut detail, &["subject", "data"]);
        if let Some(error) = detail.get_mut("error") {
            remove(error, &["name", "message", "stack", "cause"]);
        }
    }
    detail
}

fn remove(object: &mut Value, fields: &[&str]) {
    if let Value::Object(object) = object {
        object.retain(|field, _| !fields.contains(&field.as_str()));
    }
}

/// The same fields with the same values. A field that is missing is null, and the engine's lengths are floats.
fn equal(recorded: &Value, replayed: &Value) -> bool {
    match (recorded, replayed) {
        (Value::Object(one), Value::Object(other)) => contains(one, other) && contains(other, one),
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        _ => recorded == replayed,
    }
}

/// Whether every field of `part` is in `whole`, with the same value.
fn contains(whole: &Map<String, Value>, part: &Map<String, Value>) -> bool {
    part.iter().all(|(field, value)| equal(whole.get(field).unwrap_or(&Value::Null), value))
}
