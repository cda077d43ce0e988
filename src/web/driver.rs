//! The only place that feeds the machine and carries out its effects.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::clock;
use super::host::Host;
use super::http::{Errand, Requests, settle};
use super::options::Options;
use super::page::Page;
use super::redirect::redirect;
use super::timer::Timer;
use crate::engine::{
    Effect, Event, FetchId, FetchStep, Generation, Input, Machine, Outcome, Promised, Refusal, Request, RequestId,
    Snapshot,
};

/// One session of one page, as the facade sees it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session(Rc<Shell>);

#[wasm_bindgen]
impl Session {
    /// A session that has not been started.
    #[wasm_bindgen(constructor)]
    pub fn new(options: Options, host: Host) -> Self {
        Self(Rc::new(Shell {
            machine: RefCell::new(Machine::new(options.config())),
            options,
            host,
            queue: RefCell::default(),
            draining: Cell::new(false),
            timer: Timer::default(),
            requests: Requests::default(),
            page: RefCell::new(None),
            key: RefCell::new((0, String::new())),
            data: RefCell::default(),
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
    requests: Requests,
    page: RefCell<Option<Page>>,
    /// The idempotency key of the current attempt.
    key: RefCell<(u32, String)>,
    /// The application's data, by the request whose verdict brought it.
    data: RefCell<Vec<(RequestId, JsValue)>>,
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
            Effect::Abort(id) => self.requests.abort(id),
            Effect::ClearCredential => {
                if let Some(store) = self.options.store() {
                    spawn_local(async move {
                        let _ = settle(store.clear()).await;
                    });
                }
            }
            Effect::Change(snapshot) => self.host.change(to_js(&snapshot), self.data_of(&snapshot)),
            Effect::Emit(event) => {
                self.host.emit(event.name(), event_detail(&event));
            }
            Effect::Settle(promised) => self.host.settle(promised == Promised::SignOut),
            Effect::Fetch { fetch, step } => match step {
                FetchStep::Send(generation) => self.host.resume(fetch.0, true, generation.0),
                FetchStep::Deliver => self.host.resume(fetch.0, false, 0),
            },
            Effect::Redirect(reason) => {
                let still_right = self.machine.borrow().may_redirect(reason);
                if still_right {
                    redirect(&self.options, &self.host, reason);
                }
            }
        }
    }

    fn send(self: &Rc<Self>, id: RequestId, request: Request, key: u32) {
        let key = self.idempotency_key(key);
        let errand = Errand::new(&self.requests, self.options.clone(), id, request, key);
        let shell = Rc::downgrade(self);
        spawn_local(async move {
            let (outcome, data) = errand.run().await;
            if let Some(shell) = shell.upgrade() {
                shell.replied(id, outcome, data);
            }
        });
    }

    fn replied(self: &Rc<Self>, id: RequestId, outcome: Outcome, data: JsValue) {
        self.requests.take(id);
        if !data.is_undefined() {
            self.data.borrow_mut().push((id, data));
        }
        self.feed(Input::Replied { id, outcome });
        let wanted = self.machine.borrow().snapshot().data_of;
        self.data.borrow_mut().retain(|(id, _)| wanted == Some(*id));
    }

    fn data_of(&self, snapshot: &Snapshot) -> JsValue {
        let known = self.data.borrow();
        let wanted = known.iter().find(|(id, _)| snapshot.data_of == Some(*id));
        wanted.map_or(JsValue::UNDEFINED, |(_, data)| data.clone())
    }

    fn idempotency_key(&self, number: u32) -> String {
        let mut key = self.key.borrow_mut();
        if key.1.is_empty() || key.0 != number {
            *key = (number, self.host.idempotency_key());
        }
        key.1.clone()
    }
}

/// The payload of an event; the facade puts in the snapshot where that is the payload.
fn event_detail(event: &Event) -> JsValue {
    match event {
        Event::Connected => JsValue::UNDEFINED,
        Event::Checking { .. }
        | Event::Checked { .. }
        | Event::Slow { .. }
        | Event::Degraded { .. }
        | Event::Reconnecting { .. }
        | Event::Reconnected { .. }
        | Event::Expiring { .. }
        | Event::Disconnected { .. }
        | Event::Wake { .. } => to_js(event),
    }
}

fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::new().serialize_missing_as_null(true)).unwrap_or(JsValue::UNDEFINED)
}
