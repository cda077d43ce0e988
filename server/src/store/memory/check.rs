//! Looking at a record, and writing down that it was used.

use super::{Index, MemoryStore, slab::Handle, slot::Now};
use crate::{
    record::Key,
    store::{
        Terms,
        rules::{Due, Looked},
    },
};

impl MemoryStore {
    /// `touch`: also write down what is due.
    pub(super) fn look(&self, terms: Terms<'_>, key: Key, activity: bool, touch: Option<&mut Index>) -> Looked {
        let look_at = |handle| Some((handle, self.look_at(handle, terms, key, activity, touch.is_some())?));
        let found = match key {
            Key::Family(family) => self.families.find(family.into(), look_at),
            Key::Session(id) => self.ids.find(id.into(), look_at),
        };
        let Some((handle, looked)) = found else {
            return Looked::Unknown;
        };
        if let (Looked::Live { record, due: Due::Activity, .. }, Some(index)) = (&looked, touch) {
            index.order.touch(handle, record.last_activity);
        }
        looked
    }

    /// `None`: the key leads elsewhere, if anywhere.
    fn look_at(&self, handle: Handle, terms: Terms<'_>, key: Key, activity: bool, touch: bool) -> Option<Looked> {
        let mut slot = self.slots.get(handle).filter(|slot| slot.is_at(terms, key))?;
        let family = slot.family;
        let alias = matches!(key, Key::Session(id) if !slot.ids.is_current(id));
        let live = match slot.now(terms) {
            Now::Live(live) => live,
            Now::Ended(reason) => return Some(Looked::Ended(reason)),
            Now::Forgotten => return Some(Looked::Unknown),
        };
        let mut record = live.record(family);
        let due = Due::of(&record, terms, activity);
        if touch && due != Due::Nothing {
            // A clock that was set back must not make a session look less recently used than it is.
            record.last_seen = record.last_seen.max(terms.now);
            if due == Due::Activity {
                record.last_activity = record.last_activity.max(terms.now);
            }
            live.used(record.last_seen, record.last_activity);
        }
        Some(Looked::Live { record, alias, due })
    }
}
