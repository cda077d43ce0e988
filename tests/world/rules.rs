//! What never happens, whatever does: held for every input of every scenario, from outside.

use session_keepalive::engine::{
    Config, CredentialHolder, Effect, Event, FetchId, Input, Instant, Outcome, Reason, Request, RequestId, TabMessage,
    Verdict,
};
use std::collections::{HashMap, HashSet};

#[derive(Debug, Default)]
pub(super) struct Rules {
    running: bool,
    disposed: bool,
    online: bool,
    away: bool,
    /// A verdict or the person ended the session; since then nobody signed in.
    barred: bool,
    sent: HashMap<RequestId, (Instant, Request)>,
    /// It is this tab's turn.
    lock: bool,
    /// Calls that may not go on yet.
    waiting: HashSet<FetchId>,
}

impl Rules {
    /// Holds what came of `input`.
    pub(super) fn hold(&mut self, config: &Config, now: Instant, input: Input, effects: &[Effect]) {
        assert!(!self.disposed || effects.is_empty(), "after dispose, {input:?} does {effects:?}");
        if self.disposed {
            return;
        }
        self.take_in(input);
        let definitive = definitive(input);
        let was_left_behind = match input {
            Input::Start { persisted, .. } | Input::Restored { persisted } => {
                persisted.sign_out.is_some() || persisted.signed_out
            }
            _ => false,
        };
        let signs_out = matches!(input, Input::SignOut { .. } | Input::Received { message: TabMessage::SignedOut, .. });
        let mut redirects = 0;
        let mut cleared = 0;
        for effect in effects {
            match *effect {
                Effect::Send { id, request, .. } => self.sent(now, id, request),
                Effect::Abort(id) => {
                    let (sent, request) = self.sent.remove(&id).expect("only what was sent is given up");
                    let early = now.since(sent) < config.reconnect_timeout;
                    assert!(!(early && may_reestablish(config, request)), "{request:?} is given up early");
                }
                Effect::ClearCredential => {
                    cleared += 1;
                    assert!(signs_out || was_left_behind || definitive, "{input:?} clears the credential");
                }
                Effect::Emit(Event::Disconnected { reason }) => {
                    let by_the_person = matches!(reason, Reason::SignedOut | Reason::SignedOutElsewhere);
                    // No tab has said that it holds a credential.
                    let waited = reason == Reason::CredentialMissing && config.cross_tab;
                    let right = if by_the_person { signs_out || was_left_behind } else { definitive || waited };
                    assert!(right, "{input:?} ends the session");
                    self.barred = !was_left_behind;
                }
                Effect::Redirect(reason) => {
                    redirects += 1;
                    let over = Effect::Emit(Event::Disconnected { reason });
                    let definitive = definitive || reason == Reason::CredentialMissing && config.cross_tab;
                    assert!(definitive && effects.contains(&over) && config.redirects, "{input:?} redirects");
                }
                Effect::Fetch { fetch, .. } => assert!(self.waiting.remove(&fetch), "{fetch:?} goes on twice"),
                Effect::Emit(Event::Connected) => self.barred = false,
                Effect::Broadcast(TabMessage::CheckStarted { .. }) => assert!(self.lock, "{input:?} sends out of turn"),
                Effect::ReleaseLock => self.lock = false,
                Effect::Emit(_)
                | Effect::Change(_)
                | Effect::Settle(_)
                | Effect::AcquireLock { .. }
                | Effect::Broadcast(_)
                | Effect::PersistSignOut(_)
                | Effect::PersistRetryFloor(_) => {}
            }
        }
        assert!(redirects <= 1, "{input:?} redirects {redirects} times");
        assert!(
            cleared == 1 || !matches!(input, Input::SignOut { .. }),
            "{input:?} clears the credential {cleared} times"
        );
        assert!(self.running || self.waiting.is_empty(), "{:?} wait for ever", self.waiting);
    }

    pub(super) fn disposed(&self) -> bool {
        self.disposed
    }

    pub(super) fn waits(&self, fetch: FetchId) -> bool {
        self.waiting.contains(&fetch)
    }

    fn take_in(&mut self, input: Input) {
        match input {
            Input::Start { online, .. } if !self.running => {
                (self.running, self.online, self.away) = (true, online, false);
                self.barred = false;
            }
            Input::Stop => self.running = false,
            Input::Dispose => (self.running, self.disposed) = (false, true),
            Input::Remembered => self.barred = false,
            Input::SignOut { .. } => self.barred = true,
            Input::Online => self.online = true,
            Input::Offline => self.online = false,
            Input::Left => self.away = true,
            Input::Restored { persisted } => {
                self.away = false;
                // Once that is delivered, this page is like any other.
                self.barred &= persisted.sign_out.is_none();
            }
            Input::FetchStarted(fetch) | Input::FetchRefused { fetch, .. } => {
                self.waiting.insert(fetch);
            }
            Input::FetchEnded(fetch) => {
                self.waiting.remove(&fetch);
            }
            Input::Replied { id, .. } => {
                self.sent.remove(&id);
            }
            Input::LockResult { granted } => self.lock = granted,
            Input::Start { .. }
            | Input::Received { .. }
            | Input::Check { .. }
            | Input::DeadlineReached
            | Input::Visible
            | Input::Hidden
            | Input::Focused
            | Input::Resumed
            | Input::UserActive => {}
        }
    }

    fn sent(&mut self, now: Instant, id: RequestId, request: Request) {
        assert!(self.sent.insert(id, (now, request)).is_none(), "{id:?} is used twice");
        match request {
            Request::Logout { .. } => return,
            Request::Reconnect { .. } => assert!(!self.barred, "a reconnect after the end"),
            Request::Validate { .. } => {}
        }
        assert!(self.running && self.online && !self.away, "{request:?} without a page or a network");
    }
}

/// Only such an input may end a session.
fn definitive(input: Input) -> bool {
    match input {
        Input::Replied { outcome: Outcome::NoCredential, .. } => true,
        Input::Replied { outcome: Outcome::Verdict(verdict), .. } => match verdict {
            Verdict::Lost | Verdict::Ended(_) | Verdict::Rejected(_) => true,
            Verdict::Valid(_) | Verdict::Transient(_) => false,
        },
        Input::Received { message: TabMessage::CheckFinished(answered), .. } => match answered.verdict {
            Verdict::Lost | Verdict::Ended(_) | Verdict::Rejected(_) => true,
            Verdict::Valid(_) | Verdict::Transient(_) => false,
        },
        _ => false,
    }
}

fn may_reestablish(config: &Config, request: Request) -> bool {
    match request {
        Request::Validate { .. } => config.credential == CredentialHolder::Cookie,
        Request::Reconnect { .. } => true,
        Request::Logout { .. } => false,
    }
}
