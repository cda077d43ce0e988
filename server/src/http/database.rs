//! `GET /api/database`: the example of protected work. Engine, version and table names, read through the session's own
//! connection. What the target refuses says nothing about the session, so it is never 401.
//!
//! The server adds it as any application adds its own calls.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use utoipa::IntoResponses;
use utoipa_axum::routes;

use super::app::Visit;
use super::connection_strings::Reach;
use super::connections::{Connections, refusal};
use super::openapi::{Answers, Calls, GUARDED, NOT_A_SESSION, OPENS, STORED, refusals};
use super::problem::Refusal;
use crate::targets::{DatabaseInfo, Targets};

/// What the work is done with.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) targets: Arc<Targets>,
    pub(crate) connections: Connections,
}

pub(crate) fn calls() -> Calls<Work> {
    Calls::none().and(routes!(database))
}

enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Answers {
        refusals(&[GUARDED, NOT_A_SESSION, OPENS, STORED])
    }
}

/// The example of protected work: engine, version and table names, read through the session's own connection.
#[utoipa::path(
    get,
    path = "/database",
    tag = "example",
    responses((status = 200, description = "What the target says of itself", body = DatabaseInfo), Refusals),
    security(("session" = []))
)]
async fn database(State(work): State<Work>, visit: Visit) -> Result<Json<DatabaseInfo>, Refusal> {
    let session = visit.kept::<Reach>().await?;
    let target = work.targets.parse(&session.data.0).map_err(|error| refusal(&error))?;
    work.connections.describe(session.family, &target).await.map(Json)
}
