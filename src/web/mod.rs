//! The browser shell: feeds the engine and carries out what it asks for.
//!
//! One file for each capability of the browser; [`driver`] is the only place that calls the machine. The facade in
//! `src/js` loads the module, validates the options and holds the listeners; it is reached through [`host::Host`],
//! whose methods never throw.

mod clock;
mod driver;
mod events;
mod host;
mod object;
mod options;
mod page;
mod reply;
mod snapshot;
mod timer;

pub use driver::Session;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
