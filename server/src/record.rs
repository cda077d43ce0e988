//! The one session record.

use std::{fmt, sync::Arc};

use session_keepalive::wire::ProblemCode;

use crate::{
    clock::Timestamp,
    id::{FamilyId, SessionHash},
    policy::RanOut,
};

/// What every store keeps of a live session.
#[derive(Clone, Debug)]
pub struct Record {
    /// The sign-in it belongs to; the record's primary key.
    pub family: FamilyId,
    /// 1 at sign-in; one more each time the family is re-established.
    pub epoch: u32,
    /// Who it is. `None` until known, and where the target has no authentication: then the family is on its own.
    pub subject: Option<Arc<str>>,
    /// What the server needs for its work.
    pub data: Data,
    /// When the person signed in; re-establishing does not change it.
    pub created: Timestamp,
    /// The last request, as far as it was written down.
    pub last_seen: Timestamp,
    /// The last request that counted as the person's activity, as far as it was written down.
    pub last_activity: Timestamp,
    /// When the family last proved itself: its sign-in, or surviving a sign-out of the subject's other sessions.
    /// Signing the subject out everywhere ends what was proven until then. A mere touch does not renew it, so a touch
    /// that runs beside the sign-out cannot escape it.
    pub proven: Timestamp,
    /// When its current id was issued.
    pub rotated: Timestamp,
    /// The browser, in its own words.
    pub user_agent: Option<Arc<str>>,
}

impl Record {
    /// Somebody has signed in: who it is, and its times, begin now.
    pub(crate) fn sign_in(&mut self, sign_in: SignIn, now: Timestamp) {
        let SignIn { subject, data, proven } = sign_in;
        self.subject = Some(subject);
        self.data = data;
        self.proven = proven;
        self.created = now;
        self.last_seen = now;
        self.last_activity = now;
        self.rotated = now;
    }
}

/// What the server keeps with a session. Nothing in it is readable at rest.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// What the work needs, sealed under the ticket keys. Sealing the same twice gives different bytes.
    pub sealed: Vec<u8>,
    /// Whether tickets are issued for this session.
    pub remember: bool,
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data").field("remember", &self.remember).finish_non_exhaustive()
    }
}

/// What becomes of a session that began before anybody had signed in, once somebody does.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who it is.
    pub subject: Arc<str>,
    /// In place of the data so far.
    pub data: Data,
    /// See [`Record::proven`].
    pub proven: Timestamp,
}

/// What a record can be found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A session id that a browser presented: the current one, or an alias within its grace.
    Session(SessionHash),
    /// The family, as a ticket names it.
    Family(FamilyId),
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// A limit of time.
    RanOut(RanOut),
    /// Signed out, or revoked from another device.
    Revoked,
    /// Pushed out by a limit of number.
    Evicted,
}

impl EndReason {
    /// Each of them.
    pub const ALL: [Self; 4] =
        [Self::RanOut(RanOut::Idle), Self::RanOut(RanOut::Absolute), Self::Revoked, Self::Evicted];

    /// How it is told to the client.
    pub const fn code(self) -> ProblemCode {
        match self {
            Self::RanOut(limit) => limit.code(),
            Self::Revoked => ProblemCode::SessionRevoked,
            Self::Evicted => ProblemCode::SessionEvicted,
        }
    }

    /// How logs and metrics call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RanOut(RanOut::Idle) => "timeout",
            Self::RanOut(RanOut::Absolute) => "expired",
            Self::Revoked => "revoked",
            Self::Evicted => "evicted",
        }
    }
}
