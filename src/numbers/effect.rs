//! From an [`Effect`] to numbers.

use super::{NONE, Told};
use crate::engine::{
    Call, Effect, Event, FetchId, FetchStep, Generation, Millis, Phase, Promised, Reason, Request, RequestId, Snapshot,
    Status, WallTime,
};

kinds! {
    /// What the engine can ask for, and with which numbers. The first ones are events.
    EffectKind:
    Connected = "connected", "";
    Checking = "checking", "attempt";
    Checked = "checked", "duration ms, shared";
    Slow = "slow", "call, elapsed ms";
    Degraded = "degraded", "reason, retry in ms";
    Reconnecting = "reconnecting", "attempt";
    Reconnected = "reconnected", "downtime ms, epoch";
    Expiring = "expiring", "left s";
    Disconnected = "disconnected", "reason";
    Wake = "wake", "slept ms";
    Idle = "idle", "";
    Active = "active", "";
    // The snapshot; the request is the one that brought subject and data.
    Change = "change", "status, reason, epoch, request, last ok at, next check at, expires in ms, error, http, retryable";
    Redirect = "redirect", "reason";
    // The flag is the person's activity, or for a logout whether it counts everywhere.
    Send = "send", "request, call, attempt, flag, key";
    Abort = "abort", "request";
    ClearCredential = "clearCredential", "";
    // The promise of `signOut()`, or that of `check()`.
    Settle = "settle", "sign out";
    // Without a generation to send in it gets its refusal.
    Resume = "resume", "fetch, generation";
    TakeTurn = "takeTurn", "steal";
    YieldTurn = "yieldTurn", "";
    Tell = "tell", "news, a, b, c, d, e, f, g, h, i";
    // Nothing: forget it.
    KeepSignOut = "keepSignOut", "everywhere";
    KeepFloor = "keepFloor", "length ms";
}

/// Its kind, and the numbers that go with it.
pub fn effect(effect: &Effect) -> (EffectKind, Told) {
    match *effect {
        Effect::Send { id, request, key } => {
            let (call, attempt, flag) = match request {
                Request::Validate { attempt, activity } => (Call::Validate, attempt, activity),
                Request::Reconnect { attempt, activity } => (Call::Reconnect, attempt, activity),
                Request::Logout { everywhere } => (Call::Logout, 1, everywhere),
            };
            told(EffectKind::Send, &[n(id), n(call), n(attempt), n(flag), n(key)])
        }
        Effect::Abort(id) => told(EffectKind::Abort, &[n(id)]),
        Effect::ClearCredential => told(EffectKind::ClearCredential, &[]),
        Effect::Change(snapshot) => change(&snapshot),
        Effect::Emit(event) => emit(event),
        Effect::Settle(promised) => told(EffectKind::Settle, &[n(promised == Promised::SignOut)]),
        Effect::Fetch { fetch, step } => {
            let generation = match step {
                FetchStep::Send(generation) => Some(generation),
                FetchStep::Deliver => None,
            };
            told(EffectKind::Resume, &[n(fetch), n(generation)])
        }
        Effect::AcquireLock { steal } => told(EffectKind::TakeTurn, &[n(steal)]),
        Effect::ReleaseLock => told(EffectKind::YieldTurn, &[]),
        Effect::Broadcast(message) => (EffectKind::Tell, super::news::told(&message)),
        Effect::PersistSignOut(sign_out) => {
            told(EffectKind::KeepSignOut, &[n(sign_out.map(|sign_out| sign_out.everywhere))])
        }
        Effect::PersistRetryFloor(floor) => told(EffectKind::KeepFloor, &[n(floor)]),
        Effect::Redirect(reason) => told(EffectKind::Redirect, &[n(reason)]),
    }
}

fn emit(event: Event) -> (EffectKind, Told) {
    match event {
        Event::Connected => told(EffectKind::Connected, &[]),
        Event::Checking { attempt } => told(EffectKind::Checking, &[n(attempt)]),
        Event::Checked { duration_ms, shared } => told(EffectKind::Checked, &[n(duration_ms), n(shared)]),
        Event::Slow { phase, elapsed_ms } => told(EffectKind::Slow, &[n(phase), n(elapsed_ms)]),
        Event::Degraded { reason, retry_in_ms } => told(EffectKind::Degraded, &[n(reason), n(retry_in_ms)]),
        Event::Reconnecting { attempt } => told(EffectKind::Reconnecting, &[n(attempt)]),
        Event::Reconnected { downtime_ms, epoch } => told(EffectKind::Reconnected, &[n(downtime_ms), n(epoch)]),
        Event::Expiring { seconds_left } => told(EffectKind::Expiring, &[n(seconds_left)]),
        Event::Disconnected { reason } => told(EffectKind::Disconnected, &[n(reason)]),
        Event::Wake { slept_ms } => told(EffectKind::Wake, &[n(slept_ms)]),
        Event::Idle => told(EffectKind::Idle, &[]),
        Event::Active => told(EffectKind::Active, &[]),
    }
}

fn change(snapshot: &Snapshot) -> (EffectKind, Told) {
    let Snapshot { status, reason, epoch, answered_by, last_ok_at, next_check_at, expires_in_ms, error } = *snapshot;
    let numbers = [
        n(status),
        n(reason),
        n(epoch),
        n(answered_by),
        n(last_ok_at),
        n(next_check_at),
        n(expires_in_ms),
        n(error.map(|error| error.code)),
        n(error.and_then(|error| error.status)),
        n(error.map(|error| error.retryable)),
    ];
    (EffectKind::Change, numbers)
}

/// Never inlined, because that would put the copying into the module twenty times.
#[inline(never)]
fn told(kind: EffectKind, numbers: &[f64]) -> (EffectKind, Told) {
    let mut all = [NONE; 10];
    for (place, number) in all.iter_mut().zip(numbers) {
        *place = *number;
    }
    (kind, all)
}

fn n(value: impl Number) -> f64 {
    value.number()
}

/// What can stand as a number.
trait Number {
    fn number(self) -> f64;
}

macro_rules! numbers {
    ($($type:ty: |$value:pat_param| $number:expr;)*) => {
        $(impl Number for $type {
            #[allow(clippy::cast_precision_loss)]
            fn number(self) -> f64 {
                let $value = self;
                $number
            }
        })*
    };
}

numbers! {
    bool: |switch| f64::from(switch);
    u16: |number| f64::from(number);
    u32: |number| f64::from(number);
    Millis: |Millis(length)| length as f64;
    WallTime: |WallTime(time)| time as f64;
    RequestId: |RequestId(id)| f64::from(id);
    FetchId: |FetchId(id)| f64::from(id);
    Generation: |Generation(count)| f64::from(count);
    Call: |call| f64::from(call as u32);
    Phase: |phase| f64::from(phase as u32);
    Reason: |reason| f64::from(reason as u32);
    Status: |status| f64::from(status as u32);
}

impl<T: Number> Number for Option<T> {
    fn number(self) -> f64 {
        self.map_or(NONE, T::number)
    }
}

#[cfg(test)]
mod tests;
