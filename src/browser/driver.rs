//! The only place that feeds the machine and carries out its effects.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Waker};

use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::clock;
use super::credential::{is_nothing, settled};
use super::host::{Audience, Tabs};
use super::http::{Http, Payload};
use super::options::Settings;
use super::page::{self, Happening, PageListeners};
use super::redirect::redirect;
use super::timer::Timer;
use crate::engine::{
    Effect, Facts, Input, Machine, Millis, NoAnswer, Outcome, Persisted, Promised, Reason, Request, RequestId, SignOut,
    TabMessage, Verdict, log,
};

/// One session of one page at work.
pub(crate) struct Driver {
    settings: Rc<Settings>,
    machine: RefCell<Machine>,
    audience: Box<dyn Audience>,
    tabs: Tabs,
    http: Http,
    timer: Timer,
    page: RefCell<Option<PageListeners>>,
    /// Inputs that arrived while effects were being carried out.
    queue: RefCell<VecDeque<Input>>,
    draining: Cell<bool>,
    disposed: Cell<bool>,
    /// A redirect that waits until there is nothing else to do.
    redirect: Cell<Option<Reason>>,
    /// The functions that resolve the promises of `check()` and `signOut()`, by [`Promised`].
    waiting: [RefCell<Vec<Function>>; 2],
    this: Weak<Self>,
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Driver")
    }
}

impl Driver {
    /// A session that has not been started.
    pub(crate) fn new(settings: Settings, audience: Box<dyn Audience>, tabs: Tabs) -> Rc<Self> {
        let settings = Rc::new(settings);
        let driver = Rc::new_cyclic(|this| Self {
            machine: RefCell::new(Machine::new(settings.config.clone())),
            http: Http::new(Rc::clone(&settings)),
            settings,
            audience,
            tabs,
            timer: Timer::default(),
            page: RefCell::default(),
            queue: RefCell::default(),
            draining: Cell::new(false),
            disposed: Cell::new(false),
            redirect: Cell::new(None),
            waiting: Default::default(),
            this: Weak::clone(this),
        });
        driver.trace("options", || log::to_bytes(&(log::VERSION, &driver.settings.config)));
        driver
    }

    /// Begins, with the page as it is now.
    pub(crate) fn start(&self) {
        if self.disposed.get() {
            return;
        }
        let weak = Weak::clone(&self.this);
        self.page.replace(PageListeners::new(move |happening| {
            if let Some(driver) = weak.upgrade() {
                driver.happened(happening);
            }
        }));
        self.tabs.open();
        let persisted = self.persisted();
        self.feed(Input::Start { visible: page::is_visible(), online: page::is_online(), persisted });
    }

    /// Pauses.
    pub(crate) fn stop(&self) {
        self.page.take();
        self.feed(Input::Stop);
        self.tabs.close();
    }

    /// Ends for good. Every promise is kept.
    pub(crate) fn dispose(&self) {
        self.disposed.set(true);
        self.page.take();
        self.feed(Input::Dispose);
        self.tabs.close();
        for promised in [Promised::Check, Promised::SignOut] {
            self.settle(promised);
        }
    }

    /// Feeds an input whose promise is resolved by [`Effect::Settle`].
    pub(crate) fn ask(&self, promised: Promised, input: Input) -> Promise {
        let promise = Promise::new(&mut |resolve, _| self.waiting(promised).borrow_mut().push(resolve));
        self.feed(input);
        if self.disposed.get() {
            self.settle(promised);
        }
        promise
    }

    /// The credential is handed over, and counts from now on.
    pub(crate) async fn remember(&self, credential: &JsValue) -> Result<(), JsValue> {
        // A listener may call this while the way to the login is being decided: only what must be waited for is.
        let saved = self.settings.credential.save(credential)?;
        if saved.is_object() {
            settled(&saved).await?;
        }
        self.feed(Input::Remembered);
        JsFuture::from(self.ask(Promised::Check, Input::Check { activity: true })).await?;
        Ok(())
    }

