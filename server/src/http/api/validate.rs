//! `POST /api/validate-session`: is the session good? Re-establishes it by ticket where it was lost. Never touches the
//! target.

use axum::extract::{Request, State};
use axum::response::Response;
use session_keepalive::wire::{SessionAnswer, ValidateRequest};
use utoipa::IntoResponses;

use super::{granted, refused};
use crate::http::body::read_json;
use crate::http::openapi::{AS_JSON, Answers, FULL, GUARDED, NOT_A_SESSION, STORED, refusals};
use crate::http::problem::Refusal;
use crate::http::state::AppState;

enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Answers {
        refusals(&[GUARDED, AS_JSON, NOT_A_SESSION, FULL, STORED])
    }
}

/// Is the session good? Brings it back by ticket where it was lost. Never touches the target.
#[utoipa::path(
    post,
    path = "/validate-session",
    tag = "session",
    request_body = ValidateRequest,
    responses((status = 200, description = "The session is good", body = SessionAnswer), Refusals),
    security(("session" = []), ("ticket" = []))
)]
pub(super) async fn validate(State(state): State<AppState>, request: Request) -> Result<Response, Refusal> {
    let presented = state.cookies.presented(request.headers());
    let ValidateRequest { activity } = read_json(request, state.limits.body_time).await?;
    match state.sessions.validate(&presented, activity).await {
        Ok(answer) => Ok(granted(&state.cookies, answer)),
        Err(refusal) => Err(refused(&state.cookies, refusal)),
    }
}
