//! Targets: the databases that a person may connect to.

mod error;
mod info;
mod rules;
pub mod sample;

pub use error::{TargetError, TargetErrorKind};
pub use info::{DatabaseInfo, MAX_TABLES};
pub use rules::{TargetRules, TargetRulesError};
use secrecy::SecretString;

/// The allowlist and the files' folder.
#[derive(Clone, Debug)]
pub struct Targets {
    rules: TargetRules,
}

/// A target that the rules allow, with its secret password.
#[derive(Clone, Debug)]
pub struct Target {}

/// An open connection; dropping it closes it.
#[derive(Debug)]
pub struct Connection {}

impl Targets {
    /// Checks the operator's rules.
    ///
    /// # Errors
    /// When an entry is malformed, or the files' folder is missing.
    pub fn new(rules: TargetRules) -> Result<Self, TargetRulesError> {
        if rules.timeout.is_zero() {
            return Err(TargetRulesError(
                "the timeout must be longer than zero".to_owned(),
            ));
        }
        Ok(Self { rules })
    }

    /// Reads a connection string: syntax, known fields, allowlist. Touches neither network nor files.
    ///
    /// # Errors
    /// `INVALID_REQUEST` or `TARGET_NOT_ALLOWED`.
    pub fn parse(&self, connection_string: &SecretString) -> Result<Target, TargetError> {
        let _ = (connection_string, &self.rules);
        Err(TargetError::not_allowed("no target is allowed"))
    }
}

impl Target {
    /// `user@host:port/database`; `None` for a target without authentication.
    pub fn subject(&self) -> Option<String> {
        None
    }

    /// The canonical connection string, which parses back to the same target. For sealing.
    pub fn connection_string(&self) -> SecretString {
        SecretString::from("")
    }

    /// Opens the target and so proves the credentials.
    ///
    /// # Errors
    /// `CONNECTION_REFUSED`, `TARGET_UNAVAILABLE`; for files also `INVALID_REQUEST`.
    pub async fn open(&self) -> Result<Connection, TargetError> {
        Err(TargetError::unavailable("the target can't be reached"))
    }
}

impl Connection {
    /// Reads engine, version and table names.
    ///
    /// # Errors
    /// `CONNECTION_REFUSED` or `TARGET_UNAVAILABLE`.
    pub async fn describe(&mut self) -> Result<DatabaseInfo, TargetError> {
        Err(TargetError::refused(TargetError::invalid("").to_string()))
    }
}
