//! Sealed secrets: the reconnect ticket that a browser keeps, and the credential that a record keeps.
//!
//! Failure semantics: a sealed text is either good or unreadable, and unreadable has no reasons: whether it was
//! truncated, tampered with, sealed for another origin or under a key that is gone is nobody's business.

mod envelope;
mod keys;

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    clock::Timestamp,
    id::{FAMILY_ID_BYTES, FamilyId, NoRandomness},
};

use envelope::{Envelope, Purpose};
pub use keys::{KeyError, TicketKeys};

/// The longest ticket issued, in characters. Browsers drop a cookie of more than 4,096 bytes without a word, name and
/// all; the rest is room for names and proxies.
pub const MAX_TICKET_CHARS: usize = 3_500;

/// Bytes of the checksum in front.
const CHECKSUM_BYTES: usize = 4;

/// More than any ticket's fixed fields take in the clear.
const FIXED_FIELDS_BYTES: usize = 128;

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

/// What a ticket says.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// How to reach the target.
    pub credential: SecretString,
    /// The family it continues.
    pub family: FamilyId,
    /// Whose it is.
    pub subject: Option<Arc<str>>,
    /// The family's epoch when it was sealed.
    pub epoch: u32,
    /// When the family signed in.
    pub created: Timestamp,
    /// The last activity that was known when it was sealed.
    pub last_activity: Timestamp,
    /// See [`crate::record::Record::proven`].
    pub proven: Timestamp,
}

/// The text cannot be opened here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// A secret could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealError {
    /// The ticket would be longer than [`MAX_TICKET_CHARS`].
    TooLarge {
        /// Its length in characters.
        chars: usize,
    },
    /// The system gave no random bytes for the nonce.
    NoRandomness,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { chars } => write!(
                f,
                "the reconnect ticket would take {chars} characters and a browser keeps {MAX_TICKET_CHARS}; shorten the \
                 connection string or connect with remember=false"
            ),
            Self::NoRandomness => NoRandomness.fmt(f),
        }
    }
}

impl std::error::Error for SealError {}

impl From<NoRandomness> for SealError {
    fn from(NoRandomness: NoRandomness) -> Self {
        Self::NoRandomness
    }
}

/// A ticket's fields as they are sealed. Numbers have a fixed width, so that a ticket that fitted at connect fits at
/// every later touch.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    credential: &'a str,
    family: [u8; FAMILY_ID_BYTES],
    subject: Option<&'a str>,
    #[serde(with = "postcard::fixint::le")]
    epoch: u32,
    #[serde(with = "postcard::fixint::le")]
    created: u64,
    #[serde(with = "postcard::fixint::le")]
    last_activity: u64,
    #[serde(with = "postcard::fixint::le")]
    proven: u64,
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
        Self { keys, audience: audience.to_owned(), origin: origin.to_owned() }
    }

    /// Seals a ticket for its cookie.
    pub fn seal_ticket(&self, ticket: &Ticket) -> Result<TicketCookie, SealError> {
        let credential = ticket.credential.expose_secret();
        let body = Body {
            credential,
            family: *ticket.family.as_bytes(),
            subject: ticket.subject.as_deref(),
            epoch: ticket.epoch,
            created: ticket.created.as_millis(),
            last_activity: ticket.last_activity.as_millis(),
            proven: ticket.proven.as_millis(),
        };
        let room = credential.len().saturating_add(body.subject.map_or(0, str::len)) + FIXED_FIELDS_BYTES;
        let mut buffer = Zeroizing::new(vec![0; room]);
        // Only a buffer that is too small can fail here, and this one has room for every field.
        let clear = postcard::to_slice(&body, &mut buffer).map_err(|_| SealError::TooLarge { chars: room })?;
        let sealed = self.envelope(Purpose::Ticket, &[]).seal(clear)?;

        let mut bytes = crc32fast::hash(&sealed).to_be_bytes().to_vec();
        bytes.extend_from_slice(&sealed);
        let text = URL_SAFE_NO_PAD.encode(bytes);
        if text.len() > MAX_TICKET_CHARS {
            return Err(SealError::TooLarge { chars: text.len() });
        }
        Ok(TicketCookie::presented(text))
    }

    /// Opens what a browser presented as a ticket.
    pub fn open_ticket(&self, cookie: &TicketCookie) -> Result<Ticket, Unreadable> {
        let text = cookie.reveal();
        if text.len() > MAX_TICKET_CHARS {
            return Err(Unreadable);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Unreadable)?;
        let (checksum, sealed) = bytes.split_first_chunk::<CHECKSUM_BYTES>().ok_or(Unreadable)?;
        if crc32fast::hash(sealed).to_be_bytes() != *checksum {
            return Err(Unreadable);
        }
        let clear = self.envelope(Purpose::Ticket, &[]).open(sealed)?;
        let body: Body<'_> = postcard::from_bytes(&clear).map_err(|_| Unreadable)?;
        Ok(Ticket {
            credential: SecretString::from(body.credential),
            family: FamilyId::from_bytes(body.family),
            subject: body.subject.map(Arc::from),
            epoch: body.epoch,
            created: Timestamp::from_millis(body.created),
            last_activity: Timestamp::from_millis(body.last_activity),
            proven: Timestamp::from_millis(body.proven),
        })
    }

    /// Seals the credential that a family's record keeps. It opens for that family alone.
    pub fn seal_credential(&self, family: FamilyId, credential: &SecretString) -> Result<Vec<u8>, NoRandomness> {
        self.envelope(Purpose::Record, family.as_bytes()).seal(credential.expose_secret().as_bytes())
    }

    /// Opens the credential that a family's record keeps.
    pub fn open_credential(&self, family: FamilyId, sealed: &[u8]) -> Result<SecretString, Unreadable> {
        let clear = self.envelope(Purpose::Record, family.as_bytes()).open(sealed)?;
        std::str::from_utf8(&clear).map(SecretString::from).map_err(|_| Unreadable)
    }

    /// The family that an attempt with this idempotency key makes. It is derived, not remembered: no memory grows with
    /// the keys, and a retry that meets a restarted server still makes the same family. The credential is part of it,
    /// so nobody gets at a session by its key alone.
    pub fn derive_family(&self, idempotency_key: &[u8], credential: &SecretString) -> FamilyId {
        let mut mac = self.keys.sealing().mac();
        for part in [
            b"family".as_slice(),
            self.audience.as_bytes(),
            self.origin.as_bytes(),
            idempotency_key,
            credential.expose_secret().as_bytes(),
        ] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut family = [0; FAMILY_ID_BYTES];
        family.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        FamilyId::from_bytes(family)
    }

    fn envelope<'a>(&'a self, purpose: Purpose, context: &'a [u8]) -> Envelope<'a> {
        Envelope { keys: &self.keys, purpose, audience: &self.audience, origin: &self.origin, context }
    }
}

#[cfg(test)]
mod tests;
