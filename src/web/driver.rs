//! The only place that feeds the machine and carries out its effects.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use wasm_bindgen::prelude::*;

use super::clock;
use super::events::detail;
use super::host::Host;
use super::options::Options;
use super::page::Page;
use super::timer::Timer;
use super::{reply, snapshot};
use crate::engine::{Effect, FetchId, FetchStep, Generation, Input, Machine, Promised, Refusal, Request, RequestId};

/// One session of one page, as the facade sees it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session(Rc<Shell>);

#[wasm_bindgen]
impl Session {
    /// A session that has not been started.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, host: Host) -> Self {
        let options = Options::new(options);
        Self(Rc::new(Shell {
            machine: RefCell::new(Machine::new(options.config())),
            options,
            host,
            queue: RefCell::default(),
            draining: Cell::new(false),
            timer: Timer::default(),
            page: RefCell::new(None),
        }))
    }

    /// Begins, or goes on after a stop.
    pub fn start(&self) {
        let shell = Rc::downgrade(&self.0);
        let page = Page::listen(move |input| feed(&shell, input));
        let start = page.as_ref().map(Page::start);
        self.0.page.replace(page);
        if let Some(start) = start {
            self.0.feed(start);
        }
    }

    /// Pauses.
    pub fn stop(&self) {
        self.0.page.take();
        self.0.feed(Input::Stop);
    }

    /// Ends for good.
    pub fn dispose(&self) {
        self.0.page.take();
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

    /// A request came back: with what [`reply::outcome`](super::reply::outcome) reads, or undefined without an answer.
    pub fn replied(&self, id: u32, call: &str, reply: JsValue) {
        let outcome = reply::outcome(call, self.0.options.holder(), &reply);
        self.0.feed(Input::Replied { id: RequestId(id), outcome });
    }

    /// A `session.fetch` call is over.
    #[wasm_bindgen(js_name = fetchEnded)]
    pub fn fetch_ended(&self, fetch: u32) {
        self.0.feed(Input::FetchEnded(FetchId(fetch)));
    }
}

#[derive(Debug)]
struct Shell {
    machine: RefCell<Machine>,
    options: Options,
    host: Host,
    /// Inputs that came while effects were being carried out.
    queue: RefCell<VecDeque<Input>>,
    draining: Cell<bool>,
    timer: Timer,
    page: RefCell<Option<Page>>,
}

/// Feeds a session that may be gone.
fn feed(shell: &Weak<Shell>, input: Input) {
    if let Some(shell) = shell.upgrade() {
        shell.feed(input);
    }
}

impl Shell {
    fn feed(self: &Rc<Self>, input: Input) {
        self.queue.borrow_mut().push_back(input);
        if self.draining.replace(true) {
            // A listener called back into us: the outer loop goes on with this.
            return;
        }
        while let Some(input) = self.next_input() {
            let effects = self.machine.borrow_mut().handle(clock::now(), input);
            for effect in effects {
                self.carry_out(effect);
            }
        }
        self.draining.set(false);
        let shell = Rc::downgrade(self);
        self.timer.arm(clock::now().instant, self.machine.borrow().deadline(), move || {
            if let Some(shell) = shell.upgrade() {
                shell.timer.fired();
                shell.feed(Input::DeadlineReached);
            }
        });
    }

    /// A function, because the guard of a `while let` would live through the loop's body.
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
                self.host.emit(event.name(), detail(&event));
            }
            Effect::Settle(promised) => self.host.settle(promised == Promised::SignOut),
            Effect::Fetch { fetch, step } => match step {
                FetchStep::Send(generation) => self.host.resume(fetch.0, true, generation.0),
                FetchStep::Deliver => self.host.resume(fetch.0, false, 0),
            },
            Effect::Redirect(reason) => {
                let still_right = self.machine.borrow().may_redirect(reason);
                if still_right {
                    self.host.redirect(reason.as_str());
                }
            }
        }
    }

    fn send(&self, id: RequestId, request: Request, key: u32) {
        match request {
            Request::Validate { attempt, activity } => self.host.send(id.0, "validate", attempt, activity, key),
            Request::Reconnect { attempt, activity } => self.host.send(id.0, "reconnect", attempt, activity, key),
            Request::Logout { everywhere } => self.host.send(id.0, "logout", 1, everywhere, key),
        }
    }
}
