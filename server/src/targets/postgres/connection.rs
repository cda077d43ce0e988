//! An open PostgreSQL connection.
//!
//! The driver is configured from our own fields. `tokio_postgres::Config::new` reads neither environment nor password
//! file, and asks the operating system for a name only when no user is set; ours always is.
//!
//! Why a target refused is said in one message for a wrong user, a wrong password and an unknown database, so that
//! nobody can find out which of them exist.

use std::{convert::Infallible, error::Error as _, io, time::Duration};

use secrecy::ExposeSecret;
use tokio::{sync::oneshot, time};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage, config::SslMode, error::SqlState};

use super::super::{DatabaseInfo, MAX_TABLES, TargetError};
use crate::address::{Endpoint, PostgresAddress};

/// How long the driver may take to say goodbye once the connection was dropped.
const GOODBYE: Duration = Duration::from_secs(1);

/// Every operator and function is the catalogue's own: `search_path` is set before it runs. Partitions are part of their
/// table, and what the person can't read is not listed.
const TABLES: &str =
    "SELECT (CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname) COLLATE \"C\"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
    ORDER BY 1";

/// A connection whose credentials the server accepted.
#[derive(Debug)]
pub(in super::super) struct PostgresConnection {
    endpoint: Endpoint,
    timeout: Duration,
    client: Client,
    /// Its end tells the driver's task to end too.
    _open: oneshot::Sender<Infallible>,
}

impl PostgresConnection {
    /// Connects and signs in.
    pub(in super::super) async fn open(target: &PostgresAddress, timeout: Duration) -> Result<Self, TargetError> {
        let endpoint = target.endpoint.clone();
        let mut config = Config::new();
        config
            .host(endpoint.host())
            .port(endpoint.port())
            .user(&target.user)
            .password(target.password.expose_secret())
            .dbname(&target.database)
            .application_name("session-keepalive")
            .ssl_mode(SslMode::Disable)
            // Per address of the host: one that does not answer leaves time for the next.
            .connect_timeout(timeout / 2);
        let (client, connection) = match time::timeout(timeout, config.connect(NoTls)).await {
            Ok(Ok(connected)) => connected,
            Ok(Err(error)) => return Err(opening_failed(&endpoint, &error)),
            Err(_) => return Err(too_slow(&endpoint, timeout)),
        };
        let (open, closed) = oneshot::channel();
        tokio::spawn(async move {
            let mut connection = std::pin::pin!(connection);
            // An error ends the connection; whoever asks something of the client is told about it.
            tokio::select! {
                _ = &mut connection => {}
                _ = closed => { let _ = time::timeout(GOODBYE, connection).await; }
            }
        });
        Ok(Self { endpoint, timeout, client, _open: open })
    }

    /// Reads version and table names in a read-only transaction.
    pub(in super::super) async fn describe(&mut self) -> Result<DatabaseInfo, TargetError> {
        match time::timeout(self.timeout, read(&mut self.client, self.timeout)).await {
            Ok(Ok(info)) => Ok(info),
            Ok(Err(error)) => Err(asking_failed(&self.endpoint, &error)),
            Err(_) => Err(too_slow(&self.endpoint, self.timeout)),
        }
    }
}

/// Simple queries throughout: prepared statements do not survive a pooler that works by transaction.
async fn read(client: &mut Client, timeout: Duration) -> Result<DatabaseInfo, tokio_postgres::Error> {
    let transaction = client.build_transaction().read_only(true).start().await?;
    // The server stops what nobody waits for any more.
    let limits = format!(
        "SET LOCAL search_path = pg_catalog; SET LOCAL statement_timeout = {}",
        timeout.as_millis().clamp(1, 3_600_000)
    );
    transaction.batch_execute(&limits).await?;
    let version = column(transaction.simple_query("SHOW server_version").await?);
    let limit = MAX_TABLES.saturating_add(1);
    let tables = column(transaction.simple_query(&format!("{TABLES} LIMIT {limit}")).await?);
    transaction.commit().await?;
    // `15.14 (Debian 15.14-0+deb12u1)`: what follows the version is the packager's.
    let version = version.first().and_then(|version| version.split(' ').next()).unwrap_or_default();
    Ok(DatabaseInfo::new("PostgreSQL", version, tables))
}

fn column(rows: Vec<SimpleQueryMessage>) -> Vec<String> {
    let first = |message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        // The enum is open; everything else of it carries no rows.
        _ => None,
    };
    rows.into_iter().filter_map(first).collect()
}

fn opening_failed(endpoint: &Endpoint, error: &tokio_postgres::Error) -> TargetError {
    if is_unavailable(error) {
        return TargetError::unavailable(format!(
            "the PostgreSQL server at {endpoint} can't be reached. Try again in a moment"
        ));
    }
    TargetError::refused(format!(
        "the PostgreSQL server at {endpoint} refused the connection. Check user, password and database"
    ))
}

fn asking_failed(endpoint: &Endpoint, error: &tokio_postgres::Error) -> TargetError {
    if is_unavailable(error) {
        return TargetError::unavailable(format!(
            "the connection to the PostgreSQL server at {endpoint} was lost. Try again in a moment"
        ));
    }
    TargetError::refused(format!("the PostgreSQL server at {endpoint} refused to list the database's tables"))
}

fn too_slow(endpoint: &Endpoint, timeout: Duration) -> TargetError {
    TargetError::unavailable(format!(
        "the PostgreSQL server at {endpoint} did not answer within {} s. Try again in a moment",
        timeout.as_secs_f32()
    ))
}

/// Whether it may work later with the same credentials. A server that could not be spoken with was not refusing them.
fn is_unavailable(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => is_transient(code),
        // What else fails without the server's word is the authentication itself.
        None => error.source().is_none_or(|source| source.is::<io::Error>()),
    }
}

/// PostgreSQL manual, appendix A: trouble of the server's own, by class or code.
fn is_transient(code: &SqlState) -> bool {
    let class = code.code().get(..2).unwrap_or_default();
    // Connection exception, insufficient resources, operator intervention (a shutdown, a start-up, a timeout), system
    // error, internal error.
    matches!(class, "08" | "53" | "57" | "58" | "XX")
}

#[cfg(test)]
mod tests {
    use tokio_postgres::error::SqlState;

    use super::is_transient;

    #[test]
    fn only_trouble_of_the_servers_own_is_worth_another_try() {
        for (code, transient) in [
            (SqlState::INVALID_PASSWORD, false),
            (SqlState::INVALID_AUTHORIZATION_SPECIFICATION, false),
            (SqlState::INVALID_CATALOG_NAME, false),
            (SqlState::INSUFFICIENT_PRIVILEGE, false),
            (SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, false),
            (SqlState::CANNOT_CONNECT_NOW, true),
            (SqlState::ADMIN_SHUTDOWN, true),
            (SqlState::QUERY_CANCELED, true),
            (SqlState::TOO_MANY_CONNECTIONS, true),
            (SqlState::CONNECTION_FAILURE, true),
            (SqlState::INTERNAL_ERROR, true),
        ] {
            assert_eq!(is_transient(&code), transient, "{code:?}");
        }
    }
}
