//! Between the facade and the module names are numbers: their places in the lists of `src/js/names.js`. Here the lists are held
//! to the Rust types, and the published declarations to the lists.
#![cfg(not(target_arch = "wasm32"))]
// A helper of a test may fail it.
#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing)]

use session_keepalive::engine::{
    Call, CheckResult, Effect, Event, Millis, Phase, Reason, RequestId, Status, TabMessage, Verdict,
};
use session_keepalive::numbers::{EffectKind, InputKind, VerdictKind, effect};
use session_keepalive::wire::ProblemCode;

const NAMES: &str = include_str!("../src/js/names.js");
const OPTIONS: &str = include_str!("../src/js/options.js");
const DECLARATIONS: &str = include_str!("../src/js/index.d.ts");

/// What stands between the first `start` and the next `end`.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("`{start}` is missing"));
    let (found, _) = rest.split_once(end).unwrap_or_else(|| panic!("nothing ends `{start}`"));
    found
}

/// Every second part of a text in quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('\'').skip(1).step_by(2).collect()
}

/// One of the facade's lists.
fn list(name: &str) -> Vec<&'static str> {
    quoted(between(NAMES, &format!("export const {name} = ["), "];"))
}

/// The declarations without comments, in which quotes mean something else.
fn declarations() -> String {
    let mut text = String::new();
    let mut rest = DECLARATIONS;
    while let Some((before, comment)) = rest.split_once("/**") {
        text.push_str(before);
        rest = comment.split_once("*/").expect("a comment ends").1;
    }
    text + rest
}

/// The names of a union of strings.
fn union(name: &str) -> Vec<String> {
    let text = declarations();
    quoted(between(&text, &format!("export type {name} ="), ";")).into_iter().map(str::to_owned).collect()
}

/// The fields of an interface or an object, at its first level of indentation.
fn fields(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| line.starts_with(char::is_alphabetic))
        .filter_map(|line| line.split([':', '?', '(', ',']).next())
        .collect()
}

#[test]
fn reasons_are_in_the_order_of_the_type() {
    let names: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(list("REASONS"), names);
    for (place, reason) in Reason::ALL.iter().enumerate() {
        assert_eq!(*reason as usize, place, "{reason:?} crosses the boundary as its discriminant");
    }
}

#[test]
fn codes_are_in_the_order_of_the_type() {
    let names: Vec<_> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(list("CODES"), names);
}

#[test]
fn statuses_are_in_the_order_of_the_type() {
    let names: Vec<_> = Status::ALL.iter().map(|status| status.as_str()).collect();
    assert_eq!(list("STATUSES"), names);
    for (place, status) in Status::ALL.iter().enumerate() {
        assert_eq!(*status as usize, place, "{status:?} crosses the boundary as its discriminant");
    }
}

#[test]
fn calls_and_phases_are_in_the_order_of_the_types() {
    let calls = [Call::Validate, Call::Reconnect, Call::Logout];
    assert_eq!(list("CALLS"), calls.map(Call::as_str));
    for (place, call) in calls.into_iter().enumerate() {
        assert_eq!(call as usize, place);
    }
    for phase in [Phase::Validate, Phase::Reconnect] {
        assert_eq!(list("CALLS")[phase as usize], phase.as_str(), "a phase is named by its call");
    }
    assert_eq!(Call::Validate as usize + 3, list("CALLS").len());
}

