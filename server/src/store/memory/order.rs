//! The orders in which sessions leave: by activity, by age, and by how crowded their owner is. Each owner has its own
//! sessions in order, and owners are in order of their first. Every step is logarithmic, so a full store costs no more
//! per sign-in than an empty one.

use std::{
    cmp::Reverse,
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use super::{
    directory::{Directory, Fingerprint},
    moment::Moment,
    slab::{Handle, Slab},
    tree::{Links, Sorted, Tree},
};
use crate::{clock::Timestamp, record::Record, store::Terms};

/// The least recently active first; of ended sessions, the one that ended first.
#[derive(Debug)]
struct Activity;
/// The oldest first.
#[derive(Debug)]
struct Age;
/// The one with most sessions first; of those with as many, the least recently active.
#[derive(Debug)]
struct Crowd;

/// Where a session is in the orders.
#[derive(Debug, Default)]
struct Session {
    /// When it was last active, or when it ended.
    last: Moment,
    created: Moment,
    /// Whose limit it counts towards; `None`: it has ended.
    owner: Option<Handle>,
    by_activity: Links,
    by_age: Links,
}

/// Sessions of one owner.
#[derive(Clone, Copy, Debug, Default)]
struct Queue {
    len: u32,
    by_activity: Tree<Activity>,
    by_age: Tree<Age>,
}

/// What an owner's place among others goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rank {
    len: u32,
    least_active: Moment,
    oldest: Moment,
}

impl Rank {
    fn crowd(self) -> (Reverse<u32>, Moment) {
        (Reverse(self.len), self.least_active)
    }
}

/// Whose limit sessions count towards: a subject with all its sessions, or a session without a subject on its own.
#[derive(Debug, Default)]
struct Owner {
    subject: Option<Arc<str>>,
    queue: Queue,
    least_active: Moment,
    oldest: Moment,
    by_activity: Links,
    by_age: Links,
    by_crowd: Links,
}

impl Owner {
    fn rank(&self) -> Rank {
        Rank { len: self.queue.len, least_active: self.least_active, oldest: self.oldest }
    }
}

macro_rules! sorted {
    ($thing:ty, $by:ty, $links:ident, $key:ty, $of:expr) => {
        impl Sorted<$by> for $thing {
            type Key = $key;

            fn key(&self) -> $key {
                let of: fn(&Self) -> $key = $of;
                of(self)
            }

            fn links(&self) -> Links {
                self.$links
            }

            fn links_mut(&mut self) -> &mut Links {
                &mut self.$links
            }
        }
    };
}

sorted!(Session, Activity, by_activity, Moment, |session| session.last);
sorted!(Session, Age, by_age, Moment, |session| session.created);
sorted!(Owner, Activity, by_activity, Moment, |owner| owner.least_active);
sorted!(Owner, Age, by_age, Moment, |owner| owner.oldest);
sorted!(Owner, Crowd, by_crowd, (Reverse<u32>, Moment), |owner| owner.rank().crowd());

#[cfg(test)]
pub(super) const BYTES_PER_SESSION: usize = size_of::<Session>();
#[cfg(test)]
pub(super) const BYTES_PER_OWNER: usize = size_of::<Owner>();

/// All sessions, live and ended.
#[derive(Debug, Default)]
pub(super) struct Order {
    sessions: Slab<Session>,
    owners: Slab<Owner>,
    subjects: Directory,
    hasher: RandomState,
    by_activity: Tree<Activity>,
    by_age: Tree<Age>,
    by_crowd: Tree<Crowd>,
    live: usize,
    by_end: Tree<Activity>,
    ended: usize,
}

impl Order {
    /// Live sessions.
    pub(super) fn live(&self) -> usize {
        self.live
    }

    /// Ended sessions.
    pub(super) fn ended(&self) -> usize {
        self.ended
    }

    /// Live sessions of an owner.
    pub(super) fn live_of(&self, owner: Handle) -> usize {
        self.owners.get(owner).map_or(0, |owner| owner.queue.len as usize)
    }

