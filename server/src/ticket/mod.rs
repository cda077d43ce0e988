//! Sealed secrets: the reconnect ticket that a browser keeps, and the credential that a record keeps.

pub mod keys;

pub use keys::{KeyError, TicketKeys};

use secrecy::{ExposeSecret, SecretString};

/// A reconnect ticket as a cookie carries it. Whether it can be read is only known once it is opened.
#[derive(Clone, Debug)]
pub struct TicketCookie(SecretString);

impl TicketCookie {
    /// Whatever the browser sent.
    pub fn presented(value: String) -> Self {
        Self(SecretString::from(value))
    }

    /// The value for `Set-Cookie`, and for nothing else.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Seals and opens, for one audience and one public origin: what was sealed for another is unreadable here.
#[derive(Debug)]
pub struct Sealer {
    keys: TicketKeys,
    audience: String,
    origin: String,
}

impl Sealer {
    /// `audience`: the service (its API's base path); `origin`: the public origin, such as `https://app.example`.
    pub fn new(keys: TicketKeys, audience: &str, origin: &str) -> Self {
        Self {
            keys,
            audience: audience.to_owned(),
            origin: origin.to_owned(),
        }
    }
}
