//! Why a target was refused, in words for the person who typed the connection string.

use std::fmt;

use session_keepalive::wire::ProblemCode;

/// A refused or unreachable target. `Display` is the message for the person; it never contains a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetError {
    kind: TargetErrorKind,
    message: String,
}

/// The four ways in which a target can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetErrorKind {
    /// The connection string is malformed, incomplete or has a field that is not known.
    Invalid,
    /// The operator's list does not have this target.
    NotAllowed,
    /// The target is there and refuses these credentials, or is no database.
    Refused,
    /// The target can't be reached, or answers too late.
    Unavailable,
}

impl TargetError {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { kind: TargetErrorKind::Invalid, message: message.into() }
    }

    pub(crate) fn not_allowed(message: impl Into<String>) -> Self {
        Self { kind: TargetErrorKind::NotAllowed, message: message.into() }
    }

    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { kind: TargetErrorKind::Refused, message: message.into() }
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self { kind: TargetErrorKind::Unavailable, message: message.into() }
    }

    /// Which of the four.
    pub const fn kind(&self) -> TargetErrorKind {
        self.kind
    }

    /// The code of the protocol's table.
    pub const fn code(&self) -> ProblemCode {
        self.kind.code()
    }
}

impl TargetErrorKind {
    /// The code of the protocol's table.
    pub const fn code(self) -> ProblemCode {
        match self {
            Self::Invalid => ProblemCode::InvalidRequest,
            Self::NotAllowed => ProblemCode::TargetNotAllowed,
            Self::Refused => ProblemCode::ConnectionRefused,
            Self::Unavailable => ProblemCode::TargetUnavailable,
        }
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TargetError {}
