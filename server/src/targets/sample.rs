//! The sample database of the demo, built from the script beside this file.

use std::{
    io,
    path::{self, Path},
};

use rusqlite::Connection;
use tempfile::Builder;

const SCRIPT: &str = include_str!("sample.sql");

/// Writes the sample database to `file`, whole or not at all. Whatever is there already is left as it is.
/// Blocking; for start-up.
///
/// # Errors
/// When the file's folder is missing or can't be written.
pub fn write(file: &Path) -> io::Result<()> {
    if file.symlink_metadata().is_ok() {
        return Ok(());
    }
    let failed = |error: io::Error| {
        io::Error::new(error.kind(), format!("can't write the sample database {}: {error}", file.display()))
    };
    build(file).map_err(failed)
}

fn build(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = Builder::new().prefix(".sample-").suffix(".draft").tempfile_in(folder)?;
    // An absolute path, because SQLite would read one that begins with `file:` as a URI.
    let connection = Connection::open(path::absolute(draft.path())?).map_err(io::Error::other)?;
    // The draft is thrown away when this fails, so that there is nothing to roll back to.
    connection
        .execute_batch(&format!("PRAGMA journal_mode = OFF; BEGIN; {SCRIPT} COMMIT;"))
        .map_err(io::Error::other)?;
    connection.close().map_err(|(_, error)| io::Error::other(error))?;
    draft.as_file().sync_all()?;
    match draft.persist_noclobber(file) {
        Ok(_) => Ok(()),
        // Another process was faster; its file is as good.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;

    use super::write;

    #[test]
    fn the_sample_is_a_whole_database_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sample.db");
        write(&file).unwrap();
        let sample = Connection::open(&file).unwrap();
        let count = |query: &str| sample.query_row(query, (), |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM sqlite_schema WHERE type = 'table'"), 3);
        assert_eq!(
            count(
                "SELECT count(*) FROM repairs JOIN bicycles b ON b.id = bicycle_id JOIN customers c ON c.id = customer_id"
            ),
            8
        );
        let check: String = sample.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        drop(sample);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_there_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sample.db");
        fs::write(&file, "mine").unwrap();
        write(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn many_at_once_leave_one_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sample.db");
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8).map(|_| scope.spawn(|| write(&file))).collect();
            for writer in writers {
                writer.join().unwrap().unwrap();
            }
        });
        let tables = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        let count = Connection::open(&file).unwrap().query_row("SELECT count(*) FROM repairs", (), tables).unwrap();
        assert_eq!((count, fs::read_dir(folder.path()).unwrap().count()), (8, 1));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("missing").join("sample.db")).unwrap_err().to_string();
        assert!(error.contains("sample database") && error.contains("missing"), "{error}");
    }
}
