//! The requests of a session: validate, reconnect and logout, to the backend or to a function of the application.

mod answer;
mod context;
mod idempotency;
mod payload;
mod verdict;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::JSON;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, Response};

use super::credential::{is_nothing, is_thenable, settled};
use super::options::{Endpoint, Settings};
use crate::engine::{Call, CredentialHolder, Facts, Outcome, Reason, Request, RequestId, Trouble, Verdict, classify};
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

    /// Sends a request and waits for what it comes to; [`finish`](Self::finish) must follow. Fails if no answer came back.
    ///
    /// The request leaves at the first poll, unless a credential or headers have to be waited for first.
    pub(crate) async fn send(&self, id: RequestId, request: Request, key: u32) -> Result<Reply, JsValue> {
        let settings = &*self.settings;
        let (call, endpoint) = match request {
            Request::Validate { .. } => (Call::Validate, Some(&settings.validate)),
            Request::Reconnect { .. } => (Call::Reconnect, settings.reconnect.as_ref()),
            Request::Logout { .. } => (Call::Logout, settings.logout.as_ref()),
        };
        // The engine sends no call that the application does not have.
        let Some(endpoint) = endpoint else { return Ok(Outcome::NoCredential.into()) };
        let controller = AbortController::new()?;
        let signal = controller.signal();
        self.in_flight.borrow_mut().push((id, controller));
        let mut credential = JsValue::UNDEFINED;
        if call == Call::Reconnect && settings.config.credential == CredentialHolder::Page {
            credential = settled(&settings.credential.load()?).await?;
            if is_nothing(&credential) {
                return Ok(Outcome::NoCredential.into());
            }
        }
        let key = self.keys.borrow_mut().of(key);
        let promise = match endpoint {
            Endpoint::Function(function) => {
                let context = CallContext::new(&signal, request, &key, &credential);
                function.call1(&JsValue::UNDEFINED, context.as_ref())?
            }
            Endpoint::Url(url) => {
                let mut headers = settings.transport.headers()?;
                // Only where it must be: a page that signs out may be gone in the next task.
                if is_thenable(&headers) {
                    headers = settled(&headers).await?;
                }
                let headers: Headers = headers.unchecked_into();
                if call == Call::Reconnect {
                    headers.set("idempotency-key", &key)?;
                }
                let init = request_init(&headers, &signal);
                init.set_body(&body(request, &credential)?);
                settings.transport.fetch(url, &init)?
            }
        };
        let answer = settled(&promise).await?;
        if let Endpoint::Function(_) = endpoint {
            return Ok(match call {
                Call::Logout => Outcome::Verdict(Verdict::Valid(Facts::default())).into(),
                Call::Validate | Call::Reconnect => self.judged(id, answer),
            });
        }
        // An own `fetch` may resolve with anything.
        if !answer.is_object() {
            return Err(answer);
        }
        let response: Response = answer.unchecked_into();
        if let Some(function) = &settings.classify {
            let copy = response.clone().map(JsValue::from);
            let given = match copy.and_then(|copy| function.call1(&JsValue::UNDEFINED, &copy)) {
                Ok(given) => settled(&given).await,
                Err(error) => Err(error),
            };
            match given {
                Ok(verdict) if verdict.is_undefined() => {}
                Ok(verdict) => return Ok(self.judged(id, verdict)),
                // The answer is not to blame.
                Err(mistake) => {
                    return Ok(Reply { outcome: Outcome::Verdict(misconfigured()), mistake: Some(mistake) });
                }
            }
        }
        let text = match response.text() {
            // An own `fetch` may give the text itself.
            Ok(promise) => settled(&promise).await.ok(),
            Err(_) => None,
        };
        let Answer { answer, payload } = Answer::read(&response, text);
        self.bring(id, payload);
        Ok(Outcome::Verdict(classify(call, settings.config.credential, answer)).into())
    }

    /// Forgets a request that is over. Returns whether it had been given up.
    pub(crate) fn finish(&self, id: RequestId) -> bool {
        self.take(id).is_none()
    }

    /// Gives up a request, if it is still under way.
    pub(crate) fn abort(&self, id: RequestId) {
        if let Some(controller) = self.take(id) {
            controller.abort();
        }
    }

    fn take(&self, id: RequestId) -> Option<AbortController> {
        let mut in_flight = self.in_flight.borrow_mut();
        let place = in_flight.iter().position(|(other, _)| *other == id)?;
        Some(in_flight.swap_remove(place).1)
    }

    /// What a function of the application says.
    fn judged(&self, id: RequestId, given: JsValue) -> Reply {
        let Judgement { verdict, payload } = Judgement::read(given);
        self.bring(id, payload);
        Outcome::Verdict(verdict).into()
    }

    fn bring(&self, id: RequestId, payload: Option<Payload>) {
        if let Some(payload) = payload {
            self.payloads.borrow_mut().bring(id, payload);
        }
    }
}

fn request_init(headers: &Headers, signal: &AbortSignal) -> PostInit {
    let init: PostInit = RequestInit::new().unchecked_into();
    init.set_method("POST");
    init.set_credentials(RequestCredentials::Include);
    init.set_cache(RequestCache::NoStore);
    // The server may have moved on when the page is closed: the answer's cookies must still arrive.
    init.set_keepalive(true);
    init.set_signal(Some(signal));
    init.set_headers_headers(headers);
    init
}

/// A mistake of the application costs nobody their session.
const fn misconfigured() -> Verdict {
    Verdict::Transient(Trouble { reason: Reason::Misconfigured, status: None, retry_after: None })
}

/// A reconnect sends the credential: a string is a connection string, anything else is the body itself.
fn body(request: Request, credential: &JsValue) -> Result<JsValue, JsValue> {
    Ok(match request {
        Request::Validate { activity: true, .. } => r#"{"activity":true}"#.into(),
        Request::Validate { activity: false, .. } => r#"{"activity":false}"#.into(),
        Request::Logout { everywhere: true } => r#"{"everywhere":true}"#.into(),
        Request::Logout { everywhere: false } => r#"{"everywhere":false}"#.into(),
        Request::Reconnect { .. } if credential.is_undefined() => "{}".into(),
        Request::Reconnect { .. } => {
            let text = JSON::stringify(credential)?;
            if credential.is_string() {
                [r#"{"connectionString":"#, &String::from(text), "}"].concat().into()
            } else {
                text.into()
            }
        }
    })
}
