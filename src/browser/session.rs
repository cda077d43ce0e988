//! The session as JavaScript has it.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::driver::{Driver, run};
use super::host::{Listeners, Tabs};
use super::http::Payload;
use super::options::{Options, Settings};
use crate::engine::{FetchId, Generation, Input, Millis, Promised, Refusal, TabMessage};

/// One session of one page. No method throws; what takes time returns a promise.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session(Rc<Driver>);

#[wasm_bindgen]
impl Session {
    /// A session that has not been started.
    #[wasm_bindgen(constructor)]
    pub fn new(options: Options, listeners: Listeners, tabs: Tabs) -> Self {
        Self(Driver::new(Settings::read(options), Box::new(listeners), tabs))
    }

    /// Begins, or goes on after `stop()`.
    pub fn start(&self) {
        self.0.start();
    }

    /// Pauses: no request and no redirect.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Ends for good.
    pub fn dispose(&self) {
        self.0.dispose();
    }

    /// Checks now; resolves once there is an outcome, or none can be had.
    pub fn check(&self, activity: bool) -> Promise {
        self.0.ask(Promised::Check, Input::Check { activity })
    }

    /// Signs out; the request leaves before this returns. Resolves after the first attempt.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self, everywhere: bool) -> Promise {
        self.0.ask(Promised::SignOut, Input::SignOut { everywhere })
    }

    /// Takes the credential of a new sign-in, and checks. Rejects as the application's store does.
    pub fn remember(&self, credential: JsValue) -> Promise {
        let driver = Rc::clone(&self.0);
        promise(Box::pin(async move { driver.remember(&credential).await }))
    }

    /// Forgets the credential. Rejects as the application's store does.
    pub fn forget(&self) -> Promise {
        let driver = Rc::clone(&self.0);
        promise(Box::pin(async move { driver.forget().await }))
    }

    /// A `session.fetch` wants to send; answered by `Listeners.resume`.
    #[wasm_bindgen(js_name = fetchStarted)]
    pub fn fetch_started(&self, fetch: u32) {
        self.0.feed(Input::FetchStarted(FetchId(fetch)));
    }

    /// A `session.fetch` was refused; answered by `Listeners.resume`.
    #[wasm_bindgen(js_name = fetchRefused)]
    pub fn fetch_refused(&self, fetch: u32, generation: u32, session_unknown: bool) {
        let refusal = if session_unknown { Refusal::SessionUnknown } else { Refusal::Unclear };
        let (fetch, generation) = (FetchId(fetch), Generation(generation));
        self.0.feed(Input::FetchRefused { fetch, generation, refusal });
    }

    /// A `session.fetch` is over.
    #[wasm_bindgen(js_name = fetchEnded)]
    pub fn fetch_ended(&self, fetch: u32) {
        self.0.feed(Input::FetchEnded(FetchId(fetch)));
    }

    /// The answer to `Tabs.acquireLock`.
    #[wasm_bindgen(js_name = lockResult)]
    pub fn lock_result(&self, granted: bool) {
        self.0.feed(Input::LockResult { granted });
    }

    /// Another tab posted a message, `age_ms` ago.
    pub fn received(&self, message: &[u8], age_ms: f64, subject: Option<String>, data: JsValue) {
        self.0.received(message, millis(age_ms), Payload::new(subject, data));
    }

    /// Another tab signed out, `age_ms` ago.
    #[wasm_bindgen(js_name = receivedSignOut)]
    pub fn received_sign_out(&self, age_ms: f64) {
        self.0.feed(Input::Received { message: TabMessage::SignedOut, age: millis(age_ms) });
    }
}

#[cfg(feature = "frontend")]
impl Session {
    /// The session that a frontend in Rust drives, for the JavaScript of its tabs and of `session.fetch`.
    pub(crate) const fn of(driver: Rc<Driver>) -> Self {
        Self(driver)
    }
}

/// A promise of what takes time. Up to its first wait it runs at once: a listener that signs in keeps the user on the page.
fn promise(work: Pin<Box<dyn Future<Output = Result<(), JsValue>>>>) -> Promise {
    let mut work = Some(work);
    Promise::new(&mut |resolve, reject| {
        if let Some(work) = work.take() {
            run(Box::pin(async move {
                // Settling a promise throws nothing.
                let _ = match work.await {
                    Ok(()) => resolve.call0(&JsValue::UNDEFINED),
                    Err(error) => reject.call1(&JsValue::UNDEFINED, &error),
                };
            }));
        }
    })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn millis(length: f64) -> Millis {
    Millis(length as u64)
}
