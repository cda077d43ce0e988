//! A session for frontends in Rust: [`KeepAlive`], with the options, events and snapshots of the npm package. All of it is at the root
//! of the crate, too.
//!
//! ```
//! use session_keepalive::{Event, KeepAlive, Options};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let session = KeepAlive::create(Options::new().login("/sign-in"))?;
//! let subscription = session.on(|event| {
//!     if let Event::Expiring { seconds_left } = event {
//!         println!("The session ends in {seconds_left} s.");
//!     }
//! });
//! # #[cfg(target_arch = "wasm32")]
//! let answer = session.fetch("/api/database").await?; // waits for a reconnect, is sent again after one
//! session.sign_out().await;
//! drop(subscription); // no more events; dropping the last clone of the session ends that, too
//! # Ok(())
//! # }
//! ```
//!
//! # In the browser
//! The session is the module's own shell and engine, compiled into the application's Wasm. What must be JavaScript (tabs, `fetch`, the
//! sealed store) travels as local snippets of wasm-bindgen: the files are in the crate, and `wasm-bindgen` writes them beside the
//! application's glue. So there is
//! - one Wasm instance in the page, and no second download: the npm package inside an application in Rust would bring its own;
//! - nothing to install, no bundler and no import map: whatever runs `wasm-bindgen --target web` will do, as Trunk does, and so
//!   will `--target bundler` where there is one. `--target no-modules` has no snippets, and therefore no session;
//! - nothing built in the crate: it works as a dependency by version, by git and by path alike.
//!
//! The content security policy is that of any application in Wasm, `script-src 'self' 'wasm-unsafe-eval'`: no inline script is
//! added. Nobody minifies the files, so let the server compress them. The feature leaves out the small allocator of the npm module:
//! an application chooses its own.
//!
//! # On a server
//! An application that is rendered on a server as well makes its session there in the same way. Outside of wasm32 it is inert: its
//! snapshot is the default one, with [`Status::Inactive`], no listener is called, and every async method returns at once. It is
//! `Send`, `Sync` and empty. Mistakes in the options are found there already.
//!
//! What a page shows before it is hydrated is what the server has rendered; so begin with [`Snapshot::default`] in the browser,
//! too, and [`subscribe`](KeepAlive::subscribe) in an effect. `examples/leptos` does so.

#[cfg(any(test, target_arch = "wasm32"))]
mod countdown;
mod credential;
mod error;
mod events;
#[cfg(not(target_arch = "wasm32"))]
mod inert;
mod keep_alive;
#[cfg(any(test, target_arch = "wasm32"))]
mod listeners;
mod options;
#[cfg(target_arch = "wasm32")]
mod running;
#[cfg(target_arch = "wasm32")]
mod script;
mod snapshot;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod thrown;

pub use credential::{Credential, CredentialStore, Secret};
pub use error::{CredentialError, KeepAliveError, OptionError};
pub use events::{Redirect, Subscription};
pub use keep_alive::KeepAlive;
pub use options::{DebugLog, Options};
pub use snapshot::Snapshot;
#[cfg(target_arch = "wasm32")]
pub use thrown::Thrown;

pub use crate::engine::{Event, Millis, Phase, Reason, Status, WallTime};
