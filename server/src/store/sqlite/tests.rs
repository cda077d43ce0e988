use std::{os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use tempfile::TempDir;

use super::*;
use crate::{
    policy::{Absolute, End, Policy, Reconnect, SERVERLESS_24H},
    record::{Data, EndReason, Key, Record, SignIn},
    store::{
        Checked, Created, Rotated, Store, Terms,
        contract::sample::{check, record, sign_in, some_id, start, terms},
    },
};

crate::store::contract::contract_tests!(fresh());

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn fresh() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (open(&folder), folder)
}

fn open(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(&folder.path().join("sessions.db")).unwrap()
}

#[tokio::test]
async fn a_reopened_file_has_everything() {
    let (store, folder) = fresh();
    let (made, first, second) = (record(Some("alice")), some_id(), some_id());
    store.create(terms(start()), made.clone(), first, None).await.unwrap();
    store.rotate(terms(start().plus(SECOND)), made.family, second, None).await.unwrap();
    drop(store);
    let store = open(&folder);
    let mut aliases = Vec::new();
    for id in [first, second] {
        let Checked::Valid { record, alias, touched: false } = check(&store, Key::Session(id)).await else {
            panic!("it was lost")
        };
        let expected = Record { rotated: start().plus(SECOND), ..made.clone() };
        assert_eq!(format!("{record:?}"), format!("{expected:?}"));
        assert_eq!(record.data, made.data);
        aliases.push(alias);
    }
    assert_eq!(aliases, [true, false]);
    assert_eq!(store.stats().await.unwrap().live, 1);
}

#[tokio::test]
async fn what_ended_stays_ended_in_a_reopened_file() {
    let (store, folder) = fresh();
    let (family, id) = sign_in(&store, "alice").await;
    store.end(terms(start()), family, EndReason::Revoked).await.unwrap();
    drop(store);
    let store = open(&folder);
    for key in [Key::Session(id), Key::Family(family)] {
        assert!(matches!(check(&store, key).await, Checked::Ended(EndReason::Revoked)));
    }
    let again =
        store.create(terms(start()), Record { family, ..record(Some("alice")) }, some_id(), None).await.unwrap();
    assert!(matches!(again, Created::Ended(EndReason::Revoked)), "{again:?}");
}

#[tokio::test]
async fn what_one_handle_does_another_sees_at_once() {
    let (one, folder) = fresh();
    let other = open(&folder);
    for _ in 0..20 {
        let (family, id) = sign_in(&one, "alice").await;
        assert!(matches!(check(&other, Key::Session(id)).await, Checked::Valid { .. }));
        assert!(other.end(terms(start()), family, EndReason::Revoked).await.unwrap());
        assert!(matches!(check(&one, Key::Session(id)).await, Checked::Ended(EndReason::Revoked)));
    }
    assert_eq!(one.stats().await.unwrap(), other.stats().await.unwrap());
}

/// Both write at once; each waits for the other, and neither fails nor overrides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_handles_write_side_by_side() {
    let (one, folder) = fresh();
    let stores = [Arc::new(one), Arc::new(open(&folder))];
    let tasks = (0..40).map(|turn: usize| {
        let store = stores[turn % 2].clone();
        tokio::spawn(async move { sign_in(&*store, "alice").await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    for store in stores {
        assert_eq!(store.list(terms(start()), "alice").await.unwrap().len(), 40);
        assert_eq!(store.stats().await.unwrap().live, 40);
    }
}

#[tokio::test]
async fn every_change_waits_for_the_disk_and_only_a_touch_does_not() {
    const FULL: i64 = 2;
    const NORMAL: i64 = 1;
    let (store, _folder) = fresh();
    let synchronous = || -> i64 {
        store.connections.writer.lock().pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap()
    };
    let journal: String =
        store.connections.writer.lock().pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!((journal.as_str(), synchronous()), ("wal", FULL));
    let (family, id) = sign_in(&store, "alice").await;
    let touched = store.check_and_touch(terms(start().plus(DAY / 2)), Key::Session(id), true).await.unwrap();
    assert!(matches!(touched, Checked::Valid { touched: true, .. }), "{touched:?}");
    assert_eq!(synchronous(), NORMAL);
    store.end(terms(start().plus(DAY / 2)), family, EndReason::Revoked).await.unwrap();
    assert_eq!(synchronous(), FULL);
}

#[tokio::test]
async fn a_check_that_is_not_due_writes_nothing_and_waits_for_no_writer() {
    let (store, folder) = fresh();
    let (_, id) = sign_in(&store, "alice").await;
    // Somebody holds the right to write; a check that wanted it would not return.
    let mut writer = Connection::open(folder.path().join("sessions.db")).unwrap();
    let held = writer.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    assert!(matches!(check(&store, Key::Session(id)).await, Checked::Valid { touched: false, .. }));
    held.rollback().unwrap();
}

#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    let (store, folder) = fresh();
    sign_in(&store, "alice").await;
    let mut seen = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        seen += 1;
    }
    assert_eq!(seen, 3, "the file, its log and the log's index");
}

#[test]
fn a_file_that_is_something_else_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "not a database, and long enough to be read as the header of one: 0123456789".repeat(9)).unwrap();
    let error = SqliteStore::open(&text).unwrap_err().0;
    assert!(error.contains("notes.txt") && error.contains("not a SQLite database"), "{error}");

    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let before = fs::read(&foreign).unwrap();
    let error = SqliteStore::open(&foreign).unwrap_err().0;
    assert!(error.contains("foreign.db") && error.contains("another program"), "{error}");
    assert_eq!(fs::read(&foreign).unwrap(), before);

    let newer = folder.path().join("newer.db");
    drop(SqliteStore::open(&newer).unwrap());
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 2).unwrap();
    let error = SqliteStore::open(&newer).unwrap_err().0;
    assert!(error.contains("newer.db") && error.contains("a newer version wrote it"), "{error}");

    let missing = folder.path().join("missing").join("sessions.db");
    let error = SqliteStore::open(&missing).unwrap_err().0;
    assert!(error.contains("missing"), "{error}");
}

