//! From an HTTP response to an [`Answer`]. Read field by field: a generic deserialiser would double the module's size.

use js_sys::Date;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Response};

use super::options::millis;
use crate::engine::{Answer, Millis};
use crate::wire::{ProblemCode, SessionAnswer};

#[wasm_bindgen]
extern "C" {
    /// Any JSON value; a field that is missing, or of another value than an object, is undefined.
    type Body;
    #[wasm_bindgen(method, getter)]
    fn valid(this: &Body) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn reconnected(this: &Body) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn epoch(this: &Body) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn subject(this: &Body) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = idleIn)]
    fn idle_in(this: &Body) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = absoluteIn)]
    fn absolute_in(this: &Body) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = warnIn)]
    fn warn_in(this: &Body) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = nextCheckIn)]
    fn next_check_in(this: &Body) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn code(this: &Body) -> JsValue;
}

/// Reads as much of the response as a verdict needs. A body that is not JSON is none.
pub(super) async fn read(response: Response) -> Answer {
    let headers = response.headers();
    let body = if header(&headers, "content-type").is_some_and(|kind| kind.contains("json")) {
        json(&response).await
    } else {
        None
    };
    Answer {
        status: response.status(),
        session: body.as_ref().map(session),
        code: body.and_then(|body| body.code().as_string()).and_then(|code| ProblemCode::parse(&code)),
        retry_after: retry_after(&headers),
    }
}

async fn json(response: &Response) -> Option<Body> {
    let body = JsFuture::from(response.json().ok()?).await.ok()?;
    // A field of null or undefined cannot even be asked for.
    body.is_object().then(|| body.unchecked_into())
}

fn session(body: &Body) -> SessionAnswer {
    SessionAnswer {
        valid: body.valid().is_truthy(),
        reconnected: body.reconnected().is_truthy(),
        epoch: whole(&body.epoch()).unwrap_or(1),
        subject: body.subject().as_string(),
        idle_in: whole(&body.idle_in()),
        absolute_in: whole(&body.absolute_in()),
        warn_in: whole(&body.warn_in()),
        next_check_in: whole(&body.next_check_in()),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: &JsValue) -> Option<u32> {
    value.as_f64().map(|number| number as u32)
}

fn header(headers: &Headers, name: &str) -> Option<String> {
    headers.get(name).ok().flatten()
}

/// Both forms of RFC 9110, 10.2.3. A date counts from the answer's own `Date`, because clocks lie.
fn retry_after(headers: &Headers) -> Option<Millis> {
    let value = header(headers, "retry-after")?;
    if let Ok(seconds) = value.trim().parse() {
        return Some(Millis::from_secs(seconds));
    }
    let until = Date::parse(&value);
    let answered = header(headers, "date").map_or_else(Date::now, |date| Date::parse(&date));
    let length = until - answered;
    (!length.is_nan()).then(|| millis(length))
}
