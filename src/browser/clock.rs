//! Both clocks, and chance.

use js_sys::{Date, Math};
use wasm_bindgen::prelude::*;

use crate::engine::{Chance, Instant, Now, WallTime};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// The time, and a random number, for one input.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) fn now() -> Now {
    Now {
        instant: Instant(performance_now() as u64),
        wall: WallTime(Date::now() as u64),
        chance: Chance((Math::random() * f64::from(u32::MAX)) as u32),
    }
}
