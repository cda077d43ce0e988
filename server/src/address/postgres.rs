//! The connection string's fields, each exactly once and in its place. Everything that the driver or libpq would take
//! beyond them (`?host=`, `hostaddr`, `options`, several hosts, a socket's path) is refused, because it could lead
//! elsewhere than the list allows.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::{AddressError, Endpoint, percent};

/// The two spellings of the scheme.
pub(crate) const SCHEMES: [&str; 2] = ["postgres", "postgresql"];
/// Registered with IANA for PostgreSQL.
pub(crate) const DEFAULT_PORT: u16 = 5432;

const SHAPE: &str = "postgres://USER:PASSWORD@HOST:PORT/DATABASE";
/// PostgreSQL cuts longer names (`NAMEDATALEN - 1`), so that two spellings would be one person.
const LONGEST_NAME: usize = 63;

/// A PostgreSQL server, and who connects to which of its databases. Its `Debug` hides the password.
#[derive(Clone, Debug)]
pub struct PostgresAddress {
    pub(crate) endpoint: Endpoint,
    pub(crate) user: String,
    pub(crate) password: SecretString,
    pub(crate) database: String,
}

impl PostgresAddress {
    /// Reads what follows the scheme's colon.
    ///
    /// # Errors
    /// When a part is missing, malformed, or more than those five.
    pub fn parse(rest: &str) -> Result<Self, AddressError> {
        let rest = rest.strip_prefix("//").ok_or_else(|| invalid("`//` must follow the scheme"))?;
        if rest.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(invalid("blanks and control characters must be percent-encoded"));
        }
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if tail.contains('@') {
            return Err(ambiguous());
        }
        let (path, query) = split_tail(tail)?;
        let (credentials, server) = authority.rsplit_once('@').ok_or_else(|| invalid("the user is missing"))?;
        let (user, password) = match credentials.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (credentials, None),
        };
        if credentials.contains('@') {
            return Err(ambiguous());
        }
        if user.is_empty() {
            return Err(invalid("the user is missing"));
        }
        let password = password.filter(|password| !password.is_empty());
        let password = password.ok_or_else(|| invalid("the password is missing"))?;
        if let Some(query) = query {
            return Err(unknown_parameter(query));
        }
        let endpoint = Endpoint::parse(server, DEFAULT_PORT).map_err(|error| invalid(&error.to_string()))?;
        let database = path.strip_prefix('/').filter(|database| !database.is_empty());
        let database = database.ok_or_else(|| invalid("the database is missing"))?;
        if database.contains('/') {
            return Err(invalid("the database must be one plain name; write a `/` in it as %2F"));
        }
        Ok(Self {
            endpoint,
            user: decode_name("user", user)?,
            password: decode("password", password)?.into(),
            database: decode_name("database", database)?,
        })
    }

    /// Where it is.
    pub(crate) const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// `user@host:port/database`. User and database are percent-encoded: a name with `@` or `/` in it must not read as
    /// somebody else.
    pub(crate) fn subject(&self) -> String {
        format!("{}@{}/{}", percent::encode(&self.user), self.endpoint, percent::encode(&self.database))
    }

    /// The string that parses back to this target.
    pub(crate) fn connection_string(&self) -> SecretString {
        let (user, database) = (percent::encode(&self.user), percent::encode(&self.database));
        let password = percent::encode(self.password.expose_secret());
        format!("postgres://{user}:{password}@{}/{database}", self.endpoint).into()
    }
}

/// Without the password.
impl fmt::Display for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "postgres://{}", self.subject())
    }
}

fn split_tail(tail: &str) -> Result<(&str, Option<&str>), AddressError> {
    if tail.contains('#') {
        return Err(invalid("a `#` has no place in it; in a name or password write it as %23"));
    }
    Ok(match tail.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (tail, None),
    })
}