    /// Forgets the credential that this page holds.
    pub(crate) async fn forget(&self) -> Result<(), JsValue> {
        settled(&self.settings.credential.clear()?).await?;
        Ok(())
    }

    /// Another tab posted `message`.
    pub(crate) fn received(&self, message: &[u8], age: Millis, payload: Payload) {
        let Some(mut message) = TabMessage::from_bytes(message) else { return };
        match &mut message {
            TabMessage::CheckFinished(result) => {
                result.request = self.http.payloads.borrow_mut().receive(payload);
                self.feed(Input::Received { message, age });
            }
            // Only a tab that holds a credential may answer. A store that fails holds nothing.
            TabMessage::CredentialWanted => self.run(async move |driver| {
                let Ok(found) = driver.settings.credential.load() else { return };
                if settled(&found).await.is_ok_and(|found| !is_nothing(&found)) {
                    driver.feed(Input::Received { message, age });
                }
            }),
            TabMessage::CheckStarted { .. } | TabMessage::SignedOut | TabMessage::Activity => {
                self.feed(Input::Received { message, age });
            }
        }
    }

    /// Feeds one input and carries out everything that follows from it.
    pub(crate) fn feed(&self, input: Input) {
        self.queue.borrow_mut().push_back(input);
        if self.draining.replace(true) {
            // A listener called back into us: the outer loop goes on with this.
            return;
        }
        loop {
            if let Some(input) = self.next_input() {
                let now = clock::now();
                if input == Input::DeadlineReached {
                    self.timer.clear();
                }
                self.trace("input", || log::to_bytes(&(now, input)));
                let effects = self.machine.borrow_mut().handle(now, input);
                for effect in effects {
                    match effect {
                        Effect::Redirect(reason) => self.redirect.set(Some(reason)),
                        effect => self.carry_out(effect),
                    }
                }
            } else if let Some(reason) = self.redirect.take() {
                // Not before what its own listeners asked for: they may have stopped us, or signed in again.
                let still_right = self.machine.borrow().may_redirect(reason);
                if still_right {
                    self.carry_out(Effect::Redirect(reason));
                }
            } else {
                break;
            }
        }
        self.draining.set(false);
        let weak = Weak::clone(&self.this);
        let deadline = self.machine.borrow().deadline();
        self.timer.arm(clock::now().instant, deadline, move || {
            if let Some(driver) = weak.upgrade() {
                driver.feed(Input::DeadlineReached);
            }
        });
    }

    /// A function, because the guard would live through the body of an `if let`.
    fn next_input(&self) -> Option<Input> {
        self.queue.borrow_mut().pop_front()
    }

    fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::Send { id, request, key } => self.send(id, request, key),
            Effect::Abort(id) => self.http.abort(id),
            Effect::ClearCredential => self.run(async move |driver| {
                if let Err(error) = driver.forget().await {
                    driver.audience.report(&error);
                }
            }),
            Effect::Change(snapshot) => {
                let payload = self.http.payloads.borrow_mut().brought_by(snapshot.answered_by);
                self.audience.changed(&snapshot, &payload);
            }
            Effect::Emit(event) => self.audience.emit(event),
            Effect::Settle(promised) => self.settle(promised),
            Effect::Fetch { fetch, step } => self.audience.resume(fetch, step),
            Effect::AcquireLock { steal } => self.tabs.acquire_lock(steal),
            Effect::ReleaseLock => self.tabs.release_lock(),
            Effect::Broadcast(message) => self.broadcast(message),
            Effect::PersistSignOut(sign_out) => {
                self.tabs.persist_sign_out(sign_out.map(|SignOut { everywhere }| everywhere));
            }
            #[allow(clippy::cast_precision_loss)]
            Effect::PersistRetryFloor(floor) => {
                self.tabs.persist_retry_floor(floor.map(|Millis(length)| length as f64))
            }
            Effect::Redirect(reason) => {
                if let Err(error) = redirect(&self.settings, reason, |url| self.audience.redirect(url)) {
                    self.audience.report(&error);
                }
            }
        }
    }

    fn send(&self, id: RequestId, request: Request, key: u32) {
        if matches!(request, Request::Logout { .. }) && self.tabs.is_sign_out_delivered() {
            let outcome = Outcome::Verdict(Verdict::Valid(Facts::default()));
            return self.feed(Input::Replied { id, outcome });
        }
        self.run(async move |driver| {
            let reply = driver.http.send(id, request, key).await;
            let given_up = driver.http.finish(id);
            match reply {
                // The success of a logout that another one superseded is no sign of a session that lives.
                Ok(_) if given_up && matches!(request, Request::Logout { .. }) => {}
                Ok(reply) => {
                    if let Some(mistake) = reply.mistake {
                        driver.audience.report(&mistake);
                    }
                    driver.feed(Input::Replied { id, outcome: reply.outcome });
                }
                // A task later: a page that is being left hears of its cut requests before it hears that it is being left.
                Err(_) => {
                    let outcome = Outcome::Verdict(NoAnswer::Network.into());
                    drop(Timeout::new(0, move || driver.feed(Input::Replied { id, outcome })).forget());
                }
            }
        });
    }

    fn broadcast(&self, message: TabMessage) {
        let payload = match &message {
            TabMessage::SignedOut => return self.tabs.broadcast_sign_out(),
            TabMessage::CheckFinished(result) => self.http.payloads.borrow_mut().brought_by(Some(result.request)),
            TabMessage::CheckStarted { .. } | TabMessage::CredentialWanted | TabMessage::Activity => Payload::default(),
        };
        self.tabs.broadcast(&message.to_bytes(), payload.subject.as_deref(), &payload.data);
    }

    const fn waiting(&self, promised: Promised) -> &RefCell<Vec<Function>> {
        let [check, sign_out] = &self.waiting;
        match promised {
            Promised::Check => check,
            Promised::SignOut => sign_out,
        }
    }

    fn settle(&self, promised: Promised) {
        for resolve in self.waiting(promised).take() {
            // Resolving a promise throws nothing.
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }

    /// What happened to the page. While it is away, it holds nothing that other pages could wait for.
    fn happened(&self, happening: Happening) {
        match happening {
            Happening::Visible => self.feed(Input::Visible),
            Happening::Hidden => self.feed(Input::Hidden),
            Happening::Focused => self.feed(Input::Focused),
            Happening::Resumed => self.feed(Input::Resumed),
            Happening::Online => self.feed(Input::Online),
            Happening::Offline => self.feed(Input::Offline),
            Happening::UserActive => self.feed(Input::UserActive),
            Happening::Left => {
                self.feed(Input::Left);
                self.tabs.close();
            }
            Happening::Restored => {
                self.tabs.open();
                let persisted = self.persisted();
                self.feed(Input::Restored { persisted });
            }
        }
    }

    /// What an earlier page, or another tab, left behind.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn persisted(&self) -> Persisted {
        let marks = self.tabs.persisted();
        Persisted {
            sign_out: marks.sign_out_everywhere().map(|everywhere| SignOut { everywhere }),
            retry_floor: marks.retry_floor_ms().map(|length| Millis(length as u64)),
            signed_out: marks.signed_out(),
        }
    }

    /// Runs what has to wait for something. Up to its first wait it runs at once: a page that signs out may be gone in the next
    /// task.
    fn run<F: Future<Output = ()> + 'static>(&self, work: impl FnOnce(Rc<Self>) -> F) {
        if let Some(this) = self.this.upgrade() {
            run(Box::pin(work(this)));
        }
    }

    /// For the replayable log, which holds no secret, because the engine is told none.
    fn trace(&self, name: &str, entry: impl FnOnce() -> Vec<u8>) {
        if self.settings.trace {
            self.audience.trace(name, &entry());
        }
    }
}

/// Polls once, and leaves the rest to the microtasks.
pub(super) fn run(mut future: Pin<Box<dyn Future<Output = ()>>>) {
    if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        spawn_local(future);
    }
}
