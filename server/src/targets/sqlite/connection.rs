//! An open SQLite file.
//!
//! The name is resolved below the folder, link by link, and the file that was found is the file that is opened: SQLite is
//! given the resolved path, told to follow no link in it, and the path must still lead to the same file afterwards.

use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig, limits::Limit};
use tokio::{task, time};

use super::{
    super::{DatabaseInfo, MAX_TABLES, TargetError},
    FileName, PREFIX,
};

/// Longer values than this are refused by SQLite instead of being read into memory.
const LONGEST_VALUE: i32 = 1_000_000;

const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT ?1";

/// A file that SQLite accepted as a database.
#[derive(Debug)]
pub(in super::super) struct SqliteConnection {
    name: FileName,
    timeout: Duration,
    connection: Arc<Mutex<Connection>>,
}

impl SqliteConnection {
    /// Opens the file below `root`, which is canonical.
    pub(in super::super) async fn open(
        root: Arc<Path>,
        name: FileName,
        timeout: Duration,
    ) -> Result<Self, TargetError> {
        let file = name.clone();
        let opening = task::spawn_blocking(move || open(&root, &file, timeout));
        let connection = match time::timeout(timeout, opening).await {
            Ok(Ok(opened)) => opened?,
            Ok(Err(_)) | Err(_) => return Err(unavailable(&name)),
        };
        Ok(Self { name, timeout, connection: Arc::new(Mutex::new(connection)) })
    }

    /// Reads version and table names.
    pub(in super::super) async fn describe(&mut self) -> Result<DatabaseInfo, TargetError> {
        let connection = Arc::clone(&self.connection);
        let interrupt = connection.lock().unwrap_or_else(PoisonError::into_inner).get_interrupt_handle();
        let reading = task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            tables(&connection)
        });
        match time::timeout(self.timeout, reading).await {
            Ok(Ok(Ok(tables))) => Ok(DatabaseInfo::new("SQLite", rusqlite::version(), tables)),
            Ok(Ok(Err(error))) => Err(failed(&self.name, &error)),
            Ok(Err(_)) => Err(unavailable(&self.name)),
            Err(_) => {
                // Nobody waits for it any more.
                interrupt.interrupt();
                Err(unavailable(&self.name))
            }
        }
    }
}

fn open(root: &Path, name: &FileName, timeout: Duration) -> Result<Connection, TargetError> {
    let (path, found) = resolve(root, name)?;
    // SQLITE_USE_URI is compiled in, so that a path beginning with `file:` would be a URI even without the flag; an
    // absolute one never does.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(&path, flags).and_then(|connection| prove(connection, timeout));
    let connection = connection.map_err(|error| failed(name, &error))?;
    let (path_now, found_now) = resolve(root, name)?;
    if path_now != path || !same_file(&found, &found_now) {
        return Err(refused(name));
    }
    Ok(connection)
}

/// Where the name leads, if that is a file below the folder.
fn resolve(root: &Path, name: &FileName) -> Result<(PathBuf, Metadata), TargetError> {
    let path = fs::canonicalize(root.join(name.as_str())).map_err(|error| lookup_failed(name, &error))?;
    if !path.starts_with(root) {
        return Err(TargetError::not_allowed(format!(
            "{PREFIX}{} leads out of the server's folder. Name a file that lies in it",
            name.as_str()
        )));
    }
    let metadata = fs::symlink_metadata(&path).map_err(|error| lookup_failed(name, &error))?;
    if !metadata.is_file() {
        return Err(refused(name));
    }
    Ok((path, metadata))
}

#[cfg(unix)]
fn same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn same_file(one: &Metadata, other: &Metadata) -> bool {
    one.created().ok() == other.created().ok()
}

/// Takes away what a file from elsewhere could make SQLite do, and reads the first page: SQLite itself would wait for the
/// first statement to find out that a file is no database.
fn prove(connection: Connection, timeout: Duration) -> rusqlite::Result<Connection> {
    connection.busy_timeout(timeout)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0")?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", (), |_| Ok(()))?;
    Ok(connection)
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let limit = i64::try_from(MAX_TABLES).unwrap_or(i64::MAX).saturating_add(1);
    let mut statement = connection.prepare(TABLES)?;
    statement.query_map([limit], |row| row.get(0))?.collect()
}

fn failed(name: &FileName, error: &rusqlite::Error) -> TargetError {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OperationInterrupted
            | ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory,
        ) => unavailable(name),
        // Not a database, damaged, or not for us to read.
        _ => refused(name),
    }
}

fn lookup_failed(name: &FileName, error: &io::Error) -> TargetError {
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::TimedOut | io::ErrorKind::StaleNetworkFileHandle => {
            unavailable(name)
        }
        _ => refused(name),
    }
}

/// One message for a missing file, a folder and a file that is something else: what lies there is not told.
fn refused(name: &FileName) -> TargetError {
    TargetError::refused(format!(
        "{PREFIX}{} is no SQLite database that the server can read. Check the file's name",
        name.as_str()
    ))
}

fn unavailable(name: &FileName) -> TargetError {
    TargetError::unavailable(format!("{PREFIX}{} is busy or can't be read now. Try again in a moment", name.as_str()))
}
