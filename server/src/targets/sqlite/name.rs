//! The file's name: relative, plain, taken as it stands. There is no percent-decoding, so that there is nothing to
//! decode twice; and no character that SQLite gives a meaning of its own (`file:`, `:memory:`, `?vfs=`).

use std::path::{Component, Path};

use super::super::TargetError;

/// What every such connection string begins with; as an entry of the list it allows them.
pub(in super::super) const PREFIX: &str = "sqlite:";

/// A relative name without any way up, out, or into SQLite's URI syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct FileName(String);

impl FileName {
    /// Reads what follows the scheme's colon.
    pub(in super::super) fn parse(name: &str) -> Result<Self, TargetError> {
        if name.is_empty() {
            return Err(invalid("the file is missing"));
        }
        if name.starts_with(['/', '\\']) {
            return Err(invalid("the file must be relative to the server's folder, without a leading `/`"));
        }
        if name.contains('?') {
            return Err(invalid("parameters are not accepted"));
        }
        if let Some(character) = name.chars().find(|c| c.is_control() || matches!(c, '%' | ':' | '\\' | '#')) {
            return Err(invalid(&format!("the file's name must not contain {character:?}; it is taken as it stands")));
        }
        // `components` passes over `a//b`, `a/./b` and `a/`, hence the plain splitting.
        if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(invalid("the file must be named without `..`, `.` or an empty part"));
        }
        let plain = Path::new(name).components().all(|component| match component {
            Component::Normal(_) => true,
            Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => false,
        });
        if !plain {
            return Err(invalid("the file must be relative to the server's folder"));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub(in super::super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn invalid(reason: &str) -> TargetError {
    TargetError::invalid(format!("connectionString: {reason}. Its form is sqlite:FILE, as in sqlite:sample.db"))
}

#[cfg(test)]
mod tests {
    use super::FileName;

    #[test]
    fn a_plain_relative_name_is_taken_as_it_stands() {
        for name in ["sample.db", "sub/sample.db", "my data.sqlite3", "größe.db", "a..b", "..a", ".hidden"] {
            assert_eq!(FileName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn every_other_name_is_refused_with_the_reason() {
        for (name, expected) in [
            ("", "file is missing"),
            ("/etc/passwd", "relative"),
            ("///etc/passwd", "relative"),
            ("//localhost/sample.db", "relative"),
            ("\\\\server\\share", "relative"),
            ("../sample.db", "without `..`"),
            ("sub/../../sample.db", "without `..`"),
            ("..", "without `..`"),
            (".", "without `..`"),
            ("./sample.db", "without `..`"),
            ("sub//sample.db", "empty part"),
            ("sample.db/", "empty part"),
            ("%2e%2e/sample.db", "must not contain '%'"),
            ("%2e%2e%2fsample.db", "must not contain '%'"),
            ("sample.db%00", "must not contain '%'"),
            ("sample.db\0", "must not contain '\\0'"),
            ("sample.db\n", "must not contain '\\n'"),
            ("file:sample.db", "must not contain ':'"),
            ("FILE:sample.db", "must not contain ':'"),
            ("file:///etc/passwd", "must not contain ':'"),
            (":memory:", "must not contain ':'"),
            ("C:sample.db", "must not contain ':'"),
            ("sub\\sample.db", "must not contain '\\\\'"),
            ("sample.db#x", "must not contain '#'"),
            ("sample.db?vfs=unix-none", "parameters are not accepted"),
            ("file:sample.db?mode=rwc", "parameters are not accepted"),
            ("sample.db?", "parameters are not accepted"),
        ] {
            let error = FileName::parse(name).unwrap_err().to_string();
            assert!(error.contains(expected), "{name:?}: {error}");
        }
    }
}
