//! The reference server: one session record, one policy, one store trait, no second code path for any preset.
//!
//! The domain modules know nothing of HTTP: [`sessions::Sessions`] takes what a browser presented and says what to
//! answer and which cookies change; [`targets::Targets`] opens what a person connects to. [`http`] puts both on the
//! wire, [`config`] reads what the operator wants.

pub mod address;
mod background;
pub mod clock;
pub mod config;
pub mod http;
pub mod id;
pub mod policy;
pub mod record;
pub mod revocations;
pub mod sessions;
pub mod shutdown;
mod sql;
mod sqlite;
mod start;
pub mod store;
pub mod sweep;
pub mod targets;
pub mod telemetry;
pub mod ticket;

pub use start::migrate;
