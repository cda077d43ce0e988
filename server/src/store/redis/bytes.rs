//! How scripts are told, and how they answer. The other half of it is `lua/record.lua`.

use std::{str, sync::Arc, time::Duration};

use sha2::{Digest, Sha256};

use crate::{
    clock::Timestamp,
    id::{FAMILY_ID_BYTES, FamilyId, SessionHash},
    policy::{Limits, RanOut, WhenFull},
    record::{Data, EndReason, Key, Record},
    store::{
        Terms,
        rules::{Kept, MAX_ALIASES, remembered_for},
    },
};

/// The greatest number that Lua tells from its neighbours: no limit, and the end of time.
const FOREVER: u64 = 1 << 53;
/// Whose the sessions without a subject are.
const NOBODY: [u8; 16] = [0; 16];
const LIVE: u8 = 0;

/// Bytes that are written one after the other, numbers with the greatest byte first.
#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    fn millis(self, duration: Option<Duration>) -> Self {
        self.number(duration.map_or(FOREVER, |limit| u64::try_from(limit.as_millis()).unwrap_or(FOREVER)))
    }

    fn time(self, at: Timestamp) -> Self {
        self.number(at.as_millis())
    }

    fn number(self, number: u64) -> Self {
        self.bytes(&number.min(FOREVER).to_be_bytes())
    }

    fn count(self, count: usize) -> Self {
        self.number(u64::try_from(count).unwrap_or(FOREVER))
    }

    fn size(self, bytes: &[u8]) -> Self {
        // A record is kilobytes at most: bodies of requests are limited.
        self.bytes(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes())
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

/// The time and the policy, as every script reads them.
pub(super) fn terms(Terms { now, policy }: Terms<'_>) -> Vec<u8> {
    Writer::with_capacity(72)
        .time(now)
        .millis(policy.idle)
        .millis(policy.absolute.limit())
        .millis(remembered_for(policy, EndReason::RanOut(RanOut::Idle)))
        .millis(remembered_for(policy, EndReason::Revoked))
        .millis(Some(policy.rotation_grace))
        .millis(Some(policy.touch_every))
        // So that a sweep comes by before Redis drops it unseen.
        .millis(Some(policy.cleanup.every.saturating_mul(2)))
        .count(MAX_ALIASES)
        .0
}

pub(super) fn limits(limits: Limits) -> Vec<u8> {
    let evicts = u8::from(limits.when_full == WhenFull::Evict);
    Writer::with_capacity(17).count(limits.total).count(limits.per_subject).bytes(&[evicts]).0
}

pub(super) fn time(at: Timestamp) -> Vec<u8> {
    Writer::with_capacity(8).time(at).0
}

/// Whose sessions these are, of a fixed size and unreadable in a key.
pub(super) fn owner(subject: Option<&str>) -> [u8; 16] {
    subject.map_or(NOBODY, |subject| {
        let hash: [u8; 32] = Sha256::digest(subject.as_bytes()).into();
        let mut owner = NOBODY;
        owner.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        owner
    })
}

/// Text that may be missing, which is not the same as empty.
pub(super) fn text(text: Option<&str>) -> Vec<u8> {
    text.map_or_else(Vec::new, |text| [b"=", text.as_bytes()].concat())
}

pub(super) fn data(data: &Data) -> Vec<u8> {
    Writer::with_capacity(1 + data.sealed.len()).bytes(&[u8::from(data.remember)]).bytes(&data.sealed).0
}

/// A live record under its one id.
pub(super) fn record(record: &Record, id: SessionHash) -> Vec<u8> {
    let (subject, agent) = (text(record.subject.as_deref()), text(record.user_agent.as_deref()));
    let data = data(&record.data);
    Writer::with_capacity(121 + subject.len() + agent.len() + data.len())
        .bytes(&[LIVE])
        .number(0)
        .time(record.last_seen)
        .time(record.last_activity)
        .number(0)
        .time(record.created)
        .time(record.proven)
        .time(record.rotated)
        .bytes(&record.epoch.to_be_bytes())
        .size(&subject)
        .size(&agent)
        .size(&data)
        .bytes(&owner(record.subject.as_deref()))
        .bytes(id.as_bytes())
        .bytes(&subject)
        .bytes(&agent)
        .bytes(&data)
        .0
}

/// A record with its ids, as hashes.
pub(super) struct Stored {
    kept: Kept,
    id: [u8; 32],
    /// Each with the time it was replaced.
    aliases: Vec<([u8; 32], Timestamp)>,
}

impl Stored {
    /// What the key finds, and whether it is an alias. Nothing: the key is no id of it any more.
    pub(super) fn by(self, key: Key, terms: Terms<'_>) -> Option<(Kept, bool)> {
        let alias = match key {
            Key::Family(_) => false,
            Key::Session(id) if self.id == *id.as_bytes() => false,
            Key::Session(id) => {
                let (_, replaced) = self.aliases.iter().find(|(alias, _)| alias == id.as_bytes())?;
                if replaced.plus(terms.policy.rotation_grace) <= terms.now {
                    return None;
                }
                true
            }
        };
        Some((self.kept, alias))
    }
}

/// Bytes that are read one after the other. `None`: there are no more, or they make no sense.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn family(&mut self) -> Option<FamilyId> {
        self.array::<FAMILY_ID_BYTES>().map(FamilyId::from_bytes)
    }

    /// A family and its live record.
    pub(super) fn record(&mut self) -> Option<Record> {
        self.stored().map(|stored| stored.kept.record)
    }

    /// A family and what is stored under it.
    pub(super) fn stored(&mut self) -> Option<Stored> {
        let family = self.family()?;
        let (state, _stored_until) = (self.byte()?, self.time()?);
        let (last_seen, last_activity) = (self.time()?, self.time()?);
        let ended_at = self.time()?;
        let (created, proven, rotated) = (self.time()?, self.time()?, self.time()?);
        let epoch = self.number()?;
        let sizes = [self.number()?, self.number()?, self.number()?].map(usize::try_from);
        let _owner = self.bytes(NOBODY.len())?;
        let id = self.array()?;
        let [subject, agent, data] = sizes;
        let (subject, user_agent) = (self.text(subject.ok()?)?, self.text(agent.ok()?)?);
        // What has ended has none.
        let (remember, sealed) = self.bytes(data.ok()?)?.split_first().unwrap_or((&0, &[]));
        let data = Data { sealed: sealed.to_vec(), remember: *remember != 0 };
        let record =
            Record { family, epoch, subject, data, created, last_seen, last_activity, proven, rotated, user_agent };
        let ended = (state != LIVE).then(|| (reason(i64::from(state)), ended_at));
        let mut aliases = Vec::new();
        while !self.0.is_empty() {
            aliases.push((self.array()?, self.time()?));
        }
        Some(Stored { kept: Kept { record, ended }, id, aliases })
    }

    fn text(&mut self, size: usize) -> Option<Option<Arc<str>>> {
        match self.bytes(size)?.split_first() {
            None => Some(None),
            Some((_, text)) => str::from_utf8(text).ok().map(|text| Some(Arc::from(text))),
        }
    }

    fn time(&mut self) -> Option<Timestamp> {
        self.array().map(|bytes| Timestamp::from_millis(u64::from_be_bytes(bytes)))
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    fn array<const SIZE: usize>(&mut self) -> Option<[u8; SIZE]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn bytes(&mut self, size: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(bytes)
    }
}

pub(super) const fn reason_to_number(reason: EndReason) -> u8 {
    match reason {
        EndReason::Revoked => 1,
        EndReason::Evicted => 2,
        EndReason::RanOut(RanOut::Idle) => 3,
        EndReason::RanOut(RanOut::Absolute) => 4,
    }
}

/// A reason this version does not know still means "ended".
pub(super) const fn reason(number: i64) -> EndReason {
    match number {
        2 => EndReason::Evicted,
        3 => EndReason::RanOut(RanOut::Idle),
        4 => EndReason::RanOut(RanOut::Absolute),
        _ => EndReason::Revoked,
    }
}
