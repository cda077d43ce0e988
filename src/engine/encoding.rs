//! Postcard bytes of the engine's types, for the log and for other tabs.
//!
//! [`Writer`] is postcard's own `AllocVec`, but never inlined: the growing of a vector in every variant of every type would cost a page
//! half a kilobyte.

use postcard::ser_flavors::Flavor;
use postcard::{Error, Result};
use serde::{Deserialize, Serialize};

/// The bytes of `value`.
pub(super) fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    // Only a sequence of unknown length cannot be written.
    postcard::serialize_with_flavor(value, Writer(Vec::new())).unwrap_or_default()
}

/// The value of `bytes`, all of them.
pub(super) fn from_bytes<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    let (value, rest) = postcard::take_from_bytes(bytes)?;
    if rest.is_empty() { Ok(value) } else { Err(Error::DeserializeBadEncoding) }
}

struct Writer(Vec<u8>);

impl Flavor for Writer {
    type Output = Vec<u8>;

    #[inline(never)]
    fn try_push(&mut self, byte: u8) -> Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline(never)]
    fn try_extend(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> Result<Vec<u8>> {
        Ok(self.0)
    }
}
