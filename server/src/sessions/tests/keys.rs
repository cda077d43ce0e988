//! Keys that are rotated while people are signed in.

use super::*;

const NEXT: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// Servers with keys of their own on one store, one log and one clock, as a rolling deployment has them.
struct Fleet {
    world: World,
    store: Arc<MemoryStore>,
}

impl Fleet {
    fn new() -> Self {
        Self { world: World::new(), store: Arc::new(MemoryStore::new()) }
    }

    /// With a store that all share.
    fn server(&self, keys: &str) -> Sessions {
        self.over(keys, self.store.clone())
    }

    /// With a memory that knows nothing.
    fn restarted(&self, keys: &str) -> Sessions {
        self.over(keys, Arc::new(MemoryStore::new()))
    }

    fn over(&self, keys: &str, store: Arc<MemoryStore>) -> Sessions {
        let log = Revocations::sqlite(&self.world.folder.path().join("revocations.db")).unwrap();
        Sessions::new(self.world.policy, store, sealer(keys), log, Arc::new(self.world.clock.clone()))
    }
}

async fn signed_in(sessions: &Sessions) -> Browser {
    let mut browser = Browser::default();
    let granted = sessions.connect(&Presented::default(), CREDENTIAL.into(), None, true).await.unwrap();
    browser.take(&granted.session, &granted.ticket);
    browser
}

async fn check(sessions: &Sessions, browser: &mut Browser) -> Result<Granted, ProblemCode> {
    let checked = sessions.validate(&browser.presented, false).await;
    browser.hear(checked).map_err(|refused| refused.code)
}

#[tokio::test]
async fn a_touch_seals_a_ticket_of_the_older_key_again_under_the_first() {
    let fleet = Fleet::new();
    let mut browser = signed_in(&fleet.server(KEY)).await;
    let old = browser.clone();
    let both = fleet.server(&format!("{NEXT}\n{KEY}"));
    assert!(matches!(check(&both, &mut browser).await.unwrap().ticket, CookieChange::Keep), "nothing is due yet");
    fleet.world.clock.advance(fleet.world.policy.touch_every);
    assert!(matches!(check(&both, &mut browser).await.unwrap().ticket, CookieChange::Set { .. }));
    // Only whoever kept the ticket of before is lost once the old key is gone.
    let (mut browser, mut old) = (browser.without_session(), old.without_session());
    assert!(check(&fleet.restarted(NEXT), &mut browser).await.unwrap().answer.reconnected);
    assert_eq!(check(&fleet.restarted(NEXT), &mut old).await.unwrap_err(), ReconnectRefused);
}

#[tokio::test]
async fn a_reconnect_seals_a_ticket_of_the_older_key_again_under_the_first() {
    let fleet = Fleet::new();
    let mut browser = signed_in(&fleet.server(KEY)).await;
    let granted = check(&fleet.restarted(&format!("{NEXT},{KEY}")), &mut browser).await.unwrap();
    assert_eq!((granted.answer.reconnected, granted.answer.epoch), (true, 2));
    assert_eq!(check(&fleet.restarted(NEXT), &mut browser).await.unwrap().answer.epoch, 3);
}

#[tokio::test]
async fn servers_that_get_the_new_key_one_after_another_read_each_others_tickets() {
    let fleet = Fleet::new();
    // First every server learns to open with the new key, then they begin to seal with it.
    let (before, after) = (format!("{KEY},{NEXT}"), format!("{NEXT},{KEY}"));
    let mut browser = signed_in(&fleet.restarted(&before)).await;
    for (epoch, keys) in [(2, &after), (3, &before), (4, &after), (5, &before)] {
        assert_eq!(check(&fleet.restarted(keys), &mut browser).await.unwrap().answer.epoch, epoch);
    }
}

#[tokio::test]
async fn a_kept_credential_whose_key_is_gone_says_so() {
    let fleet = Fleet::new();
    let browser = signed_in(&fleet.server(KEY)).await;
    let refused = fleet.server(NEXT).unlock(&browser.presented).await.unwrap_err();
    assert_eq!(refused.code, ReconnectRefused);
    assert!(refused.detail.contains("a key that is gone"), "{}", refused.detail);
    fleet.world.clock.advance(fleet.world.policy.touch_every);
    // At a touch the ticket is to be sealed again, which needs the credential.
    let other = fleet.server(NEXT);
    assert_eq!(other.list(&browser.presented).await.unwrap_err().code, ReconnectRefused);
    let unlocked = fleet.server(&format!("{NEXT},{KEY}")).unlock(&browser.presented).await.unwrap();
    assert_eq!(unlocked.data.expose_secret(), CREDENTIAL);
}

async fn by_credential(sessions: &Sessions) -> Result<Browser, ProblemCode> {
    let subject = Some("alice".to_owned());
    let signed_in =
        sessions.reconnect_by_credential(&Presented::default(), &key("k"), CREDENTIAL.into(), subject).await;
    let mut browser = Browser::default();
    browser.hear(signed_in).map_err(|refused| refused.code)?;
    Ok(browser)
}

#[tokio::test]
async fn a_sign_in_retried_while_keys_are_rotated_is_the_same_session() {
    let fleet = Fleet::new();
    let mut first = by_credential(&fleet.server(KEY)).await.unwrap();
    // Also where one server has the new key already, and another not yet in front.
    for keys in [format!("{NEXT},{KEY}"), format!("{KEY},{NEXT}")] {
        let server = fleet.server(&keys);
        let mut again = by_credential(&server).await.unwrap();
        assert_eq!(server.stats().await.unwrap().live, 1, "{keys}");
        assert!(check(&server, &mut again).await.is_ok() && check(&server, &mut first).await.is_ok());
    }
    let rotated = fleet.server(&format!("{NEXT},{KEY}"));
    rotated.logout(&first.presented, false).await.unwrap();
    assert_eq!(by_credential(&rotated).await.err(), Some(SessionRevoked));
}

#[tokio::test]
async fn a_sign_in_that_was_signed_out_before_keys_were_rotated_stays_so_where_memory_forgets() {
    let fleet = Fleet::new();
    let before = fleet.server(KEY);
    let first = by_credential(&before).await.unwrap();
    before.logout(&first.presented, false).await.unwrap();
    assert_eq!(by_credential(&fleet.restarted(&format!("{NEXT},{KEY}"))).await.err(), Some(SessionRevoked));
    // Once its key is gone, nothing connects it with the attempt any more.
    assert!(by_credential(&fleet.restarted(NEXT)).await.is_ok());
}
