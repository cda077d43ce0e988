//! What a fault does to a call.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::header::RETRY_AFTER;
use session_keepalive::wire::ProblemCode;

use super::Demo;
use super::fault::Kind;
use super::line::Then;
use crate::http::cookies::Cookies;
use crate::http::problem::Refusal;
use crate::http::state::AppState;
use crate::sessions::CookieChange;

/// The calls that a fault strikes.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) demo: Demo,
    /// Of the API; where sessions are never re-established, none.
    pub(super) api: Option<AppState>,
}

impl Place {
    /// The answer to who would have to be re-established by this call, if anybody would. Not who is live. Who has ended is
    /// told why, as ever; and while nobody can say, nobody is re-established anyway.
    fn refusal(&self, request: &Request) -> impl Future<Output = Option<Refusal>> + Send + use<> {
        let asks = self.api.clone().and_then(|app| {
            let presented = app.cookies.presented(request.headers());
            let asks = match request.uri().path() {
                "/validate-session" => presented.ticket.is_some(),
                "/reconnect" => true,
                _ => false,
            };
            asks.then_some((app, presented))
        });
        async move {
            let (app, presented) = asks?;
            let is_lost = matches!(app.sessions.is_live(&presented).await, Ok(false));
            is_lost.then(|| for_good(&app.cookies))
        }
    }
}

/// Answers in place of the call, or lets it through.
pub(super) async fn inject(State(place): State<Place>, request: Request, next: Next) -> Response {
    let faults = &place.demo.0.faults;
    if faults.in_force().is_some_and(|fault| fault.kind == Kind::RefuseReconnect) {
        return match place.refusal(&request).await {
            // Only who is refused is counted.
            Some(refusal) if faults.take().is_some() => refusal.into_response(),
            Some(_) | None => next.run(request).await,
        };
    }
    let Some(active) = faults.take() else {
        return next.run(request).await;
    };
    match active.fault.kind {
        Kind::Unavailable => refuse(ProblemCode::Overloaded, active.fault.retry_after),
        Kind::RateLimited => refuse(ProblemCode::RateLimited, active.fault.retry_after),
        Kind::Html => {
            Html("<!doctype html><title>Welcome</title><p>Please accept the terms of this network.").into_response()
        }
        Kind::Hang => {
            faults.wait_until_over(active).await;
            next.run(request).await
        }
        Kind::Delay => {
            tokio::time::sleep(Duration::from_millis(active.fault.delay_ms.into())).await;
            next.run(request).await
        }
        Kind::Cut => Then::Cut.on(in_force(ProblemCode::Overloaded).into_response()),
        // In force since a moment ago: from the next call on.
        Kind::RefuseReconnect => next.run(request).await,
    }
}

fn in_force(code: ProblemCode) -> Refusal {
    Refusal::new(code, "A fault of the demo is in force.")
}

/// `retry-after: 0` is what some backends send, so it can be asked for.
fn refuse(code: ProblemCode, retry_after: u32) -> Response {
    let mut response = in_force(code).into_response();
    response.headers_mut().insert(RETRY_AFTER, retry_after.into());
    response
}

/// As where the ticket cannot be read any more.
fn for_good(cookies: &Cookies) -> Refusal {
    in_force(ProblemCode::ReconnectRefused).with_headers(cookies.change(&CookieChange::Remove, &CookieChange::Remove))
}
