//! Where a request comes from.
//!
//! `x-forwarded-for` is believed only as far as listed proxies wrote it: the list is read from its end, and the first
//! address that is not a listed proxy is the source. What stands before it, anybody may have made up. An entry that is no
//! address ends the search, in whatever bytes it is written: skipping it would go on to what anybody may have made up.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName};
use ipnet::IpNet;

use super::state::AppState;

/// Where nobody says who is at the other end: all of them are one source.
const UNKNOWN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whom failed and unfinished sign-ins are counted for: an IPv4 address, or an IPv6 /64, which is what one customer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Source(IpAddr);

impl Source {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            v4 @ IpAddr::V4(_) => Self(v4),
            IpAddr::V6(v6) => Self(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)))),
        }
    }

    /// Of a request with these extensions and headers.
    pub(crate) fn behind(trusted: &[IpNet], extensions: &Extensions, headers: &HeaderMap) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map_or(UNKNOWN, |ConnectInfo(peer)| peer.ip());
        Self::of(originator(peer, headers, trusted))
    }
}

impl FromRequestParts<AppState> for Source {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self::behind(&state.trusted_proxies, &parts.extensions, &parts.headers))
    }
}

fn originator(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(&ip.to_canonical()));
    let mut nearest = peer;
    let hops = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .collect::<Vec<_>>();
    for hop in hops.into_iter().rev() {
        if !is_trusted(nearest) {
            break;
        }
        match address(hop) {
            Some(ip) => nearest = ip,
            None => break,
        }
    }
    nearest
}

fn address(entry: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(entry.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        seen_in_bytes(peer, &forwarded.iter().map(|value| value.as_bytes()).collect::<Vec<_>>())
    }

    fn seen_in_bytes(peer: &str, forwarded: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, http::HeaderValue::from_bytes(value).expect("a header value"));
        }
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        originator(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_make_up_a_source() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn the_nearest_address_that_no_proxy_of_ours_has_is_the_source() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["192.0.2.66, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["192.0.2.66", "198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn rubbish_ends_the_search() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, what"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn an_entry_in_odd_bytes_hides_nobody_and_lets_nobody_be_made_up() {
        // A client sent rubbish, and the proxy appended the address that it came from.
        assert_eq!(seen_in_bytes("10.0.0.1", &[b"\xf6, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen_in_bytes("10.0.0.1", &[b"\xf6", b"198.51.100.1"]), "198.51.100.1");
        // Of what stands before rubbish nobody knows who wrote it.
        assert_eq!(seen_in_bytes("10.0.0.1", &[b"192.0.2.66", b"\xf6"]), "10.0.0.1");
        assert_eq!(seen_in_bytes("10.0.0.1", &[b"192.0.2.66", b"\xf6, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(seen_in_bytes("203.0.113.9", &[b"\xf6, 198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn one_customer_is_one_source() {
        let source = |text: &str| Source::of(text.parse().expect("an address"));
        assert_eq!(source("2001:db8:1:2:3::4"), source("2001:db8:1:2::9"));
        assert_ne!(source("2001:db8:1:2::9"), source("2001:db8:1:3::9"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    }
}