    /// The owner that a subject is, while it has live sessions.
    pub(super) fn subject(&self, subject: &str) -> Option<Handle> {
        self.subjects.find(self.fingerprint(subject), |handle| {
            self.owners.get(handle).filter(|owner| owner.subject.as_deref() == Some(subject)).map(|_| handle)
        })
    }

    /// The owner of a live session.
    pub(super) fn owner(&self, session: Handle) -> Option<Handle> {
        self.sessions.get(session)?.owner
    }

    /// Takes in a live session. From now on its subject is the same allocation as that of its owner's other sessions.
    pub(super) fn add(&mut self, record: &mut Record) -> Option<Handle> {
        let session = self.sessions.add(Session::default())?;
        self.enter(session, record);
        Some(session)
    }

    /// A live session was used.
    pub(super) fn touch(&mut self, session: Handle, at: Timestamp) {
        let Some(owner) = self.owner(session) else {
            return;
        };
        self.change(owner, |sessions, queue| {
            queue.by_activity.remove(sessions, session);
            if let Some(place) = sessions.get_mut(session) {
                place.last = at.into();
            }
            queue.by_activity.insert(sessions, session);
        });
    }

    /// A live session is another's now, or began anew.
    pub(super) fn renew(&mut self, session: Handle, record: &mut Record) {
        self.leave(session);
        self.enter(session, record);
    }

    /// A live session ended.
    pub(super) fn end(&mut self, session: Handle, at: Timestamp) {
        self.leave(session);
        if let Some(place) = self.sessions.get_mut(session) {
            place.last = at.into();
        }
        self.by_end.insert(&mut self.sessions, session);
        self.ended += 1;
    }

    /// An ended session is dropped.
    pub(super) fn forget(&mut self, session: Handle) {
        self.by_end.remove(&mut self.sessions, session);
        self.ended -= 1;
        self.sessions.remove(session);
    }

    /// The session that ended first.
    pub(super) fn first_ended(&self) -> Option<(Handle, Timestamp)> {
        let session = self.by_end.first(&self.sessions)?;
        Some((session, self.sessions.get(session)?.last.into()))
    }

    /// A live session that has run into a limit, if one has.
    pub(super) fn ran_out(&self, terms: Terms<'_>) -> Option<Handle> {
        let idle = self.by_activity.first(&self.owners).and_then(|owner| self.idle_of(owner, terms));
        idle.or_else(|| self.by_age.first(&self.owners).and_then(|owner| self.aged_of(owner, terms)))
    }

    /// One of the owner's that has run into a limit, if one has.
    pub(super) fn ran_out_of(&self, owner: Handle, terms: Terms<'_>) -> Option<Handle> {
        self.idle_of(owner, terms).or_else(|| self.aged_of(owner, terms))
    }

    fn idle_of(&self, owner: Handle, terms: Terms<'_>) -> Option<Handle> {
        let Owner { queue, least_active, .. } = self.owners.get(owner)?;
        let deadline = terms.policy.idle_deadline((*least_active).into())?;
        if deadline <= terms.now { queue.by_activity.first(&self.sessions) } else { None }
    }

    fn aged_of(&self, owner: Handle, terms: Terms<'_>) -> Option<Handle> {
        let Owner { queue, oldest, .. } = self.owners.get(owner)?;
        let deadline = terms.policy.absolute_deadline((*oldest).into())?;
        if deadline <= terms.now { queue.by_age.first(&self.sessions) } else { None }
    }

    /// Who goes when the owner has too many.
    pub(super) fn least_active_of(&self, owner: Handle, spared: Option<Handle>) -> Option<Handle> {
        let queue = self.owners.get(owner)?.queue;
        queue.by_activity.iter(&self.sessions).find(|session| Some(*session) != spared)
    }

    /// Who goes when there are too many in all: the least recently active of the most crowded owner.
    pub(super) fn least_active(&self, spared: Option<Handle>) -> Option<Handle> {
        // At most two steps: only an owner whose single session is spared has none to give.
        self.by_crowd.iter(&self.owners).find_map(|owner| self.least_active_of(owner, spared))
    }

