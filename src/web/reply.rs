//! From what a request brought back to its [`Outcome`].

use super::config::millis;
use crate::engine::{Answer, Call, CredentialHolder, Facts, Millis, Outcome, Reason, Trouble, Verdict, classify};
use crate::wire::{ProblemCode, SessionAnswer};

/// The kinds of verdicts, in the order of `names.js`.
const VALID: u32 = 0;
const LOST: u32 = 1;
const ENDED: u32 = 2;
const REJECTED: u32 = 3;
const TRANSIENT: u32 = 4;
/// Not a verdict: nothing was sent, because no credential is stored.
const NO_CREDENTIAL: u32 = 5;

/// What an HTTP answer means. The status decides, unless the body has a code that the protocol knows.
pub(super) fn answered(
    call: u32,
    holder: CredentialHolder,
    status: u32,
    code: u32,
    retry_after: f64,
    session: SessionAnswer,
) -> Outcome {
    let call = match call {
        0 => Call::Validate,
        1 => Call::Reconnect,
        _ => Call::Logout,
    };
    Outcome::Verdict(classify(
        call,
        holder,
        Answer {
            status: u16::try_from(status).unwrap_or_default(),
            session: Some(session),
            code: ProblemCode::ALL.get(code as usize).copied(),
            retry_after: length(retry_after),
        },
    ))
}

/// The verdict of the application's own function. What is not one is a mistake of the application, and therefore costs
/// nobody their session.
pub(super) fn judged(kind: u32, reason: u32, retry_after: f64, facts: Facts) -> Outcome {
    let reason = |fallback| Reason::ALL.get(reason as usize).copied().unwrap_or(fallback);
    let transient = |reason| Verdict::Transient(Trouble { reason, status: None, retry_after: length(retry_after) });
    Outcome::Verdict(match kind {
        VALID => Verdict::Valid(facts),
        LOST => Verdict::Lost,
        ENDED => Verdict::Ended(reason(Reason::SessionExpired)),
        REJECTED => Verdict::Rejected(reason(Reason::CredentialRejected)),
        TRANSIENT => transient(reason(Reason::Server)),
        NO_CREDENTIAL => return Outcome::NoCredential,
        _ => transient(Reason::Misconfigured),
    })
}

/// A whole number; `NaN` is none.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn whole(number: f64) -> Option<u32> {
    (!number.is_nan()).then_some(number as u32)
}

/// A length in milliseconds; `NaN` is none.
pub(super) fn length(number: f64) -> Option<Millis> {
    (!number.is_nan()).then(|| millis(number))
}
