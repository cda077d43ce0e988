//! The browser shell: feeds the engine and carries out what it asks for. With the feature `web` also what a frontend in Rust
//! uses: [`KeepAlive`], see [`frontend`].
//!
//! One file for each capability of the browser; `driver.rs` is the only place that calls the machine. The facade in
//! `src/js` loads the module, validates the options, hears the page and speaks HTTP; it is reached through
//! [`Host`], whose methods never throw.
//!
//! What crosses the boundary is numbers, as [`crate::numbers`] says, through one function each way: every further one would
//! cost the page fifty bytes.

mod clock;
mod driver;
#[cfg(feature = "web")]
pub mod frontend;
mod host;
mod timer;

pub use driver::Session;
#[cfg(feature = "web")]
pub use frontend::*;
pub use host::Host;

// The npm module's. A frontend in Rust chooses for itself.
#[cfg(not(feature = "web"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
