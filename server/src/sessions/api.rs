//! What goes into the service and what comes out, without HTTP in it.

use std::{fmt, sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use session_keepalive::wire::{ProblemCode, SessionAnswer, SessionsAnswer};

use crate::{
    id::{FamilyId, NoRandomness, SessionId},
    policy::RanOut,
    record::EndReason,
    revocations::RevocationError,
    store::StoreError,
    ticket::{SealError, TicketCookie},
};

/// What the browser sent.
#[derive(Clone, Debug, Default)]
pub struct Presented {
    /// The session cookie, where it has the form of one.
    pub session: Option<SessionId>,
    /// The ticket cookie, whatever is in it.
    pub ticket: Option<TicketCookie>,
    /// The `User-Agent` header.
    pub user_agent: Option<Arc<str>>,
}

/// What happens to a cookie.
#[derive(Clone, Debug, Default)]
pub enum CookieChange<Value> {
    /// Nothing.
    #[default]
    Keep,
    /// It is set.
    Set {
        /// To this.
        value: Value,
        /// For this long; `None`: until the browser is closed.
        max_age: Option<Duration>,
    },
    /// It is removed.
    Remove,
}

/// The session is good.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The body.
    pub answer: SessionAnswer,
    /// The session cookie.
    pub session: CookieChange<SessionId>,
    /// The ticket cookie.
    pub ticket: CookieChange<TicketCookie>,
}

/// Somebody has signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub granted: Granted,
    /// It is the one presented, which had only begun; else it is a new one.
    pub went_on: bool,
}

/// It is not, or nobody can say.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Why.
    pub code: ProblemCode,
    /// Why, for a person, and what to do.
    pub detail: String,
    /// When to ask again.
    pub retry_after: Option<Duration>,
    /// The session cookie.
    pub session: CookieChange<SessionId>,
    /// The ticket cookie.
    pub ticket: CookieChange<TicketCookie>,
}

/// What becomes of the cookies where the answer has nothing else of the session's.
#[derive(Clone, Debug, Default)]
pub struct CookieChanges {
    /// The session cookie.
    pub session: CookieChange<SessionId>,
    /// The ticket cookie.
    pub ticket: CookieChange<TicketCookie>,
}

/// The sessions of a person.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The body.
    pub answer: SessionsAnswer,
    /// The cookies.
    pub cookies: CookieChanges,
}

/// The answer to revoking one session by its handle.
#[derive(Clone, Debug)]
pub enum Revoked {
    /// It has ended for good. Where it was the current one, the cookies go.
    Done(CookieChanges),
    /// None of the person's live sessions has this handle.
    NoSuch(CookieChanges),
}

/// What protected work may use.
#[derive(Debug)]
pub struct Unlocked {
    /// Which session it is: what work keeps open for it is kept per family.
    pub family: FamilyId,
    /// Whose; `None` until somebody has signed in, or where nobody knows.
    pub subject: Option<Arc<str>>,
    /// What the session keeps, such as how to reach the target.
    pub data: SecretString,
    /// The session cookie.
    pub session: CookieChange<SessionId>,
    /// The ticket cookie.
    pub ticket: CookieChange<TicketCookie>,
}

/// Names one attempt to sign in with a remembered credential; the same key gives the same session.
#[derive(Clone)]
pub struct IdempotencyKey(SecretString);

impl IdempotencyKey {
    /// The longest key accepted.
    pub const MAX_CHARS: usize = 128;

    /// The `idempotency-key` header: 1 to 128 visible ASCII characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(SecretString::from(text)))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(hidden)")
    }
}

/// When to ask again after the store or the revocation log failed: long enough for a failover's first second, short
/// enough that nobody notices.
const RETRY_AFTER: Duration = Duration::from_secs(2);

impl Refused {
    /// A refusal that leaves the cookies alone.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after: None, session: CookieChange::Keep, ticket: CookieChange::Keep }
    }

    /// The session is over.
    pub(super) fn ended(reason: EndReason) -> Self {
        Self::new(
            reason.code(),
            match reason {
                EndReason::RanOut(RanOut::Idle) => "The session was not used for too long. Sign in again.",
                EndReason::RanOut(RanOut::Absolute) => "The session reached its longest duration. Sign in again.",
                EndReason::Revoked => "The session was signed out. Sign in again.",
                EndReason::Evicted => "The session had to make room for newer ones. Sign in again.",
            },
        )
    }

    /// There is no such session.
    pub(super) fn unknown() -> Self {
        Self::new(ProblemCode::SessionUnknown, "There is no such session. Reconnect, or sign in.")
    }

    /// The policy allows no reconnecting.
    pub(super) fn reconnect_off() -> Self {
        Self::new(ProblemCode::ReconnectRefused, "This server does not re-establish sessions. Sign in again.")
    }

    /// The family is somebody else's by now.
    pub(super) fn foreign() -> Self {
        Self::new(ProblemCode::ReconnectRefused, "Somebody else has signed in on this session since. Sign in again.")
    }

    /// There is no room and the policy rejects.
    pub(super) fn full() -> Self {
        Self::new(
            ProblemCode::SessionLimit,
            "There are too many sessions. Sign out on another device, or try again later.",
        )
    }

    /// Too many requests change one session at once.
    pub(super) fn contended() -> Self {
        Self {
            retry_after: Some(RETRY_AFTER),
            ..Self::new(ProblemCode::Overloaded, "Too many requests change this session at once. Try again shortly.")
        }
    }

    /// Something the answer depends on failed; its own words go to the log alone.
    pub(crate) fn unavailable(error: &dyn fmt::Display) -> Self {
        tracing::error!(%error, "sessions are unavailable");
        Self {
            retry_after: Some(RETRY_AFTER),
            ..Self::new(ProblemCode::StoreUnavailable, "Sessions cannot be read or written now. Try again shortly.")
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::unavailable(&error)
    }
}

impl From<RevocationError> for Refused {
    fn from(error: RevocationError) -> Self {
        Self::unavailable(&error)
    }
}

impl From<NoRandomness> for Refused {
    fn from(error: NoRandomness) -> Self {
        Self::unavailable(&error)
    }
}

impl From<SealError> for Refused {
    fn from(error: SealError) -> Self {
        match error {
            SealError::TicketTooLarge { .. } | SealError::DataTooLarge { .. } => {
                Self::new(ProblemCode::PayloadTooLarge, error.to_string())
            }
            SealError::NoRandomness => Self::unavailable(&error),
        }
    }
}
