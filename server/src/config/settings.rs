//! The settings as they are written: by flag, environment or file.

use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use serde::Deserialize;

use super::ConfigError;

/// The command line.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "session-keepalive-server",
    version,
    about = "Keeps sessions across its own restarts: the reference server of session-keepalive.",
    after_help = "Every setting is also a key of the --config file (public-origin = \"https://app.example\"; lists as \
                  TOML arrays). A flag outweighs the environment, which outweighs the file. In the environment, lists \
                  are separated by commas."
)]
pub struct Cli {
    /// What to do; without it: serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serve (the default)
    Serve,
    /// Print the policy in force, knob by knob, where each value comes from, and what it falls short of; as JSON with
    /// --log json
    Policy,
    /// Make the tables of the --store, for a server whose role may not
    Migrate,
    /// End the sessions in the store that ran out and drop what was kept long enough, once and now
    Sweep {
        /// Also end the sessions that nobody has used for so long (90d, 12h), though the policy would not
        #[arg(long, value_name = "DURATION")]
        idle_for: Option<String>,
    },
    /// Print the description of the API (OpenAPI 3.1), with the cookies as this server sets them
    Openapi,
}

/// The settings as text.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// Where to listen; beyond this machine only behind a TLS proxy, named by an https --public-origin
    /// [default: 127.0.0.1:4780]
    #[arg(long, global = true, value_name = "ADDRESS:PORT", env = "SESSION_KEEPALIVE_LISTEN", hide_env_values = true)]
    pub listen: Option<String>,
    /// Where sessions are kept: in memory:, in sqlite:FILE, or in the database
    /// postgres://USER:PASSWORD@HOST:PORT/DATABASE,
    /// redis://USER:PASSWORD@HOST:PORT/DATABASE; a password is better given by the environment or a file than by a
    /// flag, which others on the machine can see [default: memory:]
    #[arg(long, global = true, value_name = "URL", env = "SESSION_KEEPALIVE_STORE", hide_env_values = true)]
    pub store: Option<String>,
    /// The policy to start from [default: serverless-24h]
    #[arg(long, global = true, value_name = "NAME", env = "SESSION_KEEPALIVE_PRESET", hide_env_values = true)]
    pub preset: Option<String>,
    /// One policy knob (repeatable); the subcommand `policy` lists them [env: SESSION_KEEPALIVE_SET=]
    // The command line's own reading would have a flag hide the variable; knobs are weighed one by one.
    #[arg(long, global = true, value_name = "KNOB=VALUE", value_delimiter = ',')]
    pub set: Vec<String>,
    /// A target that may be connected to (repeatable); `sqlite:` allows files below --files-root [default: none]
    #[arg(
        long,
        global = true,
        value_name = "SCHEME://HOST:PORT",
        env = "SESSION_KEEPALIVE_ALLOW_TARGET",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub allow_target: Vec<String>,
    /// The folder of `sqlite:` targets [default with --demo: .session-keepalive/files]
    #[arg(long, global = true, value_name = "DIR", env = "SESSION_KEEPALIVE_FILES_ROOT", hide_env_values = true)]
    pub files_root: Option<PathBuf>,
    /// The keys that tickets are sealed under: a file, made over plain http where there is none, or env:NAME for an
    /// environment variable that holds them [default: .session-keepalive/ticket-keys]
    #[arg(
        long,
        global = true,
        value_name = "FILE|env:NAME",
        env = "SESSION_KEEPALIVE_TICKET_KEYS",
        hide_env_values = true
    )]
    pub ticket_keys: Option<String>,
    /// Where ended sessions are remembered over a restart. For --store memory: alone; the others remember by
    /// themselves [default: sqlite:.session-keepalive/revocations.db]
    #[arg(
        long,
        global = true,
        value_name = "sqlite:FILE|none",
        env = "SESSION_KEEPALIVE_REVOCATIONS",
        hide_env_values = true
    )]
    pub revocations: Option<String>,
    /// Where browsers find the server [default: http:// and the address listened on]
    #[arg(long, global = true, value_name = "ORIGIN", env = "SESSION_KEEPALIVE_PUBLIC_ORIGIN", hide_env_values = true)]
    pub public_origin: Option<String>,
    /// Another origin whose script may call (repeatable) [default: none]
    #[arg(
        long,
        global = true,
        value_name = "ORIGIN",
        env = "SESSION_KEEPALIVE_ALLOW_ORIGIN",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub allow_origin: Vec<String>,
    /// A proxy whose x-forwarded-for is believed (repeatable) [default: none]
    #[arg(
        long,
        global = true,
        value_name = "CIDR",
        env = "SESSION_KEEPALIVE_TRUST_PROXY",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub trust_proxy: Vec<String>,
    /// A folder served as pages, at / or at PATH (repeatable) [default: none]
    #[arg(long, global = true, value_name = "DIR|/PATH=DIR", env = "SESSION_KEEPALIVE_SITE", hide_env_values = true)]
    pub site: Vec<String>,
    /// The form of the log [default: text]
    #[arg(long, global = true, value_name = "json|text", env = "SESSION_KEEPALIVE_LOG", hide_env_values = true)]
    pub log: Option<String>,
    /// How much is in the log; debug has a line for each answer, also where all went well [default: info]
    #[arg(
        long,
        global = true,
        value_name = "error|warn|info|debug",
        env = "SESSION_KEEPALIVE_LOG_LEVEL",
        hide_env_values = true
    )]
    pub log_level: Option<String>,
    /// Add fault controls and a sample database; refuses to listen beyond this machine [default: false]
    #[arg(
        long,
        global = true,
        value_name = "true|false",
        env = "SESSION_KEEPALIVE_DEMO",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        hide_env_values = true
    )]
    pub demo: Option<bool>,
    /// A TOML file with any of these settings
    #[arg(long, global = true, value_name = "FILE", env = "SESSION_KEEPALIVE_CONFIG", hide_env_values = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

impl Settings {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// When it cannot be read, is malformed, or has a key that is not a setting.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let refuse = |wants: String| ConfigError::new(format!("--config {}", file.display()), wants);
        let text = std::fs::read_to_string(file).map_err(|error| refuse(format!("cannot be read: {error}")))?;
        toml::from_str(&text).map_err(|error| {
            // Without the line itself, which may hold a password.
            let line = error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.matches('\n').count() + 1);
            refuse(format!("line {line}: {}", error.message()))
        })
    }

    /// These settings, and those of `below` where these say nothing. Not the knobs, which are weighed one by one.
    pub(super) fn over(self, below: Self) -> Self {
        let list = |own: Vec<String>, other| if own.is_empty() { other } else { own };
        Self {
            listen: self.listen.or(below.listen),
            store: self.store.or(below.store),
            preset: self.preset.or(below.preset),
            set: self.set,
            allow_target: list(self.allow_target, below.allow_target),
            files_root: self.files_root.or(below.files_root),
            ticket_keys: self.ticket_keys.or(below.ticket_keys),
            revocations: self.revocations.or(below.revocations),
            public_origin: self.public_origin.or(below.public_origin),
            allow_origin: list(self.allow_origin, below.allow_origin),
            trust_proxy: list(self.trust_proxy, below.trust_proxy),
            site: list(self.site, below.site),
            log: self.log.or(below.log),
            log_level: self.log_level.or(below.log_level),
            demo: self.demo.or(below.demo),
            config: self.config.or(below.config),
        }
    }
}
