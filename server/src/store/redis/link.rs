//! The one connection, on which all requests travel side by side, and how it heals.
//!
//! Nothing waits for longer than it takes to connect and to answer. What fails otherwise than by the server's own words
//! closes the connection for those who come later, and the next request makes a new one; requests that come meanwhile
//! share that attempt and its failure.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use parking_lot::Mutex;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, RedisError, RedisResult, ServerErrorKind, Value,
    aio::MultiplexedConnection,
};

use super::address::RedisAddress;
use crate::store::StoreError;

/// To reach the server and sign in.
const CONNECTS_WITHIN: Duration = Duration::from_millis(1_500);
/// To answer. A server that takes longer is as good as down for somebody who waits for a page.
const ANSWERS_WITHIN: Duration = Duration::from_millis(1_500);

pub(super) struct Link {
    home: RedisAddress,
    /// The connection, with a number of its own.
    open: Mutex<Option<(u64, MultiplexedConnection)>>,
    /// Where a cluster said that the sessions are, in place of home.
    moved: Mutex<Option<RedisAddress>>,
    /// Attempts to connect that came to their end.
    attempts: AtomicU64,
    /// Held by who connects; how the last attempt failed.
    connecting: tokio::sync::Mutex<Option<RedisError>>,
}

impl Link {
    pub(super) fn new(home: RedisAddress) -> Self {
        Self {
            home,
            open: Mutex::default(),
            moved: Mutex::default(),
            attempts: AtomicU64::new(0),
            connecting: tokio::sync::Mutex::default(),
        }
    }

    /// Where it leads, in words.
    pub(super) const fn home(&self) -> &RedisAddress {
        &self.home
    }

    /// Sends a command and waits for its answer.
    pub(super) async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        let (number, result) = self.try_send(command).await?;
        let Err(error) = result else {
            return result;
        };
        if let Some((place, _)) = error.redirect_node()
            && error.kind() == ErrorKind::Server(ServerErrorKind::Moved)
            && let Some(moved) = self.home.moved(place)
        {
            // All keys are in one slot, so its node is the only one there is to talk to.
            *self.moved.lock() = Some(moved);
            self.close(number);
            return self.try_send(command).await?.1;
        }
        let heard = matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension);
        // What has become a replica may have a successor behind the same name.
        if !heard || error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly) {
            self.close(number);
        }
        Err(error)
    }

    /// What to tell of an error: the server's or the system's own words, and where.
    pub(super) fn failed(&self, error: &RedisError) -> StoreError {
        StoreError(self.home.censor(format!("{}: {error}", self.home)))
    }

    /// The outer error: there is no connection.
    async fn try_send(&self, command: &Cmd) -> RedisResult<(u64, RedisResult<Value>)> {
        let (number, mut connection) = match self.current() {
            Some(open) => open,
            None => self.connect().await?,
        };
        Ok((number, command.query_async(&mut connection).await))
    }

    fn current(&self) -> Option<(u64, MultiplexedConnection)> {
        self.open.lock().clone()
    }

    async fn connect(&self) -> RedisResult<(u64, MultiplexedConnection)> {
        let seen = self.attempts.load(Ordering::Acquire);
        let mut failure = self.connecting.lock().await;
        if let Some(open) = self.current() {
            return Ok(open);
        }
        if self.attempts.load(Ordering::Acquire) != seen
            && let Some(error) = failure.as_ref()
        {
            return Err(error.clone());
        }
        let place = self.moved.lock().clone();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTS_WITHIN))
            .set_response_timeout(Some(ANSWERS_WITHIN));
        let client = Client::open(place.as_ref().unwrap_or(&self.home).info.clone())?;
        let connected = client.get_multiplexed_async_connection_with_config(&config).await;
        let number = self.attempts.fetch_add(1, Ordering::AcqRel);
        match connected {
            Ok(connection) => {
                *failure = None;
                *self.open.lock() = Some((number, connection.clone()));
                Ok((number, connection))
            }
            Err(error) => {
                *failure = Some(error.clone());
                *self.moved.lock() = None;
                Err(error)
            }
        }
    }

    /// Whoever already sent something on it still hears the answer.
    fn close(&self, number: u64) {
        self.open.lock().take_if(|(open, _)| *open == number);
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.home).finish()
    }
}
