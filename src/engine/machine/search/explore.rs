//! The breadth-first search.

use super::super::{Machine, SessionState};
use super::lookahead::Future;
use super::normal::{NOW, normalise};
use super::parts::Parts;
use super::rules::Broken;
use super::settings::Setting;
use super::shell::Shell;
use super::steps::Step;
use super::transitions::Transitions;
use super::visited::{Visited, fingerprint};
use crate::engine::{Effect, Status};
use core::fmt;

/// A machine, and what the rules remember of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) machine: Machine,
    pub(super) shell: Shell,
}

impl State {
    /// The normal form of the state after `step`.
    pub(super) fn after(&self, step: Step) -> Result<(Self, Vec<Effect>), Broken> {
        let mut after = self.clone();
        let now = step.at(NOW);
        let effects = after.shell.feed(&self.machine, &mut after.machine, now, step.input)?;
        after.shell.normalise(&after.machine, now);
        normalise(&mut after.machine, now);
        Ok((after, effects))
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

/// Visits every state that is at most `depth` inputs away. `progress` gets what was found at each depth, and how many of the states
/// are new.
pub(super) fn explore(setting: &Setting, depth: usize, progress: impl Fn(&Found, usize)) -> Found {
    let mut start = State { machine: Machine::new(setting.config.clone()), shell: Shell::new() };
    normalise(&mut start.machine, NOW);
    let mut visited = Visited::from(fingerprint(&start));
    let mut parts = Parts::new(&setting.config);
    let mut future = Future::default();
    let mut level = vec![parts.pack(start.clone())];
    let mut found = Found::default();
    loop {
        let first = visited.len() - level.len();
        let mut next = Vec::new();
        for (number, packed) in (first..).zip(&level) {
            let state = &parts.unpack(packed);
            found.connected += usize::from(state.machine.snapshot().status == Status::Connected);
            found.over += usize::from(matches!(state.machine.state, SessionState::Over(_)));
            if let Err(broken) = future.look_ahead(state) {
                panic!("{broken}\n{}", story(setting, start, &visited.path(number)));
            }
            if found.depth == depth {
                continue;
            }
            let steps = setting.alphabet.steps(&state.machine, &state.shell, NOW);
            found.transitions += steps.len();
            for (index, step) in steps.into_iter().enumerate() {
                match state.after(step) {
                    Ok((after, _)) => {
                        found.statuses.note(state, step, &after);
                        if visited.is_new(fingerprint(&after), number, index) {
                            next.push(parts.pack(after));
                        }
                    }
                    Err(broken) => {
                        let path = [visited.path(number), vec![index]].concat();
                        panic!("{broken}\n{}", story(setting, start, &path));
                    }
                }
            }
        }
        level = next;
        found.states = visited.len();
        found.closed = level.is_empty() && found.depth < depth;
        if level.is_empty() {
            return found;
        }
        found.depth += 1;
        progress(&found, level.len());
    }
}

/// The steps and effects, as readable text.
fn story(setting: &Setting, start: State, path: &[usize]) -> String {
    let mut state = start;
    let mut story = format!("{}:\n", setting.name);
    for index in path {
        let step = setting.alphabet.steps(&state.machine, &state.shell, NOW)[*index];
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
