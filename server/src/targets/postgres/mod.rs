//! `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.

mod address;
mod connection;

pub(super) use address::{DEFAULT_PORT, PostgresTarget, SCHEMES};
pub(super) use connection::PostgresConnection;
