//! `POST /api/logout`: ends the session, or all of the subject's, for good. Idempotent.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use session_keepalive::wire::LogoutRequest;
use utoipa::IntoResponses;

use super::refused;
use crate::http::body::read_json;
use crate::http::openapi::{AS_JSON, Answers, GUARDED, STORED, refusals};
use crate::http::problem::Refusal;
use crate::http::state::AppState;

enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Answers {
        refusals(&[GUARDED, AS_JSON, STORED])
    }
}

/// Signs out for good: this session, or all of the subject's. Idempotent.
#[utoipa::path(
    post,
    path = "/logout",
    tag = "session",
    request_body = LogoutRequest,
    responses((status = 204, description = "Signed out; both cookies are removed"), Refusals),
    security(("session" = []), ("ticket" = []), ())
)]
pub(super) async fn logout(State(state): State<AppState>, request: Request) -> Result<Response, Refusal> {
    let presented = state.cookies.presented(request.headers());
    let LogoutRequest { everywhere } = read_json(request, state.limits.body_time).await?;
    match state.sessions.logout(&presented, everywhere).await {
        Ok(done) => {
            let changes = state.cookies.change(&done.session, &done.ticket);
            Ok((StatusCode::NO_CONTENT, changes).into_response())
        }
        Err(refusal) => Err(refused(&state.cookies, refusal)),
    }
}
