//! The replayable log of the option `debug`: what goes into the engine, as postcard bytes of its own types.
//!
//! A log begins with [`VERSION`] and the [`Config`]; then comes every `(Now, Input)`. What came of them is in the log as the page was
//! told it: the events and snapshots. None of these types can hold a secret, a subject or data, so neither can a log.

use postcard_schema::Schema;
use postcard_schema::key::Key;
use serde::{Deserialize, Serialize};

use super::config::Config;
use super::input::Input;
use super::time::Now;

/// Everything that is in a log; only its shape is of interest.
#[derive(Schema)]
#[allow(dead_code)]
struct Contents {
    config: Config,
    inputs: (Now, Input),
}

/// Names the shape of the entries. It follows from the types: a log of another shape is refused instead of misread.
pub const VERSION: [u8; 8] = Key::for_path::<Contents>("replay-log").to_bytes();

/// One entry of a log.
pub fn to_bytes(entry: &impl Serialize) -> Vec<u8> {
    // It fails for unsized sequences only.
    postcard::to_allocvec(entry).unwrap_or_default()
}

/// Reads one entry.
///
/// # Errors
/// The bytes are not those of an entry of this kind.
pub fn from_bytes<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, postcard::Error> {
    postcard::from_bytes(bytes)
}
