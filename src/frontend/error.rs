//! What can go wrong.

use std::error::Error;
use std::fmt;

use crate::engine::{Reason, SnapshotError};

/// An option is wrong. It is displayed as a sentence that names the option and says what it wants; the names are those of the
/// methods of [`Options`](super::Options).
///
/// ```
/// use session_keepalive::{KeepAlive, OptionError, Options};
/// use std::time::Duration;
///
/// let mistake = KeepAlive::create(Options::new().interval(Duration::ZERO)).unwrap_err();
/// assert_eq!(mistake, OptionError::Invalid { option: "interval", wants: "a duration from 1 ms to 400 days" });
/// assert_eq!(mistake.to_string(), "session-keepalive: option `interval` must be a duration from 1 ms to 400 days");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptionError {
    /// The value is not one that the option takes.
    Invalid {
        /// The option.
        option: &'static str,
        /// What it takes.
        wants: &'static str,
    },
    /// Two durations are in the wrong order.
    Shorter {
        /// The one that must be the longer.
        option: &'static str,
        /// The one that it must not be shorter than.
        than: &'static str,
    },
}

impl OptionError {
    /// The name of the option.
    ///
    /// ```
    /// use session_keepalive::{KeepAlive, Options};
    ///
    /// assert_eq!(KeepAlive::create(Options::new().name("")).unwrap_err().option(), "name");
    /// ```
    pub const fn option(&self) -> &'static str {
        match self {
            Self::Invalid { option, .. } | Self::Shorter { option, .. } => option,
        }
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { option, wants } => write!(f, "session-keepalive: option `{option}` must be {wants}"),
            Self::Shorter { option, than } => {
                write!(f, "session-keepalive: option `{option}` must not be shorter than `{than}`")
            }
        }
    }
}

impl Error for OptionError {}

/// The last error of the session, in [`Snapshot::error`](super::Snapshot::error). It is displayed as a sentence for developers that
/// says what follows from it.
///
/// ```
/// use session_keepalive::{Reason, Snapshot};
///
/// fn is_rate_limited(snapshot: &Snapshot) -> bool {
///     snapshot.error.as_ref().is_some_and(|error| error.code() == Reason::RateLimited || error.status() == Some(429))
/// }
/// # assert!(!is_rate_limited(&Snapshot::default()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepAliveError {
    error: SnapshotError,
    message: String,
}

impl KeepAliveError {
    #[cfg(target_arch = "wasm32")]
    pub(super) const fn new(error: SnapshotError, message: String) -> Self {
        Self { error, message }
    }

    /// Why.
    pub const fn code(&self) -> Reason {
        self.error.code
    }

    /// The HTTP status, if an answer came back.
    pub const fn status(&self) -> Option<u16> {
        self.error.status
    }

    /// Whether the session retries, and the error may go away.
    pub const fn retryable(&self) -> bool {
        self.error.retryable
    }
}

impl fmt::Display for KeepAliveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for KeepAliveError {}

/// A credential could not be loaded, kept or forgotten. It is displayed as what the store says.
///
/// ```
/// use session_keepalive::CredentialError;
///
/// assert_eq!(CredentialError::new("the vault is locked").to_string(), "the vault is locked");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialError(String);

impl CredentialError {
    /// An error with this message, which must not contain the credential.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for CredentialError {}
