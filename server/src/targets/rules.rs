//! The operator's rules: which targets may be named, and where files lie.

use std::{fmt, path::PathBuf, time::Duration};

/// What the operator allows. Nothing is allowed by default.
#[derive(Clone, Debug)]
pub struct TargetRules {
    /// Entries `postgres://HOST:PORT`, or `sqlite:` for files below `files_root`.
    pub allow: Vec<String>,
    /// The folder that `sqlite:` names are relative to; needed if, and only if, `sqlite:` is allowed.
    pub files_root: Option<PathBuf>,
    /// The longest that opening a target may take, and each question put to it afterwards.
    pub timeout: Duration,
}

impl Default for TargetRules {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            files_root: None,
            timeout: Duration::from_secs(5),
        }
    }
}

/// Rules that can't be kept, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRulesError(pub(crate) String);

impl fmt::Display for TargetRulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TargetRulesError {}
