//! Signing in with a connection string: the target itself proves it, and the session keeps it for protected work.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use super::authenticate::{Authenticate, Denied, Proven};
use crate::targets::{Target, TargetError, Targets};

/// What the person gives.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ConnectionString {
    connection_string: SecretString,
}

/// What the session keeps: how to reach the target.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Reach(pub(crate) SecretString);

impl Serialize for Reach {
    /// Only ever to be sealed.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

/// Proves connection strings against their targets.
pub(crate) struct ConnectionStrings {
    pub(crate) targets: Arc<Targets>,
    pub(crate) demo: bool,
}

impl fmt::Debug for ConnectionStrings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionStrings").field("demo", &self.demo).finish_non_exhaustive()
    }
}

impl ConnectionStrings {
    fn target(&self, given: &ConnectionString) -> Result<Target, Denied> {
        self.targets.parse(&given.connection_string).map_err(|error| denied(&error))
    }

    /// Whose session it is. A target without authentication knows nobody, so that each sign-in is a subject of its own;
    /// the demo has one person, on several devices.
    fn subject(&self, target: &Target) -> Option<String> {
        // Without authentication there is no password in it.
        target.subject().or_else(|| self.demo.then(|| target.connection_string().expose_secret().to_owned()))
    }
}

impl Authenticate for ConnectionStrings {
    type Credential = ConnectionString;
    type Subject = String;
    type Data = Reach;

    fn claimed(&self, given: &ConnectionString) -> Result<Option<String>, Denied> {
        Ok(self.target(given)?.subject())
    }

    async fn check(&self, given: ConnectionString) -> Result<Proven<String, Reach>, Denied> {
        let target = self.target(&given)?;
        // Closed again: the session opens its own on first use.
        let _connection = target.open().await.map_err(|error| denied(&error))?;
        Ok(Proven { subject: self.subject(&target), data: Reach(target.connection_string()) })
    }
}

fn denied(error: &TargetError) -> Denied {
    error.into()
}
