//! Requests to the backend, and the application's functions in their place.

use std::cell::RefCell;

use js_sys::{Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Response};

use super::options::Options;
use super::{answer, custom};
use crate::engine::{Call, CredentialHolder, NoAnswer, Outcome, Request, RequestId, Verdict, classify};
use crate::wire::{CLIENT_HEADER, CLIENT_HEADER_VALUE, IDEMPOTENCY_HEADER};

/// Requests under way, so that they can be given up.
#[derive(Debug, Default)]
pub(super) struct Requests(RefCell<Vec<(RequestId, AbortController)>>);

impl Requests {
    /// Gives up one request.
    pub(super) fn abort(&self, id: RequestId) {
        if let Some(controller) = self.take(id) {
            controller.abort();
        }
    }

    /// The request is over.
    pub(super) fn take(&self, id: RequestId) -> Option<AbortController> {
        let mut under_way = self.0.borrow_mut();
        let at = under_way.iter().position(|(other, _)| *other == id)?;
        Some(under_way.swap_remove(at).1)
    }

    /// A signal for a new request.
    fn begin(&self, id: RequestId) -> JsValue {
        match AbortController::new() {
            Ok(controller) => {
                let signal = controller.signal().into();
                self.0.borrow_mut().push((id, controller));
                signal
            }
            Err(_) => JsValue::UNDEFINED,
        }
    }
}

/// One request, ready to be sent.
#[derive(Debug)]
pub(super) struct Errand {
    options: Options,
    request: Request,
    key: String,
    signal: JsValue,
}

impl Errand {
    pub(super) fn new(requests: &Requests, options: Options, id: RequestId, request: Request, key: String) -> Self {
        Self { options, request, key, signal: requests.begin(id) }
    }

    /// Runs to its outcome, with the data that a function of the application put into its verdict.
    pub(super) async fn run(self) -> (Outcome, JsValue) {
        let credential = match (self.request, self.options.store()) {
            (Request::Reconnect { .. }, Some(store)) => match settle(store.load()).await {
                Ok(credential) if credential.is_null() || credential.is_undefined() => {
                    return (Outcome::NoCredential, JsValue::UNDEFINED);
                }
                Ok(credential) => credential,
                Err(_) => return (Outcome::Verdict(custom::misconfigured()), JsValue::UNDEFINED),
            },
            (Request::Validate { .. } | Request::Reconnect { .. } | Request::Logout { .. }, _) => JsValue::UNDEFINED,
        };
        let target = match self.request {
            Request::Validate { .. } => self.options.validate(),
            Request::Reconnect { .. } => self.options.reconnect(),
            Request::Logout { .. } => self.options.logout(),
        };
        let (verdict, data) = match target.dyn_ref::<Function>() {
            Some(function) => self.ask(function, credential).await,
            None => self.send(&target.as_string().unwrap_or_default(), credential).await,
        };
        (Outcome::Verdict(verdict), data)
    }

    fn call(&self) -> Call {
        match self.request {
            Request::Validate { .. } => Call::Validate,
            Request::Reconnect { .. } => Call::Reconnect,
            Request::Logout { .. } => Call::Logout,
        }
    }

    /// Asks the application's function.
    async fn ask(&self, function: &Function, credential: JsValue) -> (Verdict, JsValue) {
        let context = Object::new();
        set(&context, "signal", &self.signal);
        set(&context, "idempotencyKey", &JsValue::from_str(&self.key));
        match self.request {
            Request::Validate { attempt, activity } | Request::Reconnect { attempt, activity } => {
                set(&context, "attempt", &JsValue::from(attempt));
                set(&context, "activity", &JsValue::from(activity));
                set(&context, "credential", &credential);
            }
            Request::Logout { everywhere } => set(&context, "everywhere", &JsValue::from(everywhere)),
        }
        match (settle(function.call1(&JsValue::UNDEFINED, &context)).await, self.call()) {
            (Ok(_), Call::Logout) => (Verdict::Valid(Default::default()), JsValue::UNDEFINED),
            (Ok(given), Call::Validate | Call::Reconnect) => custom::verdict(given),
            (Err(_), _) => (NoAnswer::Network.into(), JsValue::UNDEFINED),
        }
    }

    /// Sends an HTTP request and classifies the answer.
    async fn send(&self, url: &str, credential: JsValue) -> (Verdict, JsValue) {
        let init = match self.init(&credential) {
            Ok(init) => init,
            Err(_) => return (custom::misconfigured(), JsValue::UNDEFINED),
        };
        let Ok(response) = settle(self.options.fetch(url, &init)).await else {
            return (NoAnswer::Network.into(), JsValue::UNDEFINED);
        };
        let response: Response = response.unchecked_into();
        if let Some(function) = self.options.classify().dyn_ref::<Function>()
            && let Ok(copy) = response.clone()
        {
            match settle(function.call1(&JsValue::UNDEFINED, &copy)).await {
                Ok(given) if given.is_undefined() => {}
                Ok(given) => return custom::verdict(given),
                Err(_) => return (custom::misconfigured(), JsValue::UNDEFINED),
            }
        }
        let holder = match self.options.store() {
            Some(_) => CredentialHolder::Page,
            None => CredentialHolder::Cookie,
        };
        (classify(self.call(), holder, answer::read(response).await), JsValue::UNDEFINED)
    }

    fn init(&self, credential: &JsValue) -> Result<JsValue, JsValue> {
        let headers = Object::new();
        set(&headers, "content-type", &JsValue::from_str("application/json"));
        set(&headers, CLIENT_HEADER, &JsValue::from_str(CLIENT_HEADER_VALUE));
        let body = match self.request {
            Request::Validate { activity: true, .. } => r#"{"activity":true}"#.into(),
            Request::Validate { activity: false, .. } => r#"{"activity":false}"#.into(),
            Request::Logout { everywhere: true } => r#"{"everywhere":true}"#.into(),
            Request::Logout { everywhere: false } => r#"{"everywhere":false}"#.into(),
            Request::Reconnect { .. } => {
                set(&headers, IDEMPOTENCY_HEADER, &JsValue::from_str(&self.key));
                reconnect_body(credential)?
            }
        };
        // The application's headers last: what it sets, it means.
        Object::assign(&headers, &self.options.headers()?.unchecked_into());
        let init = Object::new();
        set(&init, "method", &JsValue::from_str("POST"));
        set(&init, "credentials", &JsValue::from_str("include"));
        set(&init, "cache", &JsValue::from_str("no-store"));
        // The server may have moved on when the page is closed: the answer's cookies must still arrive.
        set(&init, "keepalive", &JsValue::TRUE);
        set(&init, "headers", &headers);
        set(&init, "body", &body);
        set(&init, "signal", &self.signal);
        Ok(init.into())
    }
}

/// A string is a connection string; anything else is the body itself.
fn reconnect_body(credential: &JsValue) -> Result<JsValue, JsValue> {
    let body = if credential.is_undefined() {
        Object::new().into()
    } else if credential.is_string() {
        let body = Object::new();
        set(&body, "connectionString", credential);
        body.into()
    } else {
        credential.clone()
    };
    JSON::stringify(&body).map(JsValue::from)
}

/// Waits for what may be a promise. What was thrown at once counts as a rejection.
pub(super) async fn settle(returned: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&returned?)).await
}

/// Plain objects take every property.
pub(super) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}
