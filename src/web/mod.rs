//! The browser shell: feeds the engine and carries out what it asks for.
//!
//! One file for each capability of the browser; [`driver`] is the only place that calls the machine. The facade in
//! `src/js` loads the module, validates the options, hears the page and speaks HTTP; it is reached through
//! [`host::Host`], whose methods never throw.
//!
//! What crosses the boundary is numbers, and a string or two: names stand as their place in the lists of
//! `src/js/names.js`, and an absent number is `NaN`. That makes the module a third smaller than objects with named
//! fields would.

mod clock;
mod config;
mod driver;
mod events;
mod host;
mod reply;
mod snapshot;
mod timer;

pub use driver::Session;
pub use host::Host;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
