//! A database that sessions are kept in, and what can befall it.

use super::{postgres::Cluster, redis::Redis};

pub(crate) trait Database {
    /// As `--store` names it.
    async fn url(&self) -> String;
    /// Ends all its processes at once.
    fn crash(&mut self);
    /// Starts it again on what it had written.
    fn restart(&mut self);
    /// Stops its processes where they are: connections stay, and nothing is answered.
    fn freeze(&self);
    fn thaw(&self);
}

impl Database for Redis {
    async fn url(&self) -> String {
        Self::url(self)
    }

    fn crash(&mut self) {
        Self::crash(self);
    }

    fn restart(&mut self) {
        Self::restart(self);
    }

    fn freeze(&self) {
        Self::freeze(self);
    }

    fn thaw(&self) {
        Self::thaw(self);
    }
}

impl Database for Cluster {
    /// A new, empty database.
    async fn url(&self) -> String {
        self.login().await.connection_string()
    }

    fn crash(&mut self) {
        Self::crash(self);
    }

    fn restart(&mut self) {
        Self::restart(self);
    }

    fn freeze(&self) {
        Self::freeze(self);
    }

    fn thaw(&self) {
        Self::thaw(self);
    }
}
