//! The requests of a session: validate, reconnect and logout, to the backend or to a function of the application.

mod answer;
mod context;
mod idempotency;
mod payload;
mod verdict;

use std::cell::RefCell;
use std::rc::Rc;

#[cfg(feature = "frontend")]
use js_sys::Promise;
use js_sys::{Function, JSON};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, Response};

use super::credential::{is_thenable, settled};
use super::options::{Endpoint, Settings, Transport};
use crate::engine::{Call, Facts, Outcome, Reason, Request, RequestId, Trouble, Verdict, classify};
use answer::Answer;
use context::CallContext;
use idempotency::IdempotencyKeys;
pub(crate) use payload::{Payload, Payloads};
use verdict::Judgement;

#[wasm_bindgen]
extern "C" {
    /// `RequestInit` has a member that web-sys does not know.
    #[wasm_bindgen(extends = RequestInit)]
    type PostInit;
    #[wasm_bindgen(method, setter, js_name = keepalive)]
    fn set_keepalive(this: &PostInit, keepalive: bool);

    /// By name, because `window.fetch` is not there in every kind of page.
    #[cfg(feature = "frontend")]
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// The requests that are under way, and what their answers brought.
#[derive(Debug)]
pub(crate) struct Http {
    settings: Rc<Settings>,
    in_flight: RefCell<Vec<(RequestId, AbortController)>>,
    keys: RefCell<IdempotencyKeys>,
    pub(crate) payloads: RefCell<Payloads>,
}

/// What a request came to, and an error of the application's own function that is to be reported.
pub(crate) struct Reply {
    pub(crate) outcome: Outcome,
    pub(crate) mistake: Option<JsValue>,
}

impl From<Outcome> for Reply {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, mistake: None }
    }
}

impl Http {
    pub(crate) fn new(settings: Rc<Settings>) -> Self {
        Self { settings, in_flight: RefCell::default(), keys: RefCell::default(), payloads: RefCell::default() }
    }

    /// Sends a request and waits for what it comes to. Fails if no answer came back.
    ///
    /// The request leaves at the first poll, unless a credential or headers have to be waited for first.
    pub(crate) async fn send(&self, id: RequestId, request: Request, key: u32) -> Result<Reply, JsValue> {
        let controller = AbortController::new()?;
        let signal = controller.signal();
        self.in_flight.borrow_mut().push((id, controller));
        let reply = self.perform(id, request, key, &signal).await;
        self.in_flight.borrow_mut().retain(|(other, _)| *other != id);
        // The success of a logout that another one superseded must not look like a session that came alive after the sign-out.
        if signal.aborted() && matches!(request, Request::Logout { .. }) {
            return Err(JsValue::UNDEFINED);
        }
        reply
    }

    /// Gives up a request, if it is still under way.
    pub(crate) fn abort(&self, id: RequestId) {
        let found =
            self.in_flight.borrow().iter().find(|(other, _)| *other == id).map(|(_, controller)| controller.clone());
        if let Some(controller) = found {
            controller.abort();
        }
    }

    async fn perform(&self, id: RequestId, request: Request, key: u32, signal: &AbortSignal) -> Result<Reply, JsValue> {
        let settings = &*self.settings;
        let (call, endpoint) = match request {
            Request::Validate { .. } => (Call::Validate, Some(&settings.validate)),
            Request::Reconnect { .. } => (Call::Reconnect, settings.reconnect.as_ref()),
            Request::Logout { .. } => (Call::Logout, settings.logout.as_ref()),
        };
        // The engine sends no call that the application does not have.
        let Some(endpoint) = endpoint else { return Ok(Outcome::NoCredential.into()) };
        let mut credential = None;
        if call == Call::Reconnect && settings.config.credential == crate::engine::CredentialHolder::Page {
            credential = settings.credential.load().await?;
            if credential.is_none() {
                return Ok(Outcome::NoCredential.into());
            }
        }
        match endpoint {
            Endpoint::Function(function) => {
                let key = self.keys.borrow_mut().of(key);
                let context = CallContext::new(signal, request, &key, credential.as_ref());
                let given = settled(call_function(function, &context)?).await?;
                Ok(match call {
                    Call::Logout => Outcome::Verdict(Verdict::Valid(Facts::default())).into(),
                    Call::Validate | Call::Reconnect => self.judged(id, given),
                })
            }
            Endpoint::Url(url) => {
                let init = self.request_init(request, credential.as_ref(), signal)?;
                let headers = match &settings.transport {
                    Transport::Page(options) => options.headers()?,
                    #[cfg(feature = "frontend")]
                    Transport::Global(more) => frontend_headers(more)?.into(),
                };
                // Only where it must be: a page that signs out may be gone in the next task.
                let headers = if is_thenable(&headers) { settled(headers).await? } else { headers };
                let headers: Headers = headers.unchecked_into();
                if call == Call::Reconnect {
                    let key = self.keys.borrow_mut().of(key);
                    headers.set("idempotency-key", &key)?;
                }
                init.set_headers_headers(&headers);
                let promise = match &settings.transport {
                    Transport::Page(options) => options.fetch(url, &init)?,
                    #[cfg(feature = "frontend")]
                    Transport::Global(_) => global_fetch(url, &init)?,
                };
                // An own `fetch` may give something else than a promise of this realm.
                let response = settled(promise.into()).await?;
                if !response.is_object() {
                    return Err(response);
                }
                self.read(id, call, response.unchecked_into()).await
            }
        }
    }

