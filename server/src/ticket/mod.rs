//! Sealed secrets: the reconnect ticket that a browser keeps, and the data that a record keeps.
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
use keys::TicketKey;
pub use keys::{KeyError, TicketKeys};

/// The longest ticket issued, in characters. Browsers drop a cookie of more than 4,096 bytes without a word, name and
/// all; the rest is room for names and proxies.
pub const MAX_TICKET_CHARS: usize = 3_500;

/// The most that a session keeps for its work, in bytes: a provider's tokens fit, a shopping cart belongs elsewhere.
pub const MAX_DATA_BYTES: usize = 16 * 1024;

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
    /// What the session keeps for its work, such as how to reach its target.
    pub data: SecretString,
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

/// Who signs in.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// Somebody of this name; what is kept for them may differ from one attempt to the next.
    Subject(&'a str),
    /// Nobody known: whoever holds this.
    Holder(&'a SecretString),
}

/// The text cannot be opened here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// A secret could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealError {
    /// The ticket would be longer than [`MAX_TICKET_CHARS`].
    TicketTooLarge {
        /// Its length in characters.
        chars: usize,
    },
    /// The data are larger than [`MAX_DATA_BYTES`].
    DataTooLarge {
        /// Their length in bytes.
        bytes: usize,
    },
    /// The system gave no random bytes for the nonce.
    NoRandomness,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TicketTooLarge { chars } => write!(
                f,
                "the reconnect ticket would take {chars} characters and a browser keeps {MAX_TICKET_CHARS}; keep less in \
                 the session (a shorter connection string) or connect with remember=false"
            ),
            Self::DataTooLarge { bytes } => write!(
                f,
                "the session's data take {bytes} bytes and {MAX_DATA_BYTES} are kept; keep less in the session"
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
    data: &'a str,
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
        let data = ticket.data.expose_secret();
        let body = Body {
            data,
            family: *ticket.family.as_bytes(),
            subject: ticket.subject.as_deref(),
            epoch: ticket.epoch,
            created: ticket.created.as_millis(),
            last_activity: ticket.last_activity.as_millis(),
            proven: ticket.proven.as_millis(),
        };
        let room = data.len().saturating_add(body.subject.map_or(0, str::len)) + FIXED_FIELDS_BYTES;
        let mut buffer = Zeroizing::new(vec![0; room]);
        // Only a buffer that is too small can fail here, and this one has room for every field.
        let clear = postcard::to_slice(&body, &mut buffer).map_err(|_| SealError::TicketTooLarge { chars: room })?;
        let sealed = self.envelope(Purpose::Ticket, &[]).seal(clear)?;

        let mut bytes = crc32fast::hash(&sealed).to_be_bytes().to_vec();
        bytes.extend_from_slice(&sealed);
        let text = URL_SAFE_NO_PAD.encode(bytes);
        if text.len() > MAX_TICKET_CHARS {
            return Err(SealError::TicketTooLarge { chars: text.len() });
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
            data: SecretString::from(body.data),
            family: FamilyId::from_bytes(body.family),
            subject: body.subject.map(Arc::from),
            epoch: body.epoch,
            created: Timestamp::from_millis(body.created),
            last_activity: Timestamp::from_millis(body.last_activity),
            proven: Timestamp::from_millis(body.proven),
        })
    }

    /// Seals the data that a family's record keeps. They open for that family alone.
    pub fn seal_data(&self, family: FamilyId, data: &SecretString) -> Result<Vec<u8>, SealError> {
        let clear = data.expose_secret().as_bytes();
        if clear.len() > MAX_DATA_BYTES {
            return Err(SealError::DataTooLarge { bytes: clear.len() });
        }
        Ok(self.envelope(Purpose::Record, family.as_bytes()).seal(clear)?)
    }

    /// Whether they were sealed under the key that seals now. Until nothing is under another one, that one is needed.
    pub fn is_under_first_key(&self, sealed: &[u8]) -> bool {
        envelope::key_id(sealed) == Some(self.keys.sealing().id())
    }

    /// Opens the data that a family's record keeps.
    pub fn open_data(&self, family: FamilyId, sealed: &[u8]) -> Result<SecretString, Unreadable> {
        let clear = self.envelope(Purpose::Record, family.as_bytes()).open(sealed)?;
        std::str::from_utf8(&clear).map(SecretString::from).map_err(|_| Unreadable)
    }

    /// The families that an attempt with this idempotency key may have made: the one that it makes under the key that
    /// seals now, then those of the other active keys, under which a retry finds what it made before the keys were
    /// rotated, or on a server that has them in another order. They are derived, not remembered: no memory grows with
    /// the idempotency keys, and a retry that meets a restarted server still makes the same family. `who` has proven
    /// itself and is part of it, so nobody gets at a session by its key alone.
    pub fn derive_families(&self, idempotency_key: &[u8], who: Who<'_>) -> (FamilyId, Vec<FamilyId>) {
        let (kind, who) = match who {
            Who::Subject(subject) => (b"subject".as_slice(), subject),
            Who::Holder(data) => (b"holder".as_slice(), data.expose_secret()),
        };
        let parts = [
            b"family".as_slice(),
            self.audience.as_bytes(),
            self.origin.as_bytes(),
            idempotency_key,
            kind,
            who.as_bytes(),
        ];
        let under = |key: &TicketKey| {
            let mut mac = key.mac();
            for part in parts {
                mac.update(&(part.len() as u64).to_be_bytes());
                mac.update(part);
            }
            let digest: [u8; 32] = mac.finalize().into_bytes().into();
            let mut family = [0; FAMILY_ID_BYTES];
            family.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
            FamilyId::from_bytes(family)
        };
        (under(self.keys.sealing()), self.keys.others().iter().map(under).collect())
    }

    fn envelope<'a>(&'a self, purpose: Purpose, context: &'a [u8]) -> Envelope<'a> {
        Envelope { keys: &self.keys, purpose, audience: &self.audience, origin: &self.origin, context }
    }
}

#[cfg(test)]
mod tests;
