//! What the memory store keeps under a family: a live record or the reason why there is none, and the ids that find it.

use std::collections::VecDeque;

use crate::{
    clock::Timestamp,
    id::SessionHash,
    record::{EndReason, Record},
    store::{
        Terms,
        rules::{MAX_ALIASES, kept_until, ran_out},
    },
};

/// The ids of one record.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    current: SessionHash,
    /// Each with the time it was replaced, the latest last.
    aliases: VecDeque<(SessionHash, Timestamp)>,
}

impl Ids {
    pub(super) fn new(current: SessionHash) -> Self {
        Self { current, aliases: VecDeque::new() }
    }

    pub(super) fn is_current(&self, id: SessionHash) -> bool {
        self.current == id
    }

    /// The current one, or an alias within its grace.
    pub(super) fn accepts(&self, terms: Terms<'_>, id: SessionHash) -> bool {
        self.is_current(id)
            || self
                .aliases
                .iter()
                .any(|(alias, replaced)| *alias == id && replaced.plus(terms.policy.rotation_grace) > terms.now)
    }

    /// Makes `id` the current one; answers the aliases dropped by that.
    pub(super) fn rotate(&mut self, terms: Terms<'_>, id: SessionHash) -> Vec<SessionHash> {
        let before = std::mem::replace(&mut self.current, id);
        self.aliases.push_back((before, terms.now));
        let mut dropped = Vec::new();
        while let Some((alias, replaced)) = self.aliases.front().copied() {
            let lapsed = replaced.plus(terms.policy.rotation_grace) <= terms.now;
            if !lapsed && self.aliases.len() <= MAX_ALIASES {
                break;
            }
            self.aliases.pop_front();
            dropped.push(alias);
        }
        dropped
    }

    pub(super) fn all(&self) -> impl Iterator<Item = SessionHash> {
        std::iter::once(self.current).chain(self.aliases.iter().map(|(alias, _)| *alias))
    }
}

/// What is kept under a family.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) ids: Ids,
    pub(super) state: State,
}

#[derive(Debug)]
pub(super) enum State {
    Live(Record),
    Ended { reason: EndReason, at: Timestamp },
}

/// What a slot means now, by the policy in force.
#[derive(Debug)]
pub(super) enum Now<'a> {
    Live(&'a mut Record),
    Ended(EndReason),
    /// Ended too long ago for its reason to be kept.
    Forgotten,
}

impl Slot {
    pub(super) fn now(&mut self, terms: Terms<'_>) -> Now<'_> {
        let (reason, at) = match &mut self.state {
            State::Ended { reason, at } => (*reason, *at),
            State::Live(record) => match ran_out(record, terms) {
                None => return Now::Live(record),
                Some(over) => over,
            },
        };
        if kept_until(terms.policy, at) > terms.now { Now::Ended(reason) } else { Now::Forgotten }
    }
}