    /// The owner's live sessions, the most recently active first.
    pub(super) fn recent_first(&self, owner: Handle) -> Vec<Handle> {
        let mut sessions: Vec<_> = self
            .owners
            .get(owner)
            .map_or_else(Vec::new, |owner| owner.queue.by_activity.iter(&self.sessions).collect());
        sessions.reverse();
        sessions
    }

    fn fingerprint(&self, subject: &str) -> Fingerprint {
        self.hasher.hash_one(subject).into()
    }

    fn enter(&mut self, session: Handle, record: &mut Record) {
        let known = record.subject.as_deref().and_then(|subject| self.subject(subject));
        let Some(owner) = known.or_else(|| self.new_owner(record.subject.clone())) else {
            return;
        };
        record.subject = self.owners.get(owner).and_then(|owner| owner.subject.clone());
        if let Some(place) = self.sessions.get_mut(session) {
            place.last = record.last_activity.into();
            place.created = record.created.into();
            place.owner = Some(owner);
        }
        self.change(owner, |sessions, queue| {
            queue.len += 1;
            queue.by_activity.insert(sessions, session);
            queue.by_age.insert(sessions, session);
        });
        self.live += 1;
    }

    fn leave(&mut self, session: Handle) {
        let Some(owner) = self.sessions.get_mut(session).and_then(|place| place.owner.take()) else {
            return;
        };
        self.change(owner, |sessions, queue| {
            queue.len -= 1;
            queue.by_activity.remove(sessions, session);
            queue.by_age.remove(sessions, session);
        });
        self.live -= 1;
    }

    fn new_owner(&mut self, subject: Option<Arc<str>>) -> Option<Handle> {
        let fingerprint = subject.as_deref().map(|subject| self.fingerprint(subject));
        let owner = self.owners.add(Owner { subject, ..Owner::default() })?;
        if let Some(fingerprint) = fingerprint {
            self.subjects.add(fingerprint, owner);
        }
        Some(owner)
    }

    /// Changes an owner's sessions, and its place among the owners with them. An owner without any is gone.
    fn change(&mut self, owner: Handle, change: impl FnOnce(&mut Slab<Session>, &mut Queue)) {
        let Some((mut queue, before)) = self.owners.get(owner).map(|owner| (owner.queue, owner.rank())) else {
            return;
        };
        change(&mut self.sessions, &mut queue);
        let after = self.rank(queue);
        let moved =
            |differ: bool| [before.len > 0 && (differ || after.len == 0), after.len > 0 && (differ || before.len == 0)];
        let [out_of_crowd, into_crowd] = moved(before.crowd() != after.crowd());
        let [out_of_activity, into_activity] = moved(before.least_active != after.least_active);
        let [out_of_age, into_age] = moved(before.oldest != after.oldest);
        let owners = &mut self.owners;
        if out_of_crowd {
            self.by_crowd.remove(owners, owner);
        }
        if out_of_activity {
            self.by_activity.remove(owners, owner);
        }
        if out_of_age {
            self.by_age.remove(owners, owner);
        }
        if let Some(place) = owners.get_mut(owner) {
            (place.queue, place.least_active, place.oldest) = (queue, after.least_active, after.oldest);
        }
        if into_crowd {
            self.by_crowd.insert(owners, owner);
        }
        if into_activity {
            self.by_activity.insert(owners, owner);
        }
        if into_age {
            self.by_age.insert(owners, owner);
        }
        if after.len == 0 {
            self.drop_owner(owner);
        }
    }

    fn rank(&self, queue: Queue) -> Rank {
        let first = |session: Option<Handle>| session.and_then(|session| self.sessions.get(session));
        Rank {
            len: queue.len,
            least_active: first(queue.by_activity.first(&self.sessions)).map(|first| first.last).unwrap_or_default(),
            oldest: first(queue.by_age.first(&self.sessions)).map(|first| first.created).unwrap_or_default(),
        }
    }

    fn drop_owner(&mut self, owner: Handle) {
        let subject = self.owners.get_mut(owner).and_then(|owner| owner.subject.take());
        if let Some(subject) = subject {
            self.subjects.remove(self.fingerprint(&subject), owner);
        }
        self.owners.remove(owner);
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> [usize; 3] {
        [self.sessions.len(), self.owners.len(), self.subjects.len()]
    }
}
