//! Sessions in a SQLite file: the durable store of one machine.
//!
//! Failure semantics: each operation that changes something is one immediate transaction, and what was answered is on
//! the disk (`synchronous=FULL`), so it survives the process and the machine. Only a touch does not wait for the disk: it
//! survives the process, and a machine that loses its power may lose the last ones. The one connection that writes is
//! behind a lock; checks read by connections of their own and see every commit before them. A session that ended has
//! `ended_at`, and every statement that changes a live one asks for its absence, so nothing turns it back.
//!
//! A check reads a few pages that the system has in memory, which takes less time than the way to another thread: it is
//! done on the spot. All else runs where it blocks no task, and comes to its end though the caller is dropped.

mod operations;
mod rows;
mod writer;

use std::{
    fs, io,
    path::{self, Path},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, OpenFlags, TransactionBehavior, ffi};

use super::StoreError;
use crate::sqlite::{self, Layout};

use writer::Writer;

/// "skss"; the only layout there is.
const LAYOUT: Layout =
    Layout { application_id: 0x736b_7373, number: 1, tables: include_str!("tables.sql"), called: "session store" };
/// Checks that read at once; more wait for a few microseconds.
const READERS: usize = 4;
/// More statements than there are, so that each is prepared once.
const STATEMENTS: usize = 64;

/// The SQLite store.
#[derive(Debug)]
pub struct SqliteStore {
    connections: Arc<Connections>,
    name: Arc<str>,
}

#[derive(Debug)]
struct Connections {
    writer: Mutex<Connection>,
    readers: Box<[Mutex<Connection>]>,
    next: AtomicUsize,
}

impl SqliteStore {
    /// See [`Store::is_durable`](super::Store::is_durable).
    pub const DURABLE: bool = true;

    /// In that file, which is made where there is none, for its owner alone. Opening blocks shortly.
    ///
    /// # Errors
    /// When the file cannot be opened, or is anything but such a store. The text names it.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let name = file.display().to_string();
        let failed =
            |error: &dyn std::fmt::Display| StoreError(format!("cannot open the session store {name}: {error}"));
        make(file).map_err(|error| failed(&error))?;
        // An absolute path, because SQLite would read one that begins with `file:` as a URI.
        let file = path::absolute(file).map_err(|error| failed(&error))?;
        let writer = sqlite::open(Connection::open(&file), &name, &LAYOUT).map_err(StoreError)?;
        writer.set_prepared_statement_cache_capacity(STATEMENTS);
        let reader = || -> rusqlite::Result<_> {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&file, flags)?;
            // Who reads on the spot does not wait.
            connection.busy_timeout(Duration::ZERO)?;
            Ok(Mutex::new(connection))
        };
        let readers = (0..READERS).map(|_| reader()).collect::<Result<_, _>>().map_err(|error| failed(&error))?;
        Ok(Self {
            connections: Arc::new(Connections { writer: Mutex::new(writer), readers, next: AtomicUsize::new(0) }),
            name: Arc::from(name),
        })
    }

    /// Runs a short read here and now. `None`: no connection was free, or it failed; then it is for [`Self::read`].
    fn read_at_once<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        let connection = self.connections.readers.iter().find_map(Mutex::try_lock)?;
        work(&connection).ok()
    }

    /// Runs work that only reads.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let until = Instant::now() + sqlite::BUSY_TIMEOUT;
        self.run("read", move |connections| {
            let next = connections.next.fetch_add(1, Ordering::Relaxed) % READERS;
            let connection = turn(connections.readers.get(next).unwrap_or(&connections.writer), until)?;
            let done = work(&connection);
            connection.busy_timeout(Duration::ZERO)?;
            done
        })
        .await
    }

    /// Runs work that is committed as a whole, or not at all.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Writer<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.commit("FULL", work).await
    }

    /// The same for a touch, which need not wait for the disk.
    async fn note<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Writer<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.commit("NORMAL", work).await
    }

    async fn commit<T: Send + 'static>(
        &self,
        synchronous: &'static str,
        work: impl FnOnce(&Writer<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let until = Instant::now() + sqlite::BUSY_TIMEOUT;
        self.run("write", move |connections| {
            let mut connection = turn(&connections.writer, until)?;
            connection.pragma_update(None, "synchronous", synchronous)?;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&Writer::new(&transaction))?;
            transaction.commit()?;
            Ok(done)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connections) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connections = self.connections.clone();
        let failed = |error: &dyn std::fmt::Display| StoreError(format!("cannot {doing} {}: {error}", self.name));
        tokio::task::spawn_blocking(move || work(&connections))
            .await
            .map_err(|error| failed(&error))?
            .map_err(|error| failed(&error))
    }
}

/// The connection, once it is free. It waits for others on the file for what is left of the time then: in a queue before
/// a locked file nobody waits for the others' time as well.
fn turn(connection: &Mutex<Connection>, until: Instant) -> rusqlite::Result<MutexGuard<'_, Connection>> {
    let busy = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), Some("others were first".to_owned()));
    let turn = connection.try_lock_until(until).ok_or(busy)?;
    turn.busy_timeout(until.saturating_duration_since(Instant::now()))?;
    Ok(turn)
}

/// Makes an empty file where there is none. SQLite gives the files beside it the same permissions.
fn make(file: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
