//! A web origin (RFC 6454): scheme, host and port, compared exactly.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use url::{Host, Url};

/// An `http` or `https` origin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    secure: bool,
    host: Host<String>,
    port: u16,
}

impl Origin {
    /// The plain-`http` origin of a listening address.
    pub fn of_listener(address: SocketAddr) -> Self {
        let host = match address {
            SocketAddr::V4(v4) => Host::Ipv4(*v4.ip()),
            SocketAddr::V6(v6) => Host::Ipv6(*v6.ip()),
        };
        Self { secure: false, host, port: address.port() }
    }

    /// The plain-`http` origin that a person who types `localhost` gets.
    pub fn localhost(port: u16) -> Self {
        Self { secure: false, host: Host::Domain("localhost".to_owned()), port }
    }

    /// Whether the scheme is `https`.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The port, also where it is the scheme's default.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the host can only be this machine.
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        }
    }

    /// What a `Host` header for this origin says: the port is left out where it is the scheme's default.
    pub fn authority(&self) -> String {
        let default = if self.secure { 443 } else { 80 };
        if self.port == default { self.host.to_string() } else { format!("{}:{}", self.host, self.port) }
    }

    /// Whether cookies with `SameSite=Strict` or `Lax` travel between the two: same scheme and same registrable
    /// domain ("schemefully same-site" in the HTML standard; the port has no say).
    pub fn is_same_site(&self, other: &Self) -> bool {
        self.secure == other.secure && self.site() == other.site()
    }

    fn site(&self) -> String {
        match &self.host {
            Host::Domain(name) => psl::domain_str(name).unwrap_or(name).to_owned(),
            Host::Ipv4(_) | Host::Ipv6(_) => self.host.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
    }
}

/// The text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnOrigin;

impl fmt::Display for NotAnOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an origin has scheme, host and port alone, such as https://app.example")
    }
}

impl std::error::Error for NotAnOrigin {}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let url = Url::parse(text).map_err(|_| NotAnOrigin)?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(NotAnOrigin),
        };
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && !text.ends_with('/')
            && url.query().is_none()
            && url.fragment().is_none();
        let host = url.host().map(|host| host.to_owned());
        match (bare, host, url.port_or_known_default()) {
            (true, Some(host), Some(port)) => Ok(Self { secure, host, port }),
            _ => Err(NotAnOrigin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    fn origin(text: &str) -> Origin {
        text.parse().expect("an origin")
    }

    #[test]
    fn reads_what_a_browser_sends() {
        for text in ["https://app.example", "https://app.example:8443", "http://127.0.0.1:4780", "http://[::1]:4780"] {
            assert_eq!(origin(text).to_string(), text);
        }
        assert_eq!(origin("HTTPS://App.Example:443"), origin("https://app.example"));
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "null",
            "app.example",
            "https://app.example/",
            "https://app.example/path",
            "https://user@app.example",
            "https://app.example?x",
            "ftp://app.example",
            "*",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_site_is_the_scheme_and_the_registrable_domain() {
        let app = origin("https://app.example.co.uk");
        assert!(app.is_same_site(&origin("https://api.example.co.uk:8443")));
        assert!(!app.is_same_site(&origin("https://other.co.uk")));
        assert!(!app.is_same_site(&origin("http://app.example.co.uk")));
        assert!(!origin("https://a.github.io").is_same_site(&origin("https://b.github.io")));
        assert!(origin("http://127.0.0.1:1").is_same_site(&origin("http://127.0.0.1:2")));
        assert!(!origin("http://127.0.0.1:1").is_same_site(&origin("http://localhost:1")));
    }
}
