//! One service over any store, with a clock that stands until it is moved, and the browsers that speak to it.

use std::{
    fs,
    path::Path,
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use deadpool_postgres::{Manager, Pool};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
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
        postgres::PostgresStore,
        redis::{RedisAddress, RedisStore},
        sqlite::SqliteStore,
    },
    ticket::{Sealer, TicketCookie, TicketKeys},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio_postgres::{Config, NoTls};

use super::{
    http::{Answer, Backend},
    postgres::{Login, cluster},
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
            super::$promise($crate::world::World::new($preset, $open).await).await;
        }
    )*};
}
pub(crate) use promises;

/// Opens a store that keeps its files, if it has any, below this folder.
pub(crate) type Open = fn(&Path) -> Opening<'_>;
type Opening<'a> = Pin<Box<dyn Future<Output = Opened> + 'a>>;

/// A store, and what belongs to it.
pub(crate) struct Opened {
    store: Arc<dyn Store>,
    /// Does a restart find the sessions there?
    lasts: bool,
    /// The application's connections, which the store was handed.
    pool: Option<Pool>,
}

impl Opened {
    fn new(store: impl Store, lasts: bool) -> Self {
        Self { store: Arc::new(store), lasts, pool: None }
    }
}

/// Forgets with each restart.
pub(crate) fn in_memory(_: &Path) -> Opening<'_> {
    Box::pin(async { Opened::new(MemoryStore::new(), false) })
}

/// A SQLite file, which lasts.
pub(crate) fn in_a_file(folder: &Path) -> Opening<'_> {
    Box::pin(async { Opened::new(SqliteStore::open(&folder.join("sessions.db")).unwrap(), true) })
}

/// A real Redis, under a name that no other test has.
pub(crate) fn in_redis(folder: &Path) -> Opening<'_> {
    let store = RedisStore::named(RedisAddress::parse(&redis_url().into()).unwrap(), name_of(folder));
    Box::pin(async { Opened::new(store, true) })
}

/// A real PostgreSQL, in a schema that no other test has, through the one connection of an application.
pub(crate) fn in_postgres(folder: &Path) -> Opening<'_> {
    Box::pin(async {
        static LOGIN: OnceCell<Login> = OnceCell::const_new();
        let login = LOGIN.get_or_init(|| cluster().login()).await;
        let schema = name_of(folder);
        let mut config = Config::new();
        config
            .host("127.0.0.1")
            .port(login.port)
            .user(&login.user)
            .password(&login.password)
            .dbname(&login.database)
            .application_name(schema)
            .options(format!("-c search_path=\"{schema}\""));
        let pool = Pool::builder(Manager::new(config, NoTls)).max_size(1).build().unwrap();
        let connection = pool.get().await.unwrap();
        connection.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).await.unwrap();
        drop(connection);
        let store = PostgresStore::with_pool(pool.clone()).await.unwrap();
        Opened { pool: Some(pool), ..Opened::new(store, true) }
    })
}

/// This test binary's Redis.
pub(crate) fn redis_url() -> String {
    static REDIS: OnceLock<Redis> = OnceLock::new();
    REDIS.get_or_init(|| Redis::start(&[])).url()
}

fn name_of(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap()
}

/// A server whose process can restart: keys, revocation log and clock stay, and of the store what lasts.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) clock: ManualClock,
    pub(crate) policy: Policy,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sessions: Sessions,
    opened: Opened,
    open: Open,
}

impl World {
    /// `open` opens the store, and opens it again after a restart.
    pub(crate) async fn new(name: &str, open: Open) -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), ManualClock::default());
        let (policy, opened) = (preset(name).unwrap().policy, open(folder.path()).await);
        let sessions = serve(&folder, &clock, policy, &opened);
        Self { folder, clock, policy, store: opened.store.clone(), sessions, opened, open }
    }

    /// The process ends, and another begins.
    pub(crate) async fn restart(&mut self) {
        self.opened = (self.open)(self.folder.path()).await;
        self.store = self.opened.store.clone();
        self.sessions = serve(&self.folder, &self.clock, self.policy, &self.opened);
    }

    /// Another policy over the same store.
    pub(crate) fn govern(&mut self, policy: Policy) {
        assert_eq!(policy.validate(), Ok(()));
        self.policy = policy;
        self.sessions = serve(&self.folder, &self.clock, policy, &self.opened);
    }

    /// The application's connection to the PostgreSQL that the sessions are in.
    pub(crate) async fn sql(&self) -> deadpool_postgres::Object {
        self.opened.pool.as_ref().unwrap().get().await.unwrap()
    }

    /// The keys and indexes of the tables that the sessions are in.
    pub(crate) async fn keys_and_indexes(&self) -> Vec<Key> {
        let sql = "SELECT relname::text, indisprimary,
                       (SELECT string_agg(pg_get_indexdef(indexrelid, place, true), ', ' ORDER BY place)
                        FROM generate_series(1, indnatts) AS place)
                   FROM pg_index JOIN pg_class ON indrelid = pg_class.oid
                   WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
                   ORDER BY indexrelid";
        let rows = self.sql().await.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| Key { table: row.get(0), primary: row.get(1), columns: row.get(2) }).collect()
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

/// A primary key or an index of PostgreSQL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) table: String,
    pub(crate) columns: String,
    pub(crate) primary: bool,
}

fn serve(folder: &TempDir, clock: &ManualClock, policy: Policy, opened: &Opened) -> Sessions {
    let sealer = Sealer::new(TicketKeys::parse(&KEY.into()).unwrap(), "/api", "https://app.example");
    let log = match opened.lasts {
        true => Revocations::by_store(),
        false => Revocations::sqlite(&folder.path().join("revocations.db")).unwrap(),
    };
    Sessions::new(policy, opened.store.clone(), sealer, log, Arc::new(clock.clone()))
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

    /// A session that keeps `data`, and whose person is not known yet.
    pub(crate) async fn begin(&mut self, world: &World, data: &Value) -> Result<Granted, Refused> {
        let answer = world.sessions.connect(&self.presented, data.to_string().into(), None, false).await;
        self.hear(answer)
    }

    /// The person comes back to it, known by now.
    pub(crate) async fn sign_in(&mut self, world: &World, subject: &str, data: &Value) -> Result<Granted, Refused> {
        let answer = world.sessions.sign_in(&self.presented, data.to_string().into(), subject.to_owned(), false).await;
        self.hear(answer.map(|signed_in| signed_in.granted))
    }

    /// What the session keeps.
    pub(crate) async fn kept(&self, world: &World) -> Value {
        let unlocked = world.sessions.unlock(&self.presented).await.unwrap();
        serde_json::from_str(unlocked.data.expose_secret()).unwrap()
    }

    /// Changes one part of what the session keeps.
    pub(crate) async fn change(&self, world: &World, part: &str, to: Value) -> Result<(), Refused> {
        let part = part.to_owned();
        let change = move |kept: SecretString| {
            let mut kept: Value = serde_json::from_str(kept.expose_secret()).unwrap();
            kept[&part] = to.clone();
            Ok(kept.to_string().into())
        };
        world.sessions.update(&self.presented, change).await.map(drop)
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
