//! `sqlite:` targets against real files.

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, os::unix::fs::symlink, path::Path, process::Command, time::Duration};

    use rusqlite::Connection;
    use secrecy::{ExposeSecret, SecretString};
    use session_keepalive::wire::ProblemCode;
    use session_keepalive_server::targets::{MAX_TABLES, Target, TargetError, TargetRules, Targets, sample};
    use tempfile::TempDir;

    fn targets(root: &Path, timeout: Duration) -> Targets {
        let allow = vec!["sqlite:".to_owned()];
        Targets::new(TargetRules { allow, files_root: Some(root.to_owned()), timeout }).unwrap()
    }

    fn target(root: &Path, name: &str) -> Target {
        let text = SecretString::from(format!("sqlite:{name}"));
        targets(root, Duration::from_secs(10)).parse(&text).unwrap()
    }

    async fn refusal(target: &Target) -> TargetError {
        target.open().await.map(|_| ()).unwrap_err()
    }

    /// A folder with the files' folder in it and something beside that.
    fn folders() -> TempDir {
        let all = tempfile::tempdir().unwrap();
        fs::create_dir_all(all.path().join("files/sub")).unwrap();
        sample::write(&all.path().join("files/sample.db")).unwrap();
        sample::write(&all.path().join("outside.db")).unwrap();
        all
    }

    fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let files = fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file());
        files.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
    }

    #[tokio::test]
    async fn the_sample_tells_its_tables_and_is_left_as_it_was() {
        let all = folders();
        let files = all.path().join("files");
        let before = contents(&files);
        let target = target(&files, "sample.db");
        assert_eq!(target.subject(), None);
        assert_eq!(target.connection_string().expose_secret(), "sqlite:sample.db");
        let mut connection = target.open().await.unwrap();
        for _ in 0..2 {
            let info = connection.describe().await.unwrap();
            assert_eq!((info.engine.as_str(), info.version.as_str()), ("SQLite", rusqlite::version()));
            assert_eq!(info.tables, ["bicycles", "customers", "repairs"]);
            assert!(!info.truncated);
        }
        drop(connection);
        assert_eq!(contents(&files), before);
    }

    #[tokio::test]
    async fn files_below_the_folder_open_also_by_links_that_stay_in_it() {
        let all = folders();
        let files = all.path().join("files");
        sample::write(&files.join("sub/deep.db")).unwrap();
        symlink("../sample.db", files.join("sub/link.db")).unwrap();
        symlink("sub", files.join("alias")).unwrap();
        symlink(&files, all.path().join("root")).unwrap();
        for root in ["files", "root"] {
            for name in ["sample.db", "sub/deep.db", "sub/link.db", "alias/deep.db"] {
                let opened = target(&all.path().join(root), name).open().await;
                assert!(opened.is_ok(), "{root}, {name}: {opened:?}");
            }
        }
    }

    #[tokio::test]
    async fn links_that_lead_out_of_the_folder_are_not_allowed() {
        let all = folders();
        let files = all.path().join("files");
        symlink("../outside.db", files.join("relative.db")).unwrap();
        symlink(all.path().join("outside.db"), files.join("absolute.db")).unwrap();
        symlink("..", files.join("up")).unwrap();
        symlink("relative.db", files.join("twice.db")).unwrap();
        // Its path begins like the folder's, and yet it is another one.
        fs::create_dir(all.path().join("files-of-others")).unwrap();
        sample::write(&all.path().join("files-of-others/sample.db")).unwrap();
        symlink("../files-of-others", files.join("others")).unwrap();
        for name in ["relative.db", "absolute.db", "up/outside.db", "twice.db", "others/sample.db"] {
            let error = refusal(&target(&files, name)).await;
            assert_eq!(error.code(), ProblemCode::TargetNotAllowed, "{name}: {error}");
            assert!(error.to_string().contains("leads out of the server's folder"), "{error}");
        }
    }

    #[tokio::test]
    async fn whatever_is_no_database_is_refused_alike_and_nothing_is_created() {
        let all = folders();
        let files = all.path().join("files");
        fs::write(files.join("text.db"), "not a database, and longer than the hundred bytes of a header: ".repeat(9))
            .unwrap();
        let whole = fs::read(files.join("sample.db")).unwrap();
        fs::write(files.join("cut.db"), &whole[..whole.len() / 2]).unwrap();
        symlink("nowhere.db", files.join("dangling.db")).unwrap();
        // Opening it would wait for a writer.
        assert!(Command::new("mkfifo").arg(files.join("pipe.db")).status().unwrap().success());
        let before = contents(&files);
        for name in [
            "missing.db",
            "sub",
            "sub/missing.db",
            "nowhere/x.db",
            "sample.db/x",
            "text.db",
            "cut.db",
            "dangling.db",
            "pipe.db",
        ] {
            let error = match target(&files, name).open().await {
                Ok(mut connection) => connection.describe().await.unwrap_err(),
                Err(error) => error,
            };
            assert_eq!(error.code(), ProblemCode::ConnectionRefused, "{name}: {error}");
            let expected =
                format!("sqlite:{name} is no SQLite database that the server can read. Check the file's name");
            assert_eq!(error.to_string(), expected);
        }
        assert_eq!(contents(&files), before);
    }

    #[tokio::test]
    async fn a_link_that_took_the_files_place_is_not_followed() {
        let all = folders();
        let files = all.path().join("files");
        let target = target(&files, "sample.db");
        target.open().await.unwrap();
        fs::remove_file(files.join("sample.db")).unwrap();
        symlink("../outside.db", files.join("sample.db")).unwrap();
        assert_eq!(refusal(&target).await.code(), ProblemCode::TargetNotAllowed);
    }

    #[tokio::test]
    async fn a_locked_file_is_unavailable_and_opens_afterwards() {
        let all = folders();
        let files = all.path().join("files");
        let writer = Connection::open(files.join("sample.db")).unwrap();
        writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let text = SecretString::from("sqlite:sample.db");
        let target = targets(&files, Duration::from_millis(300)).parse(&text).unwrap();
        let error = refusal(&target).await;
        assert_eq!(error.code(), ProblemCode::TargetUnavailable, "{error}");
        writer.execute_batch("ROLLBACK").unwrap();
        target.open().await.unwrap().describe().await.unwrap();
    }

    #[tokio::test]
    async fn a_database_in_use_with_a_write_ahead_log_can_be_read() {
        let all = folders();
        let files = all.path().join("files");
        let writer = Connection::open(files.join("live.db")).unwrap();
        writer.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE live (id INTEGER)").unwrap();
        let mut connection = target(&files, "live.db").open().await.unwrap();
        writer.execute_batch("CREATE TABLE newer (id INTEGER)").unwrap();
        assert_eq!(connection.describe().await.unwrap().tables, ["live", "newer"]);
    }

    #[tokio::test]
    async fn only_the_first_tables_are_listed() {
        let all = folders();
        let files = all.path().join("files");
        let writer = Connection::open(files.join("many.db")).unwrap();
        writer.execute_batch("BEGIN").unwrap();
        for table in 0..MAX_TABLES {
            writer.execute_batch(&format!("CREATE TABLE t{table:03} (id INTEGER PRIMARY KEY AUTOINCREMENT)")).unwrap();
        }
        writer.execute_batch("COMMIT").unwrap();
        let mut connection = target(&files, "many.db").open().await.unwrap();
        let info = connection.describe().await.unwrap();
        assert_eq!((info.tables.len(), info.truncated), (MAX_TABLES, false));
        writer.execute_batch("CREATE TABLE last (id INTEGER)").unwrap();
        let info = connection.describe().await.unwrap();
        assert_eq!((info.tables.len(), info.truncated), (MAX_TABLES, true));
        assert_eq!(info.tables[0], "last");
    }
}
