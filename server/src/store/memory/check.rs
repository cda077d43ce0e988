//! Looking at a record, and writing down that it was used.

use super::{Index, MemoryStore, slot::Now};
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
        let (family, id) = match key {
            Key::Family(family) => (family, None),
            Key::Session(id) => match self.ids(id).get(&id) {
                Some(family) => (*family, Some(id)),
                None => return Looked::Unknown,
            },
        };
        let mut slots = self.slots(family);
        let Some(slot) = slots.get_mut(&family) else {
            return Looked::Unknown;
        };
        if id.is_some_and(|id| !slot.ids.accepts(terms, id)) {
            return Looked::Unknown;
        }
        let alias = id.is_some_and(|id| !slot.ids.is_current(id));
        let record = match slot.now(terms) {
            Now::Live(record) => record,
            Now::Ended(reason) => return Looked::Ended(reason),
            Now::Forgotten => return Looked::Unknown,
        };
        let due = Due::of(record, terms, activity);
        if let Some(index) = touch {
            if due == Due::Activity {
                index.live.remove(record);
                // A clock that was set back must not make a session look less recently used than it is.
                record.last_activity = record.last_activity.max(terms.now);
                index.live.add(record);
            }
            if due != Due::Nothing {
                record.last_seen = record.last_seen.max(terms.now);
            }
        }
        Looked::Live { record: record.clone(), alias, due }
    }
}
