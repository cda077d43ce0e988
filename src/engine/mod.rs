//! Decides what a session needs next. Owns no clock, no socket and no timer.
//!
//! # The contract with the shell
//! 1. Something happens: the shell calls [`Machine::handle`] with the time, a roll of the dice and the [`Input`].
//! 2. It carries out every returned [`Effect`], in order, before it feeds the next input. Inputs that arrive meanwhile
//!    (a listener that calls `stop()`) queue behind.
//! 3. Then it arms its only timer for [`Machine::deadline`] and feeds [`Input::DeadlineReached`] when that has come.
//!    The machine asks the clock, not the timer: early, late and throttled timers are harmless.
//! 4. Every [`Effect::Send`] carries a fresh [`RequestId`]; the outcome comes back under it exactly once, and is ignored
//!    if it is no longer the one that is waited for.
//! 5. Where tabs share their checks, [`Effect::AcquireLock`] is answered by exactly one [`Input::LockResult`], unless
//!    [`Effect::ReleaseLock`] came first; [`Effect::Broadcast`] reaches every other tab as [`Input::Received`], in order.
//! 6. A redirect waits until the inputs of its own listeners are through; then [`Machine::may_redirect`] is asked again.
//!
//! # What always holds
//! - A redirect follows a definitive verdict only, at most once for each.
//! - A transient answer never ends, clears or forgets anything, however often it repeats.
//! - At most one request of each kind is in flight, and none that may re-establish the session is given up early.
//! - After [`Input::Dispose`] there is no effect; after a drain the deadline is never in the past.

mod classify;
mod config;
mod effect;
mod ids;
mod input;
mod machine;
mod named;
mod schedule;
mod snapshot;
mod tab_message;
mod time;
mod verdict;

pub use classify::{Call, HttpAnswer, NoAnswer, classify};
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
