//! Kinds and numbers in words.

use session_keepalive::engine::{Call, Reason, Status, WallTime};
use session_keepalive::numbers::{EffectKind, InputKind, Told, VerdictKind};
use session_keepalive::wire::ProblemCode;

const CALLS: [Call; 3] = [Call::Validate, Call::Reconnect, Call::Logout];

/// Numbers that are yes or no.
const SWITCHES: [&str; 14] = [
    "visible",
    "online",
    "activity",
    "everywhere",
    "session unknown",
    "valid",
    "reconnected",
    "shared",
    "retryable",
    "flag",
    "sign out",
    "signed out",
    "granted",
    "steal",
];
/// What tabs tell each other, as in `src/js/names.js`.
const NEWS: [&str; 5] = ["asking", "answered", "looking", "signedOut", "active"];

/// An input. Wall times are told as seen from `wall`.
pub(crate) fn input(kind: InputKind, numbers: &[f64], wall: WallTime) -> String {
    words(kind.as_str(), kind.fields(), numbers, wall)
}

/// An effect. Wall times are told as seen from `wall`.
pub(crate) fn effect((kind, numbers): (EffectKind, Told), wall: WallTime) -> String {
    words(kind.as_str(), kind.fields(), &numbers, wall)
}

fn words(name: &str, fields: impl Iterator<Item = &'static str>, numbers: &[f64], wall: WallTime) -> String {
    let present = fields.zip(numbers).filter(|(_, number)| !number.is_nan());
    let told: Vec<_> = present.map(|(field, number)| self::field(field, *number, wall)).collect();
    format!("{name} {}", told.join(", ")).trim_end().to_owned()
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn field(name: &str, number: f64, wall: WallTime) -> String {
    let place = if number < 0.0 { usize::MAX } else { number as usize };
    let word = match name {
        "status" => Status::ALL.get(place).map(|status| status.as_str()),
        "reason" | "error" => Reason::ALL.get(place).map(|reason| reason.as_str()),
        "call" => CALLS.get(place).map(|call| call.as_str()),
        "code" => ProblemCode::ALL.get(place).map(|code| code.as_str()),
        "news" => NEWS.get(place).copied(),
        "verdict" => VerdictKind::ALL.get(place).map(|kind| kind.as_str()),
        _ if SWITCHES.contains(&name) => Some(if number > 0.0 { "yes" } else { "no" }),
        _ => None,
    };
    if let Some(word) = word {
        return format!("{name} {word}");
    }
    if let Some(name) = name.strip_suffix(" ms") {
        return format!("{name} {:.3} s", number / 1000.0);
    }
    if let Some(name) = name.strip_suffix(" at") {
        let away = (number - wall.0 as f64) / 1000.0;
        return if away < 0.0 { format!("{name} {:.3} s ago", -away) } else { format!("{name} in {away:.3} s") };
    }
    match name.strip_suffix(" s") {
        Some(name) => format!("{name} {number} s"),
        // A list has no such place: JavaScript found nothing.
        None if number < 0.0 => format!("no {name}"),
        None => format!("{name} {number}"),
    }
}
