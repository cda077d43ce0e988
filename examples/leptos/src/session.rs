//! A session as Leptos has it: signals that follow it.

use leptos::prelude::*;
use session_keepalive::{KeepAlive, Snapshot};

/// A session that closures of any thread may hold. It is used in the browser alone, where there is one.
pub type Session = StoredValue<KeepAlive, LocalStorage>;

/// What is true of the session now. It begins with what the server has rendered, so that the page can be hydrated.
pub fn use_snapshot(session: Session) -> ReadSignal<Snapshot> {
    let (snapshot, changed) = signal(Snapshot::default());
    // Effects run in the browser alone, and keep what they return until their owner is gone.
    Effect::new(move |_| session.get_value().subscribe(move |now| changed.set(now.clone())));
    snapshot
}

/// The seconds to the nearest limit while the user should be warned.
pub fn use_expiring(session: Session) -> ReadSignal<Option<u32>> {
    let (seconds, changed) = signal(None);
    Effect::new(move |_| session.get_value().on_expiring(move |left| changed.set(left)));
    seconds
}
