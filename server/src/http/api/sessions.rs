//! `GET /api/sessions`, `DELETE /api/sessions/{handle}`, `DELETE /api/sessions`: the sessions of the person who asks.
//!
//! A handle that none of the person's live sessions has is 404 without a code: it ended meanwhile, or it was never
//! theirs, and nothing tells which.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use session_keepalive::wire::SessionsAnswer;
use utoipa::IntoResponses;

use super::refused;
use crate::http::openapi::{Answers, GUARDED, NOT_A_SESSION, STORED, Why, refusals};
use crate::http::problem::Refusal;
use crate::http::state::AppState;
use crate::sessions::Revoked;

enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Answers {
        refusals(&[GUARDED, NOT_A_SESSION, STORED])
    }
}

enum NoneOrRefused {}

impl IntoResponses for NoneOrRefused {
    fn responses() -> Answers {
        refusals(&[GUARDED, NOT_A_SESSION, STORED, &[Why::Status(StatusCode::NOT_FOUND)]])
    }
}

/// The live sessions of the person who asks, the most recently active first.
#[utoipa::path(
    get,
    path = "/sessions",
    tag = "sessions",
    operation_id = "listSessions",
    responses((status = 200, description = "The sessions", body = SessionsAnswer), Refusals),
    security(("session" = []))
)]
pub(super) async fn list(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Refusal> {
    let presented = state.cookies.presented(&headers);
    match state.sessions.list(&presented).await {
        Ok(listed) => {
            let changes = state.cookies.change(&listed.cookies.session, &listed.cookies.ticket);
            Ok((changes, Json(listed.answer)).into_response())
        }
        Err(refusal) => Err(refused(&state.cookies, refusal)),
    }
}

/// Revokes one of the person's sessions. The current one is signed out.
#[utoipa::path(
    delete,
    path = "/sessions/{handle}",
    tag = "sessions",
    operation_id = "revokeSession",
    params(("handle" = String, Path, description = "From the list of sessions", pattern = "^[A-Za-z0-9_-]+$")),
    responses((status = 204, description = "It has ended for good"), NoneOrRefused),
    security(("session" = []))
)]
pub(super) async fn revoke(
    State(state): State<AppState>,
    handle: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let presented = state.cookies.presented(&headers);
    // A path that cannot be read names nothing.
    let handle = handle.map_or_else(|_| String::new(), |Path(handle)| handle);
    match state.sessions.revoke(&presented, &handle).await {
        Ok(Revoked::Done(cookies)) => {
            let changes = state.cookies.change(&cookies.session, &cookies.ticket);
            Ok((StatusCode::NO_CONTENT, changes).into_response())
        }
        Ok(Revoked::NoSuch(cookies)) => {
            let detail = "You have no live session of this handle: list the sessions again.";
            let changes = state.cookies.change(&cookies.session, &cookies.ticket);
            Err(Refusal::plain(StatusCode::NOT_FOUND, detail).with_headers(changes))
        }
        Err(refusal) => Err(refused(&state.cookies, refusal)),
    }
}

/// Revokes all of the person's sessions but this one.
#[utoipa::path(
    delete,
    path = "/sessions",
    tag = "sessions",
    operation_id = "revokeOtherSessions",
    responses((status = 204, description = "They have ended for good"), Refusals),
    security(("session" = []))
)]
pub(super) async fn revoke_others(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Refusal> {
    let presented = state.cookies.presented(&headers);
    match state.sessions.revoke_others(&presented).await {
        Ok(cookies) => {
            let changes = state.cookies.change(&cookies.session, &cookies.ticket);
            Ok((StatusCode::NO_CONTENT, changes).into_response())
        }
        Err(refusal) => Err(refused(&state.cookies, refusal)),
    }
}
