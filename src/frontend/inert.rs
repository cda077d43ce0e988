//! The session where there is no page: on a server that renders one.

use super::credential::Secret;
use super::error::CredentialError;
use super::events::{Redirect, Subscription};
use super::options::Options;
use super::snapshot::Snapshot;
use crate::engine::{Config, Event};

/// It does nothing and holds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle;

impl Handle {
    pub(super) fn create(_: Options, _: Config) -> Self {
        Self
    }

    pub(super) const fn start(&self) {}

    pub(super) const fn stop(&self) {}

    pub(super) const fn dispose(&self) {}

    pub(super) async fn ready(&self) {}

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot::default()
    }

    pub(super) fn subscribe(&self, _: impl Fn(&Snapshot) + 'static) -> Subscription {
        Subscription {}
    }

    pub(super) fn on(&self, _: impl Fn(&Event) + 'static) -> Subscription {
        Subscription {}
    }

    pub(super) fn on_expiring(&self, _: impl Fn(Option<u32>) + 'static) -> Subscription {
        Subscription {}
    }

    pub(super) fn on_redirect(&self, _: impl Fn(&Redirect) + 'static) -> Subscription {
        Subscription {}
    }

    pub(super) async fn remember(&self, _: Secret) -> Result<(), CredentialError> {
        Ok(())
    }

    pub(super) async fn forget(&self) -> Result<(), CredentialError> {
        Ok(())
    }

    pub(super) async fn check(&self, _activity: bool) -> Snapshot {
        self.snapshot()
    }

    pub(super) async fn sign_out(&self, _everywhere: bool) {}
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::super::{KeepAlive, Options, Status};
    use super::*;

    /// The outcome of a future that waits for nothing.
    fn at_once<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("it waits for something"),
        }
    }

    fn session() -> KeepAlive {
        KeepAlive::create(Options::new()).unwrap()
    }

    #[test]
    fn it_is_inactive_whatever_it_is_asked() {
        let session = session();
        let inactive = |after: &str| assert_eq!(session.snapshot().status, Status::Inactive, "after {after}");
        inactive("create");
        session.start();
        inactive("start");
        assert_eq!(at_once(session.check()), Snapshot::default());
        assert_eq!(at_once(session.extend()), Snapshot::default());
        assert_eq!(at_once(session.remember("pg://x")), Ok(()));
        assert_eq!(at_once(session.forget()), Ok(()));
        at_once(session.ready());
        at_once(session.sign_out());
        at_once(session.sign_out_everywhere());
        inactive("everything");
        session.stop();
        session.dispose();
        inactive("dispose");
    }

    #[test]
    fn no_listener_is_called_and_none_is_kept() {
        use std::rc::Rc;
        let session = session();
        let calls = Rc::new(());
        let never = || {
            let kept = Rc::clone(&calls);
            move || panic!("a listener was called, with {kept:?}")
        };
        let (a, b, c, d) = (never(), never(), never(), never());
        let subscriptions = (
            session.subscribe(move |_| a()),
            session.on(move |_| b()),
            session.on_expiring(move |_| c()),
            session.on_redirect(move |_| d()),
        );
        at_once(session.check());
        assert_eq!(Rc::strong_count(&calls), 1);
        drop(subscriptions);
    }

    #[test]
    fn a_mistake_in_the_options_is_found_on_the_server_already() {
        assert_eq!(KeepAlive::create(Options::new().name("")).unwrap_err().option(), "name");
    }

    #[test]
    fn it_goes_wherever_a_server_moves_it() {
        const fn is_send_and_sync<T: Send + Sync + 'static>(_: &T) {}
        const fn is_send<T: Send>(_: &T) {}
        let session = session();
        is_send_and_sync(&session);
        is_send_and_sync(&session.snapshot());
        is_send(&session.check());
        is_send(&session.sign_out());
        assert!(!std::mem::needs_drop::<KeepAlive>());
    }
}