/// Names the parameter, unless it looks like anything else than one: it may be a piece of a password.
fn unknown_parameter(query: &str) -> AddressError {
    let name = query.split(['&', '=']).next().unwrap_or_default();
    let plain = |name: &String| {
        (1..=40).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let name = percent::decode(name).ok().filter(plain);
    let name = name.map_or_else(|| "parameters are".to_owned(), |name| format!("the parameter `{name}` is"));
    if name.contains("`ssl") {
        return invalid(&format!(
            "{name} not accepted: connections are made without TLS. Reach the server over a private network, or over a \
             TLS proxy on this machine"
        ));
    }
    invalid(&format!("{name} not accepted; known are only user, password, host, port and database"))
}

fn decode(field: &str, text: &str) -> Result<String, AddressError> {
    percent::decode(text).map_err(|error| invalid(&format!("the {field} {error}")))
}

fn decode_name(field: &str, text: &str) -> Result<String, AddressError> {
    let name = decode(field, text)?;
    if name.len() > LONGEST_NAME {
        return Err(invalid(&format!("the {field} is longer than the {LONGEST_NAME} bytes that PostgreSQL keeps")));
    }
    if name.contains(char::is_control) {
        return Err(invalid(&format!("the {field} contains a control character")));
    }
    Ok(name)
}

fn ambiguous() -> AddressError {
    invalid("in user, password and database write @ as %40, / as %2F, ? as %3F and # as %23")
}

fn invalid(reason: &str) -> AddressError {
    AddressError(format!("{reason}. Its form is {SHAPE}"))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::PostgresAddress;

    fn parse(text: &str) -> Result<PostgresAddress, String> {
        PostgresAddress::parse(text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_fields_are_read_and_written_back() {
        for (text, [user, password, endpoint, database], canonical) in [
            ("//alice:pw@db:5433/app", ["alice", "pw", "db:5433", "app"], "//alice:pw@db:5433/app"),
            ("//alice:pw@DB./app", ["alice", "pw", "db:5432", "app"], "//alice:pw@db:5432/app"),
            ("//a:p@[::1]/app", ["a", "p", "[::1]:5432", "app"], "//a:p@[::1]:5432/app"),
            ("//a:p:q@h/d", ["a", "p:q", "h:5432", "d"], "//a:p%3Aq@h:5432/d"),
            ("//a%40b:p%40%2F%3a%25@h/d%2Fe", ["a@b", "p@/:%", "h:5432", "d/e"], "//a%40b:p%40%2F%3A%25@h:5432/d%2Fe"),
            ("//a:%0a@h/d", ["a", "\n", "h:5432", "d"], "//a:%0A@h:5432/d"),
            ("//größe:p@h/d", ["größe", "p", "h:5432", "d"], "//gr%C3%B6%C3%9Fe:p@h:5432/d"),
        ] {
            let target = parse(text).unwrap();
            assert_eq!(target.user, user);
            assert_eq!(target.password.expose_secret(), password);
            assert_eq!(target.endpoint.to_string(), endpoint);
            assert_eq!(target.database, database);
            let written = target.connection_string();
            assert_eq!(written.expose_secret(), format!("postgres:{canonical}"));
            assert_eq!(parse(canonical).unwrap().connection_string().expose_secret(), written.expose_secret());
        }
    }

    #[test]
    fn a_string_that_is_not_whole_and_plain_is_refused_with_the_reason() {
        for (text, expected) in [
            ("", "`//` must follow"),
            ("alice:s3cret@h/d", "`//` must follow"),
            ("//", "user is missing"),
            ("//h:5432/d", "user is missing"),
            ("//@h/d", "user is missing"),
            ("//:s3cret@h/d", "user is missing"),
            ("//alice@h/d", "password is missing"),
            ("//alice:@h/d", "password is missing"),
            ("//alice:s3cret@/d", "host is missing"),
            ("//alice:s3cret@:5432/d", "host is missing"),
            ("//alice:s3cret@h", "database is missing"),
            ("//alice:s3cret@h/", "database is missing"),
            ("//alice:s3cret@h/d/e", "one plain name"),
            ("//alice:s3cret@h/d?host=evil", "parameter `host`"),
            ("//alice:s3cret@h/d?hostaddr=1.2.3.4", "parameter `hostaddr`"),
            ("//alice:s3cret@h/d?sslmode=disable", "parameter `sslmode`"),
            ("//alice:s3cret@h/d?sslmode=require", "without TLS"),
            ("//alice:s3cret@h/d?sslrootcert=s3cret", "without TLS"),
            ("//alice:s3cret@h/d?options=-c%20x", "parameter `options`"),
            ("//alice:s3cret@h/d?application_name=x", "parameter `application_name`"),
            ("//alice:s3cret@h/d?password=x", "parameter `password`"),
            ("//alice:s3cret@h/d?%68ost=evil", "parameter `host`"),
            ("//alice:s3cret@?host=evil", "parameter `host`"),
            ("//alice:s3cret@h/d?", "parameters are not accepted"),
            ("//alice:s3cret@h/d?ho%00st=evil", "parameters are not accepted"),
            ("//alice:s3cret@h/d#f", "`#` has no place"),
            ("//alice:s3cret@h,i/d", "one host"),
            ("//alice:s3cret@h:1,i:2/d", "one host"),
            ("//alice:s3cret@%2Fvar%2Frun/d", "sockets are not reachable"),
            ("//alice:s3cret@h:0/d", "port must be"),
            ("//alice:s3cret@h:/d", "port must be"),
            ("//alice:s3cret@::1/d", "brackets"),
            ("//alice:s3@cret@h/d", "@ as %40"),
            ("//alice:s3/cret@h/d", "/ as %2F"),
            ("//alice:s3?cret@h/d", "? as %3F"),
            ("//alice:s3#cret@h/d", "# as %23"),
            ("//alice:s3 cret@h/d", "blanks and control"),
            ("//alice:s3\ncret@h/d", "blanks and control"),
            ("//alice:s3cret%@h/d", "the password has a `%`"),
            ("//alice:s3cret%00@h/d", "the password contains %00"),
            ("//alice%00:s3cret@h/d", "the user contains %00"),
            ("//alice:s3cret@h/d%00user", "the database contains %00"),
            ("//alice:s3cret%FF@h/d", "the password is not UTF-8"),
            ("//al%0aice:s3cret@h/d", "the user contains a control"),
            ("//alice:s3cret@h/%1b", "the database contains a control"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{text:?}: {error}");
            for piece in ["s3", "cret", "evil", "1.2.3.4"] {
                assert!(!error.contains(piece), "{text:?}: {error}");
            }
            assert!(error.contains("postgres://USER:PASSWORD@HOST:PORT/DATABASE"), "{error}");
        }
    }

    #[test]
    fn names_that_postgresql_would_cut_are_refused() {
        let (whole, cut) = ("a".repeat(63), "a".repeat(64));
        assert!(parse(&format!("//{whole}:p@h/{whole}")).is_ok());
        assert!(parse(&format!("//{cut}:p@h/d")).unwrap_err().contains("the user is longer than the 63 bytes"));
        assert!(parse(&format!("//u:p@h/{cut}")).unwrap_err().contains("the database is longer"));
    }

    #[test]
    fn no_two_targets_have_the_same_subject() {
        let subject = |text: &str| parse(text).unwrap().subject();
        assert_eq!(subject("//alice:p@DB.internal/app"), "alice@db.internal:5432/app");
        assert_eq!(subject("//alice:other@db.internal./app"), "alice@db.internal:5432/app");
        assert_ne!(subject("//alice:p@h/x%40i%3A5432%2Fy"), subject("//alice%40h%3A5432%2Fx:p@i/y"));
    }

    #[test]
    fn debug_hides_the_password() {
        let shown = format!("{:?}", parse("//alice:s3cret@h/d").unwrap());
        assert!(shown.contains("alice") && !shown.contains("s3cret"), "{shown}");
    }
}
