//! From text to a checked [`Config`].

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use tracing::level_filters::LevelFilter;

use super::{
    Config, ConfigError, DEFAULT_FOLDER, KeySource, Limits, LogFormat, Mount, Origin, RevocationChoice, Settings,
    StoreChoice,
    knobs::{Source, policy},
};
use crate::address::{self, PostgresAddress};
use crate::policy::{Deployment, Policy, SameSite};
use crate::store::redis::RedisAddress;

/// Holds policy knobs, separated by commas.
const SET_VARIABLE: &str = "SESSION_KEEPALIVE_SET";

impl Settings {
    /// Adds what the `--config` file and the environment say, and checks the whole.
    ///
    /// # Errors
    /// The first setting that cannot be.
    pub fn load(self) -> Result<Config, ConfigError> {
        let file = match &self.config {
            Some(path) => Self::read(path)?,
            None => Self::default(),
        };
        let environment = std::env::var(SET_VARIABLE).unwrap_or_default();
        let environment: Vec<String> =
            environment.split(',').filter(|knob| !knob.is_empty()).map(str::to_owned).collect();
        self.outweigh(&environment, file)
    }

    /// Checks the settings as they are.
    ///
    /// # Errors
    /// The first setting that cannot be.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        self.outweigh(&[], Self::default())
    }

    /// These settings over knobs from the environment over a file.
    fn outweigh(self, environment: &[String], file: Self) -> Result<Config, ConfigError> {
        let (flags, below) = (self.set.clone(), file.set.clone());
        let knobs = [(Source::File, &*below), (Source::Environment, environment), (Source::Flag, &*flags)];
        self.over(file).with_knobs(&knobs)
    }

    fn with_knobs(self, knobs: &[(Source, &[String])]) -> Result<Config, ConfigError> {
        let (policy, sources) = policy(self.preset.as_deref(), knobs)?;
        let listen = listen(self.listen.as_deref().unwrap_or("127.0.0.1:4780"))?;
        let demo = self.demo.unwrap_or(false);
        let store = store(self.store.as_deref().unwrap_or("memory:"))?;
        let config = Config {
            listen,
            policy,
            sources,
            revocations: revocations(self.revocations.as_deref(), &store)?,
            store,
            allow_target: allow_target(self.allow_target, demo),
            files_root: self.files_root.or_else(|| demo.then(|| Path::new(DEFAULT_FOLDER).join("files"))),
            ticket_keys: ticket_keys(self.ticket_keys.as_deref()),
            public_origin: self.public_origin.map(|text| origin("--public-origin", &text)).transpose()?,
            allow_origin: each(&self.allow_origin, |text| origin("--allow-origin", text))?,
            trust_proxy: each(&self.trust_proxy, network)?,
            site: mounts(&self.site)?,
            log: log(self.log.as_deref().unwrap_or("text"))?,
            log_level: log_level(self.log_level.as_deref().unwrap_or("info"))?,
            demo,
            limits: Limits::default(),
        };
        config.check()?;
        Ok(config)
    }
}

impl Config {
    /// Where browsers find the server that is bound to `address`.
    pub fn origin_at(&self, address: SocketAddr) -> Origin {
        self.public_origin.clone().unwrap_or_else(|| Origin::of_listener(address))
    }

    /// `SameSite` as it is sent: browsers take `None` only with `Secure`, which plain http cannot have.
    pub fn same_site(&self) -> SameSite {
        sent_same_site(&self.policy, self.is_secure())
    }

    /// `Partitioned` as it is sent: browsers take it only with `Secure`, which plain http cannot have.
    pub fn partitioned(&self) -> bool {
        self.policy.cookie.partitioned && self.is_secure()
    }

    /// What is around the policy.
    pub fn deployment(&self) -> Deployment {
        Deployment {
            durable_revocations: match self.revocations {
                RevocationChoice::Sqlite(_) | RevocationChoice::Store => true,
                RevocationChoice::None => false,
            },
            durable_store: self.store.is_durable(),
            secure_cookies: self.is_secure(),
        }
    }

