//! The trait's operations, each one critical section.

use async_trait::async_trait;
use parking_lot::MutexGuard;

use super::{
    MemoryStore,
    slot::{Now, State},
};
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, EndReason, Key, Record, SignIn},
    store::{
        Checked, Created, Patched, Rotated, Stats, Store, StoreError, SubjectEnded, Swept, Terms, rules::kept_until,
    },
};

/// Records that a sweep goes through before it lets others have the thread: well under a millisecond.
const WITHOUT_A_BREAK: usize = 32;

#[async_trait]
impl Store for MemoryStore {
    async fn create(
        &self,
        terms: Terms<'_>,
        record: Record,
        id: SessionHash,
        replaces: Option<FamilyId>,
    ) -> Result<Created, StoreError> {
        let index = &mut self.index.lock();
        if let Some(handle) = self.find(record.family) {
            self.settle(index, terms, handle);
            if let Some(joined) = self.turn(index, terms, handle, id) {
                return Ok(Created::Joined(joined));
            }
            let kept = self.slots.get(handle).and_then(|mut slot| match slot.now(terms) {
                Now::Ended(reason) => Some(reason),
                Now::Live(_) | Now::Forgotten => None,
            });
            if let Some(reason) = kept {
                return Ok(Created::Ended(reason));
            }
            self.forget(index, handle);
        }
        let leaving = replaces.and_then(|family| self.find(family));
        let Some(evicted) = self.make_room(index, terms, record.subject.as_deref(), leaving) else {
            return Ok(Created::Full);
        };
        match self.add(index, record, id) {
            Some(()) => Ok(Created::Made { evicted, live: index.order.live() }),
            None => Err(StoreError("it has no place left".to_owned())),
        }
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
        let index = &mut self.index.lock();
        let Some(handle) = self.find(family) else {
            return Ok(Rotated::NotLive);
        };
        Ok(match sign_in {
            Some(sign_in) => self.sign_in(index, terms, handle, id, sign_in),
            None => match self.turn(index, terms, handle, id) {
                Some(record) => Rotated::Done { record, evicted: Vec::new() },
                None => Rotated::NotLive,
            },
        })
    }

    async fn end(&self, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Result<bool, StoreError> {
        let index = &mut self.index.lock();
        Ok(self.find(family).is_some_and(|handle| self.end_live(index, terms, handle, reason).is_some()))
    }

    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<SubjectEnded, StoreError> {
        let index = &mut self.index.lock();
        let owner = index.order.subject(subject);
        if let Some(family) = except {
            let survives = self.find(family).filter(|handle| owner.is_some() && index.order.owner(*handle) == owner);
            let Some(mut slot) = survives.and_then(|handle| self.slots.get(handle)) else {
                return Ok(SubjectEnded::NotLive);
            };
            let Now::Live(live) = slot.now(terms) else {
                return Ok(SubjectEnded::NotLive);
            };
            live.prove(not_before.just_after());
        }
        let mut ended = Vec::new();
        for handle in owner.map_or_else(Vec::new, |owner| index.order.recent_first(owner)) {
            let outdated = self.slots.get(handle).is_some_and(|slot| match &slot.state {
                State::Live(live) => live.proven() <= not_before,
                State::Ended { .. } => false,
            });
            if outdated {
                ended.extend(self.end_live(index, terms, handle, EndReason::Revoked).map(|(family, _)| family));
            }
        }
        Ok(SubjectEnded::Done(ended))
    }

    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError> {
        let order = &self.index.lock().order;
        let sessions = order.subject(subject).map_or_else(Vec::new, |owner| order.recent_first(owner));
        Ok(sessions
            .into_iter()
            .filter_map(|handle| {
                let mut slot = self.slots.get(handle)?;
                let family = slot.family;
                match slot.now(terms) {
                    Now::Live(live) => Some(live.record(family)),
                    Now::Ended(_) | Now::Forgotten => None,
                }
            })
            .collect())
    }

    async fn patch(&self, terms: Terms<'_>, family: FamilyId, seen: &Data, data: Data) -> Result<Patched, StoreError> {
        let _index = self.index.lock();
        let Some(mut slot) = self.find(family).and_then(|handle| self.slots.get(handle)) else {
            return Ok(Patched::NotLive);
        };
        Ok(match slot.now(terms) {
            Now::Live(live) if live.has(seen) => {
                live.keep(data);
                Patched::Done
            }
            Now::Live(_) => Patched::Changed,
            Now::Ended(_) | Now::Forgotten => Patched::NotLive,
        })
    }

    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        for step in 1..=terms.policy.cleanup.batch {
            if !self.sweep_one(terms, &mut swept) {
                return Ok(swept);
            }
            if step.is_multiple_of(WITHOUT_A_BREAK) {
                tokio::task::yield_now().await;
            }
        }
        swept.more = true;
        Ok(swept)
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let order = &self.index.lock().order;
        Ok(Stats { live: order.live(), ended: order.ended() })
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_durable(&self) -> bool {
        Self::DURABLE
    }
}

impl MemoryStore {
    /// False: nothing is left to do.
    fn sweep_one(&self, terms: Terms<'_>, swept: &mut Swept) -> bool {
        let mut index = self.index.lock();
        let ran_out = index.order.ran_out(terms);
        let outdated = index.order.first_ended().filter(|(_, at)| kept_until(terms.policy, *at) <= terms.now);
        if let Some(handle) = ran_out {
            swept.ran_out.extend(self.settle(&mut index, terms, handle));
        } else if let Some((handle, _)) = outdated {
            self.forget(&mut index, handle);
            swept.dropped += 1;
        }
        // Whoever waits is next: a sweep that took the lock again and again would keep everybody out.
        MutexGuard::unlock_fair(index);
        ran_out.or(outdated.map(|(handle, _)| handle)).is_some()
    }
}
