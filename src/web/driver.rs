//! The only place that feeds the machine and carries out its effects.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::clock;
use super::config::config;
use super::host::Host;
use super::reply::{length, whole};
use super::timer::Timer;
use super::{events, reply, snapshot};
use crate::engine::{
    Call, CredentialHolder, Effect, Facts, FetchId, FetchStep, Generation, Input, Machine, NoAnswer, Outcome, Promised,
    Reason, Refusal, Request, RequestId,
};
use crate::wire::SessionAnswer;

/// One session of one page, as the facade sees it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session(Rc<Shell>);

#[wasm_bindgen]
impl Session {
    /// A session that has not been started. The numbers are those of [`config`](super::config).
    #[allow(clippy::too_many_arguments)]
    #[wasm_bindgen(constructor)]
    pub fn new(
        host: Host,
        switches: u32,
        jitter_permille: u32,
        interval: f64,
        slow_after: f64,
        validate_timeout: f64,
        reconnect_timeout: f64,
        retry_base: f64,
        retry_cap: f64,
        retry_spread: f64,
        warn_before: f64,
    ) -> Self {
        let config = config(
            switches,
            jitter_permille,
            [
                interval,
                slow_after,
                validate_timeout,
                reconnect_timeout,
                retry_base,
                retry_cap,
                retry_spread,
                warn_before,
            ],
        );
        Self(Rc::new(Shell {
            holder: config.credential,
            machine: RefCell::new(Machine::new(config)),
            host,
            queue: RefCell::default(),
            draining: Cell::new(false),
            redirect: Cell::new(None),
            timer: Timer::default(),
        }))
    }

    /// Begins, or goes on after a stop, with the page as it is now.
    pub fn start(&self, visible: bool, online: bool) {
        self.0.feed(Input::Start { visible, online });
    }

    /// Something happened to the page; its place in the list of `names.js`.
    pub fn page(&self, event: u32) {
        const INPUTS: [Input; 9] = [
            Input::Visible,
            Input::Hidden,
            Input::Focused,
            Input::Left,
            Input::Restored,
            Input::Resumed,
            Input::Online,
            Input::Offline,
            Input::Active,
        ];
        if let Some(input) = INPUTS.get(event as usize) {
            self.0.feed(*input);
        }
    }

    /// Pauses.
    pub fn stop(&self) {
        self.0.feed(Input::Stop);
    }

    /// Ends for good.
    pub fn dispose(&self) {
        self.0.feed(Input::Dispose);
    }

    /// Checks now.
    pub fn check(&self, activity: bool) {
        self.0.feed(Input::Check { activity });
    }

    /// The application signed in, or handed over a credential.
    pub fn remembered(&self) {
        self.0.feed(Input::Remembered);
    }

    /// Signs out.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self, everywhere: bool) {
        self.0.feed(Input::SignOut { everywhere });
    }

    /// A `session.fetch` call wants to send.
    #[wasm_bindgen(js_name = fetchStarted)]
    pub fn fetch_started(&self, fetch: u32) {
        self.0.feed(Input::FetchStarted(FetchId(fetch)));
    }

    /// A `session.fetch` call was refused.
    #[wasm_bindgen(js_name = fetchRefused)]
    pub fn fetch_refused(&self, fetch: u32, generation: u32, session_unknown: bool) {
        self.0.feed(Input::FetchRefused {
            fetch: FetchId(fetch),
            generation: Generation(generation),
            refusal: if session_unknown { Refusal::SessionUnknown } else { Refusal::Unclear },
        });
    }

    /// A request was answered over HTTP. Without a code the number is beyond the list; lengths are those of the wire; the
    /// subject stays with the facade.
    #[allow(clippy::too_many_arguments)]
    pub fn answered(
        &self,
        id: u32,
        call: u32,
        status: u32,
        code: u32,
        retry_after_ms: f64,
        valid: bool,
        reconnected: bool,
        epoch: u32,
        idle_in: f64,
        absolute_in: f64,
        warn_in: f64,
        next_check_in: f64,
    ) {
        let session = SessionAnswer {
            valid,
            reconnected,
            epoch,
            subject: None,
            idle_in: whole(idle_in),
            absolute_in: whole(absolute_in),
            warn_in: whole(warn_in),
            next_check_in: whole(next_check_in),
        };
        self.replied(id, reply::answered(call, self.0.holder, status, code, retry_after_ms, session));
    }

    /// A function of the application gave its verdict, or there is no credential to give it.
    #[allow(clippy::too_many_arguments)]
    pub fn judged(
        &self,
        id: u32,
        kind: u32,
        reason: u32,
        retry_after_ms: f64,
        reconnected: bool,
        epoch: f64,
        idle_in_ms: f64,
        absolute_in_ms: f64,
        warn_in_ms: f64,
        next_check_in_ms: f64,
    ) {
        let facts = Facts {
            epoch: whole(epoch),
            idle_in: length(idle_in_ms),
            absolute_in: length(absolute_in_ms),
            warn_in: length(warn_in_ms),
            next_check_in: length(next_check_in_ms),
            reconnected,
        };
        self.replied(id, reply::judged(kind, reason, retry_after_ms, facts));
    }

    /// A request brought no answer.
    pub fn failed(&self, id: u32) {
        self.replied(id, Outcome::Verdict(NoAnswer::Network.into()));
    }

    /// A `session.fetch` call is over.
    #[wasm_bindgen(js_name = fetchEnded)]
    pub fn fetch_ended(&self, fetch: u32) {
        self.0.feed(Input::FetchEnded(FetchId(fetch)));
    }
}

