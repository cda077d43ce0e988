//! Ending and re-establishing at the same time.

use std::{fmt, pin::Pin};

use async_trait::async_trait;
use parking_lot::Mutex;

use super::*;
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, EndReason, Key, Record, SignIn},
    store::{Checked, Created, Patched, Rotated, StoreError, SubjectEnded, Swept},
};

/// The moment in which somebody meddles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A record is created or signed in on.
    Record,
    EndSubject,
}

/// A store on which somebody else does something whole, from the log to the store, in a moment between two steps.
struct Meddled {
    store: Arc<MemoryStore>,
    meddling: Mutex<Option<(Before, Meddling)>>,
}

type Meddling = Pin<Box<dyn Future<Output = ()> + Send>>;

impl fmt::Debug for Meddled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meddled")
    }
}

impl Meddled {
    async fn meddle(&self, moment: Before) {
        let meddling = self.meddling.lock().take_if(|(before, _)| *before == moment);
        if let Some((_, meddling)) = meddling {
            meddling.await;
        }
    }

    fn before(&self, moment: Before, meddling: impl Future<Output = ()> + Send + 'static) {
        *self.meddling.lock() = Some((moment, Box::pin(meddling)));
    }
}

#[async_trait]
impl Store for Meddled {
    async fn create(
        &self,
        terms: Terms<'_>,
        record: Record,
        id: SessionHash,
        replaces: Option<FamilyId>,
    ) -> Result<Created, StoreError> {
        self.meddle(Before::Record).await;
        self.store.create(terms, record, id, replaces).await
    }
    async fn check_and_touch(&self, terms: Terms<'_>, key: Key, activity: bool) -> Result<Checked, StoreError> {
        self.store.check_and_touch(terms, key, activity).await
    }
    async fn rotate(
        &self,
        terms: Terms<'_>,
        family: FamilyId,
        id: SessionHash,
        sign_in: Option<SignIn>,
    ) -> Result<Rotated, StoreError> {
        if sign_in.is_some() {
            self.meddle(Before::Record).await;
        }
        self.store.rotate(terms, family, id, sign_in).await
    }
    async fn end(&self, terms: Terms<'_>, family: FamilyId, reason: EndReason) -> Result<bool, StoreError> {
        self.store.end(terms, family, reason).await
    }
    async fn end_subject(
        &self,
        terms: Terms<'_>,
        subject: &str,
        not_before: Timestamp,
        except: Option<FamilyId>,
    ) -> Result<SubjectEnded, StoreError> {
        self.meddle(Before::EndSubject).await;
        self.store.end_subject(terms, subject, not_before, except).await
    }
    async fn list(&self, terms: Terms<'_>, subject: &str) -> Result<Vec<Record>, StoreError> {
        self.store.list(terms, subject).await
    }
    async fn patch(&self, terms: Terms<'_>, family: FamilyId, seen: &Data, data: Data) -> Result<Patched, StoreError> {
        self.store.patch(terms, family, seen, data).await
    }
    async fn sweep(&self, terms: Terms<'_>) -> Result<Swept, StoreError> {
        self.store.sweep(terms).await
    }
    async fn stats(&self) -> Result<Stats, StoreError> {
        self.store.stats().await
    }
    async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    fn is_durable(&self) -> bool {
        self.store.is_durable()
    }
}

impl World {
    /// After a restart, with a sign-out of `presented` that falls between a reconnect's look at the log and its record.
    /// Answers a service over the same store, with which nobody meddles.
    pub(super) fn restart_meddled(&mut self, presented: &Presented, everywhere: bool) -> Sessions {
        let (plain, meddled) = self.over_meddled(self.sessions.parts.revocations.clone());
        let (other, presented) = (plain.clone(), presented.clone());
        meddled.before(Before::Record, async move { drop(other.logout(&presented, everywhere).await.unwrap()) });
        plain
    }

    /// After a restart, over a store that can be meddled with. Answers a service over the same store, with which nobody
    /// meddles.
    fn over_meddled(&mut self, revocations: Revocations) -> (Sessions, Arc<Meddled>) {
        let store = Arc::new(MemoryStore::new());
        let over = |store: Arc<dyn Store>| {
            Sessions::new(self.policy, store, sealer(KEY), revocations.clone(), Arc::new(self.clock.clone()))
        };
        let plain = over(store.clone());
        let meddled = Arc::new(Meddled { store, meddling: Mutex::new(None) });
        self.sessions = over(meddled.clone());
        (plain, meddled)
    }
}

#[tokio::test]
async fn a_logout_between_the_log_and_the_record_is_seen_by_the_second_look() {
    for everywhere in [false, true] {
        let mut world = World::new();
        let browser = world.signed_in(Some("alice")).await;
        let other = world.signed_in(Some("alice")).await;
        world.restart_meddled(&browser.presented, everywhere);
        assert_eq!(world.refusal(&browser).await, SessionRevoked);
        assert_eq!(world.live().await, 0);
        assert_eq!(world.refusal(&browser).await, SessionRevoked);
        // The other device is ended by "everywhere" alone, also when it is the one that comes back just then.
        world.restart_meddled(&browser.presented, everywhere);
        assert_eq!(world.sessions.validate(&other.presented, false).await.is_err(), everywhere);
    }
}

