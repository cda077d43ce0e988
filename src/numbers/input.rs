//! From numbers to an [`Input`].

use super::news::heard;
use super::{Given, at, given, millis, on, whole};
use crate::engine::{
    Body, Call, CredentialHolder, Facts, FetchId, Generation, HttpAnswer, Input, Millis, NoAnswer, Outcome, Persisted,
    Reason, Refusal, RequestId, SignOut, Trouble, Verdict, classify,
};
use crate::wire::{ProblemCode, SessionAnswer};

kinds! {
    /// What can be told to the engine, and with which numbers.
    InputKind:
    Start = "start", "visible, online, everywhere, floor ms, signed out";
    Stop = "stop", "";
    Dispose = "dispose", "";
    Check = "check", "activity";
    Remembered = "remembered", "";
    SignOut = "signOut", "everywhere";
    FetchStarted = "fetchStarted", "fetch";
    FetchRefused = "fetchRefused", "fetch, generation, session unknown";
    FetchEnded = "fetchEnded", "fetch";
    DeadlineReached = "deadlineReached", "";
    Visible = "visible", "";
    Hidden = "hidden", "";
    Focused = "focused", "";
    Left = "left", "";
    Restored = "restored", "everywhere, floor ms, signed out";
    Resumed = "resumed", "";
    Online = "online", "";
    Offline = "offline", "";
    Active = "active", "";
    Turn = "turn", "granted";
    Heard = "heard", "age ms, news, a, b, c, d, e, f, g, h, i";
    // An answer over HTTP.
    Answered = "answered", "request, call, http, code, retry after ms, body, reconnected, epoch, idle in s, absolute in s, \
        warn in s, next check in s";
    // What a function of the application says.
    Judged = "judged", "request, verdict, reason, retry after ms, reconnected, epoch, idle in ms, absolute in ms, warn in ms, \
        next check in ms";
    // No answer came back.
    Failed = "failed", "request";
    // Nothing was sent, because no credential is stored.
    NoCredential = "noCredential", "request";
}

kinds! {
    /// The verdicts that a function of the application may give.
    VerdictKind:
    Valid = "valid", "";
    Lost = "lost", "";
    Ended = "ended", "";
    Rejected = "rejected", "";
    Transient = "transient", "";
}

/// The input of this kind.
pub fn input(kind: InputKind, numbers: &Given, holder: CredentialHolder) -> Input {
    let [first, second, third, fourth, fifth, ..] = *numbers;
    let replied = |outcome| Input::Replied { id: RequestId(whole(first)), outcome };
    match kind {
        InputKind::Start => {
            Input::Start { visible: on(first), online: on(second), persisted: kept(third, fourth, fifth) }
        }
        InputKind::Stop => Input::Stop,
        InputKind::Dispose => Input::Dispose,
        InputKind::Check => Input::Check { activity: on(first) },
        InputKind::Remembered => Input::Remembered,
        InputKind::SignOut => Input::SignOut { everywhere: on(first) },
        InputKind::FetchStarted => Input::FetchStarted(FetchId(whole(first))),
        InputKind::FetchRefused => Input::FetchRefused {
            fetch: FetchId(whole(first)),
            generation: Generation(whole(second)),
            refusal: if on(third) { Refusal::SessionUnknown } else { Refusal::Unclear },
        },
        InputKind::FetchEnded => Input::FetchEnded(FetchId(whole(first))),
        InputKind::DeadlineReached => Input::DeadlineReached,
        InputKind::Visible => Input::Visible,
        InputKind::Hidden => Input::Hidden,
        InputKind::Focused => Input::Focused,
        InputKind::Left => Input::Left,
        InputKind::Restored => Input::Restored { persisted: kept(first, second, third) },
        InputKind::Resumed => Input::Resumed,
        InputKind::Online => Input::Online,
        InputKind::Offline => Input::Offline,
        InputKind::Active => Input::UserActive,
        InputKind::Turn => Input::LockResult { granted: on(first) },
        InputKind::Heard => {
            let [age, a, b, c, d, e, f, g, h, i, j, _] = *numbers;
            Input::Received { message: heard([a, b, c, d, e, f, g, h, i, j]), age: millis(age) }
        }
        InputKind::Answered => replied(Outcome::Verdict(answered(numbers, holder))),
        InputKind::Judged => replied(Outcome::Verdict(judged(numbers))),
        InputKind::Failed => replied(Outcome::Verdict(NoAnswer::Network.into())),
        InputKind::NoCredential => replied(Outcome::NoCredential),
    }
}

/// What a page before this one, or another tab, left behind.
fn kept(everywhere: f64, floor: f64, signed_out: f64) -> Persisted {
    let sign_out = given(everywhere, |everywhere| SignOut { everywhere: on(everywhere) });
    Persisted { sign_out, retry_floor: given(floor, millis), signed_out: on(signed_out) }
}

/// By their number. The first JSON is that of a valid session, the other one any.
const BODIES: [Body; 6] = [Body::Empty, Body::Json, Body::Json, Body::ShortText, Body::Foreign, Body::Cut];
const VALID_SESSION: u32 = 1;

/// What an HTTP answer means. The status decides, unless the body has a code that the protocol knows.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn answered(numbers: &Given, holder: CredentialHolder) -> Verdict {
    const CALLS: [Call; 3] = [Call::Validate, Call::Reconnect, Call::Logout];
    let [_, call, status, code, retry_after, body, reconnected, epoch, idle, absolute, warn, next] = *numbers;
    let session = SessionAnswer {
        valid: whole(body) == VALID_SESSION,
        reconnected: on(reconnected),
        epoch: whole(epoch),
        subject: None,
        idle_in: given(idle, whole),
        absolute_in: given(absolute, whole),
        warn_in: given(warn, whole),
        next_check_in: given(next, whole),
    };
    let answer = HttpAnswer {
        status: status as u16,
        body: at(&BODIES, body).unwrap_or_default(),
        session: Some(session),
        code: at(ProblemCode::ALL, code),
        retry_after: given(retry_after, millis),
    };
    classify(at(&CALLS, call).unwrap_or(Call::Logout), holder, answer)
}

/// The verdict of the application's own function. What is not one is a mistake of the application, and therefore costs
/// nobody their session.
fn judged(numbers: &Given) -> Verdict {
    let [_, kind, reason, retry_after, reconnected, epoch, idle, absolute, warn, next, ..] = *numbers;
    let length = |number| -> Option<Millis> { given(number, millis) };
    let reason = |fallback| at(Reason::ALL, reason).unwrap_or(fallback);
    let transient = |reason| Verdict::Transient(Trouble { reason, status: None, retry_after: length(retry_after) });
    match at(VerdictKind::ALL, kind) {
        Some(VerdictKind::Valid) => Verdict::Valid(Facts {
            epoch: given(epoch, whole),
            idle_in: length(idle),
            absolute_in: length(absolute),
            warn_in: length(warn),
            next_check_in: length(next),
            reconnected: on(reconnected),
        }),
        Some(VerdictKind::Lost) => Verdict::Lost,
        Some(VerdictKind::Ended) => Verdict::Ended(reason(Reason::SessionExpired)),
        Some(VerdictKind::Rejected) => Verdict::Rejected(reason(Reason::CredentialRejected)),
        Some(VerdictKind::Transient) => transient(reason(Reason::Server)),
        None => transient(Reason::Misconfigured),
    }
}

#[cfg(test)]
mod tests;
