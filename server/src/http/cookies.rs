//! The two cookies: names, attributes, reading and writing.
//!
//! Over https they are `__Host-session` and `__Host-ticket`. Plain http exists on this machine alone, where ports share
//! their cookies, so the names carry the port. A removal has the attributes of what it removes, or browsers refuse it.

use std::borrow::Cow;
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
            user_agent: user_agent(headers).as_deref().map(Arc::from),
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
///
/// The header is split as bytes, because another application on the host may set cookies in any encoding. A value of
/// ours that is not text is an unreadable cookie, not a missing one: a readable cookie of the same name goes first, and
/// without one the value is decoded lossily, so that it is refused and removed like every other forged value.
pub(crate) fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| value_of(pair, name.as_bytes()));
    let first = values.next()?;
    let text = std::iter::once(first).chain(values).find_map(|value| std::str::from_utf8(value).ok());
    Some(text.map_or_else(|| String::from_utf8_lossy(first).into_owned(), str::to_owned))
}

/// The value in `pair`, where its name is `name` and the value is not empty.
fn value_of<'h>(pair: &'h [u8], name: &[u8]) -> Option<&'h [u8]> {
    let value = pair.trim_ascii_start().strip_prefix(name)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii();
    (!value.is_empty()).then_some(value)
}

/// The browser's name for itself, as a list of sessions may show it: text without control characters.
fn user_agent(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let text = match String::from_utf8_lossy(headers.get(USER_AGENT)?.as_bytes()) {
        Cow::Borrowed(text) => Cow::Borrowed(shortened(text)),
        Cow::Owned(text) => Cow::Owned(shortened(&text).to_owned()),
    };
    Some(if text.contains(is_control) { Cow::Owned(text.replace(is_control, " ")) } else { text })
}

fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(USER_AGENT_KEPT)).unwrap_or(text)
}

/// Control characters, and those that turn the direction of the text around them.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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

    fn sent(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).expect("a header"));
        }
        headers
    }

    #[test]
    fn a_neighbours_cookie_in_any_encoding_hides_none_of_ours() {
        let cookies = look("http://127.0.0.1:4780", policy::SameSite::Strict);
        let session = SessionId::random().expect("random bytes");
        let own = format!("session-4780={}; ticket-4780=mine", session.reveal());
        let city: [&[u8]; 5] = [b"city=K\xf6ln", "city=Köln".as_bytes(), b"\xff\xfe", b"\xf6=\xf6=\xf6", b"=\xf6"];
        for city in city {
            for (before, after) in [(city, own.as_bytes()), (own.as_bytes(), city)] {
                let one_header = [before, after].join(&b"; "[..]);
                // HTTP/2 may split them.
                for headers in [sent(&[&one_header]), sent(&[before, after])] {
                    let presented = cookies.presented(&headers);
                    assert_eq!(presented.session.map(|id| id.reveal()), Some(session.reveal()), "{headers:?}");
                    assert_eq!(presented.ticket.expect("a ticket").reveal(), "mine", "{headers:?}");
                    assert_eq!(cookies.recognisable(&headers).as_deref(), Some("mine"));
                }
            }
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let rows: [(&[u8], Option<&str>); 9] = [
            (b"ticket=mine", Some("mine")),
            (b"ticket=a=b==", Some("a=b==")),
            (b" ticket =\tmine ;x=y", Some("mine")),
            (b"x=y;ticket=mine", Some("mine")),
            (b"ticket=; ticket=mine", Some("mine")),
            (b"ticket=first; ticket=second", Some("first")),
            (b"my-ticket=other; tickets=other; ticket", None),
            (b"x=ticket=other", None),
            (b"Ticket=other", None),
        ];
        for (header, value) in rows {
            assert_eq!(find(&sent(&[header]), "ticket").as_deref(), value, "{}", header.escape_ascii());
        }
    }

    #[test]
    fn a_value_of_ours_that_is_not_text_is_present_and_unreadable() {
        assert_eq!(find(&sent(&[b"ticket=\xf6"]), "ticket").as_deref(), Some("\u{fffd}"));
        assert_eq!(find(&sent(&[b"ticket=\xf6; ticket=mine"]), "ticket").as_deref(), Some("mine"));
    }

    fn shown(user_agent_sent: &[u8]) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_bytes(user_agent_sent).expect("a header"));
        user_agent(&headers).map(Cow::into_owned)
    }

    #[test]
    fn an_endless_user_agent_is_cut() {
        assert_eq!(shown(&[b'x'; 5000]).map(|text| text.len()), Some(USER_AGENT_KEPT));
        let umlaut_at_the_cut = format!("{}ö", "x".repeat(USER_AGENT_KEPT - 1));
        assert_eq!(shown(umlaut_at_the_cut.as_bytes()).map(|text| text.len()), Some(USER_AGENT_KEPT - 1));
        assert!(shown(&[b'\xf6'; 5000]).is_some_and(|text| text.len() <= USER_AGENT_KEPT));
    }

    #[test]
    fn an_odd_user_agent_is_shown_without_what_would_disturb_a_list() {
        assert_eq!(shown("Firefox of Köln".as_bytes()).as_deref(), Some("Firefox of Köln"));
        assert_eq!(shown(b"Firefox of K\xf6ln").as_deref(), Some("Firefox of K\u{fffd}ln"));
        assert_eq!(shown("a\tb\u{85}c\u{202e}d".as_bytes()).as_deref(), Some("a b c d"));
    }
}
