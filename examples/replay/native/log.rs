//! A log of the option `debug`, as far as it can be replayed: a JSON array of `{at, name, detail}`. Entries with other names
//! are events for the application, which follow from the rest.

use serde_json::Value;
use session_keepalive::engine::{Chance, Instant, Now, WallTime};
use session_keepalive::numbers::{EffectKind, Given, InputKind, NONE, Told};

/// What crossed between the facade and one engine, in its order.
#[derive(Debug)]
pub(crate) struct Log {
    /// What the engine was made from.
    pub(crate) options: Given,
    pub(crate) entries: Vec<Entry>,
}

/// One crossing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its place in the file, counted from 0.
    pub(crate) place: usize,
    pub(crate) what: What,
}

/// What crossed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    Input { now: Now, kind: InputKind, numbers: Given },
    Effect { kind: EffectKind, numbers: Told },
}

/// Reads a log. The error names the entry that is wrong.
pub(crate) fn parse(text: &str) -> Result<Log, String> {
    let told: Vec<Value> =
        serde_json::from_str(text).map_err(|error| format!("the log must be a JSON array of entries: {error}"))?;
    let mut options = None;
    let mut entries = Vec::new();
    for (place, entry) in told.iter().enumerate() {
        let wrong = |problem: String| format!("entry {place}: {problem}");
        let name = entry.get("name").and_then(Value::as_str).ok_or_else(|| wrong("has no `name`".to_owned()))?;
        if !["options", "input", "effect"].contains(&name) {
            continue;
        }
        let detail = entry.get("detail").and_then(Value::as_array).map(Vec::as_slice);
        let detail = detail.ok_or_else(|| wrong(format!("`detail` of `{name}` must be an array")))?;
        match (name, options) {
            ("options", None) => options = Some(numbers(detail).map_err(wrong)?),
            ("options", Some(_)) => return Err(wrong("a second session begins: keep a log for each".to_owned())),
            (_, None) => return Err(wrong("`options` must come first: the log has lost its beginning".to_owned())),
            ("input", Some(_)) => entries.push(Entry { place, what: input(detail).map_err(wrong)? }),
            (_, Some(_)) => entries.push(Entry { place, what: effect(detail).map_err(wrong)? }),
        }
    }
    let options = options.ok_or("the log has no `options`: was it recorded with `debug`?")?;
    Ok(Log { options, entries })
}

fn input(detail: &[Value]) -> Result<What, String> {
    let [instant, wall, chance, kind, rest @ ..] = detail else {
        return Err("an input is [instant, wall, chance, kind, …numbers]".to_owned());
    };
    let now = Now {
        instant: Instant(whole(instant, "instant")?),
        wall: WallTime(whole(wall, "wall time")?),
        chance: Chance(whole(chance, "chance")?.try_into().map_err(|_| "the chance is larger than a u32".to_owned())?),
    };
    let kind = kind.as_str().and_then(InputKind::parse).ok_or_else(|| format!("there is no input {kind}"))?;
    Ok(What::Input { now, kind, numbers: numbers(rest)? })
}

fn effect(detail: &[Value]) -> Result<What, String> {
    let [kind, rest @ ..] = detail else { return Err("an effect is [kind, …numbers]".to_owned()) };
    let kind = kind.as_str().and_then(EffectKind::parse).ok_or_else(|| format!("there is no effect {kind}"))?;
    Ok(What::Effect { kind, numbers: numbers(rest)? })
}

fn whole(value: &Value, name: &str) -> Result<u64, String> {
    value.as_u64().ok_or_else(|| format!("the {name} must be a whole number, not {value}"))
}

/// As many as there must be; what is missing at the end is no number, and neither is `null`.
fn numbers<const COUNT: usize>(values: &[Value]) -> Result<[f64; COUNT], String> {
    if values.len() > COUNT {
        return Err(format!("{} numbers are too many, {COUNT} is the most", values.len()));
    }
    let mut all = [NONE; COUNT];
    for (number, value) in all.iter_mut().zip(values) {
        *number = match value {
            Value::Null => NONE,
            value => value.as_f64().ok_or_else(|| format!("{value} is no number"))?,
        };
    }
    Ok(all)
}