#[test]
fn kinds_are_in_the_order_of_the_types() {
    assert_eq!(list("INPUTS"), InputKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
    assert_eq!(list("EFFECTS"), EffectKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
    assert_eq!(list("VERDICTS"), VerdictKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
    for (place, kind) in EffectKind::ALL.iter().enumerate() {
        assert_eq!(*kind as usize, place, "{kind:?} crosses the boundary as its discriminant");
    }
    for (place, kind) in InputKind::ALL.iter().enumerate() {
        assert_eq!(*kind as usize, place, "{kind:?} crosses the boundary as its discriminant");
    }
}

#[test]
fn news_are_in_the_order_in_which_they_are_numbered() {
    let asking = TabMessage::CheckStarted { phase: Phase::Validate, activity: false, since: Millis::ZERO };
    let answered = TabMessage::CheckFinished(CheckResult {
        request: RequestId(1),
        phase: Phase::Validate,
        verdict: Verdict::Lost,
        epoch: 0,
        next_in: Millis::ZERO,
        signed_in: false,
    });
    for (place, message) in
        [asking, answered, TabMessage::CredentialWanted, TabMessage::SignedOut, TabMessage::Activity]
            .into_iter()
            .enumerate()
    {
        let (_, [kind, ..]) = effect(&Effect::Broadcast(message));
        // A new kind does not compile before it is in the list above.
        let name = match message {
            TabMessage::CheckStarted { .. } => "asking",
            TabMessage::CheckFinished(_) => "answered",
            TabMessage::CredentialWanted => "looking",
            TabMessage::SignedOut => "signedOut",
            TabMessage::Activity => "active",
        };
        assert_eq!((kind as usize, list("NEWS")[place]), (place, name));
    }
    assert_eq!(list("NEWS").len(), 5);
}

#[test]
fn every_event_has_its_name_and_its_payload() {
    let none = Millis::ZERO;
    let all = [
        Event::Connected,
        Event::Checking { attempt: 1 },
        Event::Checked { duration_ms: none, shared: false },
        Event::Slow { phase: Phase::Validate, elapsed_ms: none },
        Event::Degraded { reason: Reason::Server, retry_in_ms: none },
        Event::Reconnecting { attempt: 1 },
        Event::Reconnected { downtime_ms: none, epoch: 2 },
        Event::Expiring { seconds_left: 1 },
        Event::Disconnected { reason: Reason::SessionLost },
        Event::Wake { slept_ms: none },
        Event::Idle,
        Event::Active,
    ];
    // A new event does not compile before it is in the list above.
    let fields = |event: &Event| match event {
        Event::Connected => "null",
        Event::Checking { .. } | Event::Reconnecting { .. } => "(attempt) =>",
        Event::Checked { .. } => "(durationMs, shared) =>",
        Event::Slow { .. } => "(phase, elapsedMs) =>",
        Event::Degraded { .. } => "(reason, retryInMs) =>",
        Event::Reconnected { .. } => "(downtimeMs, epoch) =>",
        Event::Expiring { .. } => "(secondsLeft) =>",
        Event::Disconnected { .. } => "(reason) =>",
        Event::Wake { .. } => "(sleptMs) =>",
        Event::Idle | Event::Active => "() =>",
    };
    let payloads: Vec<_> = between(NAMES, "export const PAYLOADS = [\n", "];").lines().map(str::trim).collect();
    assert_eq!(payloads.len(), all.len());
    for event in &all {
        let (kind, _) = effect(&Effect::Emit(*event));
        assert_eq!(kind.as_str(), event.name());
        let payload = payloads[kind as usize];
        assert!(payload.starts_with(fields(event)), "{payload} is that of {event:?}");
    }
}

/// The names of the events: those of the effects up to a place.
fn events() -> Vec<&'static str> {
    let count = between(NAMES, "export const EVENTS = EFFECTS.slice(0, ", ");");
    let mut names = list("EFFECTS");
    names.truncate(count.parse().expect("a number"));
    names
}

#[test]
fn the_public_types_have_every_name_and_no_other() {
    assert_eq!(union("Status"), list("STATUSES"));
    assert_eq!(union("Reason"), list("REASONS"));
    let text = declarations();
    let mut declared = fields(between(&text, "export interface KeepAliveEvents {", "\n}"));
    let mut names = events();
    declared.sort_unstable();
    names.sort_unstable();
    assert_eq!(declared, names);
    let verdicts = quoted(between(&text, "export type Verdict =", "export interface"));
    for name in list("VERDICTS") {
        assert!(verdicts.contains(&name), "{name}");
    }
}

#[test]
fn the_declared_options_are_those_that_are_accepted() {
    let text = declarations();
    let mut declared = fields(between(&text, "export interface KeepAliveOptions {", "\n}"));
    let mut accepted = fields(between(OPTIONS, "const SCHEMA = {", "\n};"));
    declared.sort_unstable();
    accepted.sort_unstable();
    assert!(declared.len() > 15);
    assert_eq!(declared, accepted);
}
