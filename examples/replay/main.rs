//! `cargo run --example replay -- log.json`: what a session did in a browser, in words, and whether the engine of today does
//! the same. The log is what the option `debug` told, as a JSON array.

// The tests in the browser build every example, too; there this one has nothing to do.
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