    fn request_init(
        &self,
        request: Request,
        credential: Option<&JsValue>,
        signal: &AbortSignal,
    ) -> Result<PostInit, JsValue> {
        let init: PostInit = RequestInit::new().unchecked_into();
        init.set_method("POST");
        init.set_credentials(RequestCredentials::Include);
        init.set_cache(RequestCache::NoStore);
        // The server may have moved on when the page is closed: the answer's cookies must still arrive.
        init.set_keepalive(true);
        init.set_signal(Some(signal));
        init.set_body(&body(request, credential)?);
        Ok(init)
    }

    /// What an answer of the backend means.
    async fn read(&self, id: RequestId, call: Call, response: Response) -> Result<Reply, JsValue> {
        if let Some(function) = &self.settings.classify {
            let copy = response.clone().map(JsValue::from);
            let given = match copy.and_then(|copy| function.call1(&JsValue::UNDEFINED, &copy)) {
                Ok(value) => settled(value).await,
                Err(error) => Err(error),
            };
            match given {
                Ok(verdict) if verdict.is_undefined() => {}
                Ok(verdict) => return Ok(self.judged(id, verdict)),
                // The answer is not to blame.
                Err(mistake) => {
                    return Ok(Reply { outcome: misconfigured(), mistake: Some(mistake) });
                }
            }
        }
        let Answer { answer, payload } = Answer::read(&response).await;
        if let Some(payload) = payload {
            self.payloads.borrow_mut().bring(id, payload);
        }
        Ok(Outcome::Verdict(classify(call, self.settings.config.credential, answer)).into())
    }

    /// What a function of the application says.
    fn judged(&self, id: RequestId, given: JsValue) -> Reply {
        let Judgement { verdict, payload } = Judgement::read(given);
        if let Some(payload) = payload {
            self.payloads.borrow_mut().bring(id, payload);
        }
        Outcome::Verdict(verdict).into()
    }
}

/// A mistake of the application costs nobody their session.
pub(crate) const fn misconfigured() -> Outcome {
    Outcome::Verdict(Verdict::Transient(Trouble { reason: Reason::Misconfigured, status: None, retry_after: None }))
}

fn call_function(function: &Function, context: &CallContext) -> Result<JsValue, JsValue> {
    function.call1(&JsValue::UNDEFINED, context.as_ref())
}

/// A reconnect sends the credential: a string is a connection string, anything else is the body itself.
fn body(request: Request, credential: Option<&JsValue>) -> Result<JsValue, JsValue> {
    Ok(match request {
        Request::Validate { activity: true, .. } => r#"{"activity":true}"#.into(),
        Request::Validate { activity: false, .. } => r#"{"activity":false}"#.into(),
        Request::Logout { everywhere: true } => r#"{"everywhere":true}"#.into(),
        Request::Logout { everywhere: false } => r#"{"everywhere":false}"#.into(),
        Request::Reconnect { .. } => match credential {
            None => "{}".into(),
            Some(credential) if credential.is_string() => {
                let text: String = JSON::stringify(credential)?.into();
                [r#"{"connectionString":"#, &text, "}"].concat().into()
            }
            Some(credential) => JSON::stringify(credential)?.into(),
        },
    })
}

/// The protocol's own headers, and those of the application, which win.
#[cfg(feature = "frontend")]
fn frontend_headers(more: &[(String, String)]) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", crate::wire::ACCEPT)?;
    headers.set("content-type", "application/json")?;
    headers.set(crate::wire::CLIENT_HEADER, crate::wire::CLIENT_HEADER_VALUE)?;
    for (name, value) in more {
        headers.set(name, value)?;
    }
    Ok(headers)
}
