//! The two cookies: names, attributes, reading and writing.
//!
//! Over https they are `__Host-session` and `__Host-ticket`. Plain http exists on this machine alone, where ports share
//! their cookies, so the names carry the port. A removal has the attributes of what it removes, or browsers refuse it.

use std::sync::Arc;

use cookie::{Cookie, SameSite, time};
use http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue};

use crate::config::Origin;
use crate::id::SessionId;
use crate::policy;
use crate::sessions::{CookieChange, Presented};
use crate::ticket::TicketCookie;

/// As much of the `User-Agent` header as is kept, in bytes: enough to recognise a browser by.
const USER_AGENT_KEPT: usize = 256;

/// How this server's cookies look.
#[derive(Clone, Debug)]
pub(crate) struct Cookies(Arc<Look>);

#[derive(Debug)]
struct Look {
    session: String,
    ticket: String,
    secure: bool,
    same_site: SameSite,
    partitioned: bool,
}

impl Cookies {
    /// `public`: where browsers find the server. `same_site` and `partitioned`: as they are to be sent.
    pub(crate) fn new(public: &Origin, same_site: policy::SameSite, partitioned: bool) -> Self {
        let name = |base: &str| match public.is_secure() {
            true => format!("__Host-{base}"),
            false => format!("{base}-{}", public.port()),
        };
        Self(Arc::new(Look {
            session: name("session"),
            ticket: name("ticket"),
            secure: public.is_secure(),
            same_site: match same_site {
                policy::SameSite::Strict => SameSite::Strict,
                policy::SameSite::Lax => SameSite::Lax,
                policy::SameSite::None => SameSite::None,
            },
            partitioned,
        }))
    }

    /// The names of the session's cookie and the ticket's.
    pub(crate) fn names(&self) -> (&str, &str) {
        (&self.0.session, &self.0.ticket)
    }

    /// What the browser sent.
    pub(crate) fn presented(&self, headers: &HeaderMap) -> Presented {
        Presented {
            session: find(headers, &self.0.session).and_then(|text| SessionId::parse(&text)),
            ticket: find(headers, &self.0.ticket).map(TicketCookie::presented),
            user_agent: user_agent(headers).map(Arc::from),
        }
    }

    /// The secret that recognises a browser that comes back: the ticket, which outlives the session, or the session.
    pub(crate) fn recognisable(&self, headers: &HeaderMap) -> Option<String> {
        find(headers, &self.0.ticket).or_else(|| find(headers, &self.0.session))
    }

    /// The headers that carry out both changes.
    pub(crate) fn change(&self, session: &CookieChange<SessionId>, ticket: &CookieChange<TicketCookie>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let session = self.carry_out(&self.0.session, session, |id| id.reveal());
        let ticket = self.carry_out(&self.0.ticket, ticket, |ticket| ticket.reveal().to_owned());
        for mut value in [session, ticket].into_iter().flatten() {
            value.set_sensitive(true);
            headers.append(SET_COOKIE, value);
        }
        headers
    }

    /// The header that drops the ticket alone.
    pub(crate) fn remove_ticket(&self) -> HeaderMap {
        self.change(&CookieChange::Keep, &CookieChange::Remove)
    }

    fn carry_out<Value>(
        &self,
        name: &str,
        change: &CookieChange<Value>,
        reveal: impl Fn(&Value) -> String,
    ) -> Option<HeaderValue> {
        let cookie = match change {
            CookieChange::Keep => return None,
            CookieChange::Set { value, max_age } => {
                let mut cookie = self.cookie(name, reveal(value));
                // A duration beyond i64 seconds is beyond every browser's cap too.
                cookie.set_max_age(max_age.map(|age| time::Duration::try_from(age).unwrap_or(time::Duration::MAX)));
                cookie
            }
            CookieChange::Remove => {
                let mut cookie = self.cookie(name, String::new());
                cookie.make_removal();
                cookie
            }
        };
        // Names and values are ASCII without separators by construction.
        HeaderValue::from_str(&cookie.to_string()).ok()
    }

