//! What a session keeps for its work.

use std::{pin::pin, task::Context, task::Waker};

use super::*;
use crate::{record::Data, ticket::MAX_DATA_BYTES};

const EARLIER_KEY: &str = KEY;
const LATER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

impl World {
    async fn update(&self, browser: &mut Browser, data: &str) -> Result<String, Refused> {
        let data = SecretString::from(data);
        let unlocked = self.sessions.update(&browser.presented, move |_| Ok(data.clone())).await?;
        browser.take(&unlocked.session, &unlocked.ticket);
        Ok(unlocked.data.expose_secret().to_owned())
    }

    async fn data(&self, browser: &Browser) -> String {
        self.sessions.unlock(&browser.presented).await.unwrap().data.expose_secret().to_owned()
    }
}

#[tokio::test]
async fn what_is_changed_stays_changed_also_over_a_restart() {
    let mut world = World::new();
    let (mut browser, mut begun) = (world.signed_in(Some("alice")).await, world.begun("nonce").await);
    for browser in [&mut browser, &mut begun] {
        assert_eq!(world.update(browser, "changed").await.unwrap(), "changed");
        assert_eq!(world.data(browser).await, "changed");
    }
    assert!(begun.presented.ticket.is_none());
    world.restart();
    world.validate(&mut browser).await.unwrap();
    assert_eq!(world.data(&browser).await, "changed");
}

