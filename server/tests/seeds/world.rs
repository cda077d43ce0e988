//! One service over any store, with a clock that stands until it is moved, and the browsers that speak to it.

use std::{
    fs,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use secrecy::SecretString;
use session_keepalive::wire::{ProblemCode, SessionAnswer};
use session_keepalive_server::{
    clock::{Clock, ManualClock},
    id::SessionId,
    policy::{Policy, preset},
    record::Record,
    revocations::Revocations,
    sessions::{CookieChange, Granted, Presented, Refused, Sessions, Sweep, Sweeper},
    store::{
        Store, Terms,
        memory::MemoryStore,
        redis::{RedisAddress, RedisStore},
        sqlite::SqliteStore,
    },
    ticket::{Sealer, TicketCookie, TicketKeys},
};
use tempfile::TempDir;

use super::{
    http::{Answer, Backend},
    redis::Redis,
};

pub(crate) const CREDENTIAL: &str = "postgres://alice:secret@db.internal/app";
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);
pub(crate) const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// Makes a test of each promise, over each of the preset's stores.
macro_rules! promises {
    ($preset:literal over $($store:ident: $open:expr),+ => $promises:tt) => {
        $(mod $store {
            $crate::world::promises! { @each $preset, $open, $promises }
        })+
    };
    (@each $preset:literal, $open:expr, [$($promise:ident)*]) => {$(
        #[tokio::test]
        async fn $promise() {
            super::$promise($crate::world::World::new($preset, $open)).await;
        }
    )*};
}
pub(crate) use promises;

/// Opens a store that keeps its files, if it has any, below this folder.
pub(crate) type Open = fn(&Path) -> Arc<dyn Store>;

/// Forgets with each restart.
pub(crate) fn in_memory(_: &Path) -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

/// A SQLite file, which lasts.
pub(crate) fn in_a_file(folder: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&folder.join("sessions.db")).unwrap())
}

/// A real Redis, under a name that no other test has.
pub(crate) fn in_redis(folder: &Path) -> Arc<dyn Store> {
    static REDIS: OnceLock<Redis> = OnceLock::new();
    let url = SecretString::from(REDIS.get_or_init(|| Redis::start(&[])).url());
    let name = folder.file_name().unwrap().to_str().unwrap();
    Arc::new(RedisStore::named(RedisAddress::parse(&url).unwrap(), name))
}

/// A server whose process can restart: keys, revocation log and clock stay, and of the store what lasts.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) clock: ManualClock,
    pub(crate) policy: Policy,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sessions: Sessions,
    open: Open,
}

impl World {
    /// `open` opens the store, and opens it again after a restart.
    pub(crate) fn new(name: &str, open: Open) -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), ManualClock::default());
        let (policy, store) = (preset(name).unwrap().policy, open(folder.path()));
        let sessions = serve(&folder, &clock, policy, &store);
        Self { folder, clock, policy, store, sessions, open }
    }

    /// The process ends, and another begins.
    pub(crate) fn restart(&mut self) {
        self.store = (self.open)(self.folder.path());
        self.sessions = serve(&self.folder, &self.clock, self.policy, &self.store);
    }

    /// Another policy over the same store.
    pub(crate) fn govern(&mut self, policy: Policy) {
        assert_eq!(policy.validate(), Ok(()));
        self.policy = policy;
        self.sessions = serve(&self.folder, &self.clock, policy, &self.store);
    }

    pub(crate) fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    /// A browser that has signed in.
    pub(crate) async fn signed_in(&self, subject: &str) -> Browser {
        let mut browser = Browser::default();
        browser.connect(self, subject).await.unwrap();
        browser
    }

    /// How many sessions are live, by a sweep's count.
    pub(crate) async fn live(&self) -> usize {
        self.sessions.sweep().await.unwrap().stats.live
    }

    /// The subject's live sessions.
    pub(crate) async fn list(&self, subject: &str) -> Vec<Record> {
        let terms = Terms { now: self.clock.now(), policy: &self.policy };
        self.store.list(terms, subject).await.unwrap()
    }

    /// A sweep from outside, with an idle limit of its own.
    pub(crate) async fn sweep_idle_for(&self, limit: Duration) -> Sweep {
        let policy = Policy { idle: Some(limit), ..self.policy };
        let revocations = Revocations::none().unwrap();
        let sweeper = Sweeper { store: &*self.store, revocations: &revocations, policy: &policy, clock: &self.clock };
        sweeper.run(|_, _| {}).await.unwrap()
    }
}

