//! What the operator wants: flags, environment and a TOML file, checked as a whole before anything starts.
//!
//! Each setting is a flag (`--public-origin`), an environment variable (`SESSION_KEEPALIVE_PUBLIC_ORIGIN`) and a key of
//! the file (`public-origin`). A flag outweighs the environment, which outweighs the file. A list given in one place
//! replaces the list of a lighter one; policy knobs (`--set`) are weighed knob by knob.

mod error;
mod knobs;
mod origin;
mod report;
mod resolve;
mod settings;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use tracing::level_filters::LevelFilter;

use crate::address::PostgresAddress;
use crate::policy::Policy;
use crate::store::memory::MemoryStore;
use crate::store::postgres::PostgresStore;
use crate::store::redis::{RedisAddress, RedisStore};
use crate::store::sqlite::SqliteStore;

pub use error::ConfigError;
pub use knobs::{Source, Sources};
pub use origin::{NotAnOrigin, Origin};
pub use report::PolicyReport;
pub(crate) use resolve::{another_site, sent_same_site};
pub use settings::{Cli, Command, Settings};

/// The folder that keys, revocations and the demo's files are kept in where nothing else is named.
pub const DEFAULT_FOLDER: &str = ".session-keepalive";

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The policy in force.
    pub policy: Policy,
    /// Where its values come from.
    pub sources: Sources,
    /// Where sessions are kept.
    pub store: StoreChoice,
    /// The targets that may be connected to.
    pub allow_target: Vec<String>,
    /// The folder of `sqlite:` targets.
    pub files_root: Option<PathBuf>,
    /// Where the ticket keys come from.
    pub ticket_keys: KeySource,
    /// Where ended families are remembered.
    pub revocations: RevocationChoice,
    /// Where browsers find the server; none: at the address listened on.
    pub public_origin: Option<Origin>,
    /// Other origins whose script may call.
    pub allow_origin: Vec<Origin>,
    /// Proxies whose `x-forwarded-for` is believed.
    pub trust_proxy: Vec<IpNet>,
    /// The folders served as pages.
    pub site: Vec<Mount>,
    /// The form of the log.
    pub log: LogFormat,
    /// How much is in it.
    pub log_level: LevelFilter,
    /// Whether the fault controls exist.
    pub demo: bool,
    /// Bounds that protect the server.
    pub limits: Limits,
}

/// Where sessions are kept.
#[derive(Clone, Debug)]
pub enum StoreChoice {
    /// In this process.
    Memory,
    /// In a SQLite file.
    Sqlite(PathBuf),
    /// In a PostgreSQL database.
    Postgres(PostgresAddress),
    /// In Redis or Valkey.
    Redis(RedisAddress),
}

impl StoreChoice {
    /// Whether sessions outlive the process there.
    pub const fn is_durable(&self) -> bool {
        match self {
            Self::Memory => MemoryStore::DURABLE,
            Self::Sqlite(_) => SqliteStore::DURABLE,
            Self::Postgres(_) => PostgresStore::DURABLE,
            Self::Redis(_) => RedisStore::DURABLE,
        }
    }
}

/// As it is written, without a password.
impl fmt::Display for StoreChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory:"),
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Self::Postgres(address) => address.fmt(f),
            Self::Redis(address) => address.fmt(f),
        }
    }
}

/// Where the ticket keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file. Over plain http (development) it is made where there is none.
    File(PathBuf),
    /// The environment variable of that name.
    Environment(String),
}

/// Where ended families are remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationChoice {
    /// In a SQLite file.
    Sqlite(PathBuf),
    /// In this process alone.
    None,
    /// In the store itself, which lasts.
    Store,
}

/// A folder served as pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// `/`, or `/name` without a slash at its end.
    pub path: String,
    /// The folder.
    pub dir: PathBuf,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Bounds that protect the server. Not flags: the defaults fit a server of any size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// TCP connections at a time; more wait in the system's queue. Below the 1,024 files that a process may usually have
    /// open, with room for targets and logs.
    pub connections: usize,
    /// Sign-ins and reconnects at a time; more are told when to come back.
    pub sign_ins: usize,
    /// Sessions of one source that a handler has begun and nobody has signed in on, an hour; for more it is told when to
    /// come back.
    pub begun: u32,
    /// Connections to targets kept open at a time.
    pub kept_targets: usize,
    /// How long a connection to a target is kept without use.
    pub target_idle: Duration,
    /// How long a client may take to send the head of a request, also on an idle connection.
    pub head_time: Duration,
    /// How long a client may take to send a body.
    pub body_time: Duration,
    /// How long a graceful stop waits for what is in flight.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 800,
            sign_ins: 32,
            begun: 100,
            kept_targets: 64,
            target_idle: Duration::from_secs(60),
            head_time: Duration::from_secs(20),
            body_time: Duration::from_secs(10),
            stop_time: Duration::from_secs(10),
        }
    }
}
