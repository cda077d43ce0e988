//! Both clocks and the dice.

use wasm_bindgen::prelude::*;

use crate::engine::{Chance, Instant, Now, WallTime};

// Global objects, so that they are there in every kind of window. By hand, as in `timer.rs`.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic() -> f64;

    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn wall() -> f64;

    #[wasm_bindgen(js_namespace = Math, js_name = random)]
    fn dice() -> f64;
}

/// The time, and a roll of the dice, for one input.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn now() -> Now {
    Now {
        instant: Instant(monotonic() as u64),
        wall: WallTime(wall() as u64),
        chance: Chance((dice() * f64::from(u32::MAX)) as u32),
    }
}
