//! A host and a port, in the one spelling in which they are compared, shown and connected to.
//!
//! The list's entries and the connection strings go through the same reading, so that no second spelling of an address
//! (`LOCALHOST.`, `127.1`, `[::0001]`) is on the list in one place and off it in the other.

use std::{fmt, net::Ipv6Addr};

use url::Host;

/// RFC 1035, section 2.3.4.
const LONGEST_NAME: usize = 253;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    host: Host,
    port: u16,
}

/// Why a text names no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointError {
    /// Nothing where the host should be.
    HostMissing,
    /// A comma: the driver would try one after the other.
    SeveralHosts,
    /// A `%`: a socket's path in disguise, or an address zone.
    HostEscaped,
    /// More than one colon, outside brackets.
    Brackets,
    /// Neither a name nor an address.
    Host,
    /// Not a plain number from 1 to 65535.
    Port,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HostMissing => "the host is missing",
            Self::SeveralHosts => "only one host may be named",
            Self::HostEscaped => {
                "the host must be a plain name or address, without percent escapes; sockets are not reachable"
            }
            Self::Brackets => "an IPv6 address must stand in brackets, as in [::1]:5432",
            Self::Host => "the host is neither a name nor an address",
            Self::Port => "the port must be a plain number from 1 to 65535",
        })
    }
}

impl Endpoint {
    /// Reads `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`.
    pub(crate) fn parse(text: &str, default_port: u16) -> Result<Self, EndpointError> {
        if text.contains(',') {
            return Err(EndpointError::SeveralHosts);
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(bracketed) => {
                let (address, port) = bracketed.split_once(']').ok_or(EndpointError::Brackets)?;
                let port = match port {
                    "" => None,
                    _ => Some(port.strip_prefix(':').ok_or(EndpointError::Port)?),
                };
                (parse_bracketed(address)?, port)
            }
            None => {
                let (name, port) = match text.split_once(':') {
                    Some((name, port)) => (name, Some(port)),
                    None => (text, None),
                };
                if port.is_some_and(|port| port.contains(':')) {
                    return Err(EndpointError::Brackets);
                }
                (parse_name(name)?, port)
            }
        };
        let port = port.map_or(Ok(default_port), parse_port)?;
        Ok(Self { host, port })
    }

    /// The host as the resolver takes it: an IPv6 address without brackets.
    pub(crate) fn host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    /// The port.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

fn parse_bracketed(address: &str) -> Result<Host, EndpointError> {
    if address.contains('%') {
        return Err(EndpointError::HostEscaped);
    }
    address.parse::<Ipv6Addr>().map(Host::Ipv6).map_err(|_| EndpointError::Host)
}

fn parse_name(name: &str) -> Result<Host, EndpointError> {
    if name.contains('%') {
        return Err(EndpointError::HostEscaped);
    }
    // The root's dot only says that the name is complete: `db.internal.` is `db.internal`.
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        return Err(EndpointError::HostMissing);
    }
    // Lower case, and one spelling of numeric and international names (WHATWG URL, "host parsing").
    let host = Host::parse(name).map_err(|_| EndpointError::Host)?;
    match &host {
        Host::Domain(name) if !is_plain_domain(name) => Err(EndpointError::Host),
        Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_) => Ok(host),
    }
}

/// The URL standard lets through characters that no resolver takes; `*` would look like a wildcard and match nothing.
fn is_plain_domain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.len() <= LONGEST_NAME && name.split('.').all(|label| !label.is_empty() && label.bytes().all(plain))
}

fn parse_port(text: &str) -> Result<u16, EndpointError> {
    // `u16::from_str` also takes `+5432` and `05432`.
    if text.starts_with(['+', '0']) {
        return Err(EndpointError::Port);
    }
    text.parse().map_err(|_| EndpointError::Port)
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, EndpointError};

    fn parse(text: &str) -> Result<String, EndpointError> {
        Endpoint::parse(text, 5432).map(|endpoint| endpoint.to_string())
    }

    #[test]
    fn every_spelling_of_an_endpoint_becomes_one() {
        for (text, shown) in [
            ("db.internal:5433", "db.internal:5433"),
            ("db.internal", "db.internal:5432"),
            ("DB.Internal.:5432", "db.internal:5432"),
            ("my_db:1", "my_db:1"),
            ("127.0.0.1:65535", "127.0.0.1:65535"),
            ("127.1", "127.0.0.1:5432"),
            ("0x7f000001", "127.0.0.1:5432"),
            ("2130706433", "127.0.0.1:5432"),
            ("127.0.0.1.", "127.0.0.1:5432"),
            ("[::1]", "[::1]:5432"),
            ("[0:0:0:0:0:0:0:0001]:5433", "[::1]:5433"),
            ("[::FFFF:127.0.0.1]", "[::ffff:7f00:1]:5432"),
            ("bücher.example", "xn--bcher-kva.example:5432"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn the_resolver_gets_an_ipv6_address_without_brackets() {
        let endpoint = Endpoint::parse("[::1]:5433", 5432).unwrap();
        assert_eq!((endpoint.host().as_str(), endpoint.port()), ("::1", 5433));
    }

    #[test]
    fn what_is_not_one_plain_endpoint_is_refused() {
        for (text, error) in [
            ("", EndpointError::HostMissing),
            (":5432", EndpointError::HostMissing),
            (".", EndpointError::HostMissing),
            ("a,b", EndpointError::SeveralHosts),
            ("a:1,b:2", EndpointError::SeveralHosts),
            ("a:1,2", EndpointError::SeveralHosts),
            ("%2Fvar%2Frun%2Fpostgresql", EndpointError::HostEscaped),
            ("%2fvar:5432", EndpointError::HostEscaped),
            ("l%6fcalhost", EndpointError::HostEscaped),
            ("[fe80::1%25eth0]:5432", EndpointError::HostEscaped),
            ("::1", EndpointError::Brackets),
            ("[::1", EndpointError::Brackets),
            ("[::1]5432", EndpointError::Port),
            ("[localhost]:5432", EndpointError::Host),
            ("[]:5432", EndpointError::Host),
            ("a..b", EndpointError::Host),
            ("a..", EndpointError::Host),
            ("*", EndpointError::Host),
            ("*.internal", EndpointError::Host),
            ("a b", EndpointError::Host),
            ("a\\b", EndpointError::Host),
            ("1.2.3.4.5", EndpointError::Host),
            ("127.0.0.256", EndpointError::Host),
            ("a:", EndpointError::Port),
            ("a:0", EndpointError::Port),
            ("a:05432", EndpointError::Port),
            ("a:+5432", EndpointError::Port),
            ("a:-1", EndpointError::Port),
            ("a:65536", EndpointError::Port),
            ("a:5432x", EndpointError::Port),
            ("a:٥٤٣٢", EndpointError::Port),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
        assert_eq!(parse(&"a".repeat(254)), Err(EndpointError::Host));
    }
}