#[tokio::test]
async fn what_stays_the_same_is_not_written() {
    let world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    let kept = async || world.sessions.parts.used(&browser.presented, world.clock.now()).await.unwrap().0.data;
    let before = kept().await;
    let unlocked = world.sessions.update(&browser.presented, Ok).await.unwrap();
    assert!(matches!((unlocked.session, unlocked.ticket), (CookieChange::Keep, CookieChange::Keep)));
    assert_eq!(kept().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_changes_side_by_side_none_is_lost() {
    let world = World::new();
    let browser = world.begun("").await;
    let changes: Vec<_> = (0..20)
        .map(|_| {
            let (sessions, presented) = (world.sessions.clone(), browser.presented.clone());
            let longer = |before: SecretString| Ok(SecretString::from(format!("{}+", before.expose_secret())));
            tokio::spawn(async move { sessions.update(&presented, longer).await.unwrap() })
        })
        .collect();
    for change in changes {
        change.await.unwrap();
    }
    assert_eq!(world.data(&browser).await, "+".repeat(20));
}

#[tokio::test]
async fn a_change_that_never_gets_a_turn_gives_up() {
    let world = World::new();
    let browser = world.begun("").await;
    let parts = world.sessions.parts.clone();
    let (record, _) = parts.used(&browser.presented, world.clock.now()).await.unwrap();
    let mut round = 0;
    // Somebody else changes the data between each look and its change.
    let change = move |before: SecretString| {
        round += 1;
        let now = parts.clock.now();
        let mut context = Context::from_waker(Waker::noop());
        let look =
            pin!(parts.store.check_and_touch(parts.terms(now), crate::record::Key::Family(record.family), false));
        let std::task::Poll::Ready(Ok(crate::store::Checked::Valid { record, .. })) = look.poll(&mut context) else {
            panic!("a memory store answers at once");
        };
        let sealed = parts.sealer.seal_data(record.family, &format!("{round}").into()).unwrap();
        let data = Data { sealed, remember: false };
        let patch = pin!(parts.store.patch(parts.terms(now), record.family, &record.data, data));
        assert!(patch.poll(&mut context).is_ready());
        Ok(SecretString::from(format!("{}+", before.expose_secret())))
    };
    let refused = world.sessions.update(&browser.presented, change).await.unwrap_err();
    assert_eq!((refused.code, refused.retry_after.is_some()), (Overloaded, true));
}

#[tokio::test]
async fn too_much_is_refused_and_changes_nothing() {
    let world = World::new();
    let (mut begun, mut browser) = (world.begun("nonce").await, world.signed_in(Some("alice")).await);
    let refused = world.update(&mut begun, &"x".repeat(MAX_DATA_BYTES + 1)).await.unwrap_err();
    assert_eq!(refused.code, PayloadTooLarge);
    assert!(refused.detail.contains("16384") && !refused.detail.contains("xxx"), "{}", refused.detail);
    assert!(world.update(&mut begun, &"x".repeat(MAX_DATA_BYTES)).await.is_ok());
    // Where there is a ticket, it has to fit.
    assert_eq!(world.update(&mut browser, &"x".repeat(4_000)).await.unwrap_err().code, PayloadTooLarge);
    assert_eq!(world.data(&browser).await, CREDENTIAL);
    let large = "x".repeat(MAX_DATA_BYTES + 1).into();
    let refused = world.sessions.connect(&begun.presented, large, None, false).await.unwrap_err();
    assert_eq!(refused.code, PayloadTooLarge);
    assert!(world.validate(&mut begun).await.is_ok());
}

#[tokio::test]
async fn a_change_of_what_is_over_is_refused_with_the_reason() {
    let world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    assert_eq!(world.update(&mut Browser::default(), "x").await.unwrap_err().code, SessionUnknown);
    let before = browser.clone();
    let other = world.sessions.clone();
    let family = world.sessions.parts.used(&browser.presented, world.clock.now()).await.unwrap().0.family;
    // Signed out between the look and the change.
    let change = move |_| {
        let (parts, mut context) = (&other.parts, Context::from_waker(Waker::noop()));
        let now = parts.clock.now();
        let end = pin!(parts.store.end(parts.terms(now), family, crate::record::EndReason::Revoked));
        assert!(end.poll(&mut context).is_ready());
        Ok(SecretString::from("late"))
    };
    let refused = world.sessions.update(&browser.presented, change).await.unwrap_err();
    assert_eq!(refused.code, SessionRevoked);
    assert_eq!(world.update(&mut browser, "x").await.unwrap_err().code, SessionRevoked);
    assert_eq!(world.refusal(&before).await, SessionRevoked);
}

#[tokio::test]
async fn a_change_may_refuse() {
    let world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    let no = |_| Err(Refused::new(InvalidRequest, "no"));
    assert_eq!(world.sessions.update(&browser.presented, no).await.unwrap_err().code, InvalidRequest);
    assert_eq!(world.data(&browser).await, CREDENTIAL);
}

#[tokio::test]
async fn a_session_in_use_outlives_the_key_it_began_under() {
    let world = World::new();
    let store = Arc::new(MemoryStore::new());
    let under = |keys: &str| {
        let log = world.sessions.parts.revocations.clone();
        Sessions::new(world.policy, store.clone(), sealer(keys), log, Arc::new(world.clock.clone()))
    };
    let both = format!("{LATER_KEY},{EARLIER_KEY}");
    let begin = async || {
        let begun = under(EARLIER_KEY).connect(&Presented::default(), "kept".into(), None, false).await.unwrap();
        let mut browser = Browser::default();
        browser.hear(Ok(begun)).unwrap();
        browser
    };
    let (checked, used, unused) = (begin().await, begin().await, begin().await);
    // Within the touch interval nothing is written.
    under(&both).validate(&checked.presented, false).await.unwrap();
    assert_eq!(under(LATER_KEY).unlock(&checked.presented).await.unwrap_err().code, ReconnectRefused);
    world.clock.advance(HOUR);
    under(&both).validate(&checked.presented, false).await.unwrap();
    under(&both).unlock(&used.presented).await.unwrap();
    for browser in [&checked, &used] {
        assert_eq!(under(LATER_KEY).unlock(&browser.presented).await.unwrap().data.expose_secret(), "kept");
    }
    let gone = under(LATER_KEY).unlock(&unused.presented).await.unwrap_err();
    assert_eq!(gone.code, ReconnectRefused);
    assert!(under(LATER_KEY).validate(&unused.presented, false).await.is_ok(), "only its data are gone");
}
