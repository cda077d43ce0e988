//! What the memory store keeps under a family: a live record or the reason why there is none, and the ids that find it.

use std::{collections::VecDeque, sync::Arc};

use super::{agents::Agent, moment::Moment};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, EndReason, Key, Record},
    store::{
        Terms,
        rules::{MAX_ALIASES, kept_until, ran_out_at},
    },
};

/// Ids that were replaced, each with the time, the latest last.
#[derive(Debug, Default)]
struct Aliases(VecDeque<(SessionHash, Timestamp)>);

/// The ids of one record.
#[derive(Debug)]
pub(super) struct Ids {
    current: SessionHash,
    /// Most records have none.
    aliases: Option<Box<Aliases>>,
}

impl Ids {
    pub(super) fn new(current: SessionHash) -> Self {
        Self { current, aliases: None }
    }

    pub(super) fn is_current(&self, id: SessionHash) -> bool {
        self.current == id
    }

    /// The current one, or an alias within its grace.
    fn accepts(&self, terms: Terms<'_>, id: SessionHash) -> bool {
        self.is_current(id)
            || self
                .aliases()
                .any(|(alias, replaced)| *alias == id && replaced.plus(terms.policy.rotation_grace) > terms.now)
    }

    /// Makes `id` the current one; answers the aliases dropped by that.
    pub(super) fn rotate(&mut self, terms: Terms<'_>, id: SessionHash) -> Vec<SessionHash> {
        let before = std::mem::replace(&mut self.current, id);
        let Aliases(aliases) = &mut **self.aliases.get_or_insert_default();
        aliases.push_back((before, terms.now));
        let mut dropped = Vec::new();
        while let Some((alias, replaced)) = aliases.front().copied() {
            let lapsed = replaced.plus(terms.policy.rotation_grace) <= terms.now;
            if !lapsed && aliases.len() <= MAX_ALIASES {
                break;
            }
            aliases.pop_front();
            dropped.push(alias);
        }
        dropped
    }

    pub(super) fn all(&self) -> impl Iterator<Item = SessionHash> {
        std::iter::once(self.current).chain(self.aliases().map(|(alias, _)| *alias))
    }

    fn aliases(&self) -> impl Iterator<Item = &(SessionHash, Timestamp)> {
        self.aliases.iter().flat_map(|aliases| &aliases.0)
    }
}

/// What is kept under a family.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) family: FamilyId,
    pub(super) ids: Ids,
    pub(super) state: State,
}

#[derive(Debug)]
pub(super) enum State {
    Live(Live),
    Ended { reason: EndReason, at: Moment },
}

/// A record as it is kept: the same, in as few bytes as it takes.
#[derive(Debug)]
pub(super) struct Live {
    subject: Option<Arc<str>>,
    user_agent: Option<Agent>,
    sealed: Box<[u8]>,
    epoch: u32,
    remember: bool,
    created: Moment,
    last_seen: Moment,
    last_activity: Moment,
    proven: Moment,
    rotated: Moment,
}

impl Live {
    /// `user_agent` stands for the record's own.
    pub(super) fn new(record: Record, user_agent: Option<Agent>) -> Self {
        Self {
            subject: record.subject,
            user_agent,
            sealed: record.data.sealed.into_boxed_slice(),
            epoch: record.epoch,
            remember: record.data.remember,
            created: record.created.into(),
            last_seen: record.last_seen.into(),
            last_activity: record.last_activity.into(),
            proven: record.proven.into(),
            rotated: record.rotated.into(),
        }
    }

    pub(super) fn record(&self, family: FamilyId) -> Record {
        Record {
            family,
            epoch: self.epoch,
            subject: self.subject.clone(),
            data: Data { sealed: self.sealed.to_vec(), remember: self.remember },
            created: self.created.into(),
            last_seen: self.last_seen.into(),
            last_activity: self.last_activity.into(),
            proven: self.proven.into(),
            rotated: self.rotated.into(),
            user_agent: self.user_agent.as_deref().cloned(),
        }
    }

    pub(super) fn used(&mut self, last_seen: Timestamp, last_activity: Timestamp) {
        (self.last_seen, self.last_activity) = (last_seen.into(), last_activity.into());
    }

    pub(super) fn turned(&mut self, now: Timestamp) {
        self.rotated = now.into();
    }

    /// Has somebody signed in on it?
    pub(super) const fn is_anybodys(&self) -> bool {
        self.subject.is_some()
    }

    pub(super) fn proven(&self) -> Timestamp {
        self.proven.into()
    }

    pub(super) fn prove(&mut self, at: Timestamp) {
        self.proven = self.proven.max(at.into());
    }

    /// Are these its data?
    pub(super) fn has(&self, data: &Data) -> bool {
        *self.sealed == *data.sealed && self.remember == data.remember
    }

    pub(super) fn keep(&mut self, data: Data) {
        (self.sealed, self.remember) = (data.sealed.into_boxed_slice(), data.remember);
    }

    /// Why and since when it is past a limit.
    pub(super) fn ran_out(&self, terms: Terms<'_>) -> Option<(EndReason, Timestamp)> {
        ran_out_at(self.created.into(), self.last_activity.into(), terms)
    }
}

/// What a slot means now, by the policy in force.
#[derive(Debug)]
pub(super) enum Now<'a> {
    Live(&'a mut Live),
    Ended(EndReason),
    /// Ended too long ago for its reason to be kept.
    Forgotten,
}

impl Slot {
    pub(super) fn new(family: FamilyId, id: SessionHash, live: Live) -> Self {
        Self { family, ids: Ids::new(id), state: State::Live(live) }
    }

    /// The record that is live, or has run out and was not ended yet.
    pub(super) fn live_record(&self) -> Option<Record> {
        match &self.state {
            State::Live(live) => Some(live.record(self.family)),
            State::Ended { .. } => None,
        }
    }

    /// Ends what is live, and answers it.
    pub(super) fn end(&mut self, reason: EndReason, at: Timestamp) -> Option<Live> {
        match std::mem::replace(&mut self.state, State::Ended { reason, at: at.into() }) {
            State::Live(live) => Some(live),
            ended @ State::Ended { .. } => {
                self.state = ended;
                None
            }
        }
    }

    /// Goes on with this record, under this id alone; answers the ids before.
    pub(super) fn start_anew(&mut self, record: Record, id: SessionHash) -> Ids {
        if let State::Live(live) = &mut self.state {
            *live = Live::new(record, live.user_agent.take());
        }
        std::mem::replace(&mut self.ids, Ids::new(id))
    }

    /// Does the key find it now?
    pub(super) fn is_at(&self, terms: Terms<'_>, key: Key) -> bool {
        match key {
            Key::Family(family) => self.family == family,
            Key::Session(id) => self.ids.accepts(terms, id),
        }
    }

    pub(super) fn now(&mut self, terms: Terms<'_>) -> Now<'_> {
        let (reason, at) = match &mut self.state {
            State::Ended { reason, at } => (*reason, Timestamp::from(*at)),
            State::Live(live) => match live.ran_out(terms) {
                None => return Now::Live(live),
                Some(over) => over,
            },
        };
        if kept_until(terms.policy, at) > terms.now { Now::Ended(reason) } else { Now::Forgotten }
    }
}
