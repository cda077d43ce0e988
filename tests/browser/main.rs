//! The shell in a real browser whose clocks and timers stand still.
//!
//! What the engine decides is tested natively; here it is the wiring, through [`Session`](session_keepalive::browser::Session)
//! and the objects that JavaScript gives it: what goes in, what comes out, in which order, and that exactly one timer exists.
//! One file for each file of `src/browser`.
#![cfg(target_arch = "wasm32")]
// A test may fail.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod clock;
mod credential;
mod driver;
mod events;
mod host;
mod http;
mod page;
mod redirect;
mod session;
mod snapshot;
mod stage;
mod timer;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
