//! What five published systems promise of their sessions, each promise held by the preset that is made after the system.
//!
//! | system | preset | |
//! |---|---|---|
//! | S0 | `serverless-24h` | sessions in memory on a backend that restarts at any time |
//! | S1 | `until-logout` | sessions that only a sign-out ends |
//! | S2 | `express-pg-24h` | a day from the sign-in, in a table of the application's database |
//! | S3 | `oidc-1h` | an hour from the sign-in, by way of an identity provider |
//! | S4 | `strict-30m` | half an hour without the person |
//!
//! A test is named after its promise. Time is the test's own.

#[cfg(test)]
#[path = "../support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;
#[cfg(test)]
mod log;
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
