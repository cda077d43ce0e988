//! Targets: the databases that a person may connect to.
//!
//! How it fails: [`Targets::parse`] touches neither network nor files, and refuses what it does not know
//! (`INVALID_REQUEST`) and what the operator did not list (`TARGET_NOT_ALLOWED`). [`Target::open`] proves the
//! credentials against the real target: `CONNECTION_REFUSED` when the target says no, `TARGET_UNAVAILABLE` when it says
//! nothing in time. No message contains a password, and none tells which part of the credentials was wrong.
//!
//! A connection string is taken apart into our own struct, and the driver's options are built from that struct alone:
//! the host that was compared with the list is the host that is resolved and connected to.

mod error;
mod info;
mod postgres;
mod rules;
pub mod sample;
mod sqlite;

use std::{path::Path, sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};

pub use self::{
    error::{TargetError, TargetErrorKind},
    info::{DatabaseInfo, MAX_TABLES},
    rules::{TargetRules, TargetRulesError},
};
use self::{
    postgres::PostgresConnection,
    rules::Allowlist,
    sqlite::{FileName, SqliteConnection},
};
use crate::address::{self, PostgresAddress};

/// The longest connection string in bytes: sealed into a ticket it must still fit a cookie.
pub const MAX_CONNECTION_STRING: usize = 2048;

/// What may be connected to.
#[derive(Clone, Debug)]
pub struct Targets {
    allowlist: Allowlist,
    timeout: Duration,
}

/// A target that the rules allow. Its `Debug` hides the password.
#[derive(Clone, Debug)]
pub struct Target {
    place: Place,
    timeout: Duration,
}

#[derive(Clone, Debug)]
enum Place {
    Postgres(PostgresAddress),
    Sqlite { root: Arc<Path>, name: FileName },
}

/// An open connection whose credentials the target accepted; dropping it closes it.
#[derive(Debug)]
pub struct Connection(OpenPlace);

#[derive(Debug)]
enum OpenPlace {
    Postgres(PostgresConnection),
    Sqlite(SqliteConnection),
}

impl Targets {
    /// Checks the operator's rules. The files' folder is resolved here, once.
    ///
    /// # Errors
    /// When an entry is malformed, or the files' folder is not set or not there.
    pub fn new(rules: TargetRules) -> Result<Self, TargetRulesError> {
        Ok(Self { allowlist: Allowlist::new(&rules)?, timeout: rules.timeout })
    }

    /// Reads a connection string: syntax, known fields, allowlist. Touches neither network nor files.
    ///
    /// # Errors
    /// `INVALID_REQUEST` or `TARGET_NOT_ALLOWED`.
    pub fn parse(&self, connection_string: &SecretString) -> Result<Target, TargetError> {
        let text = connection_string.expose_secret();
        check_length(text)?;
        let (scheme, rest) = text.split_once(':').ok_or_else(unknown_form)?;
        let scheme = scheme.to_ascii_lowercase();
        let place = if address::SCHEMES.contains(&scheme.as_str()) {
            Place::Postgres(self.parse_postgres(rest)?)
        } else if sqlite::PREFIX.strip_suffix(':') == Some(scheme.as_str()) {
            self.parse_sqlite(rest)?
        } else if rest.starts_with("//") && is_scheme(&scheme) {
            return Err(TargetError::not_allowed(format!(
                "{scheme}: targets are not allowed. Use postgres: or, where the operator allows files, sqlite:"
            )));
        } else {
            return Err(unknown_form());
        };
        let target = Target { place, timeout: self.timeout };
        // The canonical string may be longer, and is what has to parse again.
        check_length(target.connection_string().expose_secret())?;
        Ok(target)
    }

    fn parse_postgres(&self, rest: &str) -> Result<PostgresAddress, TargetError> {
        let target =
            PostgresAddress::parse(rest).map_err(|error| TargetError::invalid(format!("connectionString: {error}")))?;
        if !self.allowlist.allows_postgres(target.endpoint()) {
            return Err(TargetError::not_allowed(format!(
                "postgres://{} is not on this server's list of targets. Use one that is, or ask the operator to add it",
                target.endpoint()
            )));
        }
        Ok(target)
    }

    fn parse_sqlite(&self, rest: &str) -> Result<Place, TargetError> {
        let name = FileName::parse(rest)?;
        let root = self.allowlist.files().ok_or_else(|| {
            TargetError::not_allowed("sqlite: targets are not on this server's list. Ask the operator to add `sqlite:`")
        })?;
        Ok(Place::Sqlite { root: Arc::clone(root), name })
    }
}

impl Target {
    /// `user@host:port/database`; `None` for a target without authentication, which proves nobody's identity.
    pub fn subject(&self) -> Option<String> {
        match &self.place {
            Place::Postgres(target) => Some(target.subject()),
            Place::Sqlite { .. } => None,
        }
    }

    /// The canonical connection string, which parses back to the same target. It holds the password: for sealing.
    pub fn connection_string(&self) -> SecretString {
        match &self.place {
            Place::Postgres(target) => target.connection_string(),
            Place::Sqlite { name, .. } => format!("{}{}", sqlite::PREFIX, name.as_str()).into(),
        }
    }

