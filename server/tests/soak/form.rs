//! How long a run is, and the seed of its choices.

use std::{env, net::TcpListener, time::Duration};

/// Of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// Of the server.
    pub(crate) kills: usize,
    /// Of the database.
    pub(crate) database_kills: usize,
    /// That instances are killed and started in turn.
    pub(crate) in_turn: Duration,
    pub(crate) seed: u64,
}

/// The short form, or the long one where the environment asks for it.
pub(crate) fn form() -> Form {
    let seed = match env::var("SESSION_KEEPALIVE_SOAK_SEED") {
        Ok(text) => text.parse().expect("SESSION_KEEPALIVE_SOAK_SEED wants a whole number"),
        Err(_) => fastrand::u64(..),
    };
    match env::var("SESSION_KEEPALIVE_SOAK").as_deref() {
        Ok("long") => Form { kills: 100, database_kills: 10, in_turn: Duration::from_secs(60), seed },
        Ok(other) => panic!("SESSION_KEEPALIVE_SOAK wants `long`, or nothing; not `{other}`"),
        Err(_) => Form { kills: 3, database_kills: 3, in_turn: Duration::from_secs(10), seed },
    }
}

/// A free port to listen on again and again. Below those that the system gives to connections: a client that asks for a
/// port where nobody listens could be given that very port, and connect to itself.
pub(crate) fn lasting_port() -> u16 {
    loop {
        let port = fastrand::u16(10_000..30_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
