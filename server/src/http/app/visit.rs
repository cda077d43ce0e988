//! Whoever calls, signed in or not: what a handler can do about their session.

use std::fmt::{self, Display};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{Extensions, HeaderMap, StatusCode};
use parking_lot::Mutex;
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::admission::begun_too_often;
use crate::http::kept;
use crate::http::problem::Refusal;
use crate::http::source::Source;
use crate::http::state::AppState;
use crate::id::FamilyId;
use crate::sessions::{CookieChange, CookieChanges, Granted, Presented, Refused, SignedIn, Unlocked};

/// Whoever calls. The cookies of what is done here are on the answer, also where the handler refuses.
///
/// As an extractor it refuses a state-changing request that another site may have started, with 403 `CSRF_REFUSED`.
#[derive(Clone)]
pub struct Visit {
    state: AppState,
    source: Source,
    jar: Arc<Mutex<Jar>>,
}

/// A session, signed in on or not.
#[derive(Clone)]
pub struct Kept<Data> {
    /// Names it for as long as it lives, for what an application keeps open for it.
    pub family: FamilyId,
    /// Whose it is; `None` until somebody has signed in, and where nobody knows.
    pub subject: Option<Arc<str>>,
    /// What it keeps.
    pub data: Data,
}

impl<Data> fmt::Debug for Kept<Data> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("family", &self.family).finish_non_exhaustive()
    }
}

/// What the browser presents, and what becomes of it.
struct Jar {
    presented: Presented,
    changes: CookieChanges,
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Visit(hidden)")
    }
}

impl Visit {
    pub(super) fn new(state: AppState, extensions: &Extensions, headers: &HeaderMap) -> Self {
        let jar = Jar { presented: state.cookies.presented(headers), changes: CookieChanges::default() };
        let source = Source::behind(&state.trusted_proxies, extensions, headers);
        Self { state, source, jar: Arc::new(Mutex::new(jar)) }
    }

    /// Begins a session of which nobody knows yet whose it is, for instance before a provider is asked. Any session so
    /// far ends.
    ///
    /// It costs whoever calls nothing, so one source (an IPv4 address, an IPv6 /64) may leave 100 an hour that nobody
    /// signs in on ([`Limits::begun`](crate::config::Limits::begun)); [`Self::sign_in`] makes up for one. Behind a proxy
    /// name it ([`Builder::trust_proxy`](super::Builder::trust_proxy)), or everybody is one source.
    ///
    /// # Errors
    /// 429 `RATE_LIMITED` with `retry-after` where the source has left too many, 413 where `data` are too much, 409 where
    /// there is no room, 503.
    pub async fn begin(&self, data: &impl Serialize) -> Result<(), Refusal> {
        let data = kept::to_text(data)?;
        self.state.begun.take(self.source).map_err(begun_too_often)?;
        let begun = self.state.sessions.connect(&self.presented(), data, None, false).await;
        if begun.is_err() {
            self.state.begun.give_back(self.source);
        }
        self.granted(begun)
    }

    /// The session, whether somebody has signed in on it or not. Counts as a use of it.
    ///
    /// # Errors
    /// 401 with the reason where there is no session, 503.
    pub async fn kept<Data: DeserializeOwned>(&self) -> Result<Kept<Data>, Refusal> {
        let Unlocked { family, subject, data, .. } = self.unlock().await?;
        Ok(Kept { family, subject, data: self.read(&data)? })
    }

