//! Sessions in PostgreSQL: for several instances of the server.
//!
//! Failure semantics: each operation is one statement or one short transaction, and what was answered was committed.
//! Only a touch does not wait for the disk: a database that crashes may lose the last ones. Nothing is kept in this
//! process, so what one instance ends has ended for all of them at once. A session that ended has `ended_at`, and
//! whatever changes a live one locks its row and looks first, so nothing turns it back.
//!
//! An operation that takes longer than [`PATIENCE`] fails. A connection on which anything failed is not used again, so
//! the store heals by itself when the database does.
//!
//! A limit of the sessions of one subject makes that subject's sign-ins wait for each other, and one of all sessions
//! makes all sign-ins do so; an unlimited policy has no such queue.

mod failure;
mod operations;
mod rows;
mod schema;
mod writer;

use std::{fmt, sync::Arc, time::Duration};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod};
use secrecy::ExposeSecret;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::{
    Config, IsolationLevel, NoTls,
    config::{SslMode, TargetSessionAttrs},
};

use super::StoreError;
use crate::address::PostgresAddress;

use failure::Failure;
use writer::Writer;

/// How long one operation may take, the wait for a free connection included.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// How long making the tables may take: another instance may be at it.
const PATIENCE_AT_START: Duration = Duration::from_secs(30);
/// Connections of one instance, at most; PostgreSQL allows 100 in all unless told otherwise.
const CONNECTIONS: usize = 16;
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// An answer that does not come is given up by the system, too, though nobody waits for it any more.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);

/// The PostgreSQL store.
#[derive(Clone)]
pub struct PostgresStore {
    pool: Pool,
    name: Arc<str>,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// See [`Store::is_durable`](super::Store::is_durable).
    pub const DURABLE: bool = true;

    /// With connections of its own. Makes the tables where there are none.
    ///
    /// # Errors
    /// When the database cannot be reached, or this role may neither find nor make the tables. The text says where and
    /// what to do.
    pub async fn connect(address: &PostgresAddress) -> Result<Self, StoreError> {
        let store = Self { pool: pool(address)?, name: Arc::from(address.to_string()) };
        store.prepared().await
    }

    /// With connections that the application has a pool of. They must lead to one database that can be written to, and
    /// see the same tables. A time limit for statements is the pool's to set.
    ///
    /// # Errors
    /// As with [`connect`](Self::connect).
    pub async fn with_pool(pool: Pool) -> Result<Self, StoreError> {
        Self { pool, name: Arc::from("PostgreSQL") }.prepared().await
    }

    /// Only makes the tables, for a server whose role may not.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses.
    pub async fn migrate(address: &PostgresAddress) -> Result<(), StoreError> {
        let store = Self { pool: pool(address)?, name: Arc::from(address.to_string()) };
        store.run(PATIENCE_AT_START, "make the tables", async |client| schema::migrate(client).await).await
    }

    async fn prepared(self) -> Result<Self, StoreError> {
        self.run(PATIENCE_AT_START, "start", async |client| schema::prepare(client).await).await?;
        Ok(self)
    }

    /// Runs work that is one statement.
    async fn read<T>(&self, work: impl AsyncFnOnce(&Object) -> Result<T, Failure>) -> Result<T, StoreError> {
        self.run(PATIENCE, "read", async |client| work(client).await).await
    }

    /// Runs work that is committed as a whole, or not at all.
    async fn write<T>(&self, work: impl AsyncFnOnce(&Writer<'_>) -> Result<T, Failure>) -> Result<T, StoreError> {
        self.run(PATIENCE, "write", async |client| {
            // Whatever the pool's connections are set to: each statement sees what was committed before it.
            let transaction =
                client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).read_only(false).start();
            let writer = Writer::new(transaction.await?);
            let done = work(&writer).await?;
            writer.commit().await?;
            Ok(done)
        })
        .await
    }

    async fn run<T>(
        &self,
        patience: Duration,
        doing: &str,
        work: impl AsyncFnOnce(&mut Object) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let failed = |error: &dyn fmt::Display| StoreError(format!("cannot {doing} at {}: {error}", self.name));
        let slow = || failed(&format_args!("no answer within {} s", patience.as_secs()));
        let until = Instant::now() + patience;
        let mut client = match timeout(patience, self.pool.get()).await {
            Ok(Ok(client)) => client,
            Ok(Err(PoolError::Backend(error))) => return Err(failed(&Failure::from(error))),
            Ok(Err(error)) => return Err(failed(&error)),
            Err(_) => return Err(slow()),
        };
        let error = match timeout_at(until, work(&mut client)).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(failure)) => failed(&failure),
            Err(_) => slow(),
        };
        // Nobody knows what this connection is still busy with.
        drop(Object::take(client));
        Err(error)
    }
}

/// The driver is configured from our own fields: it reads neither environment nor password file.
fn pool(address: &PostgresAddress) -> Result<Pool, StoreError> {
    let mut config = Config::new();
    config
        .host(address.endpoint.host())
        .port(address.endpoint.port())
        .user(&address.user)
        .password(address.password.expose_secret())
        .dbname(&address.database)
        .application_name("session-keepalive")
        .ssl_mode(SslMode::Disable)
        .connect_timeout(CONNECT_WITHIN)
        .tcp_user_timeout(UNACKNOWLEDGED)
        .keepalives_idle(UNACKNOWLEDGED)
        .keepalives_interval(UNACKNOWLEDGED)
        .keepalives_retries(2)
        // A standby cannot be written to.
        .target_session_attrs(TargetSessionAttrs::ReadWrite)
        // The server stops what nobody waits for any more.
        .options(format!(
            "-c statement_timeout={0} -c idle_in_transaction_session_timeout={0}",
            PATIENCE_AT_START.as_millis()
        ));
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    Pool::builder(manager).max_size(CONNECTIONS).build().map_err(|error| StoreError(error.to_string()))
}

#[cfg(test)]
mod tests;
