//! The sealed format: version, key id, nonce, then ciphertext and tag (XChaCha20-Poly1305).

use chacha20poly1305::{
    XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use super::{
    Unreadable,
    keys::{KEY_ID_BYTES, KeyId, TicketKeys},
};
use crate::id::{NoRandomness, fill_random};

/// The only version there is.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// What a sealed text is for. One sealed for something else does not open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// A reconnect ticket.
    Ticket,
    /// Data kept with a record.
    Record,
}

impl Purpose {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::Ticket => b"ticket",
            Self::Record => b"record",
        }
    }
}

/// The key that a text names, if it has the form of a sealed one.
pub(super) fn key_id(bytes: &[u8]) -> Option<KeyId> {
    match bytes.split_first_chunk::<1>()? {
        (&[VERSION], rest) => rest.first_chunk::<KEY_ID_BYTES>().copied(),
        _ => None,
    }
}

/// One kind of sealed text: the keys, and what is authenticated beside the text.
pub(super) struct Envelope<'a> {
    pub(super) keys: &'a TicketKeys,
    pub(super) purpose: Purpose,
    pub(super) audience: &'a str,
    pub(super) origin: &'a str,
    pub(super) context: &'a [u8],
}

impl Envelope<'_> {
    /// Seals under the first key.
    pub(super) fn seal(&self, clear: &[u8]) -> Result<Vec<u8>, NoRandomness> {
        let key = self.keys.sealing();
        let mut nonce = [0; NONCE_BYTES];
        fill_random(&mut nonce)?;
        let sealed = key
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: clear, aad: &self.authenticated(key.id()) })
            // The cipher's only failure is a text of more than 256 GiB.
            .map_err(|_| NoRandomness)?;
        let mut bytes = Vec::with_capacity(1 + KEY_ID_BYTES + NONCE_BYTES + sealed.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&key.id());
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(bytes)
    }

    /// Opens under whichever active key it names.
    pub(super) fn open(&self, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
        let (&[VERSION], rest) = bytes.split_first_chunk::<1>().ok_or(Unreadable)? else {
            return Err(Unreadable);
        };
        let (&id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(Unreadable)?;
        let (&nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Unreadable)?;
        let key = self.keys.by_id(id).ok_or(Unreadable)?;
        key.cipher()
            .decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &self.authenticated(id) })
            .map(Zeroizing::new)
            .map_err(|_| Unreadable)
    }

    /// Every part with its length in front, so that no two sets of parts run together to the same bytes.
    fn authenticated(&self, key: KeyId) -> Vec<u8> {
        let parts =
            [&[VERSION][..], &key, self.purpose.name(), self.audience.as_bytes(), self.origin.as_bytes(), self.context];
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}
