//! Reading a JSON body: bounded in size and time, strict about fields, silent about values.
//!
//! A parser's own error text quotes the value it did not like, and that value may be a password. So a message here is
//! put together from the position, the name of the field and the type wanted, and nothing else.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
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

/// Reads the body as it is.
pub(crate) async fn read_bytes(request: Request<Body>, time_limit: Duration) -> Result<Bytes, Refusal> {
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

/// Only to refuse early: the limit holds whatever the header says.
fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Refusal {
    Refusal::new(ProblemCode::PayloadTooLarge, format!("The body is larger than {MAX_BODY} bytes."))
}

/// Reads `T` from a body. Fields that `T` does not know are refused, whatever `T` itself does about them.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let text = match bytes.trim_ascii() {
        [] => b"{}",
        // A derived reader would also take the fields of a list by their position.
        [b'{', ..] => bytes,
        _ => return Err(invalid("The body must be a JSON object.".to_owned())),
    };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let mut unknown = None;
    let mut ignored = |path: serde_ignored::Path<'_>| unknown = Some(path.to_string());
    let strict = serde_ignored::Deserializer::new(&mut reader, &mut ignored);
    let value = serde_path_to_error::deserialize(strict).map_err(|error| {
        let path = error.path().to_string();
        invalid(describe(error.inner(), &path))
    })?;
    reader.end().map_err(|error| invalid(describe(&error, ".")))?;
    match unknown {
        Some(path) => Err(invalid(format!("Unknown field {}: leave it out.", presentable(&path)))),
        None => Ok(value),
    }
}

/// The body of connect: the fields of the credential, and `remember` beside them.
#[derive(Debug)]
pub(crate) struct Connect<Credential> {
    pub(crate) credential: Credential,
    pub(crate) remember: bool,
}

impl<'de, Credential: Deserialize<'de>> Deserialize<'de> for Connect<Credential> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ConnectFields(PhantomData))
    }
}

struct ConnectFields<Credential>(PhantomData<Credential>);

impl<'de, Credential: Deserialize<'de>> Visitor<'de> for ConnectFields<Credential> {
    type Value = Connect<Credential>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut remember = None;
        let others = Others { map, remember: &mut remember };
        let credential = Credential::deserialize(MapAccessDeserializer::new(others))?;
        Ok(Connect { credential, remember: remember.unwrap_or(true) })
    }
}

/// All fields but `remember`, in one pass: nothing of a credential is buffered in between.
struct Others<'r, A> {
    map: A,
    remember: &'r mut Option<bool>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Others<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        const REMEMBER: &str = "remember";
        while let Some(key) = self.map.next_key::<String>()? {
            if key != REMEMBER {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            if self.remember.is_some() {
                return Err(A::Error::duplicate_field(REMEMBER));
            }
            *self.remember = Some(self.map.next_value()?);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
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
    use session_keepalive::wire::ValidateRequest;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct ConnectionString {
        connection_string: SecretString,
    }

    fn refusal(body: &str) -> String {
        let refusal = parse::<Connect<ConnectionString>>(body.as_bytes()).expect_err(body);
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
        let request: Connect<ConnectionString> = parse(br#" {"connectionString":"sqlite:a.db"}"#).expect("valid");
        assert_eq!(request.credential.connection_string.expose_secret(), "sqlite:a.db");
        assert!(request.remember);
    }

    #[test]
    fn names_the_field_and_the_place() {
        assert!(refusal(r#"{"connectionString":"x","extra":1}"#).contains("'extra' at line 1, column "));
        assert!(refusal("{}").contains("'connectionString' is missing"));
        assert!(refusal(r#"{"connectionString":"x","remember":"yes"}"#).contains("'remember' at line 1"));
        assert!(refusal(r#"{"connectionString":"x","remember":"yes"}"#).contains("must be a boolean"));
        assert!(refusal(r#"{"connectionString":"x","connectionString":"y"}"#).contains("given twice"));
        assert!(
            refusal(r#"{"remember":true,"connectionString":"x","remember":true}"#)
                .contains("'remember' is given twice")
        );
        assert!(refusal("{\n\"connectionString\": \"x\",}").contains("not well-formed JSON: line 2, column "));
        assert!(refusal(r#"["x", true]"#).contains("must be a JSON object"));
        assert!(refusal(r#"{"connectionString":"x"} {}"#).contains("not well-formed JSON"));
    }

    #[test]
    fn what_a_type_would_ignore_is_refused_all_the_same() {
        #[derive(Debug, Deserialize)]
        struct Lenient {
            user: String,
        }
        let read = |body: &str| parse::<Connect<Lenient>>(body.as_bytes());
        let good = read(r#"{"remember":false,"user":"alice"}"#).expect("valid");
        assert_eq!((good.credential.user.as_str(), good.remember), ("alice", false));
        for (body, says) in [
            (r#"{"user":"alice","pasword":"hunter2"}"#, "Unknown field 'pasword': leave it out"),
            (r#"{"user":"alice","hunter2 ":1}"#, "its name is not shown"),
            (r#"{"remember":true}"#, "'user' is missing"),
        ] {
            let refusal = format!("{:?}", read(body).expect_err(body));
            assert!(refusal.contains(says) && !refusal.contains("hunter2"), "{refusal}");
        }
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
