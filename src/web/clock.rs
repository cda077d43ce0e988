//! Both clocks and the dice.

use wasm_bindgen::prelude::*;

use crate::engine::{Chance, Instant, Now, WallTime};

#[wasm_bindgen]
extern "C" {
    /// Global, so that it works in every kind of window.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic() -> f64;
}

/// The time, and a roll of the dice, for one input.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn now() -> Now {
    Now {
        instant: Instant(monotonic() as u64),
        wall: WallTime(js_sys::Date::now() as u64),
        chance: Chance((js_sys::Math::random() * f64::from(u32::MAX)) as u32),
    }
}
