//! Inputs, effects and events in words, one line each.
//!
//! The engine's types are worded by their `Debug` text, so a new one needs nothing here: names become words, lengths become seconds,
//! and what is `None` is left out.

use std::fmt::Debug;

use serde_json::Value;
use session_keepalive::engine::Now;

/// A value of the engine.
pub(crate) fn debug(value: &impl Debug) -> String {
    Reader { rest: &format!("{value:?}") }.value("", false).unwrap_or_default()
}

/// An event. Wall times are as seen from `now`.
pub(crate) fn event(name: &str, detail: &Value, now: Now) -> String {
    format!("{name} {}", fields(detail, now)).trim_end().to_owned()
}

fn fields(detail: &Value, now: Now) -> String {
    let Value::Object(fields) = detail else { return detail.to_string() };
    let mut present: Vec<_> = fields.iter().filter(|(_, value)| !value.is_null()).collect();
    // As serde_json is compiled, they are in the order of the text or in this one.
    present.sort_by_key(|(name, _)| name.as_str());
    present.into_iter().map(|(name, value)| field(name, value, now)).collect::<Vec<_>>().join(", ")
}

fn field(name: &str, value: &Value, now: Now) -> String {
    let word = match value {
        Value::Bool(yes) => yes_or_no(*yes).to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(_) => format!("({})", fields(value, now)),
        value => value.to_string(),
    };
    match (name.strip_suffix("Ms"), name.strip_suffix("At"), value.as_f64()) {
        (Some(name), _, Some(length)) => format!("{} {}", spaced(name), seconds(length)),
        (_, Some(name), Some(at)) => format!("{} {}", spaced(name), relative(at, now)),
        _ => format!("{} {word}", spaced(name)),
    }
}

#[allow(clippy::cast_precision_loss)]
fn relative(at: f64, now: Now) -> String {
    let away = at - now.wall.0 as f64;
    if away < 0.0 { format!("{} ago", seconds(-away)) } else { format!("in {}", seconds(away)) }
}

fn seconds(millis: f64) -> String {
    format!("{:.3} s", millis / 1000.0)
}

const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// `DeadlineReached`, `idle_in` and `nextCheck` as words.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words.replace('_', " ")
}

/// Reads the `Debug` text of a value made of enums, structs, options and numbers.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// The next value in words; nothing for `None`. A name that repeats the end of what is `before` it is left out; the fields of
    /// a struct that is `nested` are in parentheses.
    fn value(&mut self, before: &str, nested: bool) -> Option<String> {
        let name = self.name();
        let title = Some(spaced(&name)).filter(|title| !before.ends_with(title.as_str()));
        if self.take("(") {
            let is_number = self.rest.starts_with(|letter: char| letter.is_ascii_digit());
            let inner = match (name.as_str(), &title) {
                ("Some", _) | (_, None) => self.value(before, nested),
                (_, Some(title)) => self.value(title, true),
            };
            self.take(")");
            return match name.as_str() {
                "Some" => inner,
                "Millis" => inner?.parse().ok().map(seconds),
                // A number with a type of its own, such as an id.
                _ if is_number => inner,
                _ => Some(joined(title, inner.as_deref().unwrap_or("nothing"))),
            };
        }
        if self.take(" { ") {
            let fields = self.fields(&spaced(&name));
            return Some(joined(title, &if nested { format!("({fields})") } else { fields }));
        }
        match name.as_str() {
            "None" => None,
            "true" => Some(yes_or_no(true).to_owned()),
            "false" => Some(yes_or_no(false).to_owned()),
            _ => Some(spaced(&name)),
        }
    }

    /// The fields of a struct; a name that repeats its `title` is left out, too.
    fn fields(&mut self, title: &str) -> String {
        let mut fields = Vec::new();
        loop {
            let name = spaced(&self.name());
            self.take(": ");
            if let Some(value) = self.value(&name, true) {
                fields.push(if name == title { value } else { format!("{name} {value}") });
            }
            if !self.take(", ") {
                self.take(" }");
                return fields.join(", ");
            }
        }
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        name.to_owned()
    }

    fn take(&mut self, expected: &str) -> bool {
        let rest = self.rest.strip_prefix(expected);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

fn joined(title: Option<String>, words: &str) -> String {
    match title {
        Some(title) => format!("{title} {words}"),
        None => words.to_owned(),
    }
}
