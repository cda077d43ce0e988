//! Where a Redis is, from a URL.

use std::fmt;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use secrecy::{ExposeSecret, SecretString};

use crate::store::StoreError;

/// Where a Redis is, and how to sign in there. Printed as its URL without name and password.
#[derive(Clone)]
pub struct RedisAddress {
    pub(super) info: ConnectionInfo,
    name: String,
}

impl RedisAddress {
    /// From `redis://USER:PASSWORD@HOST:PORT/DATABASE`, where all but the host may be left out, or
    /// `unix:///SOCKET?db=DATABASE&user=USER&pass=PASSWORD`. `valkey:` is the same as `redis:`.
    ///
    /// # Errors
    /// When it is no such URL, or asks for TLS. The text does not repeat it.
    pub fn parse(url: &SecretString) -> Result<Self, StoreError> {
        let url = url.expose_secret();
        let refuse = |what: &str| StoreError(format!("the Redis URL {what}"));
        if ["rediss:", "valkeys:"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(refuse(
                "asks for TLS, which is not built in: let a TLS tunnel on this machine lead there, and name the tunnel",
            ));
        }
        let info = url.into_connection_info().map_err(|_| {
            refuse("is not redis://USER:PASSWORD@HOST:PORT/DATABASE (also valkey:) or unix:///SOCKET?db=DATABASE")
        })?;
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        let info = info.set_tcp_settings(tcp);
        let name = match info.addr() {
            ConnectionAddr::Unix(path) => format!("unix://{}?db={}", path.display(), info.redis_settings().db()),
            other => format!("redis://{other}/{}", info.redis_settings().db()),
        };
        Ok(Self { info, name })
    }

    /// The same at another place, as one node of a cluster names another: `host:port`, and without a host that of this.
    pub(super) fn moved(&self, place: &str) -> Option<Self> {
        let (host, port) = place.rsplit_once(':')?;
        let port = port.parse().ok()?;
        let host = match (host, self.info.addr()) {
            ("" | "?", ConnectionAddr::Tcp(own, _)) => own.clone(),
            ("" | "?", _) => return None,
            (host, _) => host.to_owned(),
        };
        Some(Self { info: self.info.clone().set_addr(ConnectionAddr::Tcp(host, port)), name: self.name.clone() })
    }

    /// Hides the password in what a server said.
    pub(super) fn censor(&self, text: String) -> String {
        match self.info.redis_settings().password() {
            Some(password) if !password.is_empty() => text.replace(password, "…"),
            Some(_) | None => text,
        }
    }
}

impl fmt::Display for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