#[tokio::test]
async fn an_ended_record_holds_no_secret_and_no_name() {
    let (store, _folder) = fresh();
    let (family, _) = sign_in(&store, "alice").await;
    store.end(terms(start()), family, EndReason::Revoked).await.unwrap();
    let left: (Vec<u8>, Option<String>, Option<String>) = store
        .connections
        .writer
        .lock()
        .query_row("SELECT sealed, subject, user_agent FROM session", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(left, (vec![], None, None));
}

/// What counts the sessions agrees with the sessions, whatever became of them.
#[tokio::test]
async fn the_counts_are_those_of_the_rows() {
    let (store, _folder) = fresh();
    let mut families = Vec::new();
    for subject in ["alice", "alice", "bob", "carol"] {
        families.push(sign_in(&store, subject).await.0);
    }
    let begun = record(None);
    store.create(terms(start()), begun.clone(), some_id(), None).await.unwrap();
    let sign_in = SignIn { subject: Arc::from("bob"), data: Data::default(), proven: start() };
    let later = terms(start().plus(SECOND));
    let signed_in = store.rotate(later, begun.family, some_id(), Some(sign_in)).await.unwrap();
    assert!(matches!(signed_in, Rotated::Done { .. }), "{signed_in:?}");
    for ended in [families[0], families[3]] {
        store.end(later, ended, EndReason::Revoked).await.unwrap();
    }
    let writer = store.connections.writer.lock();
    let rows = |sql: &str| -> Vec<(String, i64, i64)> {
        let mut statement = writer.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let counted = rows("SELECT subject, live, oldest FROM crowd ORDER BY subject");
    let expected = "SELECT subject, count(*), min(last_activity) FROM session WHERE ended_at IS NULL \
                    GROUP BY subject ORDER BY subject";
    assert_eq!(counted, rows(expected));
    assert_eq!(counted.len(), 2);
    assert_eq!(rows("SELECT '', live, ended FROM tally"), [(String::new(), 3, 2)]);
}

/// There is no revocation log beside a durable store: it remembers an end as long as a ticket could undo it.
#[tokio::test]
async fn an_end_is_remembered_until_the_tickets_have_run_out() {
    let (store, _folder) = fresh();
    let (family, id) = sign_in(&store, "alice").await;
    let (alone, _) = sign_in(&store, "bob").await;
    store.end_subject(terms(start()), "alice", start().plus(SECOND), None).await.unwrap();
    store.end(terms(start()), alone, EndReason::Revoked).await.unwrap();
    let last = start().plus(DAY * 30 - SECOND);
    store.sweep(terms(last)).await.unwrap();
    // The id hears no reason any more; the ticket, which names the family, still does.
    let seen = store.check_and_touch(terms(last), Key::Session(id), false).await.unwrap();
    assert!(matches!(seen, Checked::Unknown), "{seen:?}");
    for family in [family, alone] {
        let seen = store.check_and_touch(terms(last), Key::Family(family), false).await.unwrap();
        assert!(matches!(seen, Checked::Ended(EndReason::Revoked)), "{seen:?}");
        let again =
            store.create(terms(last), Record { family, ..record(Some("alice")) }, some_id(), None).await.unwrap();
        assert!(matches!(again, Created::Ended(EndReason::Revoked)), "{again:?}");
    }
    let swept = store.sweep(terms(last.plus(SECOND))).await.unwrap();
    assert_eq!((swept.dropped, store.stats().await.unwrap().ended), (2, 0));
}

#[tokio::test]
async fn without_tickets_an_end_is_kept_as_long_as_the_policy_says() {
    for (end, kept) in [(End::Delete, 0), (End::Keep(SECOND), 1)] {
        let policy = Policy { end, reconnect: Reconnect::Off, absolute: Absolute::Unbounded, ..SERVERLESS_24H };
        let (store, _folder) = fresh();
        let (family, _) = sign_in(&store, "alice").await;
        store.end(Terms { now: start(), policy: &policy }, family, EndReason::Revoked).await.unwrap();
        assert_eq!(store.stats().await.unwrap().ended, kept);
        let swept = store.sweep(Terms { now: start().plus(SECOND), policy: &policy }).await.unwrap();
        assert_eq!((swept.dropped, store.stats().await.unwrap().ended), (kept, 0));
    }
}
