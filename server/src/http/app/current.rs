//! The extractor for handlers that want somebody signed in.

use std::fmt;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::{DeserializeOwned, IgnoredAny};
use session_keepalive::wire::ProblemCode;

use super::visit::Visit;
use crate::http::problem::Refusal;
use crate::id::FamilyId;

/// The session of somebody who has signed in: a `Subject` of the application, and the `Data` kept with it. Counts as a
/// use of the session. Handlers that don't look at the data leave the type away.
///
/// As an extractor it answers 401 with the reason where there is no such session, 403 `CSRF_REFUSED` as [`Visit`] does,
/// and 503 where nobody can say.
pub struct CurrentSession<Subject, Data = IgnoredAny> {
    /// Who it is.
    pub subject: Subject,
    /// What the session keeps.
    pub data: Data,
    family: FamilyId,
    visit: Visit,
}

impl<Subject, Data> fmt::Debug for CurrentSession<Subject, Data> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CurrentSession").field("family", &self.family).finish_non_exhaustive()
    }
}

impl<Subject, Data> CurrentSession<Subject, Data> {
    /// Names the session for as long as it lives, for what an application keeps open for it.
    pub const fn family(&self) -> FamilyId {
        self.family
    }

    /// What else can be done about it.
    pub const fn visit(&self) -> &Visit {
        &self.visit
    }
}

impl<State, Subject, Data> FromRequestParts<State> for CurrentSession<Subject, Data>
where
    State: Sync,
    Subject: FromStr,
    Data: DeserializeOwned,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Refusal> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let unlocked = visit.unlock().await?;
        // First of all: what a session that has only begun keeps is of another type.
        let subject = unlocked.subject.ok_or_else(nobody)?.parse().map_err(|_| unreadable())?;
        Ok(Self { subject, data: visit.read(&unlocked.data)?, family: unlocked.family, visit })
    }
}

/// The session is there, but begun only.
fn nobody() -> Refusal {
    Refusal::new(ProblemCode::SessionUnknown, "Nobody has signed in here. Sign in.")
}

fn unreadable() -> Refusal {
    tracing::error!("the subject of a session cannot be read as the type asked for");
    Refusal::new(ProblemCode::ReconnectRefused, "Whose session this is cannot be read. Sign in again.")
}
