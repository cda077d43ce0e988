//! How an application signs people in: what it asks them for, and how it makes sure.
//!
//! Handlers see an [`Authenticate`] through [`Door`], which has no types of the application in it: there is one set of
//! handlers, whoever it is that checks.

use std::fmt::{self, Display};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use session_keepalive::wire::ProblemCode;

use super::body::{Connect, parse};
use super::kept;
use super::problem::Refusal;
use crate::targets::{TargetError, TargetErrorKind};

/// When to ask again for something behind the server that is down.
const DOWN: Duration = Duration::from_secs(5);

/// Checks the credentials that people sign in with.
pub trait Authenticate: Send + Sync + 'static {
    /// What a person gives: the fields in the body of `connect`, beside `remember`. Secrets belong in a type that cannot
    /// be printed, such as [`SecretString`]. Fields that it does not know are refused.
    type Credential: DeserializeOwned + Send + 'static;
    /// Who somebody is. Its text is what all sessions of one person share, so it has to be the same each time.
    type Subject: Display + FromStr + Send + 'static;
    /// What the session keeps, sealed, for the work to come; `()` for nothing. It also has to fit the reconnect ticket.
    type Data: Serialize + DeserializeOwned + Send + 'static;

    /// Whom the credential claims to be. Failed attempts are counted for that name and the address they come from; `None`
    /// where there is nothing to guess.
    ///
    /// # Errors
    /// What can be said without asking anybody, such as a malformed field.
    fn claimed(&self, credential: &Self::Credential) -> Result<Option<String>, Denied>;

    /// Makes sure. Runs to its end, also when the client hangs up.
    ///
    /// # Errors
    /// [`Denied::refused`] where the credential is wrong; only that one counts as a failed attempt.
    fn check(
        &self,
        credential: Self::Credential,
    ) -> impl Future<Output = Result<Proven<Self::Subject, Self::Data>, Denied>> + Send;
}

/// A credential was good.
#[derive(Clone)]
pub struct Proven<Subject, Data> {
    /// Whose it is; `None` where nobody knows: then each session is on its own.
    pub subject: Option<Subject>,
    /// What the session keeps.
    pub data: Data,
}

impl<Subject, Data> fmt::Debug for Proven<Subject, Data> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proven(hidden)")
    }
}

/// A credential was not good, or nobody can say. The text is for the person and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    kind: TargetErrorKind,
    detail: String,
}

impl Denied {
    /// 400 `INVALID_REQUEST`: it is malformed.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self { kind: TargetErrorKind::Invalid, detail: detail.into() }
    }

    /// 403 `TARGET_NOT_ALLOWED`: nobody may sign in with this here.
    pub fn not_allowed(detail: impl Into<String>) -> Self {
        Self { kind: TargetErrorKind::NotAllowed, detail: detail.into() }
    }

    /// 422 `CONNECTION_REFUSED`: it is wrong. The text should not say which part of it.
    pub fn refused(detail: impl Into<String>) -> Self {
        Self { kind: TargetErrorKind::Refused, detail: detail.into() }
    }

    /// 503 `TARGET_UNAVAILABLE`: who could say is not there now.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self { kind: TargetErrorKind::Unavailable, detail: detail.into() }
    }

    fn code(&self) -> ProblemCode {
        self.kind.code()
    }
}

impl From<&TargetError> for Denied {
    fn from(error: &TargetError) -> Self {
        Self { kind: error.kind(), detail: error.to_string() }
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        let refusal = Self::new(denied.code(), denied.detail);
        match denied.kind {
            TargetErrorKind::Unavailable => refusal.retry_after(DOWN),
            TargetErrorKind::Invalid | TargetErrorKind::NotAllowed | TargetErrorKind::Refused => refusal,
        }
    }
}

/// Where people come in.
pub(crate) trait Door: Send + Sync {
    /// Reads the body of connect; true: a ticket may be issued.
    fn connect(&self, body: &[u8]) -> Result<(Box<dyn Attempt>, bool), Refusal>;

    /// Reads the body of reconnect. `None`: there is no credential in it, so the ticket decides.
    fn reconnect(&self, body: &[u8]) -> Result<Option<Box<dyn Attempt>>, Refusal>;
}

/// A credential that is still to be checked.
#[async_trait]
pub(crate) trait Attempt: Send {
    /// See [`Authenticate::claimed`].
    fn claimed(&self) -> Option<&str>;

    /// See [`Authenticate::check`]: the subject, and the data as text.
    async fn check(self: Box<Self>) -> Result<Admitted, Refusal>;
}

/// Somebody whose credential was good.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) subject: Option<String>,
    pub(crate) data: SecretString,
}

/// The door of an application that checks credentials.
pub(crate) struct Checked<A>(pub(crate) Arc<A>);

impl<A: Authenticate> Checked<A> {
    fn attempt(&self, credential: A::Credential) -> Result<Box<dyn Attempt>, Refusal> {
        let claimed = self.0.claimed(&credential)?;
        Ok(Box::new(Pending { by: Arc::clone(&self.0), claimed, credential }))
    }
}

impl<A: Authenticate> Door for Checked<A> {
    fn connect(&self, body: &[u8]) -> Result<(Box<dyn Attempt>, bool), Refusal> {
        let Connect { credential, remember } = parse(body)?;
        Ok((self.attempt(credential)?, remember))
    }

    fn reconnect(&self, body: &[u8]) -> Result<Option<Box<dyn Attempt>>, Refusal> {
        match parse::<Empty>(body) {
            Ok(Empty {}) => Ok(None),
            Err(_has_fields) => parse(body).and_then(|credential| self.attempt(credential)).map(Some),
        }
    }
}

struct Pending<A: Authenticate> {
    by: Arc<A>,
    claimed: Option<String>,
    credential: A::Credential,
}

#[async_trait]
impl<A: Authenticate> Attempt for Pending<A> {
    fn claimed(&self) -> Option<&str> {
        self.claimed.as_deref()
    }

    async fn check(self: Box<Self>) -> Result<Admitted, Refusal> {
        let Self { by, credential, .. } = *self;
        let Proven { subject, data } = by.check(credential).await.map_err(|denied| {
            tracing::info!(code = denied.code().as_str(), "sign-in refused");
            Refusal::from(denied)
        })?;
        Ok(Admitted { subject: subject.map(|subject| subject.to_string()), data: kept::to_text(&data)? })
    }
}

/// The door of an application that signs people in by itself, for instance through a provider.
pub(crate) struct Closed;

impl Door for Closed {
    fn connect(&self, _body: &[u8]) -> Result<(Box<dyn Attempt>, bool), Refusal> {
        Err(Refusal::plain(StatusCode::NOT_FOUND, "There is no such call: this server takes no credentials."))
    }

    fn reconnect(&self, body: &[u8]) -> Result<Option<Box<dyn Attempt>>, Refusal> {
        parse(body).map(|Empty {}| None)
    }
}

#[derive(serde::Deserialize)]
struct Empty {}
