//! A setting that cannot be.

use std::fmt;

/// Names the setting and what it wants. Values are not repeated: some hold passwords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    setting: String,
    wants: String,
}

impl ConfigError {
    pub(crate) fn new(setting: impl Into<String>, wants: impl Into<String>) -> Self {
        Self { setting: setting.into(), wants: wants.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.wants)
    }
}

impl std::error::Error for ConfigError {}
