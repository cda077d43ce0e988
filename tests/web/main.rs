//! The shell against a host that only takes notes, in a real browser whose clocks and timers stand still.
//!
//! What the engine decides, and which number stands for what, is tested natively; here it is the wiring: what goes in, what
//! comes out, in which order, and that exactly one timer exists. One file for each file of `src/web`.
#![cfg(target_arch = "wasm32")]
// A test may fail.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod clock;
mod driver;
mod host;
mod stage;
mod timer;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
