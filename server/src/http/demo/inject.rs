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
    pub(super) app: AppState,
}

impl Place {
    /// Would somebody have to be re-established by this call? Not who is live. Who has ended is told why, as ever; and
    /// while nobody can say, nobody is re-established anyway.
    fn would_re_establish(&self, request: &Request) -> impl Future<Output = bool> + Send + use<> {
        let app = self.app.clone();
        let presented = app.cookies.presented(request.headers());
        let asks = match request.uri().path() {
            "/validate-session" => presented.ticket.is_some(),
            "/reconnect" => true,
            _ => false,
        };
        async move { asks && matches!(app.sessions.is_live(&presented).await, Ok(false)) }
    }
}

/// Answers in place of the call, or lets it through.
pub(super) async fn inject(State(place): State<Place>, request: Request, next: Next) -> Response {
    let faults = &place.demo.0.faults;
    let strikes = match faults.in_force().map(|fault| fault.kind) {
        None => false,
        Some(Kind::RefuseReconnect) => place.would_re_establish(&request).await,
        Some(_) => true,
    };
    let Some(active) = strikes.then(|| faults.take()).flatten() else {
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
        Kind::RefuseReconnect => for_good(&place.app.cookies).into_response(),
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
