//! `POST /api/validate-session`: is the session good? Re-establishes it by ticket where it was lost. Never touches the
//! target.

use axum::extract::{Request, State};
use axum::response::Response;
use session_keepalive::wire::ValidateRequest;

use super::{granted, refused};
use crate::http::body::read_json;
use crate::http::problem::Refusal;
use crate::http::state::AppState;

pub(super) async fn validate(State(state): State<AppState>, request: Request) -> Result<Response, Refusal> {
    let presented = state.cookies.presented(request.headers());
    let ValidateRequest { activity } = read_json(request, state.limits.body_time).await?;
    match state.sessions.validate(&presented, activity).await {
        Ok(answer) => Ok(granted(&state.cookies, answer)),
        Err(refusal) => Err(refused(&state.cookies, refusal)),
    }
}
