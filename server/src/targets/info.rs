//! What a connection tells about its database.

use serde::Serialize;

/// Engine, version and table names, as `GET /api/database` answers them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseInfo {
    /// `SQLite` or `PostgreSQL`.
    pub engine: String,
    /// The engine's own version, for instance `15.4`.
    pub version: String,
    /// The names of the user's tables in alphabetical order, at most [`MAX_TABLES`].
    pub tables: Vec<String>,
    /// Whether there are more tables than were listed.
    pub truncated: bool,
}

/// The most table names that are read.
pub const MAX_TABLES: usize = 200;
