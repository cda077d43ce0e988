//! `GET /api/database`: the example of protected work. Engine, version and table names, read through the session's own
//! connection. What the target refuses says nothing about the session, so it is never 401.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

use super::refused;
use crate::http::connections::refusal;
use crate::http::problem::Refusal;
use crate::http::state::AppState;

pub(super) async fn database(State(state): State<AppState>, request: Request) -> Result<Response, Refusal> {
    let presented = state.cookies.presented(request.headers());
    let inner = state.clone();
    state
        .to_the_end(async move {
            let unlocked =
                inner.sessions.unlock(&presented).await.map_err(|refusal| refused(&inner.cookies, refusal))?;
            let changes = inner.cookies.change(&unlocked.session, &unlocked.ticket);
            let target =
                inner.targets.parse(&unlocked.data).map_err(|error| refusal(&error).with_headers(changes.clone()))?;
            let described = inner.connections.describe(unlocked.family, &target).await;
            match described {
                Ok(database) => Ok((changes, Json(database)).into_response()),
                Err(refusal) => Err(refusal.with_headers(changes)),
            }
        })
        .await
}
