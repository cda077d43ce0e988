//! `POST /api/reconnect`: re-establishes a lost session, by the ticket cookie or by a credential that the page remembers.

use axum::extract::{Request, State};
use axum::response::Response;
use http::HeaderMap;
use session_keepalive::wire::{IDEMPOTENCY_HEADER, ProblemCode, ReconnectRequest, SessionAnswer};
use utoipa::IntoResponses;

use super::sign_in::prove;
use super::{granted, refused};
use crate::http::admission::overloaded;
use crate::http::authenticate::Attempt;
use crate::http::body::read_bytes;
use crate::http::openapi::{ADMITTED, AS_JSON, Answers, FULL, GUARDED, NOT_A_SESSION, OPENS, STORED, refusals};
use crate::http::problem::Refusal;
use crate::http::source::Source;
use crate::http::state::AppState;
use crate::sessions::{IdempotencyKey, Presented};

/// The description has it by its own name, without what stands for a secret.
type Body = ReconnectRequest<String>;

enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Answers {
        refusals(&[GUARDED, AS_JSON, NOT_A_SESSION, ADMITTED, OPENS, FULL, STORED])
    }
}

/// Brings a lost session back: by the ticket cookie, which continues it, or by a credential that the page remembers,
/// which is a sign-in that needs the header `idempotency-key`.
#[utoipa::path(
    post,
    path = "/reconnect",
    tag = "session",
    params((
        "idempotency-key" = Option<String>,
        Header,
        description = "With a connection string: the same for each repetition of one attempt",
        min_length = 1,
        max_length = 128,
        pattern = "^[!-~]*$"
    )),
    request_body = Body,
    responses((status = 200, description = "The session is back", body = SessionAnswer), Refusals),
    security(("ticket" = []), ("session" = []), ())
)]
pub(super) async fn reconnect(
    State(state): State<AppState>,
    source: Source,
    request: Request,
) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let presented = state.cookies.presented(&headers);
    let attempt = state.door.reconnect(&read_bytes(request, state.limits.body_time).await?)?;
    match (attempt, idempotency_key(&headers)?) {
        (None, _) => by_ticket(state, &headers, presented).await,
        (Some(attempt), Some(key)) => by_credential(state, source, &headers, presented, attempt, key).await,
        (Some(_), None) => {
            Err(invalid_key(&format!("A reconnect with a credential needs the header '{IDEMPOTENCY_HEADER}'")))
        }
    }
}

async fn by_ticket(state: AppState, headers: &HeaderMap, presented: Presented) -> Result<Response, Refusal> {
    let visitor = state.cookies.recognisable(headers).map(|secret| state.gate.visitor(&secret));
    let _seat = state.gate.enter(visitor).await.map_err(overloaded)?;
    match state.sessions.reconnect_by_ticket(&presented).await {
        Ok(answer) => Ok(granted(&state.cookies, answer)),
        Err(refusal) => Err(refused(&state.cookies, refusal)),
    }
}

async fn by_credential(
    state: AppState,
    source: Source,
    headers: &HeaderMap,
    presented: Presented,
    attempt: Box<dyn Attempt>,
    key: IdempotencyKey,
) -> Result<Response, Refusal> {
    state.sessions.may_reconnect().map_err(|refusal| refused(&state.cookies, refusal))?;
    // A repeated attempt carries the same key, which recognises it better than a cookie that may have changed.
    let visitor = headers.get(IDEMPOTENCY_HEADER).and_then(|key| key.to_str().ok()).map(|key| state.gate.visitor(key));
    let seat = state.gate.enter(visitor).await.map_err(overloaded)?;

    let inner = state.clone();
    state
        .to_the_end(async move {
            let _seat = seat;
            let admitted = prove(&inner, source, attempt).await?;
            let answer = inner
                .sessions
                .reconnect_by_credential(&presented, &key, admitted.data, admitted.subject)
                .await
                .map_err(|refusal| refused(&inner.cookies, refusal))?;
            Ok(granted(&inner.cookies, answer))
        })
        .await
}

/// The key, where there is one. One that is malformed is refused also where none is needed.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Refusal> {
    let Some(value) = headers.get(IDEMPOTENCY_HEADER) else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        .and_then(IdempotencyKey::parse)
        .map(Some)
        .ok_or_else(|| invalid_key(&format!("The header '{IDEMPOTENCY_HEADER}' is no key")))
}

fn invalid_key(what: &str) -> Refusal {
    let detail = format!(
        "{what}: it wants 1 to {} visible ASCII characters, the same for each repetition of one attempt.",
        IdempotencyKey::MAX_CHARS
    );
    Refusal::new(ProblemCode::InvalidRequest, detail)
}
