//! The operator's rules: which targets may be named, and where files lie. Nothing is allowed that is not listed.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::sqlite;
use crate::address::{self, Endpoint};

const ONLY_SERVERS: &str = "an allowed target has a user, path or parameter; write only `postgres://HOST:PORT`";

/// What the operator allows, as configured.
#[derive(Clone, Debug)]
pub struct TargetRules {
    /// Entries `postgres://HOST:PORT` (or `postgresql://HOST:PORT`), and `sqlite:` for files below `files_root`.
    pub allow: Vec<String>,
    /// The folder that `sqlite:` names are relative to; needed when `sqlite:` is allowed.
    pub files_root: Option<PathBuf>,
    /// The longest that opening a target may take, and each question put to it afterwards.
    pub timeout: Duration,
}

impl Default for TargetRules {
    fn default() -> Self {
        Self { allow: Vec::new(), files_root: None, timeout: Duration::from_secs(5) }
    }
}

/// Rules that can't be kept, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRulesError(String);

impl fmt::Display for TargetRulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TargetRulesError {}

/// The rules once checked.
#[derive(Clone, Debug)]
pub(super) struct Allowlist {
    postgres: Vec<Endpoint>,
    files: Option<Arc<Path>>,
}

impl Allowlist {
    /// Checks every entry, and that the files' folder is there.
    pub(super) fn new(rules: &TargetRules) -> Result<Self, TargetRulesError> {
        if rules.timeout.is_zero() {
            return Err(TargetRulesError("the targets' timeout must be longer than zero".to_owned()));
        }
        let mut allowlist = Self { postgres: Vec::new(), files: None };
        for entry in &rules.allow {
            // A password has no place in a list, and an entry that may hold one is not repeated.
            if entry.contains('@') {
                return Err(TargetRulesError(ONLY_SERVERS.to_owned()));
            }
            if entry == sqlite::PREFIX {
                allowlist.files = Some(files_root(rules.files_root.as_deref())?);
            } else if let Some(endpoint) = address::SCHEMES.iter().find_map(|scheme| authority(entry, scheme)) {
                allowlist.postgres.push(postgres_entry(entry, endpoint)?);
            } else {
                return Err(TargetRulesError(format!(
                    "the allowed target {entry:?} is neither `postgres://HOST:PORT` nor `sqlite:`"
                )));
            }
        }
        Ok(allowlist)
    }

    /// Whether this server may be connected to.
    pub(super) fn allows_postgres(&self, endpoint: &Endpoint) -> bool {
        self.postgres.contains(endpoint)
    }

    /// The folder of the files, if files are allowed: canonical, so that what lies below it can be told.
    pub(super) const fn files(&self) -> Option<&Arc<Path>> {
        self.files.as_ref()
    }
}

fn authority<'a>(entry: &'a str, scheme: &str) -> Option<&'a str> {
    entry.strip_prefix(scheme)?.strip_prefix("://")
}

fn postgres_entry(entry: &str, text: &str) -> Result<Endpoint, TargetRulesError> {
    // What is allowed is a server, not a person or a database on it.
    if text.contains(['/', '?', '#']) {
        return Err(TargetRulesError(ONLY_SERVERS.to_owned()));
    }
    if !text.rsplit(']').next().is_some_and(|end| end.contains(':')) {
        return Err(TargetRulesError(format!(
            "the allowed target {entry:?} has no port; write `{entry}:{}`",
            address::DEFAULT_PORT
        )));
    }
    Endpoint::parse(text, address::DEFAULT_PORT)
        .map_err(|error| TargetRulesError(format!("the allowed target {entry:?} can't be used: {error}")))
}

