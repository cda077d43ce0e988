//! What an application keeps with a session, as the text that is sealed.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use session_keepalive::wire::ProblemCode;

use crate::sessions::Refused;

/// Its JSON.
pub(crate) fn to_text(data: &impl Serialize) -> Result<SecretString, Refused> {
    // The error's own words may quote a value.
    let unwritable = "what the session should keep cannot be written as JSON";
    serde_json::to_string(data).map(SecretString::from).map_err(|_| Refused::unavailable(&unwritable))
}

/// From its JSON. A type that has changed since is as good as gone.
pub(crate) fn from_text<Data: DeserializeOwned>(text: &SecretString) -> Result<Data, Refused> {
    serde_json::from_str(text.expose_secret()).map_err(|_| {
        tracing::error!("what a session keeps cannot be read as the type asked for");
        Refused::new(ProblemCode::ReconnectRefused, "What was kept for this session cannot be read. Sign in again.")
    })
}
