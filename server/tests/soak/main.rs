//! Processes that are killed, and stores that fall silent, under people who go on using their sessions.
//!
//! Each person keeps a ledger of what was acknowledged (a 2xx, seen whole) and what is in doubt (the connection was cut, or
//! 503). What was acknowledged holds ever after: a session that is there is never answered 401, one that ended is never
//! answered 200. The short form is for every day; `SESSION_KEEPALIVE_SOAK=long` is what `npm run soak` runs, and
//! `SESSION_KEEPALIVE_SOAK_SEED` repeats the choices of a run.

#[cfg(test)]
#[path = "../support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;
#[cfg(test)]
#[path = "../support/outage.rs"]
mod outage;
#[cfg(test)]
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod postgres;
#[cfg(test)]
#[path = "../support/process.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod process;
#[cfg(test)]
#[path = "../support/redis.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod redis;

#[cfg(test)]
mod cluster;
#[cfg(test)]
mod database;
#[cfg(test)]
mod form;
#[cfg(test)]
mod forwarder;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod load;
#[cfg(test)]
mod person;
#[cfg(test)]
mod unreachable;