    /// Opens the target and so proves the credentials, within the rules' timeout.
    ///
    /// # Errors
    /// `CONNECTION_REFUSED` or `TARGET_UNAVAILABLE`; `TARGET_NOT_ALLOWED` for a file whose links lead out of its folder.
    pub async fn open(&self) -> Result<Connection, TargetError> {
        Ok(Connection(match &self.place {
            Place::Postgres(target) => OpenPlace::Postgres(PostgresConnection::open(target, self.timeout).await?),
            Place::Sqlite { root, name } => {
                OpenPlace::Sqlite(SqliteConnection::open(Arc::clone(root), name.clone(), self.timeout).await?)
            }
        }))
    }
}

impl Connection {
    /// Reads engine, version and table names, within the rules' timeout. After an error the connection is to be dropped.
    ///
    /// # Errors
    /// `CONNECTION_REFUSED` or `TARGET_UNAVAILABLE`.
    pub async fn describe(&mut self) -> Result<DatabaseInfo, TargetError> {
        match &mut self.0 {
            OpenPlace::Postgres(connection) => connection.describe().await,
            OpenPlace::Sqlite(connection) => connection.describe().await,
        }
    }
}

fn check_length(text: &str) -> Result<(), TargetError> {
    if text.len() > MAX_CONNECTION_STRING {
        return Err(TargetError::invalid(format!(
            "connectionString: longer than {MAX_CONNECTION_STRING} bytes once percent-encoded. Shorten it"
        )));
    }
    Ok(())
}

/// RFC 3986, section 3.1; short, so that the message names a scheme and nothing else.
fn is_scheme(text: &str) -> bool {
    text.len() <= 20
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn unknown_form() -> TargetError {
    TargetError::invalid(
        "connectionString: its form must be postgres://USER:PASSWORD@HOST:PORT/DATABASE or sqlite:FILE",
    )
}

#[cfg(test)]
mod tests {
    use secrecy::{ExposeSecret, SecretString};
    use session_keepalive::wire::ProblemCode;

    use super::{MAX_CONNECTION_STRING, Target, TargetError, TargetRules, Targets};

    fn parse(text: &str) -> Result<Target, TargetError> {
        let allow = ["postgres://db.internal:5432", "postgres://127.0.0.1:5433"].map(str::to_owned).to_vec();
        let targets = Targets::new(TargetRules { allow, ..TargetRules::default() }).unwrap();
        targets.parse(&SecretString::from(text))
    }

    #[test]
    fn a_listed_target_is_taken_in_every_spelling_of_it() {
        for (text, subject) in [
            ("postgres://alice:pw@db.internal/app", "alice@db.internal:5432/app"),
            ("postgresql://alice:pw@DB.INTERNAL.:5432/app", "alice@db.internal:5432/app"),
            ("PostgreSQL://alice:pw@db.internal/app", "alice@db.internal:5432/app"),
            ("postgres://alice:pw@127.1:5433/app", "alice@127.0.0.1:5433/app"),
        ] {
            let target = parse(text).unwrap();
            assert_eq!(target.subject().as_deref(), Some(subject), "{text}");
            let again = parse(target.connection_string().expose_secret()).unwrap();
            assert_eq!(again.subject().as_deref(), Some(subject), "{text}");
        }
    }

    #[test]
    fn what_is_not_listed_is_refused_by_scheme_host_and_port() {
        for (text, expected) in [
            ("postgres://alice:s3cret@db.internal:5433/app", "postgres://db.internal:5433 is not"),
            ("postgres://alice:s3cret@127.0.0.1/app", "postgres://127.0.0.1:5432 is not"),
            ("postgres://alice:s3cret@evil.example/app", "postgres://evil.example:5432 is not"),
            ("postgres://alice:s3cret@169.254.169.254:80/app", "postgres://169.254.169.254:80 is not"),
            ("postgres://alice:s3cret@[::ffff:127.0.0.1]:5433/app", "postgres://[::ffff:7f00:1]:5433 is not"),
            ("mysql://alice:s3cret@db.internal/app", "mysql: targets are not"),
            ("mongodb+srv://alice:s3cret@db.internal/app", "mongodb+srv: targets are not"),
            ("file:///etc/passwd", "file: targets are not"),
            ("sqlite:sample.db", "sqlite: targets are not"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.code(), ProblemCode::TargetNotAllowed, "{text}");
            assert!(error.to_string().contains(expected), "{text}: {error}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn what_is_no_connection_string_is_not_repeated() {
        for text in ["", "s3cret", "host=db.internal password=s3cret", "s3cret:s3cret", "s3 cret://x", "://s3cret"] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.code(), ProblemCode::InvalidRequest, "{text}");
            assert!(error.to_string().contains("postgres://USER:PASSWORD@"), "{error}");
            assert!(!error.to_string().contains("s3"), "{error}");
        }
    }

    #[test]
    fn opening_and_asking_can_move_between_threads() {
        fn movable<T: Send>(_: &T) {}
        let target = parse("postgres://alice:pw@db.internal/app").unwrap();
        movable(&target);
        movable(&async move { target.open().await?.describe().await });
    }

    #[test]
    fn an_endless_string_is_refused() {
        let text = |character: &str, length: usize| {
            let rest = "postgres://a:@db.internal:5432/d".len();
            format!("postgres://a:{}@db.internal:5432/d", character.repeat(length - rest))
        };
        assert!(parse(&text("p", MAX_CONNECTION_STRING)).is_ok());
        // `!` is written as three characters.
        for text in [text("p", MAX_CONNECTION_STRING + 1), text("!", 1000)] {
            let error = parse(&text).unwrap_err();
            assert_eq!(error.code(), ProblemCode::InvalidRequest);
            assert!(error.to_string().contains("longer than 2048 bytes"), "{error}");
        }
    }
}
