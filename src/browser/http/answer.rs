//! Reading an answer of the backend.

use js_sys::{Date, JSON};
use web_sys::{Headers, Response};

use super::super::credential::settled;
use super::super::untrusted::Untrusted;
use super::payload::Payload;
use crate::engine::{Body, HttpAnswer, Millis};
use crate::wire::{ProblemCode, SessionAnswer};

/// A refusal in plain text is a line; what is longer is a page.
const SHORT_TEXT: usize = 1024;

/// An answer as [`classify`](crate::engine::classify()) takes it, and what else was in it.
pub(super) struct Answer {
    pub(super) answer: HttpAnswer,
    pub(super) payload: Option<Payload>,
}

impl Answer {
    pub(super) async fn read(response: &Response) -> Self {
        let status = response.status();
        let headers = response.headers();
        let retry_after = retry_after(&headers);
        let content_type = headers.get("content-type").ok().flatten().unwrap_or_default().to_ascii_lowercase();
        let (body, object) = read_body(response, &content_type).await;
        let code = object.as_ref().and_then(|object| ProblemCode::parse(&object.text("code")?));
        let valid = object.as_ref().filter(|object| object.is_true("valid"));
        let payload = valid.map(|object| Payload::new(object.text("subject"), object.value("data")));
        Self { answer: HttpAnswer { status, body, session: valid.map(session), code, retry_after }, payload }
    }
}

/// The fields of a session answer that the engine works with.
fn session(object: &Untrusted) -> SessionAnswer {
    SessionAnswer {
        valid: true,
        reconnected: object.is_true("reconnected"),
        epoch: object.count("epoch").unwrap_or(1),
        subject: None,
        idle_in: object.seconds("idleIn"),
        absolute_in: object.seconds("absoluteIn"),
        warn_in: object.seconds("warnIn"),
        next_check_in: object.seconds("nextCheckIn"),
    }
}

/// Reads a body to its end: what it is, and the object in it if it is JSON.
async fn read_body(response: &Response, content_type: &str) -> (Body, Option<Untrusted>) {
    let text = match response.text() {
        // An own `fetch` may give the text itself.
        Ok(promise) => settled(promise.into()).await.ok().and_then(|text| text.as_string()),
        Err(_) => None,
    };
    let Some(text) = text else { return (Body::Cut, None) };
    if text.trim().is_empty() {
        return (Body::Empty, None);
    }
    if content_type.starts_with("text/html") || content_type.starts_with("application/xhtml") {
        return (Body::Foreign, None);
    }
    match JSON::parse(&text) {
        Ok(value) => (Body::Json, Untrusted::new(value)),
        Err(_) if content_type.starts_with("text/plain") && text.len() <= SHORT_TEXT => (Body::ShortText, None),
        Err(_) => (Body::Foreign, None),
    }
}

/// Seconds or an HTTP-date (RFC 9110, 10.2.3). A date counts from the answer's own, because clocks lie.
fn retry_after(headers: &Headers) -> Option<Millis> {
    let value = headers.get("retry-after").ok()??;
    if let Ok(seconds) = value.trim().parse() {
        return Some(Millis::from_secs(seconds));
    }
    let from = match headers.get("date").ok()? {
        Some(date) => Date::parse(&date),
        None => Date::now(),
    };
    let length = Date::parse(&value) - from;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (!length.is_nan()).then_some(Millis(length as u64))
}