#[tokio::test]
async fn a_logout_everywhere_while_another_device_comes_back_ends_that_one_too() {
    let mut world = World::new();
    let (laptop, phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    world.restart_meddled(&laptop.presented, true);
    assert_eq!(world.refusal(&phone).await, SessionRevoked);
    assert_eq!(world.live().await, 0);
}

#[tokio::test]
async fn a_sign_in_that_a_logout_everywhere_overtakes_is_refused_whole() {
    let mut world = World::new();
    let laptop = world.signed_in(Some("alice")).await;
    world.clock.advance(SECOND);
    world.restart_meddled(&laptop.presented, true);
    let connected =
        world.sessions.connect(&Presented::default(), CREDENTIAL.into(), Some("alice".to_owned()), true).await;
    assert_eq!(connected.unwrap_err().code, SessionRevoked);
    assert_eq!(world.live().await, 0);
}

#[tokio::test]
async fn whoever_is_revoked_on_the_way_to_a_store_without_a_log_revokes_nobody() {
    let mut world = World::new();
    let (plain, meddled) = world.over_meddled(Revocations::by_store());
    let (laptop, mut phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    let presented = phone.presented.clone();
    // So that the phone counts as proven before what the laptop ends.
    world.clock.advance(SECOND);
    meddled.before(Before::EndSubject, async move { drop(plain.revoke_others(&presented).await.unwrap()) });
    assert_eq!(world.sessions.revoke_others(&laptop.presented).await.unwrap_err().code, SessionRevoked);
    assert!(world.validate(&mut phone).await.is_ok());
    assert_eq!((world.refusal(&laptop).await, world.live().await), (SessionRevoked, 1));
}

#[tokio::test]
async fn what_the_log_calls_outdated_ends_also_where_the_survivor_signs_out_before_the_store_hears() {
    let mut world = World::new();
    let (plain, meddled) = world.over_meddled(world.sessions.parts.revocations.clone());
    let (laptop, phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    let presented = laptop.presented.clone();
    meddled.before(Before::EndSubject, async move { drop(plain.logout(&presented, false).await.unwrap()) });
    assert_eq!(world.sessions.revoke_others(&laptop.presented).await.unwrap_err().code, SessionRevoked);
    assert_eq!((world.refusal(&phone).await, world.live().await), (SessionRevoked, 0));
}

#[tokio::test]
async fn of_two_that_sign_in_on_one_begun_session_each_has_one_of_its_own() {
    let mut world = World::new();
    let (plain, meddled) = world.over_meddled(world.sessions.parts.revocations.clone());
    let mut mallory = world.begun("nonce").await;
    let mut alice = mallory.clone();
    let (tell, told) = tokio::sync::oneshot::channel();
    let presented = mallory.presented.clone();
    meddled.before(Before::Record, async move {
        let signed_in = plain.sign_in(&presented, CREDENTIAL.into(), "mallory".to_owned(), true).await;
        tell.send(signed_in).unwrap();
    });
    let granted = world.sign_in(&mut alice, "alice", true).await.unwrap();
    assert_eq!((granted.answer.subject.as_deref(), granted.answer.epoch), (Some("alice"), 1));
    let signed_in = told.await.unwrap().unwrap();
    assert!(signed_in.went_on);
    mallory.hear(Ok(signed_in.granted)).unwrap();
    for restarted in [false, true] {
        for (browser, subject) in [(&mut mallory, "mallory"), (&mut alice, "alice")] {
            let granted = world.validate(browser).await.unwrap();
            assert_eq!((granted.answer.subject.as_deref(), granted.answer.reconnected), (Some(subject), restarted));
        }
        world.restart();
    }
}

const ROUNDS: usize = 1_000;

/// Races a sign-out against reconnects of the same ticket, each round over an empty store as after a restart.
async fn race(everywhere: bool) {
    let mut world = World::new();
    let (mut reconnected, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let browser = world.signed_in(Some("alice")).await;
        world.clock.advance(Duration::from_millis(1));
        // An empty store and the same log and keys: what a restart leaves.
        world.sessions = Sessions::new(
            world.policy,
            Arc::new(MemoryStore::new()),
            sealer(KEY),
            world.sessions.parts.revocations.clone(),
            Arc::new(world.clock.clone()),
        );
        let logout = tokio::spawn({
            let (sessions, presented) = (world.sessions.clone(), browser.presented.clone());
            async move { sessions.logout(&presented, everywhere).await }
        });
        let validate = tokio::spawn({
            let (sessions, presented) = (world.sessions.clone(), browser.presented.clone());
            async move { sessions.validate(&presented, true).await }
        });
        let reconnect = tokio::spawn({
            let (sessions, presented) = (world.sessions.clone(), browser.without_session().presented);
            async move { sessions.reconnect_by_ticket(&presented).await }
        });
        logout.await.unwrap().unwrap();
        let mut jars = vec![browser.clone(), browser.without_session()];
        for answer in [validate.await.unwrap(), reconnect.await.unwrap()] {
            match answer {
                Ok(granted) => {
                    reconnected += 1;
                    let mut jar = browser.clone();
                    jar.take(&granted.session, &granted.ticket);
                    jars.push(jar.without_session());
                    jars.push(jar);
                }
                Err(no) => {
                    refused += 1;
                    assert_eq!(no.code, SessionRevoked, "round {round}");
                }
            }
        }
        assert_eq!(world.live().await, 0, "round {round}");
        for jar in jars {
            assert_eq!(world.refusal(&jar).await, SessionRevoked, "round {round}");
        }
    }
    assert_eq!(reconnected + refused, 2 * ROUNDS);
    // A race that always ends the same way is none.
    assert!(refused > 0, "{reconnected} reconnected, {refused} refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_raced_by_reconnects_1000_times_never_leaves_a_live_session() {
    race(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_everywhere_raced_by_reconnects_1000_times_never_leaves_a_live_session() {
    race(true).await;
}
