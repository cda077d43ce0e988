//! `POST /demo/before/connect`, `POST /demo/before/validate-session`: what people build by hand, to be seen next to the
//! other. A random id in a cookie, and the session in this process's memory alone: a restart has forgotten it.
//!
//! What is not theirs is that it is bounded, and that a connection string is proven as everywhere.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use cookie::{Cookie, SameSite, time};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode};
use parking_lot::Mutex;
use serde_json::json;

use super::{Controls, Demo};
use crate::config::Origin;
use crate::http::admission::overloaded;
use crate::http::api::prove;
use crate::http::body::read_bytes;
use crate::http::cookies;
use crate::http::problem::Refusal;
use crate::http::source::Source;
use crate::http::state::AppState;
use crate::id::{SessionHash, SessionId};
use crate::sessions::Refused;

const LASTS: Duration = Duration::from_secs(24 * 60 * 60);
/// More than a demo has; then the oldest goes.
const MOST: usize = 1000;

/// The sessions, by the hash of their ids, with the time of their sign-in.
#[derive(Debug)]
pub(super) struct Before {
    cookie: String,
    is_secure: bool,
    since: Mutex<HashMap<SessionHash, Instant>>,
}

impl Before {
    /// `public`: where browsers find the server.
    pub(super) fn new(public: &Origin) -> Self {
        Self { cookie: format!("before-{}", public.port()), is_secure: public.is_secure(), since: Mutex::default() }
    }

    fn add(&self, id: SessionHash) {
        let mut since = self.since.lock();
        if since.len() >= MOST
            && let Some(oldest) = since.iter().min_by_key(|(_, since)| **since).map(|(id, _)| *id)
        {
            since.remove(&oldest);
        }
        since.insert(id, Instant::now());
    }

    fn has(&self, headers: &HeaderMap) -> bool {
        let id = cookies::find(headers, &self.cookie).and_then(|text| SessionId::parse(&text));
        id.is_some_and(|id| self.since.lock().get(&id.hash()).is_some_and(|since| since.elapsed() < LASTS))
    }

    fn header(&self, id: &SessionId) -> Option<HeaderValue> {
        let cookie = Cookie::build((self.cookie.as_str(), id.reveal()))
            .path("/demo/before")
            .http_only(true)
            .secure(self.is_secure)
            .same_site(SameSite::Strict)
            .max_age(time::Duration::try_from(LASTS).unwrap_or_default());
        let mut value = HeaderValue::from_str(&cookie.to_string()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

pub(super) fn routes() -> Router<Controls> {
    Router::new().route("/connect", post(connect)).route("/validate-session", post(validate))
}

async fn connect(State(demo): State<Demo>, State(app): State<AppState>, request: Request) -> Result<Response, Refusal> {
    let source = Source::behind(&app.trusted_proxies, request.extensions(), request.headers());
    let (attempt, _remember) = app.door.connect(&read_bytes(request, app.limits.body_time).await?)?;
    let seat = app.gate.enter(None).await.map_err(overloaded)?;
    let inner = app.clone();
    app.to_the_end(async move {
        let _seat = seat;
        prove(&inner, source, attempt).await?;
        let id = SessionId::random().map_err(Refused::from)?;
        let before = &demo.0.before;
        before.add(id.hash());
        let cookie = before.header(&id).map(|value| [(SET_COOKIE, value)]);
        Ok((cookie, Json(json!({ "valid": true }))).into_response())
    })
    .await
}

async fn validate(State(demo): State<Demo>, headers: HeaderMap) -> Result<Response, Refusal> {
    match demo.0.before.has(&headers) {
        true => Ok(Json(json!({ "valid": true })).into_response()),
        false => Err(Refusal::plain(StatusCode::UNAUTHORIZED, "Nobody has signed in here. Sign in.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_most_the_oldest_goes() {
        let before = Before::new(&"http://127.0.0.1:4780".parse().expect("an origin"));
        let ids: Vec<_> = (0..=MOST).map(|_| SessionId::random().expect("random bytes")).collect();
        let has = |id: &SessionId| {
            let mut headers = HeaderMap::new();
            let cookie = format!("before-4780={}", id.reveal());
            headers.insert(http::header::COOKIE, cookie.parse().expect("a header"));
            before.has(&headers)
        };
        for id in &ids {
            before.add(id.hash());
            assert!(has(id));
        }
        assert_eq!(before.since.lock().len(), MOST);
        assert!(!has(&ids[0]) && has(&ids[1]));
    }
}
