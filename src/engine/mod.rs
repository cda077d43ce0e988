//! Decides what a session needs next. The engine is pure: it has no clock, no socket and no timer.
//!
//! # The contract with the shell
//! 1. The shell calls [`Machine::handle`] with the time, a random number and an [`Input`].
//! 2. It carries out every returned [`Effect`], in order, before it feeds the next input. Inputs that arrive meanwhile
//!    (a listener that calls `stop()`) are queued.
//! 3. Then it arms its only timer for [`Machine::deadline`], and feeds [`Input::DeadlineReached`] when the timer fires.
//!    The machine compares the deadline with the clock, so early, late and throttled timers are harmless.
//! 4. Every [`Effect::Send`] has a fresh [`RequestId`]. The shell reports the outcome under this id exactly once; the machine
//!    ignores it if it no longer waits for that request.
//! 5. Where tabs share their checks, [`Effect::AcquireLock`] is answered by exactly one [`Input::LockResult`], unless
//!    [`Effect::ReleaseLock`] came first. [`Effect::Broadcast`] reaches every other tab as [`Input::Received`], in order.
//! 6. A redirect waits until the inputs of its own listeners are handled; then the shell asks [`Machine::may_redirect`] again.
//!
//! # The drain loop
//! ```
//! use session_keepalive::engine::{
//!     Config, Effect, Facts, Input, Instant, Machine, Millis, Now, Outcome, Persisted, Status, Verdict,
//! };
//! use std::collections::VecDeque;
//!
//! let mut machine = Machine::new(Config::default());
//! let mut inputs = VecDeque::from([Input::Start { visible: true, online: true, persisted: Persisted::NOTHING }]);
//! let mut timer = None;
//! let now = Now { instant: Instant(1000), ..Now::default() };
//!
//! while let Some(input) = inputs.pop_front() {
//!     for effect in machine.handle(now, input) {
//!         match effect {
//!             // A real shell sends the request. This backend answers at once that the session is valid.
//!             Effect::Send { id, .. } => {
//!                 let outcome = Outcome::Verdict(Verdict::Valid(Facts::default()));
//!                 inputs.push_back(Input::Replied { id, outcome });
//!             }
//!             // A real shell emits events, publishes the snapshot, settles promises and so on.
//!             _ => {}
//!         }
//!     }
//!     timer = machine.deadline();
//! }
//!
//! assert_eq!(machine.snapshot().status, Status::Connected);
//! // In 30 seconds the machine compares its clocks; the next check follows after the interval.
//! assert_eq!(timer, Some(now.instant + Millis::from_secs(30)));
//! ```
//!
//! # Invariants
//! - A redirect follows a definitive verdict only, and at most once for each.
//! - A transient answer never ends the session, clears the credential or discards state, however often it repeats.
//! - At most one request of each kind is in flight, and none that may re-establish the session is aborted early.
//! - After [`Input::Dispose`] no input has an effect; after a drain the deadline is never in the past.
//!
//! `machine/invariants` has the complete list, and holds the exhaustive search and the tests to it.

mod classify;
mod config;
mod effect;
mod encoding;
mod ids;
mod input;
pub mod log;
mod machine;
mod named;
pub mod public;
mod schedule;
mod snapshot;
mod tab_message;
mod time;
mod verdict;

pub use classify::{Body, Call, HttpAnswer, NoAnswer, classify};
pub use config::{Config, CredentialHolder};
pub use effect::{Effect, Event, FetchStep, Phase, Promised, Request};
pub use ids::{FetchId, Generation, RequestId};
pub use input::{Input, Outcome, Persisted, Refusal, SignOut};
pub use machine::Machine;
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub use machine::invariants;
pub use snapshot::{Snapshot, SnapshotError, Status};
pub use tab_message::{CheckResult, TabMessage};
pub use time::{Chance, Instant, Millis, Now, WallTime};
pub use verdict::{Facts, Reason, Trouble, Verdict};
