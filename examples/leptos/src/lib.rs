//! A page in Leptos whose user keeps their place when the backend restarts. It is rendered on a server (feature `ssr`) and hydrated
//! in the browser (feature `hydrate`); the components are the same.

mod app;
mod backend;
mod connect;
mod session;

pub use app::{App, shell};

/// Takes over the page that the server has rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}
