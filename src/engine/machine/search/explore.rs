//! The breadth-first search.

use super::super::{Machine, SessionState};
use super::lookahead::look_ahead;
use super::normal::{NOW, normal};
use super::rules::Broken;
use super::settings::Setting;
use super::shell::Shell;
use super::steps::Step;
use super::transitions::Transitions;
use crate::engine::{Effect, Status};
use core::fmt;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};

/// A machine, and what the rules remember of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) machine: Machine,
    pub(super) shell: Shell,
}

impl State {
    fn fingerprint(&self) -> u64 {
        let mut hasher = Folding(SEED);
        self.hash(&mut hasher);
        hasher.finish()
    }

    /// The normal form of the state after `step`.
    pub(super) fn after(&self, step: Step) -> Result<(Self, Vec<Effect>), Broken> {
        let Self { mut machine, mut shell } = self.clone();
        let now = step.at(NOW);
        let effects = shell.feed(&mut machine, now, step.input)?;
        let shell = shell.normal(&machine, now);
        Ok((Self { machine: normal(machine, now), shell }, effects))
    }
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Ten times faster than the standard hasher on many small fields, with collisions as unlikely.
struct Folding(u64);

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        let product = u128::from(self.0 ^ value) * u128::from(SEED) + 1;
        self.0 = (product as u64) ^ (product >> 64) as u64;
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The result of a search.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) states: usize,
    pub(super) transitions: usize,
    pub(super) depth: usize,
    /// Every reachable state was visited.
    pub(super) closed: bool,
    /// States with a valid session.
    pub(super) connected: usize,
    /// States with an ended session.
    pub(super) over: usize,
    /// The transitions between statuses.
    pub(super) statuses: Transitions,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { states, transitions, depth, .. } = self;
        let end = if self.closed { "closed at" } else { "to" };
        write!(f, "{states} states, {transitions} transitions, {end} depth {depth}")
    }
}

/// How a state was reached: the state before it, and the index of the step.
type Origin = (u32, u16);

/// Visits every state that is at most `depth` inputs away.
pub(super) fn explore(setting: &Setting, depth: usize) -> Found {
    let start = State { machine: Machine::new(setting.config.clone()), shell: Shell::new() };
    let start = State { machine: normal(start.machine, NOW), ..start };
    let mut seen = HashSet::from([start.fingerprint()]);
    let mut origins: Vec<Origin> = vec![(0, 0)];
    let mut level = vec![(0, start.clone())];
    let mut found = Found::default();
    loop {
        let mut next = Vec::new();
        for (number, state) in &level {
            found.connected += usize::from(state.machine.snapshot().status == Status::Connected);
            found.over += usize::from(matches!(state.machine.state, SessionState::Over(_)));
            let path = || path(&origins, *number);
            if let Err(broken) = look_ahead(state) {
                panic!("{broken}\n{}", story(setting, &start, &path()));
            }
            if found.depth == depth {
                continue;
            }
            let steps = setting.alphabet.steps(&state.machine, &state.shell, NOW);
            found.transitions += steps.len();
            for (index, step) in steps.into_iter().enumerate() {
                let index = u16::try_from(index).unwrap();
                match state.after(step) {
                    Ok((after, _)) => {
                        found.statuses.note(state, step, &after);
                        if seen.insert(after.fingerprint()) {
                            next.push((u32::try_from(origins.len() + next.len()).unwrap(), after, (*number, index)));
                        }
                    }
                    Err(broken) => {
                        let mut path = path();
                        path.push(index);
                        panic!("{broken}\n{}", story(setting, &start, &path));
                    }
                }
            }
        }
        origins.extend(next.iter().map(|(_, _, origin)| *origin));
        level = next.into_iter().map(|(number, state, _)| (number, state)).collect();
        found.states = seen.len();
        found.closed = level.is_empty() && found.depth < depth;
        if level.is_empty() {
            return found;
        }
        found.depth += 1;
    }
}

/// The steps that led to a state.
fn path(origins: &[Origin], mut number: u32) -> Vec<u16> {
    let mut path = Vec::new();
    while number != 0 {
        let (parent, step) = origins[number as usize];
        path.push(step);
        number = parent;
    }
    path.reverse();
    path
}

/// The steps and effects, as readable text.
fn story(setting: &Setting, start: &State, path: &[u16]) -> String {
    let mut state = start.clone();
    let mut story = format!("{}:\n", setting.name);
    for index in path {
        let step = setting.alphabet.steps(&state.machine, &state.shell, NOW)[usize::from(*index)];
        story += &format!("  {step:?}\n");
        match state.after(step) {
            Ok((after, effects)) => {
                for effect in effects {
                    story += &format!("    -> {effect:?}\n");
                }
                state = after;
            }
            Err(broken) => story += &format!("    !! {broken}\n"),
        }
    }
    story + &format!("{state:#?}")
}
