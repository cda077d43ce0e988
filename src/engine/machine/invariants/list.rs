//! The list.

use super::observer::{Check, LogoutCall, WaitingFetch};
use super::{Carried, Invariant, Rule};
use crate::engine::schedule::RETRY_AFTER_MAX;
use crate::engine::{
    Effect, Event, FetchId, FetchStep, Input, Instant, Millis, Phase, Reason, Request, Status, TabMessage, Verdict,
};

/// Every invariant.
pub static INVARIANTS: &[Invariant] = &[
    // Time and life cycle.
    Invariant {
        name: "nothing_happens_after_dispose",
        fact: "After `Dispose` no input has an effect.",
        rule: Rule::Before(|step, seen| !seen.disposed || step.effects.is_empty()),
    },
    Invariant {
        name: "the_deadline_is_in_the_future",
        fact: "After a drain the deadline is later than now, or the timer would spin; after `Dispose` there is none.",
        rule: Rule::After(|step, seen| {
            step.deadline.is_none_or(|deadline| !seen.disposed && deadline > step.now.instant)
        }),
    },
    // The snapshot and the events.
    Invariant {
        name: "a_change_comes_first",
        fact: "`Change` is the first effect, so that listeners of the events after it already see the new snapshot.",
        rule: Rule::Effect(|carried| !matches!(carried.effect, Effect::Change(_)) || carried.place == 0),
    },
    Invariant {
        name: "a_change_carries_the_new_snapshot",
        fact: "`Change` carries the snapshot after the input, which differs from the one before it.",
        rule: Rule::Effect(|carried| match carried.effect {
            Effect::Change(snapshot) => snapshot == carried.step.after && snapshot != carried.step.before,
            _ => true,
        }),
    },
    Invariant {
        name: "a_new_snapshot_is_published",
        fact: "A snapshot that differs from the one before it is published as `Change`.",
        rule: Rule::After(|step, _| {
            step.after == step.before || step.effects.first() == Some(&Effect::Change(step.after))
        }),
    },
    Invariant {
        name: "events_agree_with_the_snapshot",
        fact: "`connected`, `degraded`, `disconnected` and `reconnected` say what the snapshot says.",
        rule: Rule::Effect(|carried| {
            let (before, after) = (carried.step.before, carried.step.after);
            match carried.effect {
                Effect::Emit(Event::Connected) => {
                    after.status == Status::Connected && before.status != Status::Connected
                }
                Effect::Emit(Event::Degraded { .. }) => after.status == Status::Degraded,
                Effect::Emit(Event::Disconnected { reason }) => match after.status {
                    Status::Disconnected => after.reason == Some(reason),
                    status => status == Status::Inactive,
                },
                Effect::Emit(Event::Reconnected { epoch, .. }) => epoch == after.epoch && epoch > before.epoch,
                _ => true,
            }
        }),
    },
    // Requests.
    Invariant {
        name: "request_ids_are_fresh",
        fact: "Every request has an id that no earlier one had.",
        rule: Rule::Effect(|carried| match carried.effect {
            Effect::Send { id, .. } => carried.seen.newest.is_none_or(|newest| id > newest),
            _ => true,
        }),
    },
    Invariant {
        name: "checks_need_a_running_page_with_a_network",
        fact: "A check or reconnect is sent only while the machine runs, the browser is online and the page is not away.",
        rule: Rule::Effect(|carried| {
            !carried.sends_check() || carried.seen.running && carried.seen.online && !carried.seen.away
        }),
    },
    Invariant {
        name: "one_check_at_a_time",
        fact: "At most one check or reconnect is in flight, and none beside a logout.",
        rule: Rule::Effect(|carried| {
            !carried.sends_check() || carried.seen.check.is_none() && carried.seen.logout.is_none()
        }),
    },
    Invariant {
        name: "one_logout_at_a_time",
        fact: "At most one logout is in flight.",
        rule: Rule::Effect(|carried| !carried.sends_logout() || carried.seen.logout.is_none()),
    },
    Invariant {
        name: "only_configured_calls_are_made",
        fact: "Without a reconnect call, a logout call, a login page or other tabs, none of them is requested.",
        rule: Rule::Effect(|carried| {
            let config = carried.step.config;
            match carried.effect {
                Effect::Send { request: Request::Reconnect { .. }, .. } => config.can_reconnect,
                Effect::Send { request: Request::Logout { .. }, .. } => config.can_log_out,
                Effect::Redirect(_) => config.redirects,
                Effect::AcquireLock { .. } | Effect::ReleaseLock | Effect::Broadcast(_) => config.cross_tab,
                _ => true,
            }
        }),
    },
    Invariant {
        name: "only_a_lost_session_is_reconnected",
        fact: "A reconnect is sent only while the session is lost, never after its end.",
        rule: Rule::Effect(|carried| {
            let reconnects = matches!(carried.effect, Effect::Send { request: Request::Reconnect { .. }, .. });
            !reconnects || matches!(carried.step.after.status, Status::Reconnecting | Status::Degraded)
        }),
    },
    Invariant {
        name: "only_requests_in_flight_are_aborted",
        fact: "An aborted request is one whose answer the machine waited for.",
        rule: Rule::Effect(|carried| {
            let aborts = matches!(carried.effect, Effect::Abort(_));
            !aborts || carried.aborted_check().is_some() || carried.aborted_logout().is_some()
        }),
    },
    Invariant {
        name: "a_request_that_may_reestablish_has_its_time",
        fact: "A request that may re-establish the session is not aborted before `reconnect_timeout`: the server would have \
               moved on while the browser keeps the old cookie.",
        rule: Rule::Effect(|carried| {
            let config = carried.step.config;
            let aborted = carried.aborted_check().filter(|check| check.may_reestablish(config));
            aborted.is_none_or(|check| carried.age(check.sent) >= config.reconnect_timeout)
        }),
    },
    Invariant {
        name: "a_check_is_aborted_only_when_late_or_unwanted",
        fact: "A check is aborted after `validate_timeout`, or when the machine stops, the page leaves or the user signs out.",
        rule: Rule::Effect(|carried| {
            let step = carried.step;
            let unwanted = matches!(step.input, Input::Stop | Input::Dispose | Input::Left)
                || step.signs_out()
                || step.restores_sign_out();
            carried
                .aborted_check()
                .is_none_or(|check| unwanted || carried.age(check.sent) >= step.config.validate_timeout)
        }),
    },
    Invariant {
        name: "a_logout_is_aborted_only_when_late_or_superseded",
        fact: "A logout is aborted after `validate_timeout`, or when a sign-in or another sign-out takes its place.",
        rule: Rule::Effect(|carried| {
            let step = carried.step;
            let superseded = matches!(step.input, Input::SignOut { .. } | Input::Remembered | Input::Replied { .. });
            carried
                .aborted_logout()
                .is_none_or(|logout| superseded || carried.age(logout.sent) >= step.config.validate_timeout)
        }),
    },
    // The end of a session.
    Invariant {
        name: "only_a_definitive_input_clears_the_credential",
        fact: "The credential is cleared after a sign-out or a definitive verdict, never after a transient answer.",
        rule: Rule::Effect(|carried| {
            let step = carried.step;
            let restored = step.restores_sign_out() || step.restores_signed_out();
            carried.effect != Effect::ClearCredential || step.signs_out() || step.is_definitive() || restored
        }),
    },
    Invariant {
        name: "only_a_definitive_input_ends_the_session",
        fact: "A session ends after a sign-out, a definitive verdict, or because no tab has a credential.",
        rule: Rule::Effect(|carried| {
            let step = carried.step;
            match carried.effect {
                Effect::Emit(Event::Disconnected { reason: Reason::SignedOut | Reason::SignedOutElsewhere }) => {
                    step.signs_out() || step.restores_sign_out()
                }
                Effect::Emit(Event::Disconnected { reason }) => step.may_end(reason),
                _ => true,
            }
        }),
    },
    Invariant {
        name: "the_end_is_left_only_for_a_new_session",
        fact: "`disconnected` is left only by stopping, by a sign-in, by a valid answer, or once an earlier page's sign-out is \
               delivered.",
        rule: Rule::After(|step, _| {
            let leaves = step.before.status == Status::Disconnected
                && !matches!(step.after.status, Status::Disconnected | Status::Inactive);
            let right = match step.input {
                Input::Remembered | Input::Replied { .. } => true,
                Input::Received { message: TabMessage::CheckFinished(result), .. } => {
                    matches!(result.verdict, Verdict::Valid(_))
                }
                // A logout that timed out.
                _ => step.count(|effect| matches!(effect, Effect::Abort(_))) > 0,
            };
            !leaves || right
        }),
    },
    Invariant {
        name: "a_redirect_follows_the_end",
        fact: "A redirect is allowed, and follows `disconnected` for the same definitive reason, at most once.",
        rule: Rule::Effect(|carried| {
            let step = carried.step;
            let Effect::Redirect(reason) = carried.effect else { return true };
            let ended = step
                .effects
                .iter()
                .take(carried.place)
                .any(|effect| *effect == Effect::Emit(Event::Disconnected { reason }));
            let once = step.count(|effect| matches!(effect, Effect::Redirect(_))) == 1;
            step.may_redirect && ended && once && step.may_end(reason)
        }),
    },
    Invariant {
        name: "a_sign_out_takes_effect_at_once",
        fact: "`SignOut` clears the credential and, where tabs share their checks, broadcasts `SignedOut`: once each.",
        rule: Rule::After(|step, seen| {
            let signs_out = matches!(step.input, Input::SignOut { .. }) && !seen.disposed;
            let cleared = step.count(|effect| *effect == Effect::ClearCredential);
            let broadcast = step.count(|effect| *effect == Effect::Broadcast(TabMessage::SignedOut));
            (!signs_out || cleared == 1) && broadcast == usize::from(signs_out && step.config.cross_tab)
        }),
    },
    // The other tabs.
    Invariant {
        name: "the_lock_is_requested_once",
        fact: "The lock is requested only while it is neither requested nor held, and released only while it is.",
        rule: Rule::Effect(|carried| {
            let taken = carried.seen.lock_requested || carried.seen.lock_held;
            match carried.effect {
                Effect::AcquireLock { .. } => !taken,
                Effect::ReleaseLock => taken,
                _ => true,
            }
        }),
    },
    Invariant {
        name: "a_shared_check_is_sent_under_the_lock",
        fact: "Where tabs share their checks, a check or reconnect is sent by the holder of the lock.",
        rule: Rule::Effect(|carried| {
            !carried.sends_check() || !carried.step.config.cross_tab || carried.seen.lock_held
        }),
    },
    Invariant {
        name: "a_shared_check_is_announced",
        fact: "Where tabs share their checks, `CheckStarted` follows a check or reconnect immediately, and says the same.",
        rule: Rule::Effect(|carried| {
            let (phase, activity) = match carried.effect {
                Effect::Send { request: Request::Validate { activity, .. }, .. } => (Phase::Validate, activity),
                Effect::Send { request: Request::Reconnect { activity, .. }, .. } => (Phase::Reconnect, activity),
                _ => return true,
            };
            let message = Effect::Broadcast(TabMessage::CheckStarted { phase, activity, since: Millis::ZERO });
            !carried.step.config.cross_tab || carried.step.effects.get(carried.place + 1) == Some(&message)
        }),
    },
    Invariant {
        name: "only_a_check_in_flight_is_announced",
        fact: "`CheckStarted` is broadcast by the holder of the lock while its check or reconnect is in flight.",
        rule: Rule::Effect(|carried| {
            let announces = matches!(carried.effect, Effect::Broadcast(TabMessage::CheckStarted { .. }));
            !announces || carried.seen.lock_held && carried.seen.check.is_some()
        }),
    },
    Invariant {
        name: "the_lock_is_held_for_a_check_only",
        fact: "The lock is held only while a check or reconnect is in flight.",
        rule: Rule::After(|_, seen| !seen.lock_held || seen.check.is_some()),
    },
    // Promises, waiting calls and storage.
    Invariant {
        name: "a_promised_check_can_be_answered",
        fact: "A promise of `check()` stays open only while the machine runs and the browser is online, or the page is away.",
        rule: Rule::After(|_, seen| !seen.check_promised || seen.running && (seen.online || seen.away)),
    },
    Invariant {
        name: "a_fetch_goes_on_once",
        fact: "Only a waiting `session.fetch` call goes on, and only a refused one gets its refusal.",
        rule: Rule::Effect(|carried| match carried.effect {
            Effect::Fetch { fetch, step: FetchStep::Send(_) } => carried.waiting(fetch).is_some(),
            Effect::Fetch { fetch, step: FetchStep::Deliver } => {
                carried.waiting(fetch).is_some_and(|call| call.refused)
            }
            _ => true,
        }),
    },
    Invariant {
        name: "a_fetch_waits_for_a_running_machine_only",
        fact: "No `session.fetch` call waits while the machine does not run.",
        rule: Rule::After(|_, seen| seen.running || seen.disposed || seen.waiting.is_empty()),
    },
    Invariant {
        name: "a_fetch_waits_no_longer_than_a_reconnect",
        fact: "A `session.fetch` call waits less than `reconnect_timeout`, unless the page is away.",
        rule: Rule::After(|step, seen| {
            let late = |call: &WaitingFetch| step.now.instant.since(call.since) >= step.config.reconnect_timeout;
            seen.away || !seen.waiting.iter().any(late)
        }),
    },
    Invariant {
        name: "a_stored_retry_floor_is_bounded",
        fact: "A stored `Retry-After` is at most an hour: a wrong header must not lock the user out.",
        rule: Rule::Effect(|carried| match carried.effect {
            Effect::PersistRetryFloor(length) => length.is_none_or(|length| length <= RETRY_AFTER_MAX),
            _ => true,
        }),
    },
];

impl Carried<'_> {
    /// The effect sends a check or reconnect.
    fn sends_check(&self) -> bool {
        matches!(self.effect, Effect::Send { request: Request::Validate { .. } | Request::Reconnect { .. }, .. })
    }

    fn sends_logout(&self) -> bool {
        matches!(self.effect, Effect::Send { request: Request::Logout { .. }, .. })
    }

    fn age(&self, sent: Instant) -> Millis {
        self.step.now.instant.since(sent)
    }

    /// The check that the effect aborts.
    fn aborted_check(&self) -> Option<Check> {
        self.seen.check.filter(|check| self.effect == Effect::Abort(check.id))
    }

    /// The logout that the effect aborts.
    fn aborted_logout(&self) -> Option<LogoutCall> {
        self.seen.logout.filter(|logout| self.effect == Effect::Abort(logout.id))
    }

    fn waiting(&self, fetch: FetchId) -> Option<&WaitingFetch> {
        self.seen.waiting.iter().find(|call| call.fetch == fetch)
    }
}
