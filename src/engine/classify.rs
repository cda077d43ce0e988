//! The verdict table of the protocol: from an HTTP answer to a [`Verdict`].
//!
//! A known `code` decides; without one the status does. Any answer that is not understood is transient, because only a
//! definitive answer may end a session.

use super::config::CredentialHolder;
use super::time::Millis;
use super::verdict::{Facts, Reason, Trouble, Verdict};
use crate::wire::{ProblemCode, SessionAnswer};

/// Which call was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// The periodic check.
    Validate,
    /// The reconnect call.
    Reconnect,
    /// The logout call.
    Logout,
}

/// What a body is, as far as it shows who wrote it: a backend refuses in JSON, with a line of text or with nothing; a firewall
/// or a proxy in front of it refuses with a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Body {
    /// JSON or problem+json, read to its end.
    Json,
    /// Nothing.
    #[default]
    Empty,
    /// `text/plain` of at most 1 KiB.
    ShortText,
    /// A page, or anything else.
    Foreign,
    /// The connection ended inside it.
    Cut,
}

/// The parts of an HTTP answer that a verdict depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The HTTP status.
    pub status: u16,
    /// What the body is.
    pub body: Body,
    /// The session answer, if the body was one.
    pub session: Option<SessionAnswer>,
    /// The `code` of a problem body, if the protocol has it.
    pub code: Option<ProblemCode>,
    /// `Retry-After` as a length, relative to the answer's own `Date`.
    pub retry_after: Option<Millis>,
}

/// Why no answer came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoAnswer {
    /// The network failed.
    Network,
    /// The request was aborted after its time limit.
    Timeout,
}

impl From<NoAnswer> for Verdict {
    fn from(failure: NoAnswer) -> Self {
        let reason = match failure {
            NoAnswer::Network => Reason::Network,
            NoAnswer::Timeout => Reason::Timeout,
        };
        Verdict::Transient(Trouble { reason, status: None, retry_after: None })
    }
}

/// The verdict of `answer` to `call`.
pub fn classify(call: Call, holder: CredentialHolder, answer: HttpAnswer) -> Verdict {
    let transient =
        |reason| Verdict::Transient(Trouble { reason, status: Some(answer.status), retry_after: answer.retry_after });
    if let Some(code) = answer.code {
        return by_code(call, holder, code, transient);
    }
    match (answer.status, call) {
        (200..=299, Call::Logout) => Verdict::Valid(Facts::default()),
        (200..=299, Call::Validate | Call::Reconnect) => match answer.session {
            Some(session) if session.valid => Verdict::Valid(facts(&session)),
            // A captive portal, a proxy page, somebody else's JSON; or an answer that did not arrive whole.
            Some(_) | None if answer.body == Body::Cut => transient(Reason::Network),
            Some(_) | None => transient(Reason::Server),
        },
        (401 | 419 | 440, Call::Validate) => Verdict::Lost,
        // Only what identifies itself as the backend's own refusal destroys a credential.
        (401 | 419 | 440, Call::Reconnect) => match answer.body {
            Body::Json | Body::Empty | Body::ShortText => Verdict::Rejected(Reason::CredentialRejected),
            Body::Foreign => transient(Reason::Server),
            Body::Cut => transient(Reason::Network),
        },
        (403 | 422, Call::Reconnect) => match answer.body {
            Body::Json => Verdict::Rejected(Reason::CredentialRejected),
            Body::Empty | Body::ShortText | Body::Foreign => transient(Reason::Server),
            Body::Cut => transient(Reason::Network),
        },
        // The session is gone already.
        (401 | 419 | 440, Call::Logout) => Verdict::Lost,
        (403, Call::Validate | Call::Logout) => transient(Reason::Server),
        (408, Call::Validate | Call::Reconnect | Call::Logout) => transient(Reason::Timeout),
        (429, Call::Validate | Call::Reconnect | Call::Logout) => transient(Reason::RateLimited),
        (425, Call::Validate | Call::Reconnect | Call::Logout) => transient(Reason::Server),
        (400..=499, Call::Validate | Call::Reconnect | Call::Logout) => transient(Reason::Misconfigured),
        (_, Call::Validate | Call::Reconnect | Call::Logout) => transient(Reason::Server),
    }
}

fn by_code(call: Call, holder: CredentialHolder, code: ProblemCode, transient: impl Fn(Reason) -> Verdict) -> Verdict {
    match code {
        ProblemCode::SessionUnknown => match call {
            Call::Validate | Call::Logout => Verdict::Lost,
            Call::Reconnect => Verdict::Rejected(unknown_on_reconnect(holder)),
        },
        ProblemCode::SessionTimeout => Verdict::Ended(Reason::SessionTimeout),
        ProblemCode::SessionExpired => Verdict::Ended(Reason::SessionExpired),
        ProblemCode::SessionRevoked => Verdict::Ended(Reason::SessionRevoked),
        ProblemCode::SessionEvicted => Verdict::Ended(Reason::SessionEvicted),
        ProblemCode::ReconnectRefused => Verdict::Rejected(Reason::CredentialRejected),
        ProblemCode::ConnectionRefused | ProblemCode::TargetNotAllowed => match call {
            Call::Reconnect => Verdict::Rejected(Reason::CredentialRejected),
            Call::Validate | Call::Logout => transient(Reason::Misconfigured),
        },
        ProblemCode::SessionLimit => match call {
            Call::Reconnect => Verdict::Rejected(Reason::SessionEvicted),
            Call::Validate | Call::Logout => transient(Reason::Misconfigured),
        },
        ProblemCode::CsrfRefused | ProblemCode::InvalidRequest | ProblemCode::PayloadTooLarge => {
            transient(Reason::Misconfigured)
        }
        ProblemCode::RateLimited => transient(Reason::RateLimited),
        ProblemCode::StoreUnavailable | ProblemCode::TargetUnavailable | ProblemCode::Overloaded => {
            transient(Reason::Server)
        }
    }
}

/// The reason when the reconnect call answers that the session is unknown: there was no ticket cookie to present, or the page's
/// credential was not accepted.
pub(super) const fn unknown_on_reconnect(holder: CredentialHolder) -> Reason {
    match holder {
        CredentialHolder::Cookie => Reason::SessionLost,
        CredentialHolder::Page => Reason::CredentialRejected,
    }
}

fn facts(session: &SessionAnswer) -> Facts {
    Facts {
        epoch: Some(session.epoch),
        idle_in: session.idle_in.map(Millis::from_secs),
        absolute_in: session.absolute_in.map(Millis::from_secs),
        warn_in: session.warn_in.map(Millis::from_secs),
        next_check_in: session.next_check_in.map(Millis::from_secs),
        reconnected: session.reconnected,
    }
}

#[cfg(test)]
mod tests;
