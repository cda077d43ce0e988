//! Events that are more than data, and the end of listening to them.

use std::cell::Cell;

/// A listener at work. Dropping it removes the listener: it is not called again, not even by an event that is under way.
///
/// ```
/// use session_keepalive::{KeepAlive, Options};
///
/// # fn main() -> Result<(), session_keepalive::OptionError> {
/// let session = KeepAlive::create(Options::new())?;
/// let subscription = session.subscribe(|now| println!("{}", now.status.as_str()));
/// // … and when the component goes away:
/// drop(subscription);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the listener is removed when this is dropped"]
pub struct Subscription {
    #[cfg(target_arch = "wasm32")]
    pub(super) _registration: super::listeners::Registration,
}

/// The page is about to go to [`url`](Self::url), unless that is prevented or over the budget.
#[derive(Debug)]
pub struct Redirect {
    url: String,
    prevented: Cell<bool>,
}

#[cfg_attr(not(any(test, target_arch = "wasm32")), allow(dead_code))]
impl Redirect {
    pub(super) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), prevented: Cell::new(false) }
    }

    pub(super) const fn is_prevented(&self) -> bool {
        self.prevented.get()
    }
}

impl Redirect {
    /// The login page, with the way back in its query.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stays on this page. The session is disconnected all the same.
    ///
    /// ```
    /// # use session_keepalive::{KeepAlive, Options};
    /// # fn has_unsaved_work() -> bool { true }
    /// # fn main() -> Result<(), session_keepalive::OptionError> {
    /// let session = KeepAlive::create(Options::new().login("/sign-in"))?;
    /// let subscription = session.on_redirect(|redirect| {
    ///     if has_unsaved_work() {
    ///         redirect.prevent_default();
    ///     }
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn prevent_default(&self) {
        self.prevented.set(true);
    }
}
