//! The verdict that a function of the application gives.

use wasm_bindgen::prelude::*;

use super::super::untrusted::Untrusted;
use super::misconfigured;
use super::payload::Payload;
use crate::engine::{Facts, Reason, Trouble, Verdict};

/// A verdict as the engine takes it, and what else was in it.
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) payload: Option<Payload>,
}

impl Judgement {
    /// Reads `Verdict` of `index.d.ts`. Anything else is a mistake of the application, and therefore costs nobody their
    /// session.
    pub(super) fn read(given: JsValue) -> Self {
        let Some(given) = Untrusted::new(given) else { return Self { verdict: misconfigured(), payload: None } };
        let reason = |fallback| given.text("reason").as_deref().and_then(Reason::parse).unwrap_or(fallback);
        let mut payload = None;
        let verdict = match given.text("kind").as_deref() {
            Some("valid") => {
                payload = Some(Payload::new(given.text("subject"), given.value("data")));
                Verdict::Valid(Facts {
                    epoch: given.count("epoch"),
                    idle_in: given.millis("idleInMs"),
                    absolute_in: given.millis("absoluteInMs"),
                    warn_in: given.millis("warnInMs"),
                    next_check_in: given.millis("nextCheckInMs"),
                    reconnected: given.is_true("reconnected"),
                })
            }
            Some("lost") => Verdict::Lost,
            Some("ended") => Verdict::Ended(reason(Reason::SessionExpired)),
            Some("rejected") => Verdict::Rejected(reason(Reason::CredentialRejected)),
            Some("transient") => Verdict::Transient(Trouble {
                reason: reason(Reason::Server),
                status: None,
                retry_after: given.millis("retryAfterMs"),
            }),
            Some(_) | None => misconfigured(),
        };
        Self { verdict, payload }
    }
}