    /// Changes what the session keeps, and nothing that another request changes meanwhile is lost: `change` may be asked
    /// again, with the data as they are then.
    ///
    /// # Errors
    /// As [`Self::kept`] and [`Self::begin`].
    pub async fn update<Data>(&self, mut change: impl FnMut(&mut Data) + Send + 'static) -> Result<(), Refusal>
    where
        Data: Serialize + DeserializeOwned,
    {
        let presented = self.presented();
        let changed = self.state.sessions.update(&presented, move |text| {
            let mut data = kept::from_text(&text)?;
            change(&mut data);
            kept::to_text(&data)
        });
        self.unlocked(changed.await).map(drop)
    }

    /// Signs somebody in whom the handler has made sure of. The session goes on under a new id, and no id from before
    /// finds it any more; `data` replace what it kept. `remember`: where the policy has tickets, one is issued.
    ///
    /// # Errors
    /// As [`Self::begin`], but for the 429; the session is then as it was. 401 `SESSION_REVOKED` where the person is
    /// signed out everywhere at the same time.
    pub async fn sign_in(&self, subject: &impl Display, data: &impl Serialize, remember: bool) -> Result<(), Refusal> {
        let (presented, data) = (self.presented(), kept::to_text(data)?);
        let signed_in = self.state.sessions.sign_in(&presented, data, subject.to_string(), remember).await;
        if let Ok(SignedIn { went_on: true, .. }) = &signed_in {
            self.state.begun.give_back(self.source);
        }
        self.granted(signed_in.map(|signed_in| signed_in.granted))
    }

    /// Signs out for good, here or `everywhere`. Fine without a session too.
    ///
    /// # Errors
    /// 503.
    pub async fn sign_out(&self, everywhere: bool) -> Result<(), Refusal> {
        match self.state.sessions.logout(&self.presented(), everywhere).await {
            Ok(cookies) => {
                self.take(cookies);
                Ok(())
            }
            Err(refused) => Err(self.refused(refused)),
        }
    }

    pub(super) async fn unlock(&self) -> Result<Unlocked, Refusal> {
        let unlocked = self.state.sessions.unlock(&self.presented()).await;
        self.unlocked(unlocked)
    }

    pub(super) fn read<Data: DeserializeOwned>(&self, data: &SecretString) -> Result<Data, Refusal> {
        kept::from_text(data).map_err(|refused| self.refused(refused))
    }

    /// The refusal, whose cookies go onto the answer.
    fn refused(&self, refused: Refused) -> Refusal {
        self.take(CookieChanges { session: refused.session.clone(), ticket: refused.ticket.clone() });
        refused.into()
    }

    /// The headers for all that became of the cookies.
    pub(super) fn cookies(&self) -> HeaderMap {
        let CookieChanges { session, ticket } = &self.jar.lock().changes;
        self.state.cookies.change(session, ticket)
    }

    fn presented(&self) -> Presented {
        self.jar.lock().presented.clone()
    }

    fn granted(&self, granted: Result<Granted, Refused>) -> Result<(), Refusal> {
        let granted = granted.map_err(|refused| self.refused(refused))?;
        self.take(CookieChanges { session: granted.session, ticket: granted.ticket });
        Ok(())
    }

    fn unlocked(&self, unlocked: Result<Unlocked, Refused>) -> Result<Unlocked, Refusal> {
        let unlocked = unlocked.map_err(|refused| self.refused(refused))?;
        self.take(CookieChanges { session: unlocked.session.clone(), ticket: unlocked.ticket.clone() });
        Ok(unlocked)
    }

    /// What the same request does next goes by the cookies of what it did before.
    fn take(&self, changes: CookieChanges) {
        let mut jar = self.jar.lock();
        let Jar { presented, changes: all } = &mut *jar;
        replace(&mut presented.session, &mut all.session, changes.session);
        replace(&mut presented.ticket, &mut all.ticket, changes.ticket);
    }
}

fn replace<Value: Clone>(presented: &mut Option<Value>, all: &mut CookieChange<Value>, change: CookieChange<Value>) {
    match &change {
        CookieChange::Keep => return,
        CookieChange::Set { value, .. } => *presented = Some(value.clone()),
        CookieChange::Remove => *presented = None,
    }
    *all = change;
}

impl<State: Sync> FromRequestParts<State> for Visit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Refusal> {
        let visit = parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!("a handler asks for a session, and no SessionKeepalive::layer() is above it");
            Refusal::plain(StatusCode::INTERNAL_SERVER_ERROR, "The server is not set up for sessions here.")
        })?;
        visit.state.rules.check_change(parts)?;
        Ok(visit)
    }
}
