//! The session itself.

use super::credential::Secret;
use super::error::{CredentialError, OptionError};
use super::events::{Redirect, Subscription};
#[cfg(not(target_arch = "wasm32"))]
use super::inert::Handle;
use super::options::Options;
#[cfg(target_arch = "wasm32")]
use super::running::Handle;
use super::snapshot::Snapshot;
use crate::engine::Event;

/// One session of one page. Clones are the same session; when the last one is dropped, it is disposed of.
///
/// Outside of a page, as on a server, it is [inert](super#on-a-server).
///
/// A future does nothing before it is polled, and holds no clone of its own: move one into what is spawned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepAlive(Handle);

impl KeepAlive {
    /// Keeps a session alive, from now on. Listeners that are added at once hear every event, the first one too.
    ///
    /// ```
    /// use session_keepalive::{KeepAlive, Options};
    ///
    /// # fn main() -> Result<(), session_keepalive::OptionError> {
    /// let session = KeepAlive::create(Options::new().login("/sign-in"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// An option is wrong, on a server too.
    pub fn create(options: Options) -> Result<Self, OptionError> {
        let config = options.check()?;
        Ok(Self(Handle::create(options, config)))
    }

    /// Continues after [`stop`](Self::stop).
    pub fn start(&self) {
        self.0.start();
    }

    /// Pauses: no request and no redirect until [`start`](Self::start).
    ///
    /// ```
    /// # fn example(session: &session_keepalive::KeepAlive) {
    /// session.stop();
    /// // … while a kiosk shows its advertisements …
    /// session.start();
    /// # }
    /// ```
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Ends for good, for every clone, and removes every listener.
    pub fn dispose(&self) {
        self.0.dispose();
    }

    /// Waits for the first definitive verdict, or for the end of the session.
    ///
    /// ```
    /// # async fn example(session: &session_keepalive::KeepAlive) {
    /// session.ready().await;
    /// println!("{:?}", session.snapshot().subject);
    /// # }
    /// ```
    pub async fn ready(&self) {
        self.0.ready().await;
    }

    /// What is true of the session now.
    ///
    /// ```
    /// use session_keepalive::{KeepAlive, Options, Snapshot};
    ///
    /// # fn main() -> Result<(), session_keepalive::OptionError> {
    /// let session = KeepAlive::create(Options::new())?;
    /// // On a server:
    /// assert_eq!(session.snapshot(), Snapshot::default());
    /// # Ok(())
    /// # }
    /// ```
    pub fn snapshot(&self) -> Snapshot {
        self.0.snapshot()
    }

    /// Calls the listener with the current snapshot, soon, and with every further one.
    ///
    /// ```
    /// # fn render(_: &session_keepalive::Snapshot) {}
    /// # fn example(session: &session_keepalive::KeepAlive) {
    /// let subscription = session.subscribe(|now| render(now));
    /// # }
    /// ```
    pub fn subscribe(&self, listener: impl Fn(&Snapshot) + 'static) -> Subscription {
        self.0.subscribe(listener)
    }

    /// Calls the listener with every event. If the session is connected already, that comes first, soon.
    ///
    /// ```
    /// use session_keepalive::Event;
    ///
    /// # fn example(session: &session_keepalive::KeepAlive) {
    /// let subscription = session.on(|event| {
    ///     if let Event::Reconnected { downtime_ms, epoch } = event {
    ///         println!("re-established after {} ms, for the {epoch}. time", downtime_ms.0);
    ///     }
    /// });
    /// # }
    /// ```
    pub fn on(&self, listener: impl Fn(&Event) + 'static) -> Subscription {
        self.0.on(listener)
    }

    /// Calls the listener with the seconds to the nearest limit while the user should be warned, once a second and at 0, and with
    /// `None` when there is nothing to warn of any more.
    ///
    /// ```
    /// # fn example(session: &session_keepalive::KeepAlive) {
    /// let subscription = session.on_expiring(|seconds| match seconds {
    ///     Some(seconds) => println!("The session ends in {seconds} s."),
    ///     None => println!("All is well."),
    /// });
    /// # }
    /// ```
    pub fn on_expiring(&self, listener: impl Fn(Option<u32>) + 'static) -> Subscription {
        self.0.on_expiring(listener)
    }

    /// Calls the listener when the page is about to go to the login page, which it can
    /// [prevent](Redirect::prevent_default).
    pub fn on_redirect(&self, listener: impl Fn(&Redirect) + 'static) -> Subscription {
        self.0.on_redirect(listener)
    }

    /// After a successful sign-in: hands over what a reconnect needs, and checks. With
    /// [`Credential::Cookie`](super::Credential::Cookie) the credential is the server's ticket, and `()` will do.
    ///
    /// ```
    /// # async fn example(session: &session_keepalive::KeepAlive) -> Result<(), session_keepalive::CredentialError> {
    /// session.remember("postgres://alice:correct-horse@db/app").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The credential cannot be kept: [`Credential::Sealed`](super::Credential::Sealed) holds what JSON can hold; an application's own
    /// store says itself why.
    pub async fn remember(&self, credential: impl Into<Secret>) -> Result<(), CredentialError> {
        self.0.remember(credential.into()).await
    }

    /// Forgets the credential that this page holds.
    ///
    /// # Errors
    /// An application's own store failed.
    pub async fn forget(&self) -> Result<(), CredentialError> {
        self.0.forget().await
    }

    /// Checks now. The snapshot is the outcome; if no check can be sent, what is known.
    ///
    /// ```
    /// use session_keepalive::Status;
    ///
    /// # async fn example(session: &session_keepalive::KeepAlive) {
    /// let is_signed_in = session.check().await.status == Status::Connected;
    /// # }
    /// ```
    pub async fn check(&self) -> Snapshot {
        self.0.check(false).await
    }

    /// "I'm still here": a check that counts as activity.
    pub async fn extend(&self) -> Snapshot {
        self.0.check(true).await
    }

    /// Signs out: at once here and in every tab, and at the server as soon as it can be reached, if need be by a later page. Waits for
    /// the first attempt.
    ///
    /// ```
    /// # async fn example(session: &session_keepalive::KeepAlive) {
    /// session.sign_out().await;
    /// # }
    /// ```
    pub async fn sign_out(&self) {
        self.0.sign_out(false).await;
    }

    /// Signs out, and ends every other session of the subject, too.
    pub async fn sign_out_everywhere(&self) {
        self.0.sign_out(true).await;
    }
}

#[cfg(target_arch = "wasm32")]
impl KeepAlive {
    /// `data` of the last valid answer, as a value of JavaScript.
    pub fn data(&self) -> Option<wasm_bindgen::JsValue> {
        self.0.data()
    }

    /// `fetch` that survives a lost session, for this page's origin and that of the check: it waits for a reconnect, and sends a
    /// refused request once more. Other origins pass through.
    ///
    /// # Errors
    /// Those of `fetch`: no answer came back, or the request was aborted.
    pub async fn fetch(&self, url: &str) -> Result<web_sys::Response, super::Thrown> {
        self.0.fetch(&url.into()).await
    }

    /// The same for a request with a method, headers or a body.
    ///
    /// # Errors
    /// Those of `fetch`: no answer came back, or the request was aborted.
    pub async fn fetch_request(&self, request: &web_sys::Request) -> Result<web_sys::Response, super::Thrown> {
        self.0.fetch(request).await
    }
}
