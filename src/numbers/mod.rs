//! What crosses between the facade and the engine: a kind, and some numbers.
//!
//! [`input()`] and [`effect()`] are the whole of it, [`config()`] is what a session begins with. A kind stands as its place in
//! a list of `src/js/names.js`, and so does every name among the numbers; `tests/names.rs` holds those lists to the types.
//! An absent number is `NaN`, a switch is 0 or 1, a length is in milliseconds unless the wire says seconds.
//!
//! Nothing here knows a browser. What crossed in a real one can therefore be replayed natively from a log of it, and such
//! a log holds no secret, because none can cross: subject, data and credential stay with the facade.

/// The kinds of something: each with the name that it has in the facade and in a log, and with the names of its numbers.
macro_rules! kinds {
    ($(#[$about:meta])* $type:ident: $($kind:ident = $name:literal, $fields:literal;)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type {
            $(#[doc = concat!("`", $name, "`: ", $fields)] $kind,)*
        }

        impl $type {
            /// Every kind, in the order of the list in `names.js`.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The name in `names.js`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// The names of its numbers, in their order. One that ends in ` ms` or ` s` is a length, one in ` at` a wall time.
            pub fn fields(self) -> impl Iterator<Item = &'static str> {
                let fields = match self { $(Self::$kind => $fields,)* };
                fields.split(", ").filter(|field| !field.is_empty())
            }

            /// The kind of that name, if there is one.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

mod config;
mod effect;
mod input;
mod news;

pub use config::{config, is_traced};
pub use effect::{EffectKind, effect};
pub use input::{InputKind, VerdictKind, input};

use crate::engine::Millis;

/// No number.
pub const NONE: f64 = f64::NAN;

/// What comes with an input, and what a config is made of; as many as the largest of them needs.
pub type Given = [f64; 12];

/// What goes with an effect; as many as a snapshot needs.
pub type Told = [f64; 10];

/// A switch.
fn on(number: f64) -> bool {
    number > 0.0
}

/// A whole number; what is not there is zero.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn whole(number: f64) -> u32 {
    number as u32
}

/// A length in milliseconds; negative ones are zero, fractions are cut off.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn millis(number: f64) -> Millis {
    Millis(number as u64)
}

/// What a number stands for, if it is there.
fn given<T>(number: f64, read: fn(f64) -> T) -> Option<T> {
    (!number.is_nan()).then(|| read(number))
}

/// What stands at this place of a list; -1 is nowhere, as JavaScript has it.
fn at<T: Copy>(list: &[T], place: f64) -> Option<T> {
    if place >= 0.0 { list.get(whole(place) as usize).copied() } else { None }
}
