//! A number between two others, in a body.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A whole number from `LEAST` to `MOST`. Another one is refused with a text that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Within<const LEAST: i64, const MOST: i64>(pub(super) i64);

impl<'de, const LEAST: i64, const MOST: i64> Deserialize<'de> for Within<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Bounds::<LEAST, MOST>).map(Self)
    }
}

struct Bounds<const LEAST: i64, const MOST: i64>;

impl<const LEAST: i64, const MOST: i64> Visitor<'_> for Bounds<LEAST, MOST> {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {LEAST} to {MOST}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
        match (LEAST..=MOST).contains(&number) {
            true => Ok(number),
            false => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::body::parse;

    #[derive(Debug, Deserialize)]
    struct Body {
        seconds: Within<-5, 60>,
    }

    fn read(number: &str) -> Result<i64, String> {
        let body = format!(r#"{{"seconds":{number}}}"#);
        parse::<Body>(body.as_bytes()).map(|body| body.seconds.0).map_err(|refusal| refusal.detail().to_owned())
    }

    #[test]
    fn takes_both_ends_and_what_is_between() {
        for number in [-5, 0, 60] {
            assert_eq!(read(&number.to_string()), Ok(number));
        }
    }

    #[test]
    fn all_else_is_told_the_field_and_the_ends() {
        for number in ["-6", "61", "18446744073709551615", "1.5", r#""7""#, "null"] {
            let detail = read(number).expect_err(number);
            assert!(detail.contains("'seconds'") && detail.contains("a whole number from -5 to 60"), "{detail}");
        }
    }
}
