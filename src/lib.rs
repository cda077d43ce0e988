//! A person never loses their place because a backend restarted.
//!
//! - [`wire`]: the types of the protocol, shared with the reference server.
//! - [`engine`]: decides what a session needs next. Pure: no clock, no socket, no timer.
//! - `browser` (only on `wasm32`): the shell that feeds the engine and carries out its effects.
//! - With the feature `frontend` also `KeepAlive`, a session for frontends in Rust.

pub mod engine;
pub mod wire;

#[cfg(target_arch = "wasm32")]
pub mod browser;
