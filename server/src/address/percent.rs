//! Percent-encoding, read exactly: what is not a whole escape, valid UTF-8 and free of NUL is refused rather than
//! guessed, because two readings of one string are how a check and a connection come to disagree.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters is written as an escape.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a text can't be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DecodeError {
    /// A `%` without two hexadecimal digits behind it.
    Escape,
    /// Not UTF-8.
    Encoding,
    /// `%00`, which would end a field early in the PostgreSQL protocol and start another one.
    Nul,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Escape => "has a `%` without two hexadecimal digits behind it; write a `%` as %25",
            Self::Encoding => "is not UTF-8 once its percent escapes are decoded",
            Self::Nul => "contains %00, which no database accepts",
        })
    }
}

/// Decodes every escape of `text`.
pub(crate) fn decode(text: &str) -> Result<String, DecodeError> {
    let whole =
        |escape: &str| escape.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if !text.split('%').skip(1).all(whole) {
        return Err(DecodeError::Escape);
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| DecodeError::Encoding)?;
    if decoded.contains('\0') {
        return Err(DecodeError::Nul);
    }
    Ok(decoded.into_owned())
}

/// Encodes `text` so that [`decode`] gives it back and no separator of a connection string remains in it.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::{DecodeError, decode, encode};

    #[test]
    fn whole_escapes_are_decoded_once() {
        for (text, decoded) in [
            ("", ""),
            ("plain", "plain"),
            ("a%20b", "a b"),
            ("p%40ss%3aw%2Ford", "p@ss:w/ord"),
            ("%2541", "%41"),
            ("gr%C3%B6%C3%9Fe", "größe"),
            ("a+b", "a+b"),
        ] {
            assert_eq!(decode(text).as_deref(), Ok(decoded), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (text, error) in [
            ("%", DecodeError::Escape),
            ("100%", DecodeError::Escape),
            ("%4", DecodeError::Escape),
            ("%zz", DecodeError::Escape),
            ("%%41", DecodeError::Escape),
            ("%+1", DecodeError::Escape),
            ("%ü1", DecodeError::Escape),
            ("%FF", DecodeError::Encoding),
            ("%C3", DecodeError::Encoding),
            ("%C0%80", DecodeError::Encoding),
            ("a%00b", DecodeError::Nul),
        ] {
            assert_eq!(decode(text), Err(error), "{text}");
        }
    }

    #[test]
    fn what_was_encoded_decodes_back_and_has_no_separator() {
        for text in ["alice", "a@b:c/d?e#f%g", "größe", "tab\there", "-._~"] {
            let encoded = encode(text);
            assert_eq!(decode(&encoded).as_deref(), Ok(text));
            assert!(!encoded.contains(['@', ':', '/', '?', '#']), "{encoded}");
        }
    }
}
