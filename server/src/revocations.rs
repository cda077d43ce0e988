//! What ended for good, remembered for as long as a ticket could claim otherwise.
//!
//! Failure semantics: an ending that was acknowledged is on the disk (`synchronous=FULL`), so it survives the process
//! and the machine. When the log cannot be read or written, nothing is known: the service answers 503, and neither
//! re-establishes nor ends anything.
//!
//! A family is ended by its id. A subject is signed out everywhere by its `not_before`, in milliseconds: what was
//! proven at or before it is outdated, so also what was proven in that very millisecond. Where all but one of a
//! subject's families are ended, the log also says which was spared: else a request that runs beside it, or a lost
//! answer with the renewed ticket, would cost the survivor its session.

use std::{fmt, path::Path, sync::Arc};

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use crate::{
    clock::Timestamp,
    id::FamilyId,
    record::EndReason,
    sql::{from_sql, reason_from_sql, reason_to_sql, to_sql},
    sqlite::{self, Layout},
};

/// "skrl"; the only layout there is.
const LAYOUT: Layout = Layout { application_id: 0x736b_726c, number: 1, tables: TABLES, called: "revocation log" };

/// Counter, label `operation` (`read`, `write`, `prune`): operations of the log that failed.
pub const REVOCATION_ERRORS: &str = "session_keepalive_revocation_errors_total";

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS ended_family (
        family BLOB PRIMARY KEY,
        reason INTEGER NOT NULL,
        until INTEGER
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS subject_not_before (
        subject BLOB PRIMARY KEY,
        not_before INTEGER NOT NULL,
        until INTEGER
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS spared_family (
        family BLOB PRIMARY KEY,
        proven INTEGER NOT NULL,
        until INTEGER
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX IF NOT EXISTS ended_family_until ON ended_family (until);
    CREATE INDEX IF NOT EXISTS subject_not_before_until ON subject_not_before (until);
    CREATE INDEX IF NOT EXISTS spared_family_until ON spared_family (until);
";

/// The log cannot be opened, read or written. The text names the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationError(String);

impl fmt::Display for RevocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RevocationError {}

/// A family that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedFamily {
    /// Which.
    pub family: FamilyId,
    /// Why. The first reason stays.
    pub reason: EndReason,
    /// When its tickets run out, and the entry may go; `None`: never.
    pub until: Option<Timestamp>,
}

/// A subject that was signed out everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated<'a> {
    /// Who.
    pub subject: &'a str,
    /// What was proven at or before this is outdated.
    pub not_before: Timestamp,
    /// When the tickets concerned run out, and the entry may go; `None`: never.
    pub until: Option<Timestamp>,
}

/// What the log knows of a family and its subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The family ended for this reason.
    pub ended: Option<EndReason>,
    /// The subject was last signed out everywhere then.
    pub not_before: Option<Timestamp>,
    /// The family outlived a sign-out of the subject's others, and counts as proven then.
    pub spared: Option<Timestamp>,
}

impl Standing {
    /// Why a family that was last proven at `proven` is over, if it is.
    pub fn against(self, proven: Timestamp) -> Option<EndReason> {
        let proven = self.spared.map_or(proven, |spared| spared.max(proven));
        let outdated = self.not_before.is_some_and(|not_before| proven <= not_before);
        self.ended.or(outdated.then_some(EndReason::Revoked))
    }

    /// The time at which a family proves itself at `now`: after any sign-out of the subject, whatever the clock says.
    pub fn prove(self, now: Timestamp) -> Timestamp {
        self.not_before.map_or(now, |not_before| now.max(not_before.just_after()))
    }
}

/// The revocation log. Clones share it.
#[derive(Clone, Debug)]
pub struct Revocations {
    /// None: the store remembers by itself.
    connection: Option<Arc<Mutex<Connection>>>,
    name: Arc<str>,
}

impl Revocations {
    /// In a SQLite file, which is made where there is none. Opening blocks shortly.
    pub fn sqlite(path: &Path) -> Result<Self, RevocationError> {
        let name = path.display().to_string();
        Self::open(Connection::open(path), name)
    }

    /// In this process alone: a restart forgets it (ASVS 5.0 7.4.1).
    pub fn none() -> Result<Self, RevocationError> {
        Self::open(Connection::open_in_memory(), "in memory".to_owned())
    }

    /// None is needed: the store outlives the process, and remembers an end until no ticket can undo it. Nothing is
    /// written, and nothing is known here.
    pub fn by_store() -> Self {
        Self { connection: None, name: Arc::from("the store") }
    }

    /// Is the store itself what remembers?
    pub const fn is_by_store(&self) -> bool {
        self.connection.is_none()
    }

    fn open(connection: rusqlite::Result<Connection>, name: String) -> Result<Self, RevocationError> {
        let connection = sqlite::open(connection, &name, &LAYOUT).map_err(RevocationError)?;
        Ok(Self { connection: Some(Arc::new(Mutex::new(connection))), name: Arc::from(name) })
    }

