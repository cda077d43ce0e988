//! The browser shell: feeds the engine and carries out what it asks for, one capability of the browser a file.
//!
//! # The path of one check
//! 1. [`timer`] fires → the driver feeds [`Input::DeadlineReached`](crate::engine::Input) → the engine answers
//!    [`Effect::Send`](crate::engine::Effect).
//! 2. [`driver`] hands the request to [`http`], which posts it with `fetch` and reads the answer.
//! 3. `http` turns the answer into a verdict by [`classify`](crate::engine::classify), keeps subject and data under the request's
//!    id, and feeds [`Input::Replied`](crate::engine::Input).
//! 4. The engine judges; the driver tells the page the new snapshot ([`snapshot`]) and the event ([`events`]), and arms the
//!    timer for the next deadline.
//!
//! # Rules
//! - [`driver`] is the only caller of the machine.
//! - What belongs to the page's own JavaScript (listeners, tabs, stores) is behind the typed objects of [`host`].
//! - No `RefCell` is borrowed while JavaScript is called: a listener may call anything.
//! - Objects of the page are never asked for their class (`instanceof`): a `Response` of another realm is a good one.

// The module is public for wasm-bindgen; its documentation is for those who read the source.
#![allow(rustdoc::private_intra_doc_links)]

pub(crate) mod clock;
pub(crate) mod credential;
pub(crate) mod driver;
pub(crate) mod events;
pub(crate) mod host;
pub(crate) mod http;
pub(crate) mod options;
pub(crate) mod page;
pub(crate) mod redirect;
pub(crate) mod session;
pub(crate) mod snapshot;
pub(crate) mod timer;
pub(crate) mod untrusted;

pub use host::{Listeners, Tabs};
pub use options::Options;
pub use session::Session;

// The npm module's: a fifth of the standard allocator's size. A frontend in Rust chooses for itself.
#[cfg(not(feature = "frontend"))]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());
