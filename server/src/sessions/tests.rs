use std::time::Duration;

use secrecy::ExposeSecret;
use session_keepalive::wire::ProblemCode::{self, *};
use tempfile::TempDir;

use super::*;
use crate::{
    clock::ManualClock,
    id::SessionId,
    policy::{CookieAge, End, Limits, SERVERLESS_24H, WhenFull},
    store::memory::MemoryStore,
    ticket::{TicketCookie, TicketKeys},
};

mod data;
mod failures;
mod keys;
mod lasting;
mod limits;
mod nearer;
mod person;
mod race;
mod restart;
mod rotation;
mod seen;
mod sign_in;

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const CREDENTIAL: &str = "postgres://alice:secret@db.internal/app";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A server whose process can restart: the keys, the revocation file and the clock stay, the memory goes.
struct World {
    folder: TempDir,
    clock: ManualClock,
    policy: Policy,
    durable: bool,
    sessions: Sessions,
}

impl World {
    fn new() -> Self {
        Self::with(SERVERLESS_24H)
    }

    fn with(policy: Policy) -> Self {
        assert_eq!(policy.validate(), Ok(()));
        let (folder, clock) = (tempfile::tempdir().unwrap(), ManualClock::default());
        let sessions = start(&folder, &clock, policy, true);
        Self { folder, clock, policy, durable: true, sessions }
    }

    fn restart(&mut self) {
        self.sessions = start(&self.folder, &self.clock, self.policy, self.durable);
    }

    async fn connect(&self, browser: &mut Browser) -> Granted {
        let granted = self
            .sessions
            .connect(&browser.presented, CREDENTIAL.into(), browser.subject.map(str::to_owned), true)
            .await
            .unwrap();
        browser.take(&granted.session, &granted.ticket);
        granted
    }

    /// Signs in on whatever session the browser has.
    async fn sign_in(&self, browser: &mut Browser, subject: &str, remember: bool) -> Result<Granted, Refused> {
        let signed_in =
            self.sessions.sign_in(&browser.presented, CREDENTIAL.into(), subject.to_owned(), remember).await;
        browser.hear(signed_in.map(|signed_in| signed_in.granted))
    }

    /// A browser whose session keeps `data` and has no subject yet.
    async fn begun(&self, data: &str) -> Browser {
        let mut browser = Browser::default();
        let begun = self.sessions.connect(&browser.presented, data.into(), None, false).await;
        browser.hear(begun).unwrap();
        browser
    }

    /// A browser that has signed in.
    async fn signed_in(&self, subject: Option<&'static str>) -> Browser {
        let mut browser = Browser { subject, ..Browser::default() };
        self.connect(&mut browser).await;
        browser
    }

    async fn validate(&self, browser: &mut Browser) -> Result<Granted, Refused> {
        let checked = self.sessions.validate(&browser.presented, false).await;
        browser.hear(checked)
    }

    async fn reconnect(&self, browser: &mut Browser) -> Result<Granted, Refused> {
        let reconnected = self.sessions.reconnect_by_ticket(&browser.presented).await;
        browser.hear(reconnected)
    }

    /// The code that a check is refused with.
    async fn refusal(&self, browser: &Browser) -> ProblemCode {
        self.sessions.validate(&browser.presented, false).await.unwrap_err().code
    }

    async fn live(&self) -> usize {
        self.sessions.stats().await.unwrap().live
    }
}

fn start(folder: &TempDir, clock: &ManualClock, policy: Policy, durable: bool) -> Sessions {
    let log = if durable { Revocations::sqlite(&folder.path().join("revocations.db")) } else { Revocations::none() };
    Sessions::new(policy, Arc::new(MemoryStore::new()), sealer(KEY), log.unwrap(), Arc::new(clock.clone()))
}

fn sealer(keys: &str) -> Sealer {
    Sealer::new(TicketKeys::parse(&keys.into()).unwrap(), "/api", "https://app.example")
}

/// What a browser's cookie jar holds.
#[derive(Clone, Default)]
struct Browser {
    presented: Presented,
    subject: Option<&'static str>,
}

impl Browser {
    fn take(&mut self, session: &CookieChange<SessionId>, ticket: &CookieChange<TicketCookie>) {
        put(&mut self.presented.session, session);
        put(&mut self.presented.ticket, ticket);
    }

    fn hear(&mut self, answer: Result<Granted, Refused>) -> Result<Granted, Refused> {
        match &answer {
            Ok(granted) => self.take(&granted.session, &granted.ticket),
            Err(refused) => self.take(&refused.session, &refused.ticket),
        }
        answer
    }

    fn without_session(&self) -> Self {
        Self { presented: Presented { session: None, ..self.presented.clone() }, ..self.clone() }
    }

