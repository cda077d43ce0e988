//! Cross-site requests can't work.
//!
//! 1. `Host` is the public origin's, or that of the loopback address listened on (no DNS rebinding).
//! 2. `Origin`, where present, is the public origin or a listed one; where absent, `Sec-Fetch-Site`, if present, is
//!    `same-origin` or `none`. Both absent: not a browser.
//! 3. What changes state carries `x-session-keepalive: 1` and, except for `DELETE`, `content-type: application/json`:
//!    a form can send neither, and script of another origin only after a preflight.
//!
//! Rules 1 and 2 hold for every call of the API, rule 3 for those that change state.

use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderMap, Method, Uri, request::Parts};
use session_keepalive::wire::{CLIENT_HEADER, CLIENT_HEADER_VALUE, ProblemCode};

use super::problem::Refusal;
use crate::config::Origin;

/// Which origins and hosts are the operator's.
#[derive(Clone, Debug)]
pub(crate) struct OriginRules {
    own: Vec<Origin>,
    listed: Vec<Origin>,
    hosts: Vec<String>,
}

impl OriginRules {
    /// `own`: where the pages and the API live. `listed`: other origins whose script may call. `loopback`: the address
    /// listened on, where it is a loopback address.
    pub(crate) fn new(own: Vec<Origin>, listed: Vec<Origin>, loopback: Option<Origin>) -> Self {
        let hosts = own.iter().chain(&loopback).map(Origin::authority).collect();
        Self { own, listed, hosts }
    }

    /// Whether script of that origin may call from elsewhere (CORS).
    pub(crate) fn is_listed(&self, origin: &str) -> bool {
        same_as_any(&self.listed, origin)
    }

    fn is_allowed(&self, origin: &str) -> bool {
        same_as_any(&self.own, origin) || self.is_listed(origin)
    }

    /// Refuses a request that another site may have started.
    pub(crate) fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        self.check_initiation(uri, headers)?;
        if method.is_safe() {
            return Ok(());
        }
        check_headers(method, headers).map_err(refusal)
    }

    /// For calls of an application that forms may make too: rules 1 and 2, where they change state.
    pub(crate) fn check_change(&self, parts: &Parts) -> Result<(), Refusal> {
        if parts.method.is_safe() {
            return Ok(());
        }
        self.check_initiation(&parts.uri, &parts.headers)
    }

    fn check_initiation(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        self.check_host(uri, headers).and_then(|()| self.check_initiator(headers)).map_err(refusal)
    }

    fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), String> {
        let host = match uri.authority() {
            // The absolute form of a request line takes precedence over the header (RFC 9112, 3.2.2).
            Some(authority) => Some(authority.as_str()),
            None => only(headers, HOST.as_str()),
        };
        let known = |host: &str| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
        if host.is_some_and(known) {
            return Ok(());
        }
        Err(format!("Send the header 'host' of the public origin: {}.", self.hosts.join(" or ")))
    }

    fn check_initiator(&self, headers: &HeaderMap) -> Result<(), String> {
        if headers.contains_key(ORIGIN) {
            return match only(headers, ORIGIN.as_str()) {
                Some(origin) if self.is_allowed(origin) => Ok(()),
                _ => {
                    Err("The header 'origin' names a foreign origin: call from the public origin, or let the operator \
                     list yours with --allow-origin."
                        .to_owned())
                }
            };
        }
        let site = "sec-fetch-site";
        if !headers.contains_key(site) {
            return Ok(());
        }
        match only(headers, site) {
            Some("same-origin" | "none") => Ok(()),
            _ => Err(
                "The header 'sec-fetch-site' says that another site started this request: call from the public origin."
                    .to_owned(),
            ),
        }
    }
}

fn refusal(detail: String) -> Refusal {
    Refusal::new(ProblemCode::CsrfRefused, detail)
}

fn same_as_any(origins: &[Origin], text: &str) -> bool {
    text.parse::<Origin>().is_ok_and(|origin| origins.contains(&origin))
}

fn check_headers(method: &Method, headers: &HeaderMap) -> Result<(), String> {
    if only(headers, CLIENT_HEADER) != Some(CLIENT_HEADER_VALUE) {
        return Err(format!("Send the header '{CLIENT_HEADER}: {CLIENT_HEADER_VALUE}'."));
    }
    if *method == Method::DELETE || is_json(headers) {
        return Ok(());
    }
    Err("Send the header 'content-type: application/json'.".to_owned())
}

