//! The only timer of a session.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;

use crate::engine::{Instant, Millis};

/// Browsers read longer delays as negative and fire at once.
const LONGEST_DELAY: Millis = Millis((1 << 31) - 1);

/// At most one timeout, set for the machine's deadline. Dropping it cancels it.
#[derive(Debug, Default)]
pub(crate) struct Timer(RefCell<Option<(Instant, Timeout)>>);

impl Timer {
    /// Sets the timeout for `deadline`. One that is set for that moment already is left alone.
    pub(crate) fn arm(&self, now: Instant, deadline: Option<Instant>, wake: impl FnOnce() + 'static) {
        let armed_for = self.0.borrow().as_ref().map(|(instant, _)| *instant);
        if armed_for == deadline && deadline.is_some_and(|deadline| deadline > now) {
            return;
        }
        self.clear();
        if let Some(deadline) = deadline {
            let delay = deadline.since(now).min(LONGEST_DELAY);
            let timeout = Timeout::new(u32::try_from(delay.0).unwrap_or(0), wake);
            self.0.replace(Some((deadline, timeout)));
        }
    }

    /// Cancels the timeout; one that has fired is forgotten.
    pub(crate) fn clear(&self) {
        self.0.take();
    }
}
