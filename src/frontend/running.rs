//! The session of a page.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Response;

use super::countdown::Countdown;
use super::credential::{Credential, Secret};
use super::error::{CredentialError, KeepAliveError};
use super::events::{Redirect, Subscription};
use super::listeners::{Entry, Listener, Listeners};
use super::options::{DebugLog, Keeper, Login, Options};
use super::script::{self, Script};
use super::snapshot::Snapshot;
use super::thrown::Thrown;
use crate::browser::credential::Credential as Storage;
use crate::browser::driver::Driver;
use crate::browser::host::Audience;
use crate::browser::http::Payload;
use crate::browser::options::{Endpoint, Login as Destination, Settings, Transport};
use crate::browser::{Session, events, snapshot};
use crate::engine::{self, Config, Event, FetchId, FetchStep, Generation, Input, Promised, Reason, Status};

/// The session; clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Handle(Rc<Running>);

/// Whether they are the same session.
impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Handle {}

#[derive(Debug)]
struct Running {
    driver: Rc<Driver>,
    public: Rc<Public>,
    /// `start` was called last, not `stop`.
    started: Cell<bool>,
    /// The driver is at work. At first that begins a moment after `started`.
    running: Cell<bool>,
    /// Nobody has called `start` yet.
    fresh: Cell<bool>,
    disposed: Cell<bool>,
}

impl Handle {
    pub(super) fn create(options: Options, config: Config) -> Self {
        let script = Script::connect(&options.name, options.cross_tab, &options.validate, options.debug);
        let tabs = script.tabs();
        let public = Rc::new(Public::new(script, options.debug));
        let driver = Driver::new(settings(options, config), Box::new(Rc::clone(&public)), tabs);
        public.script.use_session(Session::of(Rc::clone(&driver)));
        let handle = Self(Rc::new(Running {
            driver,
            public,
            started: Cell::new(false),
            running: Cell::new(false),
            fresh: Cell::new(true),
            disposed: Cell::new(false),
        }));
        handle.start();
        handle
    }

    pub(super) fn start(&self) {
        let running = &self.0;
        if running.disposed.get() {
            return;
        }
        if !script::in_browser() {
            // No verdict will come that could be waited for.
            running.public.ready.set();
        } else if !running.started.replace(true) {
            if running.fresh.replace(false) {
                // Soon, so that who listens right after creating it hears everything.
                running.public.publish(Snapshot { status: Status::Starting, ..Snapshot::default() });
                let running = Rc::downgrade(running);
                spawn_local(async move {
                    if let Some(running) = running.upgrade() {
                        running.begin();
                    }
                });
            } else {
                running.begin();
            }
        }
    }

    pub(super) fn stop(&self) {
        self.0.stop();
    }

    pub(super) fn dispose(&self) {
        self.0.dispose();
    }

    pub(super) async fn ready(&self) {
        self.0.public.ready.wait().await;
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.0.public.snapshot()
    }

    pub(super) fn data(&self) -> Option<JsValue> {
        Some(self.0.public.data.borrow().clone()).filter(|data| !data.is_null())
    }

    pub(super) fn subscribe(&self, listener: impl Fn(&Snapshot) + 'static) -> Subscription {
        self.listen(Listener::Snapshot(Box::new(listener)), |public, entry| entry.snapshot(&public.snapshot()))
    }

    pub(super) fn on(&self, listener: impl Fn(&Event) + 'static) -> Subscription {
        self.listen(Listener::Event(Box::new(listener)), |public, entry| {
            if public.snapshot().status == Status::Connected {
                entry.event(&Event::Connected);
            }
        })
    }

    pub(super) fn on_expiring(&self, listener: impl Fn(Option<u32>) + 'static) -> Subscription {
        self.listen(Listener::Expiring(Box::new(listener), Countdown::default()), |_, _| {})
    }

    pub(super) fn on_redirect(&self, listener: impl Fn(&Redirect) + 'static) -> Subscription {
        self.listen(Listener::Redirect(Box::new(listener)), |_, _| {})
    }

    /// Adds a listener, and calls it soon with what it has missed, unless it is removed before.
    fn listen(&self, listener: Listener, missed: impl Fn(&Public, &Entry) + 'static) -> Subscription {
        let registration = self.0.public.listeners.add(listener);
        let (public, entry) = (Rc::downgrade(&self.0.public), registration.entry());
        spawn_local(async move {
            if let (Some(public), Some(entry)) = (Weak::upgrade(&public), Weak::upgrade(&entry)) {
                missed(&public, &entry);
            }
        });
        Subscription { _registration: registration }
    }

    pub(super) async fn remember(&self, credential: Secret) -> Result<(), CredentialError> {
        if self.is_at_work() {
            let credential = credential.into_js().map_err(Thrown::from)?;
            self.0.driver.remember(&credential).await.map_err(Thrown::from)?;
        }
        Ok(())
    }

    pub(super) async fn forget(&self) -> Result<(), CredentialError> {
        if self.is_at_work() {
            self.0.driver.forget().await.map_err(Thrown::from)?;
        }
        Ok(())
    }

    pub(super) async fn check(&self, activity: bool) -> Snapshot {
        self.ask(Promised::Check, Input::Check { activity }).await;
        self.snapshot()
    }

    pub(super) async fn sign_out(&self, everywhere: bool) {
        self.ask(Promised::SignOut, Input::SignOut { everywhere }).await;
    }