fn serve(folder: &TempDir, clock: &ManualClock, policy: Policy, store: &Arc<dyn Store>) -> Sessions {
    let sealer = Sealer::new(TicketKeys::parse(&KEY.into()).unwrap(), "/api", "https://app.example");
    let log = Revocations::sqlite(&folder.path().join("revocations.db")).unwrap();
    Sessions::new(policy, store.clone(), sealer, log, Arc::new(clock.clone()))
}

/// A browser's cookies.
#[derive(Clone, Default)]
pub(crate) struct Browser {
    pub(crate) presented: Presented,
}

impl Browser {
    pub(crate) async fn connect(&mut self, world: &World, subject: &str) -> Result<Granted, Refused> {
        let credential = SecretString::from(CREDENTIAL);
        let answer = world.sessions.connect(&self.presented, credential, Some(subject.to_owned()), true).await;
        self.hear(answer)
    }

    /// A page that asks, as it does every five minutes; nobody is there.
    pub(crate) async fn heartbeat(&mut self, world: &World) -> Result<Granted, Refused> {
        let answer = world.sessions.validate(&self.presented, false).await;
        self.hear(answer)
    }

    /// A page that asks, and the person has done something.
    pub(crate) async fn active(&mut self, world: &World) -> Result<Granted, Refused> {
        let answer = world.sessions.validate(&self.presented, true).await;
        self.hear(answer)
    }

    /// The body of a good answer.
    pub(crate) async fn answer(&mut self, world: &World) -> SessionAnswer {
        self.heartbeat(world).await.unwrap().answer
    }

    /// Why a check is refused.
    pub(crate) async fn refusal(&mut self, world: &World) -> ProblemCode {
        self.heartbeat(world).await.unwrap_err().code
    }

    pub(crate) async fn logout(&mut self, world: &World) {
        let out = world.sessions.logout(&self.presented, false).await.unwrap();
        self.take(&out.session, &out.ticket);
    }

    pub(crate) fn session(&self) -> String {
        self.presented.session.as_ref().unwrap().reveal()
    }

    fn hear(&mut self, answer: Result<Granted, Refused>) -> Result<Granted, Refused> {
        match &answer {
            Ok(granted) => self.take(&granted.session, &granted.ticket),
            Err(refused) => self.take(&refused.session, &refused.ticket),
        }
        answer
    }

    pub(crate) fn take(&mut self, session: &CookieChange<SessionId>, ticket: &CookieChange<TicketCookie>) {
        put(&mut self.presented.session, session);
        put(&mut self.presented.ticket, ticket);
    }
}

fn put<Value: Clone>(jar: &mut Option<Value>, change: &CookieChange<Value>) {
    match change {
        CookieChange::Keep => {}
        CookieChange::Set { value, .. } => *jar = Some(value.clone()),
        CookieChange::Remove => *jar = None,
    }
}

/// The session cookie of a sign-in as it is in production, behind https: its name, and its attributes.
pub(crate) async fn https_cookie(preset: &str) -> (String, String) {
    let backend = Backend::with(|settings| {
        settings.preset = Some(preset.to_owned());
        settings.public_origin = Some("https://app.example".to_owned());
        fs::write(settings.ticket_keys.as_ref().unwrap(), KEY).unwrap();
    })
    .await;
    let answer = backend.browser().connect("sqlite:sample.db").await;
    session_cookie(&answer)
}

fn session_cookie(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{answer:?}");
    let cookies = answer.set_cookies();
    let cookie = cookies.iter().find(|cookie| cookie.contains("session")).unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    let (name, _) = pair.split_once('=').unwrap();
    (name.to_owned(), attributes.to_owned())
}
