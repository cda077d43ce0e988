//! What goes wrong within an operation, and how it is told.

use std::{error::Error as _, fmt};

use tokio_postgres::{Error, error::SqlState};

/// An operation did not come to its end.
#[derive(Debug)]
pub(super) enum Failure {
    /// The driver or the database says so.
    Database(Error),
    /// In our own words.
    Said(String),
}

impl Failure {
    /// The database's own code.
    pub(super) fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Database(error) => error.code(),
            Self::Said(_) => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(text) => f.write_str(text),
            Self::Database(error) => write_database(error, f),
        }
    }
}

/// Without the database's details, which may repeat what is in a row.
fn write_database(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => write!(f, "{} ({})", said.message(), said.code().code()),
        (None, Some(cause)) => write!(f, "{error}: {cause}"),
        (None, None) => write!(f, "{error}"),
    }
}
