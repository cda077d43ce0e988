//! `POST /demo/session/revoke`, `POST /demo/session/expire`: 204, what can happen to the session of the browser that asks.
//!
//! - `revoke`: it has ended, as by the person's other device. The cookies stay: the next check is told why.
//! - `expire`: one of its limits is so many seconds away now; the cookies know of it. An idle limit moves away again with
//!   the next use of the session, also with a check that tells of activity, such as the click that asked for this.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use session_keepalive::wire::ProblemCode;

use super::within::Within;
use crate::http::api::refused;
use crate::http::body::read_json;
use crate::http::problem::Refusal;
use crate::http::state::AppState;
use crate::policy::{Policy, RanOut};

/// The body of expire.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    limit: Limit,
    seconds: Within<0, 3600>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Limit {
    Idle,
    Absolute,
}

impl Limit {
    const ALL: [Self; 2] = [Self::Idle, Self::Absolute];

    /// How long the policy has it, if it does.
    const fn length(self, policy: &Policy) -> Option<Duration> {
        match self {
            Self::Idle => policy.idle,
            Self::Absolute => policy.absolute.limit(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Idle => "'idle'",
            Self::Absolute => "'absolute'",
        }
    }
}

impl From<Limit> for RanOut {
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::Idle => Self::Idle,
            Limit::Absolute => Self::Absolute,
        }
    }
}

pub(super) async fn revoke(State(app): State<AppState>, headers: HeaderMap) -> Result<StatusCode, Refusal> {
    // As from elsewhere: nothing becomes of this browser's cookies.
    app.sessions.logout(&app.cookies.presented(&headers), false).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn expire(State(app): State<AppState>, request: Request) -> Result<Response, Refusal> {
    let presented = app.cookies.presented(request.headers());
    let Expire { limit, seconds: Within(seconds) } = read_json(request, app.limits.body_time).await?;
    let policy = app.sessions.policy();
    let length = limit.length(policy).ok_or_else(|| no_such_limit(policy))?;
    let left = Duration::from_secs(seconds.unsigned_abs());
    if left > length {
        let detail = format!("The field 'seconds' must not exceed the limit itself: {} s.", length.as_secs());
        return Err(Refusal::new(ProblemCode::InvalidRequest, detail));
    }
    match app.sessions.bring_nearer(&presented, (limit.into(), length), left).await {
        Ok(done) => {
            let changes = app.cookies.change(&done.session, &done.ticket);
            Ok((StatusCode::NO_CONTENT, changes).into_response())
        }
        Err(refusal) => Err(refused(&app.cookies, refusal)),
    }
}

fn no_such_limit(policy: &Policy) -> Refusal {
    let there = Limit::ALL.into_iter().find(|limit| limit.length(policy).is_some());
    let detail = match there {
        Some(limit) => format!("The field 'limit' must be {}: the policy in force has no other.", limit.name()),
        None => "The field 'limit' names none: the policy in force has no limits.".to_owned(),
    };
    Refusal::new(ProblemCode::InvalidRequest, detail)
}