fn files_root(configured: Option<&Path>) -> Result<Arc<Path>, TargetRulesError> {
    let Some(folder) = configured else {
        return Err(TargetRulesError("`sqlite:` is allowed, so the folder of the files must be set".to_owned()));
    };
    let unusable =
        |reason: String| TargetRulesError(format!("the files' folder {} can't be used: {reason}", folder.display()));
    let canonical = fs::canonicalize(folder).map_err(|error| unusable(error.to_string()))?;
    if !canonical.is_dir() {
        return Err(unusable("it is not a folder".to_owned()));
    }
    Ok(canonical.into())
}

#[cfg(test)]
mod tests {
    use super::{Allowlist, Endpoint, TargetRules};

    fn allowlist(entries: &[&str]) -> Result<Allowlist, String> {
        let allow = entries.iter().map(ToString::to_string).collect();
        Allowlist::new(&TargetRules { allow, ..TargetRules::default() }).map_err(|error| error.to_string())
    }

    #[test]
    fn only_the_listed_host_and_port_are_allowed() {
        let list = allowlist(&["postgres://DB.internal.:5432", "postgresql://[::1]:5433"]).unwrap();
        for (endpoint, allowed) in [
            ("db.internal:5432", true),
            ("Db.Internal.:5432", true),
            ("[0::1]:5433", true),
            ("db.internal:5433", false),
            ("db.internal.evil.example:5432", false),
            ("evil.db.internal:5432", false),
            ("[::1]:5432", false),
            ("127.0.0.1:5432", false),
        ] {
            assert_eq!(list.allows_postgres(&Endpoint::parse(endpoint, 1).unwrap()), allowed, "{endpoint}");
        }
    }

    #[test]
    fn nothing_is_allowed_by_default() {
        let list = Allowlist::new(&TargetRules::default()).unwrap();
        assert!(!list.allows_postgres(&Endpoint::parse("localhost:5432", 1).unwrap()));
        assert!(list.files().is_none());
    }

    #[test]
    fn an_entry_that_is_not_scheme_host_and_port_is_refused() {
        for (entry, expected) in [
            ("", "neither"),
            ("mysql://localhost:3306", "neither"),
            ("localhost:5432", "neither"),
            ("sqlite:data.db", "neither"),
            ("postgres:", "neither"),
            ("postgres://", "no port"),
            ("postgres://localhost", "write `postgres://localhost:5432`"),
            ("postgres://[::1]", "no port"),
            ("postgres://:5432", "host is missing"),
            ("postgres://localhost:0", "port must be"),
            ("postgres://*:5432", "neither a name nor an address"),
            ("postgres://a,b:5432", "one host"),
            ("postgres://localhost:5432/", "only `postgres://HOST:PORT`"),
            ("postgres://localhost:5432?host=b", "only `postgres://HOST:PORT`"),
            ("postgres://user:secret@localhost:5432", "only `postgres://HOST:PORT`"),
            ("mysql://user:secret@localhost:3306", "only `postgres://HOST:PORT`"),
        ] {
            let error = allowlist(&[entry]).unwrap_err();
            assert!(error.contains(expected), "{entry}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_timeout_that_nothing_can_meet_is_refused() {
        let rules = TargetRules { timeout: std::time::Duration::ZERO, ..TargetRules::default() };
        assert!(Allowlist::new(&rules).unwrap_err().to_string().contains("longer than zero"));
    }

    #[test]
    fn files_need_a_folder_that_exists() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let allow = vec!["sqlite:".to_owned()];
        for (root, expected) in [
            (None, Some("must be set")),
            (Some(folder.path().join("missing")), Some("missing can't be used")),
            (Some(file), Some("not a folder")),
            (Some(folder.path().to_owned()), None),
        ] {
            let rules = TargetRules { allow: allow.clone(), files_root: root, ..TargetRules::default() };
            match (Allowlist::new(&rules), expected) {
                (Ok(list), None) => assert!(list.files().is_some()),
                (Err(error), Some(expected)) => {
                    assert!(error.to_string().contains(expected), "{error}")
                }
                (outcome, expected) => panic!("{outcome:?}, expected {expected:?}"),
            }
        }
    }
}
