//! The trait's operations, each one critical section.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    MemoryStore,
    order::Owner,
    slot::{Ids, Now, Slot, State},
};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, EndReason, Key, Record, SignIn},
    store::{Checked, Created, Patched, Rotated, Stats, Store, StoreError, Swept, Terms, rules::kept_until},
};

#[async_trait]
impl Store for MemoryStore {
    async fn create(
        &self,
        terms: Terms<'_>,
        record: Record,
        id: SessionHash,
        replaces: Option<FamilyId>,
    ) -> Result<Created, StoreError> {
        let family = record.family;
        let mut index = self.index.lock();
        self.settle(&mut index, terms, family);
        if let Some(joined) = self.turn(terms, family, id) {
            return Ok(Created::Joined(joined));
        }
        let kept = self.slots(family).get_mut(&family).and_then(|slot| match slot.now(terms) {
            Now::Ended(reason) => Some(reason),
            Now::Live(_) | Now::Forgotten => None,
        });
        if let Some(reason) = kept {
            return Ok(Created::Ended(reason));
        }
        self.forget(&mut index, family);
        let Some(evicted) = self.make_room(&mut index, terms, &Owner::of(&record), replaces) else {
            return Ok(Created::Full);
        };
        index.live.add(&record);
        self.slots(family).insert(family, Slot { ids: Ids::new(id), state: State::Live(record) });
        self.ids(id).insert(id, family);
        Ok(Created::Made { evicted, live: index.live.all().len() })
    }

    async fn check_and_touch(&self, terms: Terms<'_>, key: Key, activity: bool) -> Result<Checked, StoreError> {
        let mut looked = self.look(terms, key, activity, None);
        if looked.is_due() {
            // Meanwhile somebody may have touched or ended it: with the order locked, look again.
            looked = self.look(terms, key, activity, Some(&mut self.index.lock()));
        }
        Ok(looked.into())
    }

    async fn rotate(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: Option<SignIn>,
    ) -> Result<Rotated, StoreError> {
        Ok(match sign_in {
            Some(sign_in) => self.sign_in(&mut self.index.lock(), terms, family, id, sign_in),
            None => match self.turn(terms, family, id) {
                Some(record) => Rotated::Done { record, evicted: Vec::new() },
                None => Rotated::NotLive,
            },
        })
    }

    async fn end(&self, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Result<bool, StoreError> {
        Ok(self.end_live(&mut self.index.lock(), terms, family, reason).is_some())
    }

    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<Vec<FamilyId>, StoreError> {
        let mut index = self.index.lock();
        let owner = Owner::Subject(Arc::from(subject));
        let families: Vec<_> = index.live.of(&owner).map_or_else(Vec::new, |queue| queue.recent_first().collect());
        let mut ended = Vec::new();
        for family in families {
            let outdated = match self.slots(family).get_mut(&family).map(|slot| &mut slot.state) {
                Some(State::Live(record)) if Some(family) == except => {
                    record.proven = record.proven.max(not_before.just_after());
                    false
                }
                Some(State::Live(record)) => record.proven <= not_before,
                Some(State::Ended { .. }) | None => false,
            };
            if outdated {
                ended.extend(self.end_live(&mut index, terms, family, EndReason::Revoked).map(|record| record.family));
            }
        }
        Ok(ended)
    }

    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError> {
        let index = self.index.lock();
        let owner = Owner::Subject(Arc::from(subject));
        Ok(index
            .live
            .of(&owner)
            .into_iter()
            .flat_map(|queue| queue.recent_first())
            .filter_map(|family| match self.slots(family).get_mut(&family)?.now(terms) {
                Now::Live(record) => Some(record.clone()),
                Now::Ended(_) | Now::Forgotten => None,
            })
            .collect())
    }

    async fn patch(&self, terms: Terms<'_>, family: FamilyId, seen: &Data, data: Data) -> Result<Patched, StoreError> {
        let mut slots = self.slots(family);
        Ok(match slots.get_mut(&family).map(|slot| slot.now(terms)) {
            Some(Now::Live(record)) if record.data == *seen => {
                record.data = data;
                Patched::Done
            }
            Some(Now::Live(_)) => Patched::Changed,
            Some(Now::Ended(_) | Now::Forgotten) | None => Patched::NotLive,
        })
    }

    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError> {
        let mut index = self.index.lock();
        let mut swept = Swept::default();
        for _ in 0..terms.policy.cleanup.batch {
            if let Some(family) = index.live.all().ran_out(terms) {
                swept.ran_out.extend(self.settle(&mut index, terms, family).map(|reason| (family, reason)));
            } else if let Some(oldest) = index.ended.first().copied()
                && kept_until(terms.policy, oldest.0) <= terms.now
            {
                self.forget(&mut index, oldest.1);
                swept.dropped += 1;
            } else {
                return Ok(swept);
            }
        }
        swept.more = true;
        Ok(swept)
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let index = self.index.lock();
        Ok(Stats { live: index.live.all().len(), ended: index.ended.len() })
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
