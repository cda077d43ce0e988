//! Addresses of databases, read from text into our own fields: every part once, in its place, and nothing beyond.

mod endpoint;
mod percent;
mod postgres;

use std::fmt;

pub(crate) use endpoint::Endpoint;
pub use postgres::PostgresAddress;
pub(crate) use postgres::{DEFAULT_PORT, SCHEMES};

/// Why a text is no address: what is wrong with it, and the form it should have. Holds no part of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AddressError {}
