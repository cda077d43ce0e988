//! A store or log that fails, and callers that go away.

use async_trait::async_trait;

use super::*;
use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, EndReason, Key, Record, SignIn},
    store::{Checked, Created, Patched, Rotated, StoreError, SubjectEnded, Swept, sqlite::SqliteStore},
};

/// A store that is down.
#[derive(Debug)]
struct Down;

fn down<T>() -> Result<T, StoreError> {
    Err(StoreError("connection refused".to_owned()))
}

#[async_trait]
impl Store for Down {
    async fn create(
        &self,
        _: Terms<'_>,
        _: Record,
        _: SessionHash,
        _: Option<FamilyId>,
    ) -> Result<Created, StoreError> {
        down()
    }
    async fn check_and_touch(&self, _: Terms<'_>, _: Key, _: bool) -> Result<Checked, StoreError> {
        down()
    }
    async fn rotate(
        &self,
        _: Terms<'_>,
        _: FamilyId,
        _: SessionHash,
        _: Option<SignIn>,
    ) -> Result<Rotated, StoreError> {
        down()
    }
    async fn end(&self, _: Terms<'_>, _: FamilyId, _: EndReason) -> Result<bool, StoreError> {
        down()
    }
    async fn end_subject(
        &self,
        _: Terms<'_>,
        _: &str,
        _: Timestamp,
        _: Option<FamilyId>,
    ) -> Result<SubjectEnded, StoreError> {
        down()
    }
    async fn list(&self, _: Terms<'_>, _: &str) -> Result<Vec<Record>, StoreError> {
        down()
    }
    async fn patch(&self, _: Terms<'_>, _: FamilyId, _: &Data, _: Data) -> Result<Patched, StoreError> {
        down()
    }
    async fn sweep(&self, _: Terms<'_>) -> Result<Swept, StoreError> {
        down()
    }
    async fn stats(&self) -> Result<Stats, StoreError> {
        down()
    }
    async fn ping(&self) -> Result<(), StoreError> {
        down()
    }

    fn is_durable(&self) -> bool {
        true
    }
}

fn assert_unavailable<T: std::fmt::Debug>(answer: Result<T, Refused>) {
    let refused = answer.unwrap_err();
    assert_eq!(refused.code, StoreUnavailable);
    assert!(refused.retry_after.is_some());
    assert!(!refused.detail.contains("connection refused"));
    assert!(matches!((refused.session, refused.ticket), (CookieChange::Keep, CookieChange::Keep)));
}

#[tokio::test]
async fn a_store_that_is_down_is_never_a_lost_session() {
    let world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    let sealer = Sealer::new(TicketKeys::parse(&KEY.into()).unwrap(), "/api", "https://app.example");
    let sessions = Sessions::new(
        SERVERLESS_24H,
        Arc::new(Down),
        sealer,
        Revocations::none().unwrap(),
        Arc::new(world.clock.clone()),
    );
    for browser in [&browser, &browser.without_session(), &browser.without_ticket()] {
        let presented = &browser.presented;
        assert_unavailable(sessions.validate(presented, false).await);
        assert_unavailable(sessions.reconnect_by_ticket(presented).await);
        assert_unavailable(sessions.logout(presented, false).await);
        assert_unavailable(sessions.connect(presented, CREDENTIAL.into(), None, true).await);
        assert_unavailable(sessions.reconnect_by_credential(presented, &key("k"), CREDENTIAL.into(), None).await);
    }
    assert_unavailable(sessions.unlock(&browser.presented).await);
    assert_unavailable(sessions.ping().await);
    assert_unavailable(sessions.stats().await);
    assert_unavailable(sessions.sweep().await);
}