    fn without_ticket(&self) -> Self {
        Self { presented: Presented { ticket: None, ..self.presented.clone() }, ..self.clone() }
    }
}

fn put<Value: Clone>(jar: &mut Option<Value>, change: &CookieChange<Value>) {
    match change {
        CookieChange::Keep => {}
        CookieChange::Set { value, .. } => *jar = Some(value.clone()),
        CookieChange::Remove => *jar = None,
    }
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

#[tokio::test]
async fn a_sign_in_answers_its_limits_and_sets_both_cookies() {
    let world = World::new();
    let granted = world.connect(&mut Browser { subject: Some("alice@db"), ..Browser::default() }).await;
    let answer = granted.answer;
    assert!(answer.valid && !answer.reconnected);
    assert_eq!((answer.epoch, answer.subject.as_deref()), (1, Some("alice@db")));
    assert_eq!((answer.idle_in, answer.absolute_in), (Some(86_400), Some(2_592_000)));
    assert_eq!((answer.warn_in, answer.next_check_in), (Some(86_100), None));
    assert!(matches!(granted.session, CookieChange::Set { max_age: None, .. }));
    assert!(matches!(granted.ticket, CookieChange::Set { max_age: Some(age), .. } if age == DAY));
}

#[tokio::test]
async fn without_remember_there_is_no_ticket_and_one_of_before_is_removed() {
    let world = World::new();
    let granted = world.sessions.connect(&Presented::default(), CREDENTIAL.into(), None, false).await.unwrap();
    assert!(matches!(granted.ticket, CookieChange::Remove));
}

#[tokio::test]
async fn a_check_is_answered_and_changes_no_cookie() {
    let world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    world.clock.advance(MINUTE);
    let granted = world.validate(&mut browser).await.unwrap();
    assert_eq!((granted.answer.reconnected, granted.answer.idle_in), (false, Some(86_340)));
    assert!(matches!((granted.session, granted.ticket), (CookieChange::Keep, CookieChange::Keep)));
}

#[tokio::test]
async fn a_touch_moves_the_idle_limit_and_seals_the_ticket_again() {
    let mut world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    for _ in 0..96 {
        world.clock.advance(MINUTE * 15);
        let granted = world.validate(&mut browser).await.unwrap();
        assert_eq!(granted.answer.idle_in, Some(86_400));
        assert!(matches!(granted.ticket, CookieChange::Set { max_age: Some(age), .. } if age == DAY));
    }
    // The ticket knows of the activity: after a day of use and another 23 hours away it still re-establishes.
    world.restart();
    world.clock.advance(HOUR * 23);
    assert!(world.validate(&mut browser).await.unwrap().answer.reconnected);
}

#[tokio::test]
async fn a_dropped_ticket_stays_away() {
    let mut world = World::new();
    let mut browser = world.signed_in(Some("alice")).await.without_ticket();
    world.clock.advance(HOUR);
    assert!(matches!(world.validate(&mut browser).await.unwrap().ticket, CookieChange::Keep));
    world.restart();
    assert_eq!(world.refusal(&browser).await, SessionUnknown);
}

#[tokio::test]
async fn nothing_at_all_is_unknown() {
    let world = World::new();
    assert_eq!(world.refusal(&Browser::default()).await, SessionUnknown);
    let refused = world.sessions.reconnect_by_ticket(&Presented::default()).await.unwrap_err();
    assert_eq!(refused.code, SessionUnknown);
    assert!(matches!((refused.session, refused.ticket), (CookieChange::Keep, CookieChange::Keep)));
}

#[tokio::test]
async fn an_unreadable_ticket_is_refused_and_both_cookies_go() {
    let world = World::new();
    let browser = world.signed_in(Some("alice")).await;
    let mut text = browser.presented.ticket.as_ref().unwrap().reveal().to_owned();
    text.pop();
    for broken in [text, String::new(), "junk".to_owned()] {
        let mut other = browser.without_session();
        other.presented.ticket = Some(TicketCookie::presented(broken));
        let refused = world.validate(&mut other).await.unwrap_err();
        assert_eq!(refused.code, ReconnectRefused);
        assert!(other.presented.session.is_none() && other.presented.ticket.is_none());
    }
}

#[tokio::test]
async fn an_unreadable_ticket_leaves_a_live_session_as_it_was() {
    let world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    browser.presented.ticket = Some(TicketCookie::presented("junk".to_owned()));
    assert!(world.validate(&mut browser).await.is_ok());
    assert_eq!(world.reconnect(&mut browser).await.unwrap_err().code, ReconnectRefused);
    assert!(browser.presented.ticket.is_none());
    assert!(world.validate(&mut browser).await.is_ok());
}

#[tokio::test]
async fn signing_in_ends_the_session_presented() {
    let mut world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    let before = browser.clone();
    world.connect(&mut browser).await;
    assert_eq!(world.refusal(&before).await, SessionRevoked);
    assert_eq!(world.refusal(&before.without_session()).await, SessionRevoked);
    assert!(world.validate(&mut browser).await.is_ok());
    assert_eq!(world.live().await, 1);
    // Also where only the ticket knew of it.
    world.restart();
    let before = browser.clone();
    world.connect(&mut browser).await;
    assert_eq!(world.refusal(&before.without_session()).await, SessionRevoked);
    assert_eq!(world.live().await, 1);
}

#[tokio::test]
async fn a_ticket_too_large_is_refused_at_connect_and_the_session_stays() {
    let world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    let large: SecretString = "x".repeat(4_000).into();
    let refused = world.sessions.connect(&browser.presented, large.clone(), None, true).await.unwrap_err();
    assert_eq!(refused.code, PayloadTooLarge);
    assert!(refused.detail.contains("remember=false") && !refused.detail.contains("xxx"), "{}", refused.detail);
    assert!(world.validate(&mut browser).await.is_ok());
    assert_eq!(world.live().await, 1);
    let granted = world.sessions.connect(&browser.presented, large, None, false).await.unwrap();
    assert!(matches!(granted.ticket, CookieChange::Remove));
}

#[tokio::test]
async fn protected_work_gets_the_credential_and_counts_as_a_use() {
    let world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    world.clock.advance(HOUR * 23);
    let unlocked = world.sessions.unlock(&browser.presented).await.unwrap();
    assert_eq!(unlocked.data.expose_secret(), CREDENTIAL);
    assert!(matches!(unlocked.ticket, CookieChange::Set { .. }));
    assert!(!format!("{unlocked:?}").contains("secret@"));
    world.clock.advance(HOUR * 23);
    assert!(world.validate(&mut browser).await.is_ok());
    let lost = browser.without_session();
    assert_eq!(world.sessions.unlock(&lost.presented).await.unwrap_err().code, SessionUnknown);
    world.sessions.logout(&browser.presented, false).await.unwrap();
    assert_eq!(world.sessions.unlock(&browser.presented).await.unwrap_err().code, SessionRevoked);
}

#[tokio::test]
async fn a_logout_ends_the_session_and_its_ticket_for_good() {
    let world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    let other = world.signed_in(Some("alice")).await;
    let before = browser.clone();
    let out = world.sessions.logout(&browser.presented, false).await.unwrap();
    browser.take(&out.session, &out.ticket);
    assert!(browser.presented.session.is_none() && browser.presented.ticket.is_none());
    assert_eq!(world.refusal(&before).await, SessionRevoked);
    assert_eq!(world.refusal(&before.without_session()).await, SessionRevoked);
    assert_eq!(world.reconnect(&mut before.clone()).await.unwrap_err().code, SessionRevoked);
    assert!(world.validate(&mut other.clone()).await.is_ok());
    for presented in [&before.presented, &browser.presented] {
        world.sessions.logout(presented, false).await.unwrap();
        world.sessions.logout(presented, true).await.unwrap();
    }
    assert!(world.validate(&mut other.clone()).await.is_ok());
}

#[tokio::test]
async fn a_logout_everywhere_ends_the_subjects_sessions_and_nobody_elses() {
    let world = World::new();
    let (laptop, phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    let (mut bob, mut alone) = (world.signed_in(Some("bob")).await, world.signed_in(None).await);
    world.sessions.logout(&laptop.presented, true).await.unwrap();
    for browser in [&laptop, &phone] {
        assert_eq!(world.refusal(browser).await, SessionRevoked);
        assert_eq!(world.refusal(&browser.without_session()).await, SessionRevoked);
    }
    assert!(world.validate(&mut bob).await.is_ok());
    assert!(world.validate(&mut alone).await.is_ok());
    // Whoever has no subject is alone everywhere.
    let another = world.signed_in(None).await;
    world.sessions.logout(&another.presented, true).await.unwrap();
    assert!(world.validate(&mut alone).await.is_ok());
}

#[tokio::test]
async fn a_sign_in_in_the_millisecond_of_a_logout_everywhere_survives_it() {
    let mut world = World::new();
    let first = world.signed_in(Some("alice")).await;
    world.sessions.logout(&first.presented, true).await.unwrap();
    let mut second = world.signed_in(Some("alice")).await;
    world.restart();
    assert!(world.validate(&mut second).await.unwrap().answer.reconnected);
    assert_eq!(world.refusal(&first).await, SessionRevoked);
    // And the next logout everywhere, still in that millisecond, ends it too.
    world.sessions.logout(&second.presented, true).await.unwrap();
    world.restart();
    assert_eq!(world.refusal(&second).await, SessionRevoked);
}

#[tokio::test]
async fn a_revoked_ticket_signs_nobody_out_everywhere() {
    let world = World::new();
    let stolen = world.signed_in(Some("alice")).await;
    world.sessions.logout(&stolen.presented, false).await.unwrap();
    let mut owner = world.signed_in(Some("alice")).await;
    world.sessions.logout(&stolen.presented, true).await.unwrap();
    assert!(world.validate(&mut owner).await.is_ok());
}

#[tokio::test]
async fn a_remembered_credential_signs_in_once_per_key() {
    let world = World::new();
    let by = async |presented: &Presented, name: &str, subject: &str| {
        world.sessions.reconnect_by_credential(presented, &key(name), CREDENTIAL.into(), Some(subject.to_owned())).await
    };
    let nothing = Presented::default();
    let first = by(&nothing, "one", "alice").await.unwrap();
    assert_eq!((first.answer.epoch, first.answer.reconnected), (1, true));
    assert!(matches!(first.ticket, CookieChange::Keep));
    let again = by(&nothing, "one", "alice").await.unwrap();
    assert_eq!((again.answer.epoch, world.live().await), (1, 1));
    for granted in [&first, &again] {
        let mut browser = Browser::default();
        browser.take(&granted.session, &granted.ticket);
        assert!(world.validate(&mut browser).await.is_ok());
    }
    by(&nothing, "two", "alice").await.unwrap();
    by(&nothing, "one", "mallory").await.unwrap();
    assert_eq!(world.live().await, 3);

    // Signing out ends it for its key as well.
    let mut browser = Browser::default();
    browser.take(&again.session, &again.ticket);
    world.sessions.logout(&browser.presented, false).await.unwrap();
    assert_eq!(by(&nothing, "one", "alice").await.unwrap_err().code, SessionRevoked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_sign_ins_with_one_key_make_one_session() {
    let world = World::new();
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let sessions = world.sessions.clone();
            tokio::spawn(async move {
                sessions.reconnect_by_credential(&Presented::default(), &key("k"), CREDENTIAL.into(), None).await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().answer.epoch, 1);
    }
    assert_eq!(world.live().await, 1);
}

#[tokio::test]
async fn a_credential_sign_in_leaves_other_sessions_and_replaces_the_ticket_presented() {
    let world = World::new();
    let mut first = world.signed_in(Some("alice")).await;
    let granted = world
        .sessions
        .reconnect_by_credential(&first.presented, &key("k"), CREDENTIAL.into(), Some("alice".to_owned()))
        .await
        .unwrap();
    assert!(matches!(granted.ticket, CookieChange::Set { .. }));
    assert!(world.validate(&mut first).await.is_ok());
    assert_eq!(world.live().await, 2);
}

#[tokio::test]
async fn with_reconnect_off_there_is_no_way_back() {
    let mut world = World::with(Policy { reconnect: Reconnect::Off, ..SERVERLESS_24H });
    let granted = world.sessions.connect(&Presented::default(), CREDENTIAL.into(), None, true).await.unwrap();
    assert!(matches!(granted.ticket, CookieChange::Remove));
    assert_eq!(world.sessions.may_reconnect().unwrap_err().code, ReconnectRefused);
    let refused = world
        .sessions
        .reconnect_by_credential(&Presented::default(), &key("k"), CREDENTIAL.into(), None)
        .await
        .unwrap_err();
    assert_eq!((refused.code, world.live().await), (ReconnectRefused, 1));

    world.policy.reconnect = Reconnect::Ticket;
    world.restart();
    let browser = world.signed_in(Some("alice")).await;
    world.policy.reconnect = Reconnect::Off;
    world.restart();
    assert_eq!(world.refusal(&browser).await, SessionUnknown);
    assert_eq!(world.reconnect(&mut browser.clone()).await.unwrap_err().code, ReconnectRefused);
}

#[test]
fn an_idempotency_key_is_short_visible_ascii() {
    for (text, good) in [
        ("", false),
        ("a", true),
        ("0189d7a2-5f3e-7c1b-9f4e-2d1a6b8c0e3f", true),
        ("with space", false),
        ("tab\t", false),
        ("ümlaut", false),
        (&"k".repeat(128), true),
        (&"k".repeat(129), false),
    ] {
        assert_eq!(IdempotencyKey::parse(text).is_some(), good, "{text:?}");
    }
    assert_eq!(format!("{:?}", key("visible")), "IdempotencyKey(hidden)");
}
