//! The listeners of a session, called in the order in which they were added.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use super::countdown::Countdown;
use super::events::Redirect;
use super::snapshot::Snapshot;
use crate::engine::Event;

/// A function of the application, by what it is called with.
pub(super) enum Listener {
    Event(Box<dyn Fn(&Event)>),
    Snapshot(Box<dyn Fn(&Snapshot)>),
    Redirect(Box<dyn Fn(&Redirect)>),
    Expiring(Box<dyn Fn(Option<u32>)>, Countdown),
}

pub(super) struct Entry {
    listener: Listener,
    listening: Cell<bool>,
}

impl Entry {
    pub(super) fn event(&self, event: &Event) {
        if self.listening.get() {
            match &self.listener {
                Listener::Event(listener) => listener(event),
                Listener::Expiring(listener, countdown) => {
                    if let Some(seconds) = countdown.event(event) {
                        listener(seconds);
                    }
                }
                Listener::Snapshot(_) | Listener::Redirect(_) => {}
            }
        }
    }

    pub(super) fn snapshot(&self, snapshot: &Snapshot) {
        if self.listening.get() {
            match &self.listener {
                Listener::Snapshot(listener) => listener(snapshot),
                Listener::Expiring(listener, countdown) => {
                    if let Some(seconds) = countdown.snapshot(snapshot) {
                        listener(seconds);
                    }
                }
                Listener::Event(_) | Listener::Redirect(_) => {}
            }
        }
    }

    fn redirect(&self, redirect: &Redirect) {
        if let Listener::Redirect(listener) = &self.listener
            && self.listening.get()
        {
            listener(redirect);
        }
    }
}

/// Every listener of a session. Nothing is borrowed while one is called: it may add and remove others, and itself.
#[derive(Default)]
pub(super) struct Listeners(RefCell<Vec<Rc<Entry>>>);

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listeners")
    }
}

impl Listeners {
    pub(super) fn add(self: &Rc<Self>, listener: Listener) -> Registration {
        let entry = Rc::new(Entry { listener, listening: Cell::new(true) });
        self.0.borrow_mut().push(Rc::clone(&entry));
        Registration { listeners: Rc::downgrade(self), entry }
    }

    pub(super) fn event(&self, event: &Event) {
        self.each(|entry| entry.event(event));
    }

    pub(super) fn snapshot(&self, snapshot: &Snapshot) {
        self.each(|entry| entry.snapshot(snapshot));
    }

    pub(super) fn redirect(&self, redirect: &Redirect) {
        self.each(|entry| entry.redirect(redirect));
    }

    /// Removes them all.
    pub(super) fn clear(&self) {
        let entries = self.0.take();
        for entry in &entries {
            entry.listening.set(false);
        }
    }

    /// Calls those that were there when it began, unless one before them has removed them.
    fn each(&self, call: impl Fn(&Entry)) {
        let entries = self.0.borrow().clone();
        for entry in entries {
            call(&entry);
        }
    }

    fn remove(&self, entry: &Rc<Entry>) {
        let mut entries = self.0.borrow_mut();
        let found = entries.iter().position(|other| Rc::ptr_eq(other, entry)).map(|place| entries.remove(place));
        // What the listener holds may drop another one.
        drop(entries);
        drop(found);
    }
}

/// The place of one listener. Dropping it removes the listener.
pub(super) struct Registration {
    listeners: Weak<Listeners>,
    entry: Rc<Entry>,
}

