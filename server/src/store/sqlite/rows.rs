//! From rows to records.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    record::{Data, Key, Record},
    sql::{from_sql, reason_from_sql},
    store::{Stats, Terms, rules::Kept},
};

/// The columns that [`kept`] reads.
macro_rules! columns {
    () => {
        "session.family, epoch, subject, sealed, remember, created, last_seen, last_activity, proven, rotated, \
         user_agent, ended_at, reason"
    };
}
pub(super) use columns;

pub(super) fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let at = |column: usize| row.get(column).map(from_sql);
    let ended_at: Option<i64> = row.get(11)?;
    Ok(Kept {
        record: Record {
            family: family(row)?,
            epoch: row.get(1)?,
            subject: row.get::<_, Option<Arc<str>>>(2)?,
            data: Data { sealed: row.get(3)?, remember: row.get(4)? },
            created: at(5)?,
            last_seen: at(6)?,
            last_activity: at(7)?,
            proven: at(8)?,
            rotated: at(9)?,
            user_agent: row.get::<_, Option<Arc<str>>>(10)?,
        },
        ended: ended_at
            .map(|at| Ok::<_, rusqlite::Error>((reason_from_sql(row.get(12)?), from_sql(at))))
            .transpose()?,
    })
}

/// The first column.
pub(super) fn family(row: &Row<'_>) -> rusqlite::Result<FamilyId> {
    row.get(0).map(FamilyId::from_bytes)
}

pub(super) fn families(connection: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<Vec<FamilyId>> {
    connection.prepare_cached(sql)?.query_map(params, family)?.collect()
}

/// What is kept under a key, and whether the key is an alias. One statement, so that what it reads belongs together.
pub(super) fn find(connection: &Connection, terms: Terms<'_>, key: Key) -> rusqlite::Result<Option<(Kept, bool)>> {
    let id = match key {
        Key::Family(family) => return Ok(load(connection, family)?.map(|kept| (kept, false))),
        Key::Session(id) => id,
    };
    Ok(by_id(connection, id)?.and_then(|(kept, replaced)| match replaced {
        None => Some((kept, false)),
        Some(at) => (at.plus(terms.policy.rotation_grace) > terms.now).then_some((kept, true)),
    }))
}

pub(super) fn load(connection: &Connection, family: FamilyId) -> rusqlite::Result<Option<Kept>> {
    connection
        .prepare_cached(concat!("SELECT ", columns!(), " FROM session WHERE family = ?1"))?
        .query_row([family.as_bytes()], kept)
        .optional()
}

fn by_id(connection: &Connection, id: SessionHash) -> rusqlite::Result<Option<(Kept, Option<Timestamp>)>> {
    connection
        .prepare_cached(concat!(
            "SELECT ",
            columns!(),
            ", replaced FROM session_id JOIN session ON session.family = session_id.family WHERE id = ?1"
        ))?
        .query_row([id.as_bytes()], |row| Ok((kept(row)?, row.get::<_, Option<i64>>(13)?.map(from_sql))))
        .optional()
}

pub(super) fn stats(connection: &Connection) -> rusqlite::Result<Stats> {
    connection
        .prepare_cached("SELECT live, ended FROM tally")?
        .query_row([], |row| Ok(Stats { live: row.get(0)?, ended: row.get(1)? }))
}