#[tokio::test]
async fn a_log_that_fails_ends_nothing_and_brings_nothing_back() {
    let mut world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    let lost = world.signed_in(Some("bob")).await;
    let break_it = |world: &World| {
        let file = rusqlite::Connection::open(world.folder.path().join("revocations.db")).unwrap();
        file.execute_batch("ALTER TABLE ended_family RENAME TO away").unwrap();
    };
    let mend_it = |world: &World| {
        let file = rusqlite::Connection::open(world.folder.path().join("revocations.db")).unwrap();
        file.execute_batch("ALTER TABLE away RENAME TO ended_family").unwrap();
    };
    break_it(&world);
    assert_unavailable(world.sessions.logout(&browser.presented, true).await);
    assert_unavailable(world.sessions.connect(&browser.presented, CREDENTIAL.into(), None, true).await);
    assert!(world.validate(&mut browser).await.is_ok());
    mend_it(&world);
    world.restart();
    break_it(&world);
    assert_unavailable(world.sessions.validate(&lost.presented, false).await);
    assert_eq!(world.live().await, 0);
    mend_it(&world);
    assert!(world.validate(&mut lost.clone()).await.unwrap().answer.reconnected);
    assert!(world.validate(&mut browser).await.unwrap().answer.reconnected);
}

#[tokio::test]
async fn a_connect_whose_ending_of_the_old_session_fails_leaves_the_old_one_only() {
    let world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    let file = rusqlite::Connection::open(world.folder.path().join("revocations.db")).unwrap();
    // The log can be read and not written, as on a full disk.
    file.execute_batch("CREATE TRIGGER full BEFORE INSERT ON ended_family BEGIN SELECT raise(ABORT, 'disk full'); END")
        .unwrap();
    assert_unavailable(world.sessions.connect(&browser.presented, CREDENTIAL.into(), None, true).await);
    assert!(world.validate(&mut browser).await.is_ok());
    assert_eq!(world.live().await, 1);
    assert_unavailable(world.sessions.logout(&browser.presented, false).await);
    assert!(world.validate(&mut browser).await.is_ok());
}

#[tokio::test]
async fn a_logout_whose_caller_goes_away_comes_to_its_end() {
    let world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    {
        let logout = world.sessions.logout(&browser.presented, true);
        let mut logout = std::pin::pin!(logout);
        // Polled once, so that it has started, then dropped.
        std::future::poll_fn(|context| {
            assert!(logout.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    world.sessions.finish().await;
    assert_eq!(world.refusal(&browser).await, SessionRevoked);
    assert_eq!(world.live().await, 0);
}

#[tokio::test]
async fn a_revocation_by_another_instance_is_seen_at_the_next_touch() {
    let world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    let other = start(&world.folder, &world.clock, world.policy, true);
    other.logout(&browser.presented, false).await.unwrap();
    world.clock.advance(world.policy.touch_every);
    assert_eq!(world.validate(&mut browser).await.unwrap_err().code, SessionRevoked);
    assert_eq!(world.live().await, 0);
}

#[tokio::test]
async fn a_sign_out_everywhere_that_fails_half_way_can_be_repeated() {
    let mut world = World::new();
    let file = world.folder.path().join("sessions.db");
    world.sessions = Sessions::new(
        world.policy,
        Arc::new(SqliteStore::open(&file).unwrap()),
        sealer(KEY),
        Revocations::by_store(),
        Arc::new(world.clock.clone()),
    );
    let (phone, laptop) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    let other = rusqlite::Connection::open(&file).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER full BEFORE UPDATE OF ended_at ON session
             WHEN (SELECT count(*) FROM session WHERE ended_at IS NOT NULL) > 0
             BEGIN SELECT raise(ABORT, 'disk full'); END",
        )
        .unwrap();
    assert_unavailable(world.sessions.logout(&phone.presented, true).await);
    other.execute_batch("DROP TRIGGER full").unwrap();
    world.sessions.logout(&phone.presented, true).await.unwrap();
    assert_eq!((world.refusal(&phone).await, world.refusal(&laptop).await), (SessionRevoked, SessionRevoked));
}