    pub(super) async fn fetch(&self, input: &JsValue) -> Result<Response, Thrown> {
        self.0.begin();
        Ok(JsFuture::from(self.0.public.script.fetch(input)).await?.unchecked_into())
    }

    async fn ask(&self, promised: Promised, input: Input) {
        if self.is_at_work() {
            // It is never rejected.
            let _ = JsFuture::from(self.0.driver.ask(promised, input)).await;
        }
    }

    /// Whether the driver can be asked.
    fn is_at_work(&self) -> bool {
        self.0.begin();
        !self.0.disposed.get() && script::in_browser()
    }
}

impl Running {
    /// Starts the driver, if it should be at work and is not.
    fn begin(&self) {
        if self.started.get() && !self.running.replace(true) {
            self.driver.start();
        }
    }

    fn stop(&self) {
        if self.started.replace(false) {
            if self.running.replace(false) {
                self.driver.stop();
            } else {
                self.public.publish(Snapshot::default());
            }
        }
    }

    fn dispose(&self) {
        if self.disposed.replace(true) {
            return;
        }
        self.stop();
        self.driver.dispose();
        self.public.script.release();
        self.public.ready.set();
        self.public.listeners.clear();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.dispose();
    }
}

/// What the application sees of the session.
#[derive(Debug)]
struct Public {
    script: Script,
    debug: DebugLog,
    snapshot: RefCell<Snapshot>,
    data: RefCell<JsValue>,
    listeners: Rc<Listeners>,
    ready: Ready,
}

impl Public {
    fn new(script: Script, debug: DebugLog) -> Self {
        Self {
            script,
            debug,
            snapshot: RefCell::default(),
            data: RefCell::new(JsValue::NULL),
            listeners: Rc::default(),
            ready: Ready::default(),
        }
    }

    fn snapshot(&self) -> Snapshot {
        self.snapshot.borrow().clone()
    }

    fn publish(&self, next: Snapshot) {
        self.snapshot.replace(next.clone());
        if let Status::Connected | Status::Disconnected = next.status {
            self.ready.set();
        }
        self.listeners.snapshot(&next);
    }
}

impl Audience for Rc<Public> {
    fn changed(&self, now: &engine::Snapshot, payload: &Payload) {
        let next = read(now, payload.subject.clone());
        if self.debug == DebugLog::Events {
            self.script.event("change", &snapshot::to_js(now), next.subject.as_deref());
        }
        self.data.replace(payload.data.clone());
        let before = self.snapshot();
        if let Some(error) = &next.error
            && next.reason == Some(Reason::Misconfigured)
            && before.reason != next.reason
        {
            script::log_mistake(&error.to_string());
        }
        self.publish(next);
    }

    fn emit(&self, event: Event) {
        if self.debug == DebugLog::Events {
            self.script.event(event.name(), &events::to_js(event), None);
        }
        self.listeners.event(&event);
    }

    fn redirect(&self, url: &str) -> bool {
        if self.debug == DebugLog::Events {
            self.script.redirecting(url);
        }
        let redirect = Redirect::new(url);
        self.listeners.redirect(&redirect);
        redirect.is_prevented()
    }

    fn resume(&self, FetchId(fetch): FetchId, step: FetchStep) {
        let generation = match step {
            FetchStep::Send(Generation(generation)) => Some(generation),
            FetchStep::Deliver => None,
        };
        self.script.resume(fetch, generation);
    }

    fn report(&self, error: &JsValue) {
        script::report(error);
    }

    fn trace(&self, name: &str, bytes: &[u8]) {
        self.script.trace(name, bytes);
    }
}

fn read(now: &engine::Snapshot, subject: Option<String>) -> Snapshot {
    let engine::Snapshot { status, reason, epoch, answered_by: _, last_ok_at, next_check_at, expires_in_ms, error } =
        *now;
    let error = error.map(|error| {
        let message = script::error_message(error.code.as_str(), error.status);
        KeepAliveError::new(error, message)
    });
    Snapshot { status, reason, subject, epoch, last_ok_at, next_check_at, expires_in: expires_in_ms, error }
}

fn settings(options: Options, config: Config) -> Settings {
    let database = ["session-keepalive:", &options.name].concat();
    Settings {
        config,
        validate: Endpoint::Url(options.validate),
        reconnect: options.reconnect.map(Endpoint::Url),
        logout: options.logout.map(Endpoint::Url),
        credential: match options.keeper {
            Keeper::Level(Credential::Cookie) => Storage::Cookie,
            Keeper::Level(Credential::Memory) => Storage::memory(),
            Keeper::Level(Credential::Sealed) => Storage::Store(script::sealed_store(&database)),
            Keeper::Store(store) => Storage::Rust(store),
        },
        classify: options.classify,
        transport: Transport::Global(options.headers),
        login: match options.login {
            Login::Nowhere => None,
            Login::Url(url) => Some(Destination::Url(url)),
            Login::Function(login) => {
                Some(Destination::Function(Box::new(move |reason, return_to| Ok(login(reason, return_to)))))
            }
        },
        return_to_param: options.return_to_param,
        redirect_max: options.redirect_max,
        redirect_per: options.redirect_per.as_secs_f64() * 1000.0,
        name: options.name,
        trace: options.debug == DebugLog::Replay,
    }
}

/// What `ready` waits for.
#[derive(Debug, Default)]
struct Ready {
    is_set: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl Ready {
    fn set(&self) {
        self.is_set.set(true);
        self.waiting.take().into_iter().for_each(Waker::wake);
    }

    async fn wait(&self) {
        poll_fn(|context| {
            if self.is_set.get() {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
