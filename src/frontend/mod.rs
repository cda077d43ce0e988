//! A session for frontends in Rust: [`KeepAlive`], with the options, events and snapshots of the npm package.
//!
//! ```ignore
//! use session_keepalive::web::{Event, KeepAlive, Options};
//!
//! let session = KeepAlive::create(Options::new().login("/sign-in"))?;
//! let heard = session.on(|event| {
//!     if let Event::Expiring { seconds_left } = event {
//!         warn(seconds_left);
//!     }
//! });
//! let answer = session.fetch("/api/database").await?; // waits for a reconnect, is sent again after one
//! session.sign_out().await;
//! drop(heard); // no more events; dropping the last clone of the session ends that, too
//! ```
//!
//! # How it is made
//! What a session does beside the engine (options, HTTP, the page, other tabs, the way to the login page) is in JavaScript
//! already, in `src/js`, and is not written a second time. These types bind to it, and it is given the engine that is part
//! of the application's own Wasm. The files travel as local snippets of wasm-bindgen: they are in the crate, and `wasm-bindgen`
//! writes them beside the application's glue. So there is
//! - one Wasm instance in the page, and no second download: the npm package inside an application in Rust would bring its own;
//! - nothing to install, no bundler and no import map: whatever runs `wasm-bindgen --target web` will do, as Trunk does, and so
//!   will `--target bundler` where there is one. `--target no-modules` has no snippets, and therefore no session;
//! - nothing built in the crate: it works as a dependency by version, by git and by path alike.
//!
//! The content security policy is that of any application in Wasm, `script-src 'self' 'wasm-unsafe-eval'`: no inline script is
//! added. Nobody minifies the files, so let the server compress them.
//!
//! Only on `wasm32`, and only with the feature `web`, which is for frontends alone: it leaves out what makes the npm module
//! small, such as its allocator, so that an application chooses its own. An application that is rendered on a server as well
//! makes its session where it runs in the browser.

mod error;
mod events;
mod facade;
mod keepalive;
mod options;
mod snapshot;

pub use error::{KeepAliveError, Thrown};
pub use events::{Redirect, Subscription};
pub use keepalive::KeepAlive;
pub use options::{Credential, Options};
pub use snapshot::Snapshot;

pub use crate::engine::{Event, Millis, Phase, Reason, Status, WallTime};
