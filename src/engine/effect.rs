//! Everything the machine can ask of its shell.

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
    /// Ask whether the session is good.
    Validate {
        /// 1 for the first try since the last verdict.
        attempt: u32,
        /// The person has done something since the last good check.
        activity: bool,
    },
    /// Re-establish the session.
    Reconnect {
        /// 1 for the first try since the last verdict.
        attempt: u32,
        /// The person has done something since the last good check.
        activity: bool,
    },
    /// End the session for good.
    Logout {
        /// End every session of the subject.
        everywhere: bool,
    },
}

/// What a `session.fetch` call does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum FetchStep {
    /// Send the request, in this generation: for the first time, or once more after it was refused.
    Send(Generation),
    /// Hand the refusal to the caller.
    Deliver,
}

/// Which promises of the application are kept now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Promised {
    /// Those of `check()` and `extend()`.
    Check,
    /// Those of `signOut()`.
    SignOut,
}

/// Which phase a slow request belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Phase {
    /// A check.
    Validate,
    /// A reconnect.
    Reconnect,
}

/// Something the application may want to know. The names and fields are those of the public `KeepAliveEvents`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Event {
    /// The status became `connected`; the payload is the snapshot.
    Connected,
    /// A check is being sent.
    Checking {
        /// 1 for the first try since the last verdict.
        attempt: u32,
    },
    /// A check was answered with a verdict.
    Checked {
        /// From sending to the verdict.
        duration_ms: Millis,
        /// Another tab made the check.
        shared: bool,
    },
    /// A request is taking long, for instance because the backend is starting.
    Slow {
        /// Which request.
        phase: Phase,
        /// Since it was sent.
        elapsed_ms: Millis,
    },
    /// No verdict can be had at the moment.
    Degraded {
        /// Why.
        reason: Reason,
        /// Until the next try.
        retry_in_ms: Millis,
    },
    /// The session is being re-established.
    Reconnecting {
        /// 1 for the first try since the last verdict.
        attempt: u32,
    },
    /// The session was re-established.
    Reconnected {
        /// Since the first sign of trouble.
        downtime_ms: Millis,
        /// How often the session has been established.
        epoch: u32,
    },
    /// A limit is near.
    Expiring {
        /// Until the nearest limit.
        seconds_left: u32,
    },
    /// Definitive: the person must log in again.
    Disconnected {
        /// Why.
        reason: Reason,
    },
    /// The machine was asleep.
    Wake {
        /// For about this long.
        slept_ms: Millis,
    },
    /// The person has done nothing for a while, in any tab.
    Idle,
    /// The person is back.
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

/// One thing for the shell to do. They are carried out in order, all of them, before the next input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum Effect {
    /// Send a request and feed its outcome back as [`Input::Replied`](super::Input::Replied).
    Send {
        /// Fresh for every request.
        id: RequestId,
        /// What to send.
        request: Request,
        /// The same for every retry of one attempt; requests with the same number carry the same idempotency key.
        key: u32,
    },
    /// Give up a request. Never one that may re-establish the session before its long limit.
    Abort(RequestId),
    /// Forget the credential that the page holds.
    ClearCredential,
    /// The public snapshot changed.
    Change(Snapshot),
    /// Tell the application.
    Emit(Event),
    /// Keep promises.
    Settle(Promised),
    /// Let a `session.fetch` call go on.
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
    /// Go to the login page, if [`Machine::may_redirect`](super::Machine::may_redirect) still says so.
    Redirect(Reason),
}

/// The effects of one input, in order.
#[derive(Debug, Default)]
pub(super) struct Effects(Vec<Effect>);

impl Effects {
    /// One more. Never inlined, because that would put the growing of a vector into the module forty times.
    #[inline(never)]
    pub(super) fn push(&mut self, effect: Effect) {
        self.0.push(effect);
    }

    /// An event.
    pub(super) fn emit(&mut self, event: Event) {
        self.push(Effect::Emit(event));
    }

    /// All of them, behind those that come `first`.
    pub(super) fn behind(self, mut first: Self) -> Vec<Effect> {
        first.0.extend(self.0);
        first.0
    }
}
