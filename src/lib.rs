//! A person never loses their place because a backend restarted.
//!
//! - [`wire`]: the types of the protocol, shared with the reference server.
//! - [`engine`]: decides what a session needs next. Pure: no clock, no socket, no timer.
//! - [`numbers`]: what crosses between the engine and JavaScript.
//! - `web` (only on `wasm32`): the browser shell that feeds the engine and carries out its effects; with the feature `web` also
//!   `web::KeepAlive`, a session for frontends in Rust.

pub mod engine;
pub mod numbers;
pub mod wire;

#[cfg(target_arch = "wasm32")]
pub mod web;
