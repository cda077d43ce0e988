//! `POST /api/connect`: a sign-in with a credential. A failed one leaves any session as it was.

use axum::extract::{Request, State};
use axum::response::Response;
use session_keepalive::wire::{ConnectRequest, ProblemCode, SessionAnswer};
use utoipa::IntoResponses;

use super::sign_in::prove;
use super::{granted, refused};
use crate::http::admission::overloaded;
use crate::http::body::read_bytes;
use crate::http::openapi::{ADMITTED, AS_JSON, Answers, FULL, GUARDED, OPENS, STORED, Why, refusals};
use crate::http::problem::Refusal;
use crate::http::source::Source;
use crate::http::state::AppState;

/// A sign-out everywhere may overtake a sign-in.
const OVERTAKEN: &[Why] = &[Why::Code(ProblemCode::SessionRevoked)];

/// The description has it by its own name, without what stands for a secret.
type Body = ConnectRequest<String>;

enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Answers {
        refusals(&[GUARDED, AS_JSON, ADMITTED, OPENS, STORED, OVERTAKEN, FULL])
    }
}

/// Signs in: the target proves the credential. A failed one leaves any session as it was.
#[utoipa::path(
    post,
    path = "/connect",
    tag = "session",
    request_body = Body,
    responses((status = 200, description = "Signed in", body = SessionAnswer), Refusals),
    security(("session" = []), ())
)]
pub(super) async fn connect(
    State(state): State<AppState>,
    source: Source,
    request: Request,
) -> Result<Response, Refusal> {
    let presented = state.cookies.presented(request.headers());
    let recognisable = state.cookies.recognisable(request.headers());
    let (attempt, remember) = state.door.connect(&read_bytes(request, state.limits.body_time).await?)?;
    let visitor = recognisable.map(|secret| state.gate.visitor(&secret));
    let seat = state.gate.enter(visitor).await.map_err(overloaded)?;

    let inner = state.clone();
    state
        .to_the_end(async move {
            let _seat = seat;
            let admitted = prove(&inner, source, attempt).await?;
            let answer = inner
                .sessions
                .connect(&presented, admitted.data, admitted.subject, remember)
                .await
                .map_err(|refusal| refused(&inner.cookies, refusal))?;
            Ok(granted(&inner.cookies, answer))
        })
        .await
}
