//! Identifiers: the secret session id, its hash (all that is ever stored), and the family.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of a session id: 256 random bits, twice what OWASP ASVS 5.0 (7.2.3) asks for.
const SESSION_ID_BYTES: usize = 32;
/// Characters of a session id in a cookie: base64url without padding.
const SESSION_ID_CHARS: usize = 43;
/// Characters of a handle: 132 bits of a hash, so no two of a person's sessions share one. Not as long as a session id,
/// so that it cannot even be mistaken for one.
const HANDLE_CHARS: usize = 22;
/// Bytes of a family id.
pub const FAMILY_ID_BYTES: usize = 16;

/// The operating system gave no random bytes; nothing secret can be made without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandomness;

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gave no random bytes")
    }
}

impl std::error::Error for NoRandomness {}

/// Fills `bytes` from the operating system's generator.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(bytes).map_err(|_| NoRandomness)
}

/// The secret that a browser presents. It exists only here and in the cookie; stores see its [`SessionHash`]. Boxed, so
/// that moving it leaves no copy behind.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SessionId(Box<[u8; SESSION_ID_BYTES]>);

impl SessionId {
    /// A new one.
    pub fn random() -> Result<Self, NoRandomness> {
        let mut id = Self(Box::new([0; SESSION_ID_BYTES]));
        fill_random(id.0.as_mut_slice())?;
        Ok(id)
    }

    /// Reads a cookie's value. A wrong length or alphabet is no session id at all.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != SESSION_ID_CHARS {
            return None;
        }
        let mut id = Self(Box::new([0; SESSION_ID_BYTES]));
        match URL_SAFE_NO_PAD.decode_slice(text, id.0.as_mut_slice()) {
            Ok(SESSION_ID_BYTES) => Some(id),
            Ok(_) | Err(_) => None,
        }
    }

    /// The value for `Set-Cookie`, and for nothing else.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_slice())
    }

    /// What stores know it by.
    pub fn hash(&self) -> SessionHash {
        SessionHash(Sha256::digest(self.0.as_slice()).into())
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(hidden)")
    }
}

/// SHA-256 of a session id: enough to find a record, useless to whoever reads the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionHash([u8; 32]);

impl SessionHash {
    /// The bytes, for stores.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What logs call it.
    pub fn short(&self) -> Short {
        Short::of(&self.0)
    }
}

impl fmt::Debug for SessionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionHash({})", self.short())
    }
}

/// One sign-in, through all its session ids and re-establishments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FamilyId([u8; FAMILY_ID_BYTES]);

impl FamilyId {
    /// A new one.
    pub fn random() -> Result<Self, NoRandomness> {
        let mut bytes = [0; FAMILY_ID_BYTES];
        fill_random(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// From its bytes, as stores and tickets keep it.
    pub const fn from_bytes(bytes: [u8; FAMILY_ID_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes, for stores and tickets.
    pub const fn as_bytes(&self) -> &[u8; FAMILY_ID_BYTES] {
        &self.0
    }

    /// What logs call it.
    pub fn short(&self) -> Short {
        Short::of(&self.0)
    }

    /// What its person calls it: the same through all its session ids, and good for nothing but naming it.
    pub fn handle(&self) -> String {
        let digest = Sha256::new().chain_update(b"session-keepalive handle").chain_update(self.0).finalize();
        let digest: [u8; 32] = digest.into();
        let mut handle = URL_SAFE_NO_PAD.encode(digest);
        handle.truncate(HANDLE_CHARS);
        handle
    }
}

impl fmt::Debug for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FamilyId({})", self.short())
    }
}

/// A hash of an identifier, short enough for a log line: it tells sessions apart and opens none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Short([u8; 4]);

impl Short {
    fn of(bytes: &[u8]) -> Self {
        let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(bytes).into();
        Self([a, b, c, d])
    }
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_cookie() {
        let id = SessionId::random().unwrap();
        let back = SessionId::parse(&id.reveal()).unwrap();
        assert_eq!(back.hash(), id.hash());
        assert_ne!(SessionId::random().unwrap().hash(), id.hash());
    }

    #[test]
    fn anything_else_is_no_id() {
        let good = SessionId::random().unwrap().reveal();
        let mut cases = vec![String::new(), good[..42].to_owned(), format!("{good}A"), format!("{good}=")];
        for bad in ['+', '/', '=', ' ', '%', '\0', 'é'] {
            cases.push(format!("{bad}{}", &good[bad.len_utf8()..]));
        }
        // 43 characters hold 258 bits: the two spare ones must be zero, or one id would have four spellings.
        cases.push(format!("{}B", &"A".repeat(42)));
        for case in cases {
            assert!(SessionId::parse(&case).is_none(), "{case:?}");
        }
    }

    #[test]
    fn a_handle_names_a_family_and_is_no_session_id() {
        let family = FamilyId::from_bytes([1; 16]);
        assert_eq!(family.handle(), FamilyId::from_bytes([1; 16]).handle());
        assert_ne!(family.handle(), FamilyId::from_bytes([2; 16]).handle());
        assert_eq!(family.handle().len(), HANDLE_CHARS);
        assert!(SessionId::parse(&family.handle()).is_none());
        assert!(!family.handle().contains(&URL_SAFE_NO_PAD.encode([1; 9])));
    }

    #[test]
    fn nothing_printable_contains_the_id() {
        let id = SessionId::parse(&"A".repeat(43)).unwrap();
        assert_eq!(format!("{id:?}"), "SessionId(hidden)");
        assert_eq!(format!("{:?}", id.hash()).len(), "SessionHash(01234567)".len());
        let family = FamilyId::from_bytes([1; 16]);
        assert!(!format!("{family:?}").contains("0101"));
    }
}
