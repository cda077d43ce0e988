//! The session itself.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};

use super::error::Thrown;
use super::events::{self, Redirect, Subscription};
use super::facade::{self, Facade, Payload, Record, RedirectObject, SnapshotObject};
use super::options::{Login, Options};
use super::snapshot::Snapshot;
use crate::engine::Event;

/// One session of one page. Clones are the same session; when the last one is dropped, it is disposed of.
///
/// A future does nothing before it is polled, and holds no clone of its own: move one into what is spawned.
#[derive(Clone, Debug)]
pub struct KeepAlive(Rc<Running>);

#[derive(Debug)]
struct Running {
    facade: Facade,
    /// What the facade may call to the end.
    _login: Option<Login>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.facade.dispose();
    }
}

/// Whether they are the same session.
impl PartialEq for KeepAlive {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for KeepAlive {}

impl KeepAlive {
    /// Keeps a session alive, from now on.
    ///
    /// # Errors
    /// An option is wrong; the message names it and says what it wants.
    pub fn create(options: Options) -> Result<Self, Thrown> {
        let (given, login) = options.into_parts();
        let facade = facade::create(&given)?;
        Ok(Self(Rc::new(Running { facade, _login: login })))
    }

    fn facade(&self) -> &Facade {
        &self.0.facade
    }

    /// Goes on after [`stop`](Self::stop).
    pub fn start(&self) {
        self.facade().start();
    }

    /// Pauses: no request and no redirect until [`start`](Self::start).
    pub fn stop(&self) {
        self.facade().stop();
    }

    /// Ends for good, for every clone, and removes every listener.
    pub fn dispose(&self) {
        self.facade().dispose();
    }

    /// Waits for the first definitive verdict, or for the end of the session.
    pub async fn ready(&self) {
        // It is rejected only where the module cannot be loaded, and here it is part of the application.
        let _ = self.facade().ready().await;
    }

    /// What is true of the session now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::read(&self.facade().snapshot())
    }

    /// What the application's own `validate`, `reconnect` or `classify` put into its last valid verdict, as a value of JavaScript;
    /// undefined without one.
    pub fn data(&self) -> JsValue {
        self.facade().snapshot().data()
    }

    /// Calls the listener with the current snapshot, soon, and with every further one.
    pub fn subscribe(&self, listener: impl Fn(&Snapshot) + 'static) -> Subscription {
        let listener = Closure::new(move |snapshot: SnapshotObject| listener(&Snapshot::read(&snapshot)));
        Subscription::new(self.facade().on_change("change", &listener), listener)
    }

    /// Calls the listener with every event. Where the session is connected already, that is told first, soon.
    pub fn on(&self, listener: impl Fn(Event) + 'static) -> Subscription {
        let listener = Closure::new(move |name: String, payload: Payload| {
            if let Some(event) = events::read(&name, &payload) {
                listener(event);
            }
        });
        Subscription::new(facade::listen(self.facade(), &listener), listener)
    }

    /// Calls the listener with the seconds to the nearest limit while the person should be warned, once a second and at 0, and with
    /// `None` when there is nothing to warn of any more.
    pub fn on_expiring(&self, listener: impl Fn(Option<u32>) + 'static) -> Subscription {
        let listener = Closure::new(listener);
        Subscription::new(facade::listen_expiring(self.facade(), &listener), listener)
    }

    /// Calls the listener when the page is about to go to the login page, which it can prevent.
    pub fn on_redirect(&self, listener: impl Fn(&Redirect) + 'static) -> Subscription {
        let listener = Closure::new(move |redirect: RedirectObject| listener(&Redirect(redirect)));
        Subscription::new(self.facade().on_redirect("redirect", &listener), listener)
    }

    /// After a successful connect: hands over what a reconnect needs, and checks. Text is sent as `connectionString`, an
    /// object of JavaScript as the body. With [`Credential::Cookie`](super::Credential::Cookie) it is ignored: `JsValue::NULL` will do.
    ///
    /// # Errors
    /// The credential cannot be kept: [`Credential::Sealed`](super::Credential::Sealed) holds what JSON can hold, an application's own
    /// store says itself why.
    pub async fn remember(&self, credential: impl Into<JsValue>) -> Result<(), Thrown> {
        done(self.facade().remember(&credential.into())).await
    }

    /// Forgets the credential that this page holds.
    ///
    /// # Errors
    /// An application's own store failed.
    pub async fn forget(&self) -> Result<(), Thrown> {
        done(self.facade().forget()).await
    }

    /// Checks now. The snapshot is the outcome; where no check can be sent, what is known.
    pub async fn check(&self) -> Snapshot {
        self.outcome(self.facade().check()).await
    }

    /// "I'm still here": a check that counts as activity.
    pub async fn extend(&self) -> Snapshot {
        self.outcome(self.facade().extend()).await
    }

    /// Signs out: at once here and in every tab, and at the server as soon as it can be told, if need be by a later page. Waits for
    /// the first attempt.
    pub async fn sign_out(&self) {
        self.sign_out_of(false).await;
    }

    /// Signs out, and ends every other session of the person, too.
    pub async fn sign_out_everywhere(&self) {
        self.sign_out_of(true).await;
    }

    /// `fetch` that survives a lost session, for this page's origin and that of the check: it waits for a reconnect, and sends a
    /// refused request once more. Other origins pass through.
    ///
    /// # Errors
    /// Those of `fetch`: no answer came back, or the request was aborted.
    pub async fn fetch(&self, url: &str) -> Result<Response, Thrown> {
        self.response(&url.into()).await
    }

    /// The same for a request with a method, headers or a body.
    ///
    /// # Errors
    /// Those of `fetch`: no answer came back, or the request was aborted.
    pub async fn fetch_request(&self, request: &Request) -> Result<Response, Thrown> {
        self.response(request).await
    }

    async fn sign_out_of(&self, everywhere: bool) {
        let options = Record::empty();
        options.set("everywhere", &everywhere.into());
        // As with `ready`.
        let _ = self.facade().sign_out(&options).await;
    }

    async fn outcome(&self, promise: Promise) -> Snapshot {
        match promise.await {
            Ok(snapshot) => Snapshot::read(&snapshot.unchecked_into()),
            // It is never rejected.
            Err(_) => self.snapshot(),
        }
    }

    async fn response(&self, input: &JsValue) -> Result<Response, Thrown> {
        Ok(self.facade().fetch(input).await?.unchecked_into())
    }
}

async fn done(promise: Promise) -> Result<(), Thrown> {
    promise.await?;
    Ok(())
}
