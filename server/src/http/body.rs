//! Reading a JSON body: bounded in size and time, strict about fields, silent about values.
//!
//! A parser's own error text quotes the value it did not like, and that value may be a password. So a message here is
//! put together from the position, the name of the field and the type wanted, and nothing else.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use session_keepalive::wire::ProblemCode;

use super::problem::Refusal;

/// The largest body accepted, in bytes. A connection string is refused long before (a ticket holds 3.5 kB).
pub(crate) const MAX_BODY: usize = 16 * 1024;

/// Reads the body as `T`. An empty body equals `{}`.
pub(crate) async fn read_json<T: DeserializeOwned>(request: Request<Body>, time_limit: Duration) -> Result<T, Refusal> {
    let bytes = read_bytes(request, time_limit).await?;
    parse(&bytes)
}

async fn read_bytes(request: Request<Body>, time_limit: Duration) -> Result<Bytes, Refusal> {
    let (parts, body) = request.into_parts();
    if declared_length(&parts.headers).is_some_and(|length| length > MAX_BODY as u64) {
        return Err(too_large());
    }
    let reading = Limited::new(body, MAX_BODY).collect();
    match tokio::time::timeout(time_limit, reading).await {
        Err(_elapsed) => Err(Refusal::plain(
            StatusCode::REQUEST_TIMEOUT,
            format!("The body did not arrive within {} s.", time_limit.as_secs()),
        )),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_broken)) => {
            Err(Refusal::new(ProblemCode::InvalidRequest, "The body could not be read to its end: send it again."))
        }
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Refusal {
    Refusal::new(ProblemCode::PayloadTooLarge, format!("The body is larger than {MAX_BODY} bytes."))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let text = match bytes.trim_ascii() {
        [] => b"{}",
        // A derived reader would also take the fields of a list by their position.
        [b'{', ..] => bytes,
        _ => return Err(invalid("The body must be a JSON object.".to_owned())),
    };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        invalid(describe(error.inner(), &path))
    })?;
    reader.end().map_err(|error| invalid(describe(&error, ".")))?;
    Ok(value)
}

fn invalid(detail: String) -> Refusal {
    Refusal::new(ProblemCode::InvalidRequest, detail)
}

fn describe(error: &serde_json::Error, path: &str) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Io | Category::Syntax | Category::Eof => {
            format!("The body is not well-formed JSON: {place}.")
        }
        Category::Data => describe_data(&error.to_string(), path, &place),
    }
}

/// The message's fixed beginnings are serde's own; what stands in backticks behind them is a field's name.
fn describe_data(message: &str, path: &str, place: &str) -> String {
    let named = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).map(presentable);
    if let Some(field) = named("unknown field `") {
        return format!("Unknown field {field} at {place}: leave it out.");
    }
    if let Some(field) = named("missing field `") {
        return format!("The field {field} is missing.");
    }
    if let Some(field) = named("duplicate field `") {
        return format!("The field {field} is given twice at {place}.");
    }
    let wanted = message
        .rsplit_once(", expected ")
        .and_then(|(_, rest)| rest.split(" at line ").next())
        .unwrap_or("another type");
    format!("The field {} at {place} must be {wanted}.", presentable(path))
}

/// A name from the request may be anything, also a secret that was put in the wrong place.
fn presentable(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if (1..=40).contains(&name.len()) && name.chars().all(plain) {
        format!("'{name}'")
    } else {
        "(its name is not shown: it is not a plain word)".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::{ExposeSecret, SecretString};
    use session_keepalive::wire::{ConnectRequest, ValidateRequest};

    fn refusal(body: &str) -> String {
        let refusal = parse::<ConnectRequest<SecretString>>(body.as_bytes()).expect_err(body);
        assert_eq!(refusal.code(), Some(ProblemCode::InvalidRequest));
        format!("{refusal:?}")
    }

    #[test]
    fn an_empty_body_equals_an_empty_object() {
        for body in ["", " \n", "{}"] {
            let request: ValidateRequest = parse(body.as_bytes()).expect(body);
            assert_eq!(request, ValidateRequest { activity: false });
        }
    }

    #[test]
    fn reads_the_fields() {
        let request: ConnectRequest<SecretString> = parse(br#" {"connectionString":"sqlite:a.db"}"#).expect("valid");
        assert_eq!(request.connection_string.expose_secret(), "sqlite:a.db");
        assert!(request.remember);
    }

    #[test]
    fn names_the_field_and_the_place() {
        assert!(refusal(r#"{"connectionString":"x","extra":1}"#).contains("'extra' at line 1, column "));
        assert!(refusal("{}").contains("'connectionString' is missing"));
        assert!(refusal(r#"{"connectionString":"x","remember":"yes"}"#).contains("'remember' at line 1"));
        assert!(refusal(r#"{"connectionString":"x","remember":"yes"}"#).contains("must be a boolean"));
        assert!(refusal(r#"{"connectionString":"x","connectionString":"y"}"#).contains("given twice"));
        assert!(refusal("{\n\"connectionString\": \"x\",}").contains("not well-formed JSON: line 2, column "));
        assert!(refusal(r#"["x", true]"#).contains("must be a JSON object"));
        assert!(refusal(r#"{"connectionString":"x"} {}"#).contains("not well-formed JSON"));
    }

    #[test]
    fn never_quotes_a_value() {
        for body in [
            r#"{"connectionString":"x","remember":"hunter2"}"#,
            r#"{"connectionString":["hunter2"]}"#,
            r#"{"connectionString":"postgres://u:hunter2@h/d"#,
            r#"{"connectionString":"hunter2\q"}"#,
            r#"{"postgres://u:hunter2@h/d":1}"#,
            r#"{"connectionString":"x","remember":"hunter2, expected hunter2"}"#,
            r#"{"connectionString":"x"}hunter2"#,
            r#""postgres://u:hunter2@h/d""#,
        ] {
            assert!(!refusal(body).contains("hunter2"), "{body}");
        }
    }

    #[test]
    fn a_numeric_value_is_not_quoted_either() {
        assert!(!refusal(r#"{"connectionString":8675309}"#).contains("8675309"));
    }
}
