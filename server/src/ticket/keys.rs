//! The keys that tickets are sealed under.

use std::{fmt, path::Path};

use secrecy::SecretString;

/// Active keys: the first seals, all open.
#[derive(Debug)]
pub struct TicketKeys {}

/// Keys that cannot be used.
#[derive(Debug)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}

impl TicketKeys {
    /// From text: 32 bytes in base64 or base64url per key, separated by commas or line breaks; `#` starts a comment.
    pub fn parse(_text: &SecretString) -> Result<Self, KeyError> {
        Ok(Self {})
    }

    /// From a file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        Err(KeyError(format!("{}", path.display())))
    }

    /// From a file that is made, readable by its owner alone, where there is none: for development.
    pub fn load_or_make(path: &Path) -> Result<Self, KeyError> {
        Self::load(path)
    }
}
