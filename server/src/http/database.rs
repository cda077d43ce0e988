//! `GET /api/database`: the example of protected work. Engine, version and table names, read through the session's own
//! connection. What the target refuses says nothing about the session, so it is never 401.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::app::{SessionKeepalive, Visit};
use super::connection_strings::Reach;
use super::connections::{Connections, refusal};
use super::problem::Refusal;
use crate::targets::{DatabaseInfo, Targets};

#[derive(Clone, Debug)]
struct Work {
    targets: Arc<Targets>,
    connections: Connections,
}

/// The call, as an application adds its own.
pub(crate) fn routes(sessions: &SessionKeepalive, targets: Arc<Targets>, connections: Connections) -> Router {
    Router::new().route("/database", get(database)).layer(sessions.layer()).with_state(Work { targets, connections })
}

async fn database(State(work): State<Work>, visit: Visit) -> Result<Json<DatabaseInfo>, Refusal> {
    let session = visit.kept::<Reach>().await?;
    let target = work.targets.parse(&session.data.0).map_err(|error| refusal(&error))?;
    work.connections.describe(session.family, &target).await.map(Json)
}