    fn cookie(&self, name: &str, value: String) -> Cookie<'static> {
        Cookie::build((name.to_owned(), value))
            .path("/")
            .http_only(true)
            .secure(self.0.secure)
            .same_site(self.0.same_site)
            .partitioned(self.0.partitioned)
            .build()
    }
}

/// The first cookie of that name: browsers send the one with the longest path first.
pub(crate) fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name && !cookie.value().is_empty())
        .map(|cookie| cookie.value().to_owned())
}

fn user_agent(headers: &HeaderMap) -> Option<&str> {
    // Text of a header is ASCII, so every index is a boundary.
    let text = headers.get(USER_AGENT)?.to_str().ok()?;
    Some(text.get(..USER_AGENT_KEPT).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn look(origin: &str, same_site: policy::SameSite) -> Cookies {
        Cookies::new(&origin.parse().expect("an origin"), same_site, false)
    }

    fn ticket_header(cookies: &Cookies, change: CookieChange<TicketCookie>) -> String {
        let headers = cookies.change(&CookieChange::Keep, &change);
        assert_eq!(headers.get_all(SET_COOKIE).iter().count(), 1);
        headers[SET_COOKIE].to_str().expect("text").to_owned()
    }

    fn set() -> CookieChange<TicketCookie> {
        CookieChange::Set {
            value: TicketCookie::presented("sealed".to_owned()),
            max_age: Some(Duration::from_secs(90)),
        }
    }

    #[test]
    fn over_https_the_host_prefix_binds_them_to_the_host() {
        let cookies = look("https://app.example", policy::SameSite::Strict);
        assert_eq!(
            ticket_header(&cookies, set()),
            "__Host-ticket=sealed; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=90"
        );
    }

    #[test]
    fn over_plain_http_the_name_carries_the_port() {
        let cookies = look("http://127.0.0.1:4780", policy::SameSite::Lax);
        assert_eq!(ticket_header(&cookies, set()), "ticket-4780=sealed; HttpOnly; SameSite=Lax; Path=/; Max-Age=90");
    }

    #[test]
    fn a_removal_has_the_same_attributes() {
        let embedded = Cookies::new(&"https://app.example".parse().expect("an origin"), policy::SameSite::None, true);
        assert!(ticket_header(&embedded, set()).contains("; SameSite=None; Partitioned; Secure"));
        let looks =
            ["https://app.example", "http://127.0.0.1:4780"].map(|origin| look(origin, policy::SameSite::Strict));
        for cookies in looks.into_iter().chain([embedded]) {
            let attributes = |header: &str| {
                let mut kept: Vec<String> = header
                    .split("; ")
                    .skip(1)
                    .filter(|attribute| !attribute.starts_with("Max-Age") && !attribute.starts_with("Expires"))
                    .map(str::to_owned)
                    .collect();
                kept.sort();
                kept
            };
            let removal = ticket_header(&cookies, CookieChange::Remove);
            assert!(removal.contains("Max-Age=0"), "{removal}");
            assert_eq!(attributes(&removal), attributes(&ticket_header(&cookies, set())));
        }
    }

    #[test]
    fn reads_its_own_cookies_among_others() {
        let cookies = look("http://127.0.0.1:4780", policy::SameSite::Strict);
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=b; ticket-4781=other; =; x"));
        headers.append(COOKIE, HeaderValue::from_static("session-4780=rubbish; ticket-4780=mine"));
        let presented = cookies.presented(&headers);
        assert!(presented.session.is_none(), "no session id has that form");
        assert_eq!(presented.ticket.expect("a ticket").reveal(), "mine");
        assert_eq!(cookies.recognisable(&headers).as_deref(), Some("mine"));
    }

    #[test]
    fn an_endless_user_agent_is_cut() {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, "x".repeat(5000).parse().expect("a header"));
        assert_eq!(user_agent(&headers).map(str::len), Some(USER_AGENT_KEPT));
    }
}
