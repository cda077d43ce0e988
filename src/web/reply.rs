//! From what a request brought back to its [`Outcome`].

use wasm_bindgen::prelude::*;

use super::object::{get, length, text, truthy, whole};
use crate::engine::{Answer, Call, CredentialHolder, Facts, NoAnswer, Outcome, Reason, Trouble, Verdict, classify};
use crate::wire::{ProblemCode, SessionAnswer};

/// What came back: `{ status, retryAfterMs, body }`, `{ verdict }` or `{ noCredential }`; an error if nothing did.
pub(super) fn outcome(call: &str, holder: CredentialHolder, reply: &JsValue) -> Outcome {
    if reply.is_undefined() {
        return Outcome::Verdict(NoAnswer::Network.into());
    }
    if truthy(reply, "noCredential") {
        return Outcome::NoCredential;
    }
    let call = match call {
        "validate" => Call::Validate,
        "reconnect" => Call::Reconnect,
        _ => Call::Logout,
    };
    Outcome::Verdict(match whole(reply, "status") {
        Some(status) => classify(call, holder, answer(reply, status)),
        None => verdict(&get(reply, "verdict")),
    })
}

fn answer(reply: &JsValue, status: u32) -> Answer {
    let body = get(reply, "body");
    Answer {
        status: u16::try_from(status).unwrap_or_default(),
        session: body.is_object().then(|| session(&body)),
        code: text(&body, "code").and_then(|code| ProblemCode::parse(&code)),
        retry_after: length(reply, "retryAfterMs"),
    }
}

fn session(body: &JsValue) -> SessionAnswer {
    SessionAnswer {
        valid: truthy(body, "valid"),
        reconnected: truthy(body, "reconnected"),
        epoch: whole(body, "epoch").unwrap_or(1),
        subject: text(body, "subject"),
        idle_in: whole(body, "idleIn"),
        absolute_in: whole(body, "absoluteIn"),
        warn_in: whole(body, "warnIn"),
        next_check_in: whole(body, "nextCheckIn"),
    }
}

/// The verdict of the application's own function. What is not one is a mistake of the application, and therefore costs
/// nobody their session.
fn verdict(given: &JsValue) -> Verdict {
    let transient =
        |reason| Verdict::Transient(Trouble { reason, status: None, retry_after: length(given, "retryAfterMs") });
    let reason = text(given, "reason").and_then(|name| Reason::parse(&name));
    match text(given, "kind").as_deref() {
        Some("valid") => Verdict::Valid(facts(given)),
        Some("lost") => Verdict::Lost,
        Some("ended") => Verdict::Ended(reason.unwrap_or(Reason::SessionExpired)),
        Some("rejected") => Verdict::Rejected(reason.unwrap_or(Reason::CredentialRejected)),
        Some("transient") => transient(reason.unwrap_or(Reason::Server)),
        Some(_) | None => transient(Reason::Misconfigured),
    }
}

fn facts(given: &JsValue) -> Facts {
    Facts {
        subject: text(given, "subject"),
        epoch: whole(given, "epoch"),
        idle_in: length(given, "idleInMs"),
        absolute_in: length(given, "absoluteInMs"),
        warn_in: length(given, "warnInMs"),
        next_check_in: length(given, "nextCheckInMs"),
        reconnected: truthy(given, "reconnected"),
        has_data: !get(given, "data").is_undefined(),
    }
}