    /// Whether browsers reach the server over https.
    pub fn is_secure(&self) -> bool {
        self.public_origin.as_ref().is_some_and(Origin::is_secure)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.check_exposure()?;
        self.check_sites()?;
        self.policy.validate().map_err(|error| ConfigError::new("--set", error.to_string()))
    }

    fn check_exposure(&self) -> Result<(), ConfigError> {
        let local = self.listen.ip().is_loopback();
        if self.demo && !local {
            let wants = "the fault controls of --demo are for this machine alone: listen on 127.0.0.1";
            return Err(ConfigError::new("--demo", wants));
        }
        match &self.public_origin {
            Some(public) if !public.is_secure() && !public.is_loopback() => Err(ConfigError::new(
                "--public-origin",
                "wants https:// beyond this machine: put a proxy with TLS in front and name its origin",
            )),
            public if !local && !public.as_ref().is_some_and(Origin::is_secure) => Err(ConfigError::new(
                "--listen",
                "serves plain http, which must not leave this machine: listen on 127.0.0.1, or put a proxy with TLS in \
                 front and name its origin with --public-origin https://…",
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// A browser does not send `Strict` or `Lax` cookies from another site: such an origin could call but never be
    /// signed in.
    fn check_sites(&self) -> Result<(), ConfigError> {
        match another_site(self.same_site(), &self.origin_at(self.listen), &self.allow_origin) {
            Some(wants) => Err(ConfigError::new("--allow-origin", wants)),
            None => Ok(()),
        }
    }
}

/// See [`Config::same_site`].
pub(crate) fn sent_same_site(policy: &Policy, secure: bool) -> SameSite {
    match policy.cookie.same_site {
        SameSite::None if !secure => SameSite::Lax,
        wanted @ (SameSite::Strict | SameSite::Lax | SameSite::None) => wanted,
    }
}

/// What is wrong with the listed origins, if cookies that are sent so do not reach `own` from one of them.
pub(crate) fn another_site(same_site: SameSite, own: &Origin, listed: &[Origin]) -> Option<String> {
    let foreign = listed.iter().find(|listed| !listed.is_same_site(own))?;
    match same_site {
        SameSite::None => None,
        SameSite::Strict | SameSite::Lax => Some(format!(
            "{foreign} is another site than {own}, and browsers send this policy's cookies within one site only: serve \
             both under one registrable domain, or use https and cookie.same_site=none"
        )),
    }
}

fn each<T>(texts: &[String], read: impl Fn(&str) -> Result<T, ConfigError>) -> Result<Vec<T>, ConfigError> {
    texts.iter().map(|text| read(text)).collect()
}

fn listen(text: &str) -> Result<SocketAddr, ConfigError> {
    let wants = "wants an IP address and a port, such as 127.0.0.1:4780";
    text.parse().map_err(|_| ConfigError::new("--listen", wants))
}

/// Nothing of the text is repeated: it may hold a password.
fn store(text: &str) -> Result<StoreChoice, ConfigError> {
    let refuse = |wants: &str| ConfigError::new("--store", wants);
    let forms = "wants memory:, sqlite:FILE, postgres://USER:PASSWORD@HOST:PORT/DATABASE or \
                 redis://USER:PASSWORD@HOST:PORT/DATABASE";
    let (scheme, rest) = text.split_once(':').ok_or_else(|| refuse(forms))?;
    match scheme {
        "memory" if rest.is_empty() => Ok(StoreChoice::Memory),
        "memory" => Err(refuse("wants memory: with nothing behind it")),
        "sqlite" if rest.is_empty() || rest == ":memory:" => {
            Err(refuse("wants a file, as in sqlite:sessions.db; for sessions in this process use memory:"))
        }
        "sqlite" => Ok(StoreChoice::Sqlite(rest.into())),
        scheme if address::SCHEMES.contains(&scheme) => {
            PostgresAddress::parse(rest).map(StoreChoice::Postgres).map_err(|error| refuse(&error.to_string()))
        }
        "redis" | "rediss" | "valkey" | "valkeys" | "unix" => {
            RedisAddress::parse(&text.into()).map(StoreChoice::Redis).map_err(|error| refuse(&error.0))
        }
        _ => Err(refuse(forms)),
    }
}

fn allow_target(mut listed: Vec<String>, demo: bool) -> Vec<String> {
    let sqlite = "sqlite:";
    if demo && !listed.iter().any(|target| target == sqlite) {
        listed.push(sqlite.to_owned());
    }
    listed
}

fn ticket_keys(text: Option<&str>) -> KeySource {
    match text.map(|text| (text, text.strip_prefix("env:"))) {
        Some((_, Some(name))) => KeySource::Environment(name.to_owned()),
        Some((file, None)) => KeySource::File(PathBuf::from(file)),
        None => KeySource::File(Path::new(DEFAULT_FOLDER).join("ticket-keys")),
    }
}

fn revocations(text: Option<&str>, store: &StoreChoice) -> Result<RevocationChoice, ConfigError> {
    let refuse = |wants: String| ConfigError::new("--revocations", wants);
    if store.is_durable() {
        return match text {
            None => Ok(RevocationChoice::Store),
            Some(_) => {
                Err(refuse(format!("is for --store memory: alone; {store} itself remembers what ended. Leave it out")))
            }
        };
    }
    match text.map(|text| (text, text.strip_prefix("sqlite:"))) {
        None => Ok(RevocationChoice::Sqlite(Path::new(DEFAULT_FOLDER).join("revocations.db"))),
        Some(("none", _)) => Ok(RevocationChoice::None),
        Some((_, Some(file))) if !file.is_empty() => Ok(RevocationChoice::Sqlite(file.into())),
        Some(_) => Err(refuse("wants sqlite:FILE or none".to_owned())),
    }
}

fn origin(flag: &str, text: &str) -> Result<Origin, ConfigError> {
    let wants = "wants scheme, host and port alone, such as https://app.example";
    text.parse().map_err(|_| ConfigError::new(flag, wants))
}

fn network(text: &str) -> Result<IpNet, ConfigError> {
    let wants = "wants a network or an address, such as 10.0.0.0/8 or 10.0.0.7";
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| ConfigError::new("--trust-proxy", wants))
}

/// Commas separate several, as in the environment, and may yet be part of a folder's name.
fn mounts(texts: &[String]) -> Result<Vec<Mount>, ConfigError> {
    let mut mounts = Vec::new();
    for text in texts {
        match mount(text) {
            Err(_) if text.contains(',') => {
                for part in text.split(',') {
                    mounts.push(mount(part)?);
                }
            }
            whole => mounts.push(whole?),
        }
    }
    Ok(mounts)
}

fn mount(text: &str) -> Result<Mount, ConfigError> {
    let refuse = |wants: String| ConfigError::new("--site", wants);
    let (path, dir) = match text.split_once('=') {
        Some((path, dir)) if path.starts_with('/') && !path.contains(',') && !Path::new(text).is_dir() => (path, dir),
        Some(_) | None => ("/", text),
    };
    let dir = PathBuf::from(dir);
    if !dir.is_dir() {
        return Err(refuse(format!("wants a folder, or /PATH=DIR; {} is none", dir.display())));
    }
    let path = match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        trimmed => trimmed.to_owned(),
    };
    Ok(Mount { path, dir })
}

fn log(text: &str) -> Result<LogFormat, ConfigError> {
    match text {
        "json" => Ok(LogFormat::Json),
        "text" => Ok(LogFormat::Text),
        _ => Err(ConfigError::new("--log", "wants json or text")),
    }
}

fn log_level(text: &str) -> Result<LevelFilter, ConfigError> {
    match text {
        "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        _ => Err(ConfigError::new("--log-level", "wants error, warn, info or debug")),
    }
}

#[cfg(test)]
mod tests;