    /// Writes endings, all or none.
    pub async fn record(
        &self,
        families: Vec<EndedFamily>,
        subject: Option<Outdated<'_>>,
    ) -> Result<(), RevocationError> {
        let subject = subject.map(|outdated| (hashed(outdated.subject), outdated.not_before, outdated.until));
        self.run("write", move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            for ended in &families {
                write_family(&transaction, ended)?;
            }
            if let Some((subject, not_before, until)) = subject {
                write_outdated(&transaction, subject, not_before, until)?;
            }
            transaction.commit()
        })
        .await
    }

    /// Outdates a subject's families but `survivor`, last proven at `proven`, which from now on counts as proven just
    /// after. If it is over itself by now, nothing is written and the answer is why: of two that outdate each other
    /// only the first succeeds.
    pub async fn spare(
        &self,
        survivor: FamilyId,
        proven: Timestamp,
        others: Outdated<'_>,
    ) -> Result<Option<EndReason>, RevocationError> {
        let (subject, not_before, until) = (hashed(others.subject), others.not_before, others.until);
        self.run("write", move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let over = standing(&transaction, survivor, Some(subject))?.against(proven);
            if over.is_none() {
                write_outdated(&transaction, subject, not_before, until)?;
                write_spared(&transaction, survivor, not_before.just_after(), until)?;
            }
            transaction.commit()?;
            Ok(over)
        })
        .await
    }

    /// What is known of a family and its subject.
    pub async fn look_up(&self, family: FamilyId, subject: Option<&str>) -> Result<Standing, RevocationError> {
        let subject = subject.map(hashed);
        self.run("read", move |connection| standing(connection, family, subject)).await
    }

    /// Drops at most `batch` entries of each kind that no ticket can contradict any more; answers how many.
    pub async fn prune(&self, now: Timestamp, batch: usize) -> Result<usize, RevocationError> {
        self.run("prune", move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let limits = params![to_sql(now), i64::try_from(batch).unwrap_or(i64::MAX)];
            let families = transaction.execute(
                "DELETE FROM ended_family WHERE family IN
                     (SELECT family FROM ended_family WHERE until <= ?1 ORDER BY until LIMIT ?2)",
                limits,
            )?;
            let subjects = transaction.execute(
                "DELETE FROM subject_not_before WHERE subject IN
                     (SELECT subject FROM subject_not_before WHERE until <= ?1 ORDER BY until LIMIT ?2)",
                limits,
            )?;
            let spared = transaction.execute(
                "DELETE FROM spared_family WHERE family IN
                     (SELECT family FROM spared_family WHERE until <= ?1 ORDER BY until LIMIT ?2)",
                limits,
            )?;
            transaction.commit()?;
            Ok(families + subjects + spared)
        })
        .await
    }

    /// Is it there, and can it be read?
    pub async fn ping(&self) -> Result<(), RevocationError> {
        let read = "SELECT EXISTS (SELECT 1 FROM ended_family)";
        self.run("read", move |connection| connection.query_row(read, [], |_| Ok(()))).await
    }

    /// Runs blocking work where it blocks no task. Without a log there is none, and no entry.
    async fn run<T: Default + Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, RevocationError> {
        let Some(connection) = self.connection.clone() else {
            return Ok(T::default());
        };
        let failed = |error: &dyn fmt::Display| {
            metrics::counter!(REVOCATION_ERRORS, "operation" => doing).increment(1);
            RevocationError(format!("cannot {doing} the revocation log {}: {error}", self.name))
        };
        tokio::task::spawn_blocking(move || work(&mut connection.lock()))
            .await
            .map_err(|error| failed(&error))?
            .map_err(|error| failed(&error))
    }
}

fn standing(connection: &Connection, family: FamilyId, subject: Option<[u8; 32]>) -> rusqlite::Result<Standing> {
    let ended = connection
        .prepare_cached("SELECT reason FROM ended_family WHERE family = ?1")?
        .query_row([family.as_bytes()], |row| row.get(0))
        .optional()?
        .map(reason_from_sql);
    let Some(subject) = subject else {
        return Ok(Standing { ended, ..Standing::default() });
    };
    let not_before = connection
        .prepare_cached("SELECT not_before FROM subject_not_before WHERE subject = ?1")?
        .query_row([subject], |row| row.get(0))
        .optional()?
        .map(from_sql);
    let spared = connection
        .prepare_cached("SELECT proven FROM spared_family WHERE family = ?1")?
        .query_row([family.as_bytes()], |row| row.get(0))
        .optional()?
        .map(from_sql);
    Ok(Standing { ended, not_before, spared })
}

fn write_outdated(
    transaction: &Transaction<'_>,
    subject: [u8; 32],
    not_before: Timestamp,
    until: Option<Timestamp>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO subject_not_before (subject, not_before, until) VALUES (?1, ?2, ?3)
             ON CONFLICT (subject) DO UPDATE SET
                 not_before = max(not_before, excluded.not_before),
                 until = iif(until IS NULL OR excluded.until IS NULL, NULL, max(until, excluded.until))",
        )?
        .execute(params![subject, to_sql(not_before), until.map(to_sql)])?;
    Ok(())
}

fn write_spared(
    transaction: &Transaction<'_>,
    family: FamilyId,
    proven: Timestamp,
    until: Option<Timestamp>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO spared_family (family, proven, until) VALUES (?1, ?2, ?3)
             ON CONFLICT (family) DO UPDATE SET proven = excluded.proven, until = excluded.until",
        )?
        .execute(params![family.as_bytes(), to_sql(proven), until.map(to_sql)])?;
    Ok(())
}

fn write_family(transaction: &Transaction<'_>, ended: &EndedFamily) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO ended_family (family, reason, until) VALUES (?1, ?2, ?3) ON CONFLICT (family) DO NOTHING",
        )?
        .execute(params![ended.family.as_bytes(), reason_to_sql(ended.reason), ended.until.map(to_sql)])?;
    Ok(())
}

/// Subjects are names of people and machines; the file need not know them.
fn hashed(subject: &str) -> [u8; 32] {
    Sha256::digest(subject).into()
}

#[cfg(test)]
mod tests;
