//! `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.

mod connection;

pub(super) use connection::PostgresConnection;
