//! Reads the log of the option `debug`: entries `{at, name, detail}`, as a JSON array or one a line.
//!
//! `options` and `input` are the engine's own types, as hexadecimal postcard. Every other entry is an event, as the application
//! got it. What the page's JavaScript says by itself, before the engine runs or after it has stopped with an error, is left out.

use serde::Deserialize;
use serde_json::{Deserializer, Value};
use session_keepalive::engine::log::{VERSION, from_bytes};
use session_keepalive::engine::{Config, Input, Now};

/// What `debug: 'replay'` puts before each entry in the console.
const PREFIX: &str = "[session-keepalive] ";

/// One entry that takes part in the replay.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Its number in the log, from 0.
    pub(crate) place: usize,
    pub(crate) what: What,
}

/// The content of an entry.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// An engine is made.
    Options(Config),
    /// It gets an input.
    Input(Now, Input),
    /// The application gets an event.
    Event { name: String, detail: Value },
    /// The module stopped with an error. `start()` makes another engine.
    Trap,
}

/// Reads a log. The error names the entry that is wrong.
pub(crate) fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let mut log = Vec::new();
    let mut running = false;
    for (place, entry) in values(text)?.into_iter().enumerate() {
        if let Some(what) = content(entry, running).map_err(|problem| format!("entry {place}: {problem}"))? {
            running = what != What::Trap;
            log.push(Entry { place, what });
        }
    }
    if log.is_empty() {
        return Err("the log has no `options`: was it recorded with debug: 'replay', or with a function?".to_owned());
    }
    Ok(log)
}

/// The entries as JSON. A console that was saved as a file holds lines of others too, and may say behind ours where it came from.
fn values(text: &str) -> Result<Vec<Value>, String> {
    if let Ok(Value::Array(entries)) = serde_json::from_str(text) {
        return Ok(entries);
    }
    let marked: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(PREFIX)?.1)).collect();
    let lines = if marked.is_empty() { text.lines().filter(|line| !line.trim().is_empty()).collect() } else { marked };
    let read = |(place, line)| match Deserializer::from_str(line).into_iter().next() {
        Some(Ok(entry)) => Ok(entry),
        _ => Err(format!("entry {place}: is no JSON; a log is a JSON array of entries, or an entry a line")),
    };
    lines.into_iter().enumerate().map(read).collect()
}

/// The content of an entry; `None` if the page's JavaScript says it by itself. `running`: there is an engine.
fn content(entry: Value, running: bool) -> Result<Option<What>, String> {
    let name = entry.get("name").and_then(Value::as_str).ok_or("has no `name`")?.to_owned();
    let detail = entry.get("detail").cloned().unwrap_or_default();
    Ok(match name.as_str() {
        "options" if running => return Err("a second session begins: keep a log for each".to_owned()),
        "options" => Some(What::Options(options(&detail)?)),
        "input" if !running => return Err("`options` must come first: the log has lost its beginning".to_owned()),
        "input" => {
            let (now, input) = decode(&bytes("input", &detail)?, "input")?;
            Some(What::Input(now, input))
        }
        _ if !running => None,
        "change" if is_trap(&detail) => Some(What::Trap),
        _ => Some(What::Event { name, detail }),
    })
}

fn options(detail: &Value) -> Result<Config, String> {
    let bytes = bytes("options", detail)?;
    let config = bytes.strip_prefix(&VERSION).ok_or("the log is of another version of the module")?;
    decode(config, "config")
}

fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8], name: &str) -> Result<T, String> {
    from_bytes(bytes).map_err(|error| format!("is no {name} of the engine: {error}"))
}

fn bytes(name: &str, detail: &Value) -> Result<Vec<u8>, String> {
    detail.as_str().and_then(unhex).ok_or_else(|| format!("`detail` of `{name}` must be hexadecimal text"))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let byte = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    };
    digits?.chunks(2).map(byte).collect()
}

/// Whether the page's JavaScript says that the module has stopped. The engine never calls this status final.
fn is_trap(snapshot: &Value) -> bool {
    let field = |name| snapshot.get(name).and_then(Value::as_str);
    let retryable = snapshot.get("error").and_then(|error| error.get("retryable")).and_then(Value::as_bool);
    field("status") == Some("degraded") && field("reason") == Some("wasm-blocked") && retryable == Some(false)
}
