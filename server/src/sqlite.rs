//! The server's own SQLite files, opened with the same care.

use std::{
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

/// Another instance on the same file writes for a few milliseconds at a time.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// What a file holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Marks the file, so that no other program's file is taken for one.
    pub(crate) application_id: i32,
    /// The layout's number (`user_version`).
    pub(crate) number: i32,
    /// Makes the tables that are not there yet.
    pub(crate) tables: &'static str,
    /// What people call such a file.
    pub(crate) called: &'static str,
}

/// Makes a connection ready for durable writes, and the tables where there are none. A file that is something else is
/// left as it is. The error is one line that names the file.
pub(crate) fn open(
    connection: rusqlite::Result<Connection>,
    name: &str,
    layout: &Layout,
) -> Result<Connection, String> {
    let called = layout.called;
    let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            format!("cannot open the {called} {name}: it is not a SQLite database; name another file")
        }
        _ => format!("cannot open the {called} {name}: {error}"),
    };
    let mut connection = connection.map_err(failed)?;
    let started = Instant::now();
    // Turning a new file's journal into WAL does not wait for another instance that does the same: ask again.
    let prepared = loop {
        match prepare(&mut connection, layout) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && started.elapsed() < BUSY_TIMEOUT =>
            {
                thread::sleep(BUSY_PAUSE);
            }
            other => break other,
        }
    };
    prepared.map_err(failed)?.map_err(|found| {
        format!("{name} is not a {called} that this version understands ({found}); name another file")
    })?;
    Ok(connection)
}

/// The inner error says what was found in place of this layout, and then nothing was changed.
fn prepare(connection: &mut Connection, layout: &Layout) -> rusqlite::Result<Result<(), String>> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // What was committed survives the process and the machine.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // In a transaction, so that what is read belongs together though another instance is at work.
    if let Err(foreign) = is_prepared(&*connection.transaction()?, layout)? {
        return Ok(Err(foreign));
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Two instances may start on one new file at once: whoever comes second sees the first one's tables.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = is_prepared(&transaction, layout)?;
    if found.is_ok() {
        // Also where an earlier version made only some of them.
        transaction.execute_batch(layout.tables)?;
    }
    if found == Ok(false) {
        transaction.pragma_update(None, "application_id", layout.application_id)?;
        transaction.pragma_update(None, "user_version", layout.number)?;
    }
    transaction.commit()?;
    Ok(found.map(drop))
}

/// True: it has the tables. False: it is empty. Error: it is something else.
fn is_prepared(connection: &Connection, layout: &Layout) -> rusqlite::Result<Result<bool, String>> {
    let Layout { application_id, number, .. } = *layout;
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let (owner, found) = (pragma("application_id")?, pragma("user_version")?);
    Ok(if owner == application_id && found == number {
        Ok(true)
    } else if (owner, found) == (0, 0) && tables == 0 {
        Ok(false)
    } else if owner == application_id && found > number {
        Err(format!("its layout is {found}, not {number}: a newer version wrote it"))
    } else if owner == application_id {
        Err(format!("its layout is {found}, not {number}"))
    } else {
        Err("it belongs to another program".to_owned())
    })
}
