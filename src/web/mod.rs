//! The browser shell: feeds the engine and carries out what it asks for.
//!
//! One file for each capability of the browser; [`driver`] is the only place that calls the machine. The facade in
//! `src/js` loads the module, validates the options and holds the listeners; it is reached through [`host::Host`],
//! whose methods never throw.

mod answer;
mod clock;
mod custom;
mod driver;
mod host;
mod http;
mod options;
mod page;
mod redirect;
mod timer;

pub use driver::Session;
