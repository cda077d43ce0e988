//! The tables, made where there are none.

use deadpool_postgres::{GenericClient, Object};
use tokio_postgres::error::SqlState;

use super::failure::Failure;

/// The layout's number; the only one there is.
const LAYOUT: i64 = 1;
const TABLES: &str = include_str!("tables.sql");
/// Instances that start at once make the tables one after the other ("skeepali"). Even `IF NOT EXISTS` races without.
const LOCK: i64 = 0x736b_6565_7061_6c69;

/// Makes the tables, or sees that they are there and may be used.
pub(super) async fn prepare(client: &mut Object) -> Result<(), Failure> {
    if layout(client).await.map_err(explained)?.is_none() {
        make(client).await.map_err(explained)?;
    }
    may_be_used(client).await
}

/// What an operator does whose server may not: makes the tables alone.
pub(super) async fn migrate(client: &mut Object) -> Result<(), Failure> {
    match layout(client).await? {
        Some(()) => Ok(()),
        None => make(client).await,
    }
}

async fn make(client: &mut Object) -> Result<(), Failure> {
    let transaction = client.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    if layout(&transaction).await?.is_none() {
        transaction.batch_execute(TABLES).await?;
    }
    Ok(transaction.commit().await?)
}

/// `None`: there are no tables.
async fn layout(client: &impl GenericClient) -> Result<Option<()>, Failure> {
    // Not `to_regclass`: within a transaction it may still say what it said before another instance's commit.
    let there = "SELECT FROM pg_class WHERE relname = 'keepalive_layout' AND pg_table_is_visible(oid)";
    if client.query_opt(there, &[]).await?.is_none() {
        return Ok(None);
    }
    let found = client.query_opt("SELECT max(number) FROM keepalive_layout", &[]).await?;
    match found.map(|row| row.try_get::<_, Option<i64>>(0)).transpose()?.flatten() {
        Some(LAYOUT) => Ok(Some(())),
        Some(number) if number > LAYOUT => Err(Failure::Said(format!(
            "its tables are of layout {number}, not {LAYOUT}: a newer version made them; start that one"
        ))),
        other => Err(Failure::Said(format!("its table keepalive_layout names layout {other:?}, not {LAYOUT}"))),
    }
}

async fn may_be_used(client: &Object) -> Result<(), Failure> {
    let rights = client
        .query_one(
            "SELECT bool_and(has_table_privilege(name, wanted)), current_user::text
             FROM unnest(ARRAY['keepalive_session', 'keepalive_session_id']) AS name,
                  unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted",
            &[],
        )
        .await?;
    if rights.try_get(0)? { Ok(()) } else { Err(not_allowed("use its tables")) }
}

/// Says what to do where the role lacks a right.
fn explained(failure: Failure) -> Failure {
    match failure.code() {
        // Without the right to any schema there is none to make tables in.
        Some(code) if [SqlState::INSUFFICIENT_PRIVILEGE, SqlState::INVALID_SCHEMA_NAME].contains(code) => {
            not_allowed("make its tables")
        }
        _ => failure,
    }
}

fn not_allowed(what: &str) -> Failure {
    Failure::Said(format!(
        "this role may not {what}. Run `session-keepalive-server migrate` once with the --store of a role that may, and \
         let this one use them: GRANT SELECT, INSERT, UPDATE, DELETE ON keepalive_session, keepalive_session_id TO …; \
         GRANT SELECT ON keepalive_layout TO …"
    ))
}
