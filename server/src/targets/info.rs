//! What a connection tells about its database.

use serde::Serialize;
use utoipa::ToSchema;

/// The most table names that are read.
pub const MAX_TABLES: usize = 200;

/// Engine, version and table names, as `GET /api/database` answers them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseInfo {
    /// `SQLite` or `PostgreSQL`.
    pub engine: String,
    /// The engine's own version, for instance `15.14`.
    pub version: String,
    /// The names of the user's tables in order, at most [`MAX_TABLES`].
    #[schema(max_items = 200)]
    pub tables: Vec<String>,
    /// Whether there are more tables than were listed.
    pub truncated: bool,
}

impl DatabaseInfo {
    /// Keeps the first [`MAX_TABLES`] names of those found.
    pub(super) fn new(engine: &str, version: &str, mut tables: Vec<String>) -> Self {
        let truncated = tables.len() > MAX_TABLES;
        tables.truncate(MAX_TABLES);
        Self { engine: engine.to_owned(), version: version.to_owned(), tables, truncated }
    }
}
