//! The orders in which live sessions leave: by activity, by age, and by how crowded their owner is. Every step is
//! logarithmic, so a full store costs no more per sign-in than an empty one.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{clock::Timestamp, id::FamilyId, record::Record, store::Terms};

/// Whose limit a session counts towards.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A subject, with all its sessions.
    Subject(Arc<str>),
    /// A family without a subject is on its own.
    Alone(FamilyId),
}

impl Owner {
    pub(super) fn of(record: &Record) -> Self {
        record.subject.clone().map_or(Self::Alone(record.family), Self::Subject)
    }
}

/// Some families, the least recently active and the oldest first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    by_activity: BTreeSet<(Timestamp, FamilyId)>,
    by_created: BTreeSet<(Timestamp, FamilyId)>,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.by_activity.len()
    }

    /// A family that has run into a limit, if one has.
    pub(super) fn ran_out(&self, terms: Terms<'_>) -> Option<FamilyId> {
        let reached = |deadline: Option<Timestamp>| deadline.is_some_and(|deadline| deadline <= terms.now);
        let idle = self.by_activity.first().filter(|(at, _)| reached(terms.policy.idle_deadline(*at)));
        let aged = self.by_created.first().filter(|(at, _)| reached(terms.policy.absolute_deadline(*at)));
        idle.or(aged).map(|(_, family)| *family)
    }

    fn least_active(&self, spared: Option<FamilyId>) -> Option<FamilyId> {
        self.by_activity.iter().map(|(_, family)| *family).find(|family| Some(*family) != spared)
    }

    /// The most recently active first.
    pub(super) fn recent_first(&self) -> impl Iterator<Item = FamilyId> {
        self.by_activity.iter().rev().map(|(_, family)| *family)
    }

    fn add(&mut self, record: &Record) {
        self.by_activity.insert((record.last_activity, record.family));
        self.by_created.insert((record.created, record.family));
    }

    fn remove(&mut self, record: &Record) {
        self.by_activity.remove(&(record.last_activity, record.family));
        self.by_created.remove(&(record.created, record.family));
    }

    fn crowd(&self) -> Option<Crowd> {
        self.by_activity.first().map(|(oldest, _)| (self.len(), Reverse(*oldest)))
    }
}

/// How many, then how long inactive: the greatest loses a session first.
type Crowd = (usize, Reverse<Timestamp>);

/// All live sessions.
#[derive(Debug, Default)]
pub(super) struct Order {
    all: Queue,
    owners: HashMap<Owner, Queue>,
    crowds: BTreeSet<(Crowd, Owner)>,
}

impl Order {
    pub(super) fn all(&self) -> &Queue {
        &self.all
    }

    pub(super) fn of(&self, owner: &Owner) -> Option<&Queue> {
        self.owners.get(owner)
    }

    pub(super) fn add(&mut self, record: &Record) {
        self.all.add(record);
        self.change(Owner::of(record), |queue| queue.add(record));
    }

    /// `record` must be as it was when added.
    pub(super) fn remove(&mut self, record: &Record) {
        self.all.remove(record);
        self.change(Owner::of(record), |queue| queue.remove(record));
    }

    /// Who goes when the owner has too many.
    pub(super) fn least_active_of(&self, owner: &Owner, spared: Option<FamilyId>) -> Option<FamilyId> {
        self.owners.get(owner)?.least_active(spared)
    }

    /// Who goes when there are too many in all: the least recently active of the most crowded owner.
    pub(super) fn least_active(&self, spared: Option<FamilyId>) -> Option<FamilyId> {
        // At most two steps: only an owner whose single session is spared has none to give.
        self.crowds.iter().rev().find_map(|(_, owner)| self.least_active_of(owner, spared))
    }

    fn change(&mut self, owner: Owner, change: impl FnOnce(&mut Queue)) {
        let queue = self.owners.entry(owner.clone()).or_default();
        let before = queue.crowd();
        change(queue);
        let after = queue.crowd();
        if before != after {
            if let Some(before) = before {
                self.crowds.remove(&(before, owner.clone()));
            }
            match after {
                Some(after) => {
                    self.crowds.insert((after, owner));
                }
                None => {
                    self.owners.remove(&owner);
                }
            }
        }
    }
}
