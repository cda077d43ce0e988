//! The invariants of the engine, as its shell can observe them: in inputs, effects, snapshots, deadlines and the config.
//!
//! This is the one list. The exhaustive search (`machine/search`) and the simulated world of the integration tests
//! (`tests/world`) feed an [`Observer`], which holds every [`Step`] to it. Rules that need the machine's private state, or the
//! network of the world, stay with the one that can state them. Compiled natively only: the module for browsers has none of it.

mod list;
mod observer;
mod step;
#[cfg(test)]
mod tests;

pub use list::INVARIANTS;
pub use observer::{Check, LogoutCall, Observer, WaitingFetch};
pub use step::Step;

use crate::engine::Effect;

/// A fact that holds of every step.
#[derive(Debug)]
pub struct Invariant {
    /// Its name.
    pub name: &'static str,
    /// The fact, in a sentence.
    pub fact: &'static str,
    rule: Rule,
}

impl Invariant {
    fn must(&self, holds: bool, step: &Step) -> Result<(), String> {
        if holds { Ok(()) } else { Err(format!("{}: {}\n{step:#?}", self.name, self.fact)) }
    }
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    /// Holds of a step, before its input.
    Before(fn(&Step, &Observer) -> bool),
    /// Holds of every effect, after the effects before it.
    Effect(fn(&Carried) -> bool),
    /// Holds of a step, after all of its effects.
    After(fn(&Step, &Observer) -> bool),
}

/// One effect, and what was observed before it.
struct Carried<'a> {
    step: &'a Step<'a>,
    seen: &'a Observer,
    place: usize,
    effect: Effect,
}
