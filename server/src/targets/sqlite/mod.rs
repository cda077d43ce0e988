//! `sqlite:FILE`, a file below the operator's folder, opened read-only.

mod connection;
mod name;

pub(super) use connection::SqliteConnection;
pub(super) use name::{FileName, PREFIX};
