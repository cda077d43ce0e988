//! The session for frontends in Rust in a real browser, with a server that says what a test tells it to.
//!
//! Listeners, countdown and options are tested natively, beside their code; here it is that everything arrives where it belongs, that
//! what comes back has its type, and that what is dropped is gone.
#![cfg(target_arch = "wasm32")]
// A test may fail.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod events;
mod fetch;
mod life;
mod options;
mod server;
mod snapshot;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
