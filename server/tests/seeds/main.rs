//! What five published systems promise of their sessions, each promise held by the preset that is made after the system.
//!
//! | system | preset | | usual store |
//! |---|---|---|---|
//! | S0 | `serverless-24h` | sessions in memory on a backend that restarts at any time | memory |
//! | S1 | `until-logout` | sessions that only a sign-out ends | SQLite, PostgreSQL |
//! | S2 | `express-pg-24h` | a day from the sign-in, in a table of the application's database | PostgreSQL |
//! | S3 | `oidc-1h` | an hour from the sign-in, by way of an identity provider | PostgreSQL |
//! | S4 | `strict-30m` | half an hour without the person | Redis, PostgreSQL, SQLite |
//!
//! A test is named after its promise, and runs over the usual stores. Time is the test's own. What needs no store that
//! lasts runs over memory too: a rule must not depend on where sessions are kept.

#[cfg(test)]
#[path = "../support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;
#[cfg(test)]
mod log;
#[cfg(test)]
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod postgres;
#[cfg(test)]
#[path = "../support/redis.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod redis;
#[cfg(test)]
mod s0;
#[cfg(test)]
mod s1;
#[cfg(test)]
mod s2;
#[cfg(test)]
mod s3;
#[cfg(test)]
mod s4;
#[cfg(test)]
mod world;
