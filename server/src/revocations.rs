//! What ended for good, remembered over a restart for as long as a ticket could claim otherwise.

use std::{fmt, path::Path};

/// The revocation log.
#[derive(Clone, Debug)]
pub struct Revocations {}

/// The log cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationError(String);

impl fmt::Display for RevocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RevocationError {}

impl Revocations {
    /// In a SQLite file, which is made where there is none. Opening blocks shortly.
    pub fn sqlite(_path: &Path) -> Result<Self, RevocationError> {
        Ok(Self {})
    }

    /// In this process alone: a restart forgets it (ASVS 5.0 7.4.1).
    pub fn none() -> Result<Self, RevocationError> {
        Ok(Self {})
    }

    /// Does it survive a restart?
    pub fn is_durable(&self) -> bool {
        false
    }
}
