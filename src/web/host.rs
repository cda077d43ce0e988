//! What the facade offers to the shell.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The facade's side of one session. No method throws: errors of listeners and functions are handled there.
    #[derive(Debug)]
    pub type Host;

    /// Carries out an effect, whose numbers are those of [`effect`](crate::numbers::effect()).
    #[allow(clippy::too_many_arguments)]
    #[wasm_bindgen(method)]
    pub(super) fn effect(
        this: &Host,
        kind: u32,
        a: f64,
        b: f64,
        c: f64,
        d: f64,
        e: f64,
        f: f64,
        g: f64,
        h: f64,
        i: f64,
        j: f64,
    );

    /// The function that feeds [`DeadlineReached`](crate::numbers::InputKind::DeadlineReached).
    #[wasm_bindgen(method, getter)]
    pub(super) fn wake(this: &Host) -> JsValue;

    /// Takes note of an input before it is handled; called only if the switches ask for it.
    #[allow(clippy::too_many_arguments)]
    #[wasm_bindgen(method)]
    pub(super) fn input(
        this: &Host,
        instant: f64,
        wall: f64,
        chance: f64,
        kind: u32,
        a: f64,
        b: f64,
        c: f64,
        d: f64,
        e: f64,
        f: f64,
        g: f64,
        h: f64,
        i: f64,
        j: f64,
        k: f64,
        l: f64,
    );
}
