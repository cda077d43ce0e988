//! The reference server.

pub mod targets;
