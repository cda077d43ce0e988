//! `cargo run --example replay -- log`: what a session did in a browser, in words, and whether the engine of today does the same.
//! The log is the stream of the option `debug`: what a function collected as a JSON array, or the console's lines of
//! `debug: 'replay'`.

// The tests in the browser build every example, too; there this one has nothing to do.
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
