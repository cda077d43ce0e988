//! From a configuration to the parts of a server: keys, revocation log, store, targets, and sessions over them.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::SecretString;

use crate::clock::Clock;
use crate::config::{Config, ConfigError, KeySource, Origin, RevocationChoice, StoreChoice};
use crate::http::{Builder, ConnectionStrings, SessionKeepalive, StartError};
use crate::revocations::Revocations;
use crate::store::Store;
use crate::store::memory::MemoryStore;
use crate::store::postgres::PostgresStore;
use crate::store::redis::RedisStore;
use crate::store::sqlite::SqliteStore;
use crate::store::timed::Timed;
use crate::targets::{TargetRules, Targets, sample};
use crate::telemetry;
use crate::ticket::TicketKeys;

/// The demo's database, below the files' folder.
const SAMPLE: &str = "sample.db";

/// What a server is made of.
pub(crate) struct Parts {
    pub(crate) sessions: SessionKeepalive,
    pub(crate) targets: Arc<Targets>,
    pub(crate) metrics: PrometheusHandle,
    /// Where ended families are remembered, in words.
    pub(crate) revocations: String,
    /// Where the configuration falls short.
    pub(crate) warnings: Vec<String>,
}

/// Makes the parts for a server at `address`; makes the files that may be made.
pub(crate) async fn assemble(
    config: &Config,
    address: SocketAddr,
    public: &Origin,
    clock: Arc<dyn Clock>,
) -> Result<Parts, StartError> {
    if config.demo {
        write_sample(config)?;
    }
    // Before whoever keeps a handle of theirs.
    let metrics = telemetry::metrics().map_err(|error| ConfigError::new("metrics", error.to_string()))?;
    let targets = Arc::new(targets(config)?);
    let keys = keys(config)?;
    let (revocations, told) = revocations(&config.revocations)?;
    let (store, shortfalls) = store(config).await?;
    let warnings = [config.policy.warnings(config.deployment()), shortfalls].concat();
    let loopback = address.ip().is_loopback();
    // Where no public origin is named, a person may also type `localhost`.
    let aliases = (loopback && config.public_origin.is_none()).then(|| Origin::localhost(address.port()));
    let builder = SessionKeepalive::builder(config.policy, store)
        .keys(keys)
        .origin(public.clone())
        .on_this_machine(loopback.then(|| Origin::of_listener(address)), aliases.into_iter().collect())
        .revocations(revocations)
        .clock(clock)
        .limits(config.limits)
        .authenticate(ConnectionStrings { targets: Arc::clone(&targets), demo: config.demo });
    let builder = config.allow_origin.iter().cloned().fold(builder, Builder::allow_origin);
    let builder = config.trust_proxy.iter().copied().fold(builder, Builder::trust_proxy);
    Ok(Parts { sessions: builder.build()?, targets, metrics, revocations: told, warnings })
}

/// Opens the store; answers too where it falls short.
pub(crate) async fn store(config: &Config) -> Result<(Arc<dyn Store>, Vec<String>), StartError> {
    let mut shortfalls = Vec::new();
    let store: Arc<dyn Store> = match &config.store {
        StoreChoice::Memory => Arc::new(Timed::new(MemoryStore::new())),
        StoreChoice::Sqlite(file) => {
            make_folder_of(file).map_err(|wants| ConfigError::new("--store", wants))?;
            let store = SqliteStore::open(file).map_err(|error| ConfigError::new("--store", error.0))?;
            Arc::new(Timed::new(store))
        }
        StoreChoice::Postgres(address) => {
            Arc::new(Timed::new(PostgresStore::connect(address).await.map_err(StartError::Store)?))
        }
        StoreChoice::Redis(address) => {
            let store = RedisStore::new(address.clone());
            shortfalls = store.warnings().await.map_err(StartError::Store)?;
            Arc::new(Timed::new(store))
        }
    };
    Ok((store, shortfalls))
}

/// Makes the tables of the store, where it has any; answers where they are.
///
/// # Errors
/// When the store cannot be opened, or keeps nothing.
pub async fn migrate(config: &Config) -> Result<String, StartError> {
    match &config.store {
        StoreChoice::Memory | StoreChoice::Redis(_) => {
            return Err(ConfigError::new(
                "--store",
                format!("{} has no tables to make; name a database", config.store),
            )
            .into());
        }
        StoreChoice::Sqlite(_) => drop(store(config).await?),
        StoreChoice::Postgres(address) => PostgresStore::migrate(address).await.map_err(StartError::Store)?,
    }
    Ok(format!("the tables are there: {}", config.store))
}

fn targets(config: &Config) -> Result<Targets, ConfigError> {
    let rules = TargetRules {
        allow: config.allow_target.clone(),
        files_root: config.files_root.clone(),
        ..TargetRules::default()
    };
    Targets::new(rules).map_err(|error| ConfigError::new("--allow-target / --files-root", error.to_string()))
}

fn write_sample(config: &Config) -> Result<(), ConfigError> {
    let Some(root) = &config.files_root else {
        return Ok(());
    };
    let file = root.join(SAMPLE);
    fs::create_dir_all(root).and_then(|()| sample::write(&file)).map_err(|error| {
        let wants = format!("{} cannot be written: {error}", file.display());
        ConfigError::new("--files-root", wants)
    })
}

fn keys(config: &Config) -> Result<TicketKeys, ConfigError> {
    let refuse = |wants: String| ConfigError::new("--ticket-keys", wants);
    match &config.ticket_keys {
        KeySource::Environment(name) => {
            let text = std::env::var(name).map_err(|_| refuse(format!("the environment has no variable {name}")))?;
            TicketKeys::parse(&SecretString::from(text)).map_err(|error| refuse(error.to_string()))
        }
        // A key made on the spot would differ between instances and be lost with the machine.
        KeySource::File(path) if config.is_secure() => TicketKeys::load(path)
            .map_err(|error| refuse(format!("{error}. Make a key once, for all instances: openssl rand -base64 32"))),
        KeySource::File(path) => {
            make_folder_of(path).map_err(&refuse)?;
            TicketKeys::load_or_make(path).map_err(|error| refuse(error.to_string()))
        }
    }
}

fn revocations(choice: &RevocationChoice) -> Result<(Revocations, String), ConfigError> {
    let refuse = |wants: String| ConfigError::new("--revocations", wants);
    match choice {
        RevocationChoice::Sqlite(path) => {
            make_folder_of(path).map_err(&refuse)?;
            let log = Revocations::sqlite(path).map_err(|error| refuse(error.to_string()))?;
            Ok((log, format!("sqlite:{}", path.display())))
        }
        RevocationChoice::None => {
            let log = Revocations::none().map_err(|error| refuse(error.to_string()))?;
            Ok((log, "none".to_owned()))
        }
        RevocationChoice::Store => Ok((Revocations::by_store(), "by the store".to_owned())),
    }
}

/// The revocation log as it is: a sweep makes none.
pub(crate) fn revocations_to_sweep(config: &Config) -> Result<Revocations, ConfigError> {
    let choice = match &config.revocations {
        RevocationChoice::Sqlite(path) if !path.exists() => &RevocationChoice::None,
        choice => choice,
    };
    revocations(choice).map(|(log, _)| log)
}

/// Only the folder itself, and readable by its owner alone: it holds keys and what ended.
fn make_folder_of(file: &Path) -> Result<(), String> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) else {
        return Ok(());
    };
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| format!("the folder {} cannot be made: {error}", folder.display()))
}
