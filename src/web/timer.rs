//! The only timer.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::engine::{Instant, Millis};

// By hand, because a crate for these would bring more code into the module than they are (600 bytes of brotli).
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, delay: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// Browsers read longer delays as negative and fire at once.
const LONGEST_DELAY: Millis = Millis((1 << 31) - 1);

/// At most one timeout, set for the machine's deadline. Dropping it cancels it.
#[derive(Debug, Default)]
pub(super) struct Timer(RefCell<Option<(Instant, JsValue)>>);

impl Timer {
    /// Sets the timeout for `deadline`. One that is set for it already is left alone.
    ///
    /// `wake` is the host's, because a function of the module that outlives its call would bring along more code than all
    /// of this (400 bytes of brotli).
    pub(super) fn arm(&self, now: Instant, deadline: Option<Instant>, wake: &JsValue) {
        let armed_for = self.0.borrow().as_ref().map(|(instant, _)| *instant);
        if armed_for == deadline && deadline.is_some_and(|deadline| deadline > now) {
            return;
        }
        self.clear();
        if let Some(deadline) = deadline {
            let delay = deadline.since(now).min(LONGEST_DELAY);
            self.0.replace(Some((deadline, set_timeout(wake, u32::try_from(delay.0).unwrap_or(0)))));
        }
    }

    /// No timeout is set any more: it has fired, or there shall be another.
    pub(super) fn clear(&self) {
        if let Some((_, id)) = self.0.take() {
            clear_timeout(&id);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.clear();
    }
}
