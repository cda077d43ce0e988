//! The browser shell: feeds the engine and carries out what it asks for.
//!
//! One file for each capability of the browser; [`driver`] is the only place that calls the machine. The facade in
//! `src/js` loads the module, validates the options, hears the page and speaks HTTP; it is reached through
//! [`host::Host`], whose methods never throw.
//!
//! What crosses the boundary is numbers, as [`crate::numbers`] says, through one function each way: every further one would
//! cost the page fifty bytes.

mod clock;
mod driver;
mod host;
mod timer;

pub use driver::Session;
pub use host::Host;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
