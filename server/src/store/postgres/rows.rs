//! From rows to records.

use std::sync::Arc;

use tokio_postgres::Row;

use super::failure::Failure;
use crate::{
    clock::Timestamp,
    id::FamilyId,
    record::{Data, Record},
    sql::{from_sql, reason_from_sql},
    store::rules::Kept,
};

/// The columns that [`kept`] reads.
macro_rules! columns {
    () => {
        "keepalive_session.family, epoch, subject, sealed, remember, created, last_seen, last_activity, proven, \
         rotated, user_agent, ended_at, reason"
    };
}
pub(super) use columns;

/// The column after those.
const REPLACED: usize = 13;

pub(super) fn kept(row: &Row) -> Result<Kept, Failure> {
    let at = |column: usize| row.try_get(column).map(from_sql);
    let text = |column: usize| row.try_get::<_, Option<&str>>(column).map(|text| text.map(Arc::from));
    let ended_at: Option<i64> = row.try_get(11)?;
    let reason: Option<i64> = row.try_get(12)?;
    Ok(Kept {
        record: Record {
            family: family(row)?,
            epoch: u32::try_from(row.try_get::<_, i64>(1)?).unwrap_or(u32::MAX),
            subject: text(2)?,
            data: Data { sealed: row.try_get(3)?, remember: row.try_get(4)? },
            created: at(5)?,
            last_seen: at(6)?,
            last_activity: at(7)?,
            proven: at(8)?,
            rotated: at(9)?,
            user_agent: text(10)?,
        },
        ended: ended_at.zip(reason).map(|(at, reason)| (reason_from_sql(reason), from_sql(at))),
    })
}

/// Since when the id that it was found by is an alias.
pub(super) fn replaced(row: &Row) -> Result<Option<Timestamp>, Failure> {
    Ok(row.try_get::<_, Option<i64>>(REPLACED)?.map(from_sql))
}

/// The first column.
pub(super) fn family(row: &Row) -> Result<FamilyId, Failure> {
    let bytes = row.try_get::<_, &[u8]>(0)?.try_into();
    bytes.map(FamilyId::from_bytes).map_err(|_| Failure::Said("a family has the wrong length".to_owned()))
}