impl Registration {
    /// For a call that comes later, unless the listener is removed before.
    pub(super) fn entry(&self) -> Weak<Entry> {
        Rc::downgrade(&self.entry)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.entry.listening.set(false);
        if let Some(listeners) = self.listeners.upgrade() {
            listeners.remove(&self.entry);
        }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registration")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Log = Rc<RefCell<Vec<&'static str>>>;

    fn noting(log: &Log, name: &'static str) -> Listener {
        let log = Rc::clone(log);
        Listener::Event(Box::new(move |_| log.borrow_mut().push(name)))
    }

    #[test]
    fn each_hears_its_own_kind_in_the_order_of_adding() {
        let (listeners, log) = (Rc::new(Listeners::default()), Log::default());
        let note = |name| {
            let log = Rc::clone(&log);
            move || log.borrow_mut().push(name)
        };
        let (snapshot, redirect, seconds) = (note("snapshot"), note("redirect"), note("seconds"));
        let _kept = [
            listeners.add(noting(&log, "first")),
            listeners.add(Listener::Snapshot(Box::new(move |_| snapshot()))),
            listeners.add(Listener::Redirect(Box::new(move |way| {
                way.prevent_default();
                redirect();
            }))),
            listeners.add(Listener::Expiring(Box::new(move |_| seconds()), Countdown::default())),
            listeners.add(noting(&log, "second")),
        ];
        listeners.event(&Event::Idle);
        assert_eq!(log.take(), ["first", "second"]);
        listeners.event(&Event::Expiring { seconds_left: 9 });
        assert_eq!(log.take(), ["first", "seconds", "second"]);
        listeners.snapshot(&Snapshot::default());
        assert_eq!(log.take(), ["snapshot", "seconds"]);
        let way = Redirect::new("/in");
        assert!(!way.is_prevented());
        listeners.redirect(&way);
        assert_eq!(log.take(), ["redirect"]);
        assert!(way.is_prevented());
    }

    #[test]
    fn a_later_call_reaches_a_listener_unless_it_is_removed_before() {
        let (listeners, log) = (Rc::new(Listeners::default()), Log::default());
        let registration = listeners.add(noting(&log, "late"));
        let entry = registration.entry();
        let call = || entry.upgrade().map(|entry| entry.event(&Event::Connected));
        assert_eq!(call(), Some(()));
        assert_eq!(log.take(), ["late"]);
        drop(registration);
        assert_eq!(call(), None);
        assert_eq!(log.take(), Vec::<&str>::new());
    }

    #[test]
    fn one_that_is_removed_by_another_is_not_called_and_one_that_is_added_waits() {
        let (listeners, log) = (Rc::new(Listeners::default()), Log::default());
        let later: Rc<RefCell<Vec<Registration>>> = Rc::default();
        let (own, victims) = (Rc::downgrade(&listeners), Rc::clone(&later));
        let inner = Rc::clone(&log);
        let _first = listeners.add(Listener::Event(Box::new(move |_| {
            let Some(listeners) = own.upgrade() else { return };
            drop(victims.take());
            let added = listeners.add(noting(&inner, "added"));
            victims.borrow_mut().push(added);
        })));
        let victim = listeners.add(noting(&log, "removed"));
        later.borrow_mut().push(victim);
        listeners.event(&Event::Idle);
        assert_eq!(log.take(), Vec::<&str>::new());
    }

    #[test]
    fn one_may_remove_itself() {
        let listeners = Rc::new(Listeners::default());
        let (own, calls) = (Rc::new(RefCell::new(None)), Rc::new(Cell::new(0)));
        let (inner, count) = (Rc::clone(&own), Rc::clone(&calls));
        let registration = listeners.add(Listener::Event(Box::new(move |_| {
            count.set(count.get() + 1);
            drop(inner.take());
        })));
        own.replace(Some(registration));
        listeners.event(&Event::Idle);
        listeners.event(&Event::Idle);
        assert_eq!(calls.get(), 1);
        assert_eq!(Rc::strong_count(&calls), 1, "and nothing of it is kept");
    }

    #[test]
    fn after_clearing_nobody_is_called_not_even_by_what_is_under_way() {
        let (listeners, log) = (Rc::new(Listeners::default()), Log::default());
        let own = Rc::downgrade(&listeners);
        let _first = listeners.add(Listener::Event(Box::new(move |_| {
            if let Some(listeners) = own.upgrade() {
                listeners.clear();
            }
        })));
        let second = listeners.add(noting(&log, "second"));
        listeners.event(&Event::Idle);
        listeners.event(&Event::Idle);
        assert_eq!(log.take(), Vec::<&str>::new());
        drop(second);
    }
}
