//! Hearing of what happens.

use std::any::Any;
use std::fmt;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::facade::{Payload, RedirectObject};
use super::snapshot::whole;
use crate::engine::{Event, Millis, Phase, Reason};
use crate::numbers::EffectKind;

/// A listener at work. Dropping it ends that: the listener is not called again, not even by an event that is being told.
#[must_use = "the listener is removed when this is dropped"]
pub struct Subscription {
    remove: Function,
    /// The closure that the facade calls.
    _listener: Box<dyn Any>,
}

impl Subscription {
    pub(super) fn new<T: ?Sized + 'static>(remove: Function, listener: Closure<T>) -> Self {
        Self { remove, _listener: Box::new(listener) }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // Removing a listener cannot fail.
        let _ = self.remove.call0(&JsValue::UNDEFINED);
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscription")
    }
}

/// The page is about to go to [`url`](Self::url), unless that is prevented or over the budget.
#[derive(Debug)]
pub struct Redirect(pub(super) RedirectObject);

impl Redirect {
    /// Where to: the login page, with the way back in its query.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Stays. The session is disconnected all the same.
    pub fn prevent_default(&self) {
        self.0.prevent_default();
    }
}

/// What the facade told by this name.
pub(super) fn read(name: &str, payload: &Payload) -> Option<Event> {
    let millis = |length| Millis(whole(length));
    let reason = || Reason::parse(&payload.reason()).unwrap_or(Reason::Server);
    let phase = || if payload.phase() == Phase::Reconnect.as_str() { Phase::Reconnect } else { Phase::Validate };
    Some(match EffectKind::parse(name)? {
        EffectKind::Connected => Event::Connected,
        EffectKind::Checking => Event::Checking { attempt: payload.attempt() },
        EffectKind::Checked => Event::Checked { duration_ms: millis(payload.duration_ms()), shared: payload.shared() },
        EffectKind::Slow => Event::Slow { phase: phase(), elapsed_ms: millis(payload.elapsed_ms()) },
        EffectKind::Degraded => Event::Degraded { reason: reason(), retry_in_ms: millis(payload.retry_in_ms()) },
        EffectKind::Reconnecting => Event::Reconnecting { attempt: payload.attempt() },
        EffectKind::Reconnected => {
            Event::Reconnected { downtime_ms: millis(payload.downtime_ms()), epoch: payload.epoch() }
        }
        EffectKind::Expiring => Event::Expiring { seconds_left: payload.seconds_left() },
        EffectKind::Disconnected => Event::Disconnected { reason: reason() },
        EffectKind::Wake => Event::Wake { slept_ms: millis(payload.slept_ms()) },
        EffectKind::Idle => Event::Idle,
        EffectKind::Active => Event::Active,
        // These two have a listener of their own; the rest are no events.
        EffectKind::Change
        | EffectKind::Redirect
        | EffectKind::Send
        | EffectKind::Abort
        | EffectKind::ClearCredential
        | EffectKind::Settle
        | EffectKind::Resume
        | EffectKind::TakeTurn
        | EffectKind::YieldTurn
        | EffectKind::Tell
        | EffectKind::KeepSignOut
        | EffectKind::KeepFloor => return None,
    })
}