/// `application/json`, with `charset=utf-8` or without parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = only(headers, CONTENT_TYPE.as_str()) else {
        return false;
    };
    // As nearly everybody sends it.
    if text == mime::APPLICATION_JSON.as_ref() {
        return true;
    }
    text.parse::<mime::Mime>().is_ok_and(|media| {
        media.essence_str() == mime::APPLICATION_JSON.essence_str()
            && media.params().all(|(name, value)| name == mime::CHARSET && value == mime::UTF_8)
    })
}

/// The header's value if it is there exactly once and is text.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> OriginRules {
        let origin = |text: &str| text.parse().expect("an origin");
        OriginRules::new(
            vec![origin("https://app.example")],
            vec![origin("https://other.example")],
            Some(origin("http://127.0.0.1:4780")),
        )
    }

    /// A good `POST`, then `changes`: a header with its value, or with `-` to leave it out.
    fn check(method: &str, changes: &[(&str, &str)]) -> Result<(), String> {
        let mut request = http::Request::builder().method(method).uri("/api/validate-session");
        let good = [
            ("host", "app.example"),
            ("origin", "https://app.example"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/json"),
            ("x-session-keepalive", "1"),
        ];
        let untouched = good.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        for (name, value) in untouched.chain(changes) {
            if *value != "-" {
                request = request.header(*name, *value);
            }
        }
        let request = request.body(()).expect("a request");
        rules().check(request.method(), request.uri(), request.headers()).map_err(|refusal| refusal.detail().to_owned())
    }

    #[test]
    fn accepts_the_page_itself_listed_origins_and_programs() {
        assert_eq!(check("POST", &[]), Ok(()));
        let listed = ("origin", "https://other.example");
        assert_eq!(check("POST", &[listed, ("sec-fetch-site", "cross-site")]), Ok(()));
        let program = [("origin", "-"), ("sec-fetch-site", "-"), ("host", "127.0.0.1:4780")];
        assert_eq!(check("POST", &program), Ok(()));
        assert_eq!(check("POST", &[("origin", "-"), ("sec-fetch-site", "none")]), Ok(()));
        assert_eq!(check("POST", &[("content-type", "Application/JSON; charset=UTF-8")]), Ok(()));
        assert_eq!(check("DELETE", &[("content-type", "-")]), Ok(()));
        let read = [("content-type", "-"), ("x-session-keepalive", "-")];
        assert_eq!(check("GET", &read), Ok(()));
    }

    #[test]
    fn refuses_and_says_what_to_send() {
        let cases = [
            ("POST", ("x-session-keepalive", "-"), "x-session-keepalive: 1"),
            ("POST", ("x-session-keepalive", "2"), "x-session-keepalive: 1"),
            ("DELETE", ("x-session-keepalive", "-"), "x-session-keepalive: 1"),
            ("POST", ("content-type", "-"), "content-type: application/json"),
            ("POST", ("content-type", "text/plain"), "content-type: application/json"),
            ("POST", ("content-type", "application/x-www-form-urlencoded"), "content-type: application/json"),
            ("POST", ("content-type", "application/json; charset=utf-16"), "content-type: application/json"),
            ("POST", ("origin", "https://evil.example"), "origin"),
            ("POST", ("origin", "null"), "origin"),
            ("POST", ("origin", "http://app.example"), "origin"),
            ("GET", ("origin", "https://evil.example"), "origin"),
            ("POST", ("host", "evil.example"), "host"),
            ("POST", ("host", "app.example:444"), "host"),
            ("POST", ("host", "-"), "host"),
            ("GET", ("host", "evil.example"), "host"),
            // In odd bytes a header is there, and is not ours.
            ("POST", ("x-session-keepalive", "1\u{f6}"), "x-session-keepalive: 1"),
            ("POST", ("content-type", "application/json; charset=\u{f6}"), "content-type: application/json"),
            ("POST", ("origin", "https://app.example\u{f6}"), "origin"),
            ("GET", ("origin", "\u{f6}"), "origin"),
            ("POST", ("host", "app.example\u{f6}"), "host"),
        ];
        for (method, change, hint) in cases {
            let refused = check(method, &[change]).expect_err("refused");
            assert!(refused.contains(hint), "{method} {change:?}: {refused}");
        }
        for site in ["cross-site", "same-site", "anything", "none\u{f6}"] {
            let refused = check("POST", &[("origin", "-"), ("sec-fetch-site", site)]);
            assert!(refused.is_err_and(|detail| detail.contains("sec-fetch-site")), "{site}");
        }
    }
}
