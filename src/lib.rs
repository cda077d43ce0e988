//! A person never loses their place because a backend restarted.
//!
//! - [`wire`]: the types of the protocol, shared with the reference server.
//! - [`engine`]: decides what a session needs next. Pure: no clock, no socket, no timer.
//! - `browser` (only on `wasm32`): the shell that feeds the engine and carries out its effects.
//! - `frontend` (with the feature of that name): `KeepAlive`, a session for frontends in Rust.

pub mod engine;
#[cfg(feature = "frontend")]
pub mod frontend;
pub mod wire;

#[cfg(target_arch = "wasm32")]
pub mod browser;

#[cfg(all(feature = "frontend", target_arch = "wasm32"))]
pub use frontend::Thrown;
#[cfg(feature = "frontend")]
pub use frontend::{
    Credential, CredentialError, CredentialStore, DebugLog, Event, KeepAlive, KeepAliveError, Millis, OptionError,
    Options, Phase, Reason, Redirect, Secret, Snapshot, Status, Subscription, WallTime,
};