impl Session {
    fn replied(&self, id: u32, outcome: Outcome) {
        self.0.feed(Input::Replied { id: RequestId(id), outcome });
    }
}

#[derive(Debug)]
struct Shell {
    holder: CredentialHolder,
    machine: RefCell<Machine>,
    host: Host,
    /// Inputs that came while effects were being carried out.
    queue: RefCell<VecDeque<Input>>,
    draining: Cell<bool>,
    /// A redirect that waits until there is nothing else to do.
    redirect: Cell<Option<Reason>>,
    timer: Timer,
}

impl Shell {
    fn feed(self: &Rc<Self>, input: Input) {
        self.queue.borrow_mut().push_back(input);
        if self.draining.replace(true) {
            // A listener called back into us: the outer loop goes on with this.
            return;
        }
        loop {
            if let Some(input) = self.next_input() {
                let effects = self.machine.borrow_mut().handle(clock::now(), input);
                for effect in effects {
                    self.carry_out(effect);
                }
            } else if let Some(reason) = self.redirect.take() {
                // Not before what its own listeners asked for: they may have stopped us, or signed in again.
                let still_right = self.machine.borrow().may_redirect(reason);
                if still_right {
                    self.host.redirect(reason as u32);
                }
            } else {
                break;
            }
        }
        self.draining.set(false);
        let shell = Rc::downgrade(self);
        self.timer.arm(clock::now().instant, self.machine.borrow().deadline(), move || {
            if let Some(shell) = shell.upgrade() {
                shell.timer.clear();
                shell.feed(Input::DeadlineReached);
            }
        });
    }

    /// A function, because the guard would live through the body of an `if let`.
    fn next_input(&self) -> Option<Input> {
        self.queue.borrow_mut().pop_front()
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Send { id, request, key } => self.send(id, request, key),
            Effect::Abort(id) => self.host.abort(id.0),
            Effect::ClearCredential => self.host.clear_credential(),
            Effect::Change(snapshot) => self.host.change(snapshot::fields(&snapshot)),
            Effect::Emit(event) => {
                let (event, first, second) = events::numbers(&event);
                self.host.emit(event, first, second);
            }
            Effect::Settle(promised) => self.host.settle(promised == Promised::SignOut),
            Effect::Fetch { fetch, step } => match step {
                FetchStep::Send(generation) => self.host.resume(fetch.0, true, generation.0),
                FetchStep::Deliver => self.host.resume(fetch.0, false, 0),
            },
            Effect::Redirect(reason) => self.redirect.set(Some(reason)),
        }
    }

    fn send(&self, id: RequestId, request: Request, key: u32) {
        match request {
            Request::Validate { attempt, activity } => {
                self.host.send(id.0, Call::Validate as u32, attempt, activity, key)
            }
            Request::Reconnect { attempt, activity } => {
                self.host.send(id.0, Call::Reconnect as u32, attempt, activity, key)
            }
            Request::Logout { everywhere } => self.host.send(id.0, Call::Logout as u32, 1, everywhere, key),
        }
    }
}
