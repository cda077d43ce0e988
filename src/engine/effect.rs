//! Every effect of the machine, for the shell to carry out.

use postcard_schema::Schema;
use serde::{Deserialize, Serialize};

use super::ids::{FetchId, Generation, RequestId};
use super::input::SignOut;
use super::snapshot::Snapshot;
use super::tab_message::TabMessage;
use super::time::Millis;
use super::verdict::Reason;

/// A request to the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Request {
    /// Check the session.
    Validate {
        /// 1 for the first attempt since the last verdict.
        attempt: u32,
        /// The user has been active since the last valid check.
        activity: bool,
    },
    /// Re-establish the session.
    Reconnect {
        /// 1 for the first attempt since the last verdict.
        attempt: u32,
        /// The user has been active since the last valid check.
        activity: bool,
    },
    /// End the session on the server.
    Logout {
        /// End every session of the subject.
        everywhere: bool,
    },
}

/// How a `session.fetch` call continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum FetchStep {
    /// Send the request, in this generation: for the first time, or once more after it was refused.
    Send(Generation),
    /// Hand the refusal to the caller.
    Deliver,
}

/// Promises of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Promised {
    /// Those of `check()` and `extend()`.
    Check,
    /// Those of `signOut()`.
    SignOut,
}

/// A check or a reconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Phase {
    /// A check.
    Validate,
    /// A reconnect.
    Reconnect,
}

/// An event for the application. Names and fields are those of the public `KeepAliveEvents`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Event {
    /// The status became `connected`; the payload is the snapshot.
    Connected,
    /// A check is being sent.
    Checking {
        /// 1 for the first attempt since the last verdict.
        attempt: u32,
    },
    /// A check was answered with a verdict.
    Checked {
        /// Time from sending to the verdict.
        duration_ms: Millis,
        /// Another tab made the check.
        shared: bool,
    },
    /// A request is taking long, for instance because the backend is starting.
    Slow {
        /// A check or a reconnect.
        phase: Phase,
        /// Time since it was sent.
        elapsed_ms: Millis,
    },
    /// No verdict is available at the moment.
    Degraded {
        /// The reason.
        reason: Reason,
        /// Time until the next attempt.
        retry_in_ms: Millis,
    },
    /// The session is being re-established.
    Reconnecting {
        /// 1 for the first attempt since the last verdict.
        attempt: u32,
    },
    /// The session was re-established.
    Reconnected {
        /// Time since the first transient answer, or since the session was lost.
        downtime_ms: Millis,
        /// How often the session has been established.
        epoch: u32,
    },
    /// A limit is near.
    Expiring {
        /// Time until the nearest limit.
        seconds_left: u32,
    },
    /// The session is over: the user must log in again.
    Disconnected {
        /// The reason.
        reason: Reason,
    },
    /// The computer was asleep.
    Wake {
        /// For about how long.
        slept_ms: Millis,
    },
    /// The user has not been active for `idle`, in any tab.
    Idle,
    /// The user is active again.
    Active,
}

impl Phase {
    /// The public name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Reconnect => "reconnect",
        }
    }
}

impl Event {
    /// The public name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Checking { .. } => "checking",
            Self::Checked { .. } => "checked",
            Self::Slow { .. } => "slow",
            Self::Degraded { .. } => "degraded",
            Self::Reconnecting { .. } => "reconnecting",
            Self::Reconnected { .. } => "reconnected",
            Self::Expiring { .. } => "expiring",
            Self::Disconnected { .. } => "disconnected",
            Self::Wake { .. } => "wake",
            Self::Idle => "idle",
            Self::Active => "active",
        }
    }
}

/// One action for the shell. The shell carries out all effects, in order, before it feeds the next input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Effect {
    /// Send a request and feed its outcome back as [`Input::Replied`](super::Input::Replied).
    Send {
        /// Unique to this request.
        id: RequestId,
        /// The request.
        request: Request,
        /// Requests with the same number carry the same idempotency key: those are the retries of one attempt.
        key: u32,
    },
    /// Abort a request. One that may re-establish the session is not aborted before `reconnect_timeout`.
    Abort(RequestId),
    /// Forget the credential that the page holds.
    ClearCredential,
    /// The public snapshot changed.
    Change(Snapshot),
    /// Emit an event to the application.
    Emit(Event),
    /// Settle promises.
    Settle(Promised),
    /// Continue a `session.fetch` call.
    Fetch {
        /// Which call.
        fetch: FetchId,
        /// How.
        step: FetchStep,
    },
    /// Request the lock that a tab must hold to send; one tab of the name holds it at a time. Answered by
    /// [`Input::LockResult`](super::Input::LockResult).
    AcquireLock {
        /// Take the lock from its holder, which no longer responds.
        steal: bool,
    },
    /// Release the lock, or withdraw the request for it.
    ReleaseLock,
    /// Send a message to all other tabs of the name.
    Broadcast(TabMessage),
    /// Store, beyond the life of this page, a sign-out that has not reached the server yet; `None`: delete it.
    PersistSignOut(Option<SignOut>),
    /// Store, beyond the life of this page, the rest of a `Retry-After`; `None`: delete it.
    PersistRetryFloor(Option<Millis>),
    /// Go to the login page, if [`Machine::may_redirect`](super::Machine::may_redirect) still allows it.
    Redirect(Reason),
}

/// The effects of one input, in order.
#[derive(Debug, Default)]
pub(super) struct Effects(Vec<Effect>);

impl Effects {
    /// Appends an effect. Never inlined, because forty copies of the growth of a vector would enlarge the Wasm module.
    #[inline(never)]
    pub(super) fn push(&mut self, effect: Effect) {
        self.0.push(effect);
    }

    /// Appends an event.
    pub(super) fn emit(&mut self, event: Event) {
        self.push(Effect::Emit(event));
    }

    /// These effects, after those in `first`.
    pub(super) fn behind(self, mut first: Self) -> Vec<Effect> {
        first.0.extend(self.0);
        first.0
    }
}
