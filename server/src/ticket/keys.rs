//! The keys that tickets are sealed under.
//!
//! To rotate: put a new key first, wait until the tickets of the old one have run out, then remove the old one. A key's
//! id is derived from it, so an id cannot be given to the wrong key.

use std::{
    fmt, fs,
    io::{ErrorKind, Read, Write},
    path::Path,
};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use chacha20poly1305::XChaCha20Poly1305;
use hmac::{Hmac, KeyInit};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::id::fill_random;

pub(super) const KEY_ID_BYTES: usize = 4;
const KEY_BYTES: usize = 32;
const HMAC_BLOCK_BYTES: usize = 64;
/// A file of keys is read up to this size; more is not a file of keys.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// Names a key in a sealed text.
pub(super) type KeyId = [u8; KEY_ID_BYTES];

/// One key.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct TicketKey {
    #[zeroize(skip)]
    id: KeyId,
    secret: [u8; KEY_BYTES],
}

impl TicketKey {
    fn new(secret: [u8; KEY_BYTES]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"session-keepalive ticket key id");
        hash.update(secret);
        let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
        Self { id: [a, b, c, d], secret }
    }

    pub(super) const fn id(&self) -> KeyId {
        self.id
    }

    /// The cipher under this key.
    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.secret).into())
    }

    /// The MAC under this key.
    pub(super) fn mac(&self) -> Hmac<Sha256> {
        // HMAC fills a short key up to its block with zeros; done here, so that no length is left to go wrong.
        let mut block = Zeroizing::new([0; HMAC_BLOCK_BYTES]);
        block.iter_mut().zip(self.secret).for_each(|(to, from)| *to = from);
        Hmac::new((&*block).into())
    }
}

/// Active keys: the first seals, all open.
pub struct TicketKeys {
    first: TicketKey,
    others: Vec<TicketKey>,
}

impl fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketKeys({} active, hidden)", 1 + self.others.len())
    }
}

/// Keys that cannot be used. The text says which and what to do, and holds no part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}

impl TicketKeys {
    /// From text (an environment variable, or a file's content): 32 bytes in base64 or base64url per key, separated by
    /// commas or line breaks; `#` starts a comment. `openssl rand -base64 32` makes one.
    pub fn parse(text: &SecretString) -> Result<Self, KeyError> {
        let mut keys = Vec::<TicketKey>::new();
        let entries = text
            .expose_secret()
            .lines()
            .map(|line| line.split_once('#').map_or(line, |(before, _)| before))
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        for (at, entry) in entries.enumerate() {
            let number = at + 1;
            let key = decode(entry).ok_or_else(|| {
                KeyError(format!(
                    "ticket key {number} is not 32 bytes in base64; make one with `openssl rand -base64 32`"
                ))
            })?;
            if let Some(same) = keys.iter().position(|known| known.id == key.id) {
                return Err(KeyError(format!("ticket key {number} is the same as key {}; remove one", same + 1)));
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let first = keys
            .next()
            .ok_or_else(|| KeyError("there is no ticket key; make one with `openssl rand -base64 32`".to_owned()))?;
        Ok(Self { first, others: keys.collect() })
    }

    /// From a file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let failed = |error: std::io::Error| KeyError(format!("cannot read ticket keys {}: {error}", path.display()));
        let file = fs::File::open(path).map_err(failed)?;
        warn_if_others_read(&file, path);
        // Room for the whole file from the start: growing would leave copies of the keys behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES as usize + 1));
        file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(failed)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| KeyError(format!("ticket keys {} are not text", path.display())))?;
        Self::parse(&SecretString::from(text)).map_err(|KeyError(line)| KeyError(format!("{}: {line}", path.display())))
    }

    /// From a file that is made, readable by its owner alone, where there is none: for development.
    pub fn load_or_make(path: &Path) -> Result<Self, KeyError> {
        match make(path) {
            Ok(()) => Self::load(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::load(path),
            Err(error) => Err(KeyError(format!("cannot make ticket keys {}: {error}", path.display()))),
        }
    }

    pub(super) const fn sealing(&self) -> &TicketKey {
        &self.first
    }

    /// Those that only open.
    pub(super) fn others(&self) -> &[TicketKey] {
        &self.others
    }

    pub(super) fn by_id(&self, id: KeyId) -> Option<&TicketKey> {
        std::iter::once(&self.first).chain(&self.others).find(|key| key.id == id)
    }
}

fn decode(entry: &str) -> Option<TicketKey> {
    let either = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if entry.contains(['-', '_']) { alphabet::URL_SAFE } else { alphabet::STANDARD };
    let bytes = Zeroizing::new(GeneralPurpose::new(&alphabet, either).decode(entry).ok()?);
    <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok().map(TicketKey::new)
}

/// Writes a new key beside the file and links it into place, so that nobody ever reads half a file and of two
/// processes that start together one makes the key and both use it.
fn make(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let mut secret = Zeroizing::new([0; KEY_BYTES]);
    fill_random(secret.as_mut_slice()).map_err(std::io::Error::other)?;
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(*secret)));

    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}", std::process::id()));
    let unfinished = Path::new(&unfinished);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(unfinished)?;
    let linked =
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(unfinished, path));
    fs::remove_file(unfinished)?;
    linked
}

#[cfg(unix)]
fn warn_if_others_read(file: &fs::File, path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!(path = %path.display(), "ticket keys are readable by others than their owner; chmod 600 the file");
    }
}

#[cfg(not(unix))]
fn warn_if_others_read(_file: &fs::File, _path: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const B: &str = "__________________________________________8";

    fn parse(text: &str) -> Result<TicketKeys, KeyError> {
        TicketKeys::parse(&SecretString::from(text))
    }

    #[test]
    fn the_first_key_seals_and_all_are_found_by_id() {
        let keys = parse(&format!("# newest first\n{A}, {B} # the old one\n")).unwrap();
        assert_eq!(format!("{keys:?}"), "TicketKeys(2 active, hidden)");
        let turned = parse(&format!("{B}\n{A}")).unwrap();
        assert_ne!(keys.sealing().id(), turned.sealing().id());
        assert!(keys.by_id(turned.sealing().id()).is_some());
        assert!(parse(A).unwrap().by_id(turned.sealing().id()).is_none());
    }

    #[test]
    fn both_spellings_of_base64_are_the_same_key() {
        let standard = parse(&format!("{}8=", "/".repeat(42))).unwrap();
        assert_eq!(standard.sealing().id(), parse(B).unwrap().sealing().id());
    }

    #[test]
    fn unusable_keys_are_named_by_their_place_and_never_shown() {
        for (text, says) in [
            ("", "no ticket key"),
            ("# nothing", "no ticket key"),
            ("c2hvcnQ=", "key 1 is not 32 bytes"),
            (&format!("{A}\nhunter2hunter2"), "key 2 is not 32 bytes"),
            (&format!("{A},{A}"), "key 2 is the same as key 1"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_made_key_is_kept_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ticket.key");
        let made = TicketKeys::load_or_make(&path).unwrap();
        let again = TicketKeys::load_or_make(&path).unwrap();
        assert_eq!(made.sealing().id(), again.sealing().id());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_missing_file_or_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no/such.key");
        assert!(TicketKeys::load(&path).unwrap_err().to_string().contains("no/such.key"));
        assert!(TicketKeys::load_or_make(&path).unwrap_err().to_string().contains("no/such.key"));
    }
}
