//! Sessions in Redis or Valkey, for several instances.
//!
//! Failure semantics: each operation is one script, so it happens as a whole or not at all. What does not answer in time,
//! or answers with an error of its own, is a [`StoreError`] with the server's words; the operation may have happened then.
//! The connection heals by itself. How much of what was answered outlives Redis itself is a matter of its configuration,
//! which [`RedisStore::warnings`] looks at.
//!
//! Layout: all keys carry one hash tag, `{sk}:`, so that scripts may touch them all in a cluster too. The sessions live
//! in one slot therefore, and a cluster adds a successor to a node that fails, not room: a check is one round trip to one
//! script of two reads, and the server judges what it finds; only a use that is to be written down takes a second one.
//! Spread over slots, each check would be two round trips, and limits and sign-outs everywhere would no longer be whole.
//!
//! | key | holds |
//! |---|---|
//! | `{sk}:f` family | the record: the one truth, with its current id and aliases |
//! | `{sk}:i` hash of an id | the family |
//! | `{sk}:s` hash of a subject | its live families by activity |
//! | `{sk}:active`, `{sk}:created` | live families by activity and by age |
//! | `{sk}:crowds` | subjects with several live sessions, by their number |
//! | `{sk}:ranout`, `{sk}:ended` | ended families by their end |
//!
//! Times come from the caller. Redis's own clock drops a record only where no sweep has come by for long after it could
//! be told; what then still points to it is given up wherever it is met.

mod address;
mod bytes;
mod link;
mod operations;
mod scripts;
mod settings;

use std::fmt;

use redis::{Value, cmd};

use super::StoreError;

pub use address::RedisAddress;
use link::Link;
use scripts::{Known, Scripts};

/// What keys begin with; the braces make it their hash tag.
const TAG: &str = "sk";

/// The Redis store.
pub struct RedisStore {
    link: Link,
    scripts: Scripts,
    root: String,
}

impl RedisStore {
    /// See [`Store::is_durable`](super::Store::is_durable).
    pub const DURABLE: bool = true;

    /// In that Redis. Connects when first asked for something.
    pub fn new(address: RedisAddress) -> Self {
        Self::named(address, TAG)
    }

    /// Apart from other sessions in the same database: keys begin with `{name}:`.
    pub fn named(address: RedisAddress, name: &str) -> Self {
        Self { link: Link::new(address), scripts: Scripts::new(), root: format!("{{{name}}}:") }
    }

    /// Runs a script. Redis forgets scripts when it starts anew, and is told again then.
    async fn run(&self, script: &Known, arguments: &[&[u8]]) -> Result<Value, StoreError> {
        let command = |name: &str, script: &str| {
            let mut command = cmd(name);
            command.arg(script).arg(1).arg(&self.root).arg(arguments);
            command
        };
        match self.link.send(&command("EVALSHA", &script.hash)).await {
            Err(error) if error.code() == Some("NOSCRIPT") => self.link.send(&command("EVAL", script.code)).await,
            result => result,
        }
        .map_err(|error| self.link.failed(&error))
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("link", &self.link).field("root", &self.root).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
