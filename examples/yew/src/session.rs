//! A session as Yew has it: hooks that render anew when something changes.

use session_keepalive::{KeepAlive, Snapshot};
use yew::prelude::*;

/// What is true of the session now.
#[hook]
pub fn use_snapshot(session: &KeepAlive) -> Snapshot {
    let snapshot = use_state_eq(|| session.snapshot());
    let changed = snapshot.setter();
    use_effect_with(session.clone(), move |session| {
        let subscription = session.subscribe(move |now| changed.set(now.clone()));
        move || drop(subscription)
    });
    (*snapshot).clone()
}

/// The seconds to the nearest limit while the user should be warned.
#[hook]
pub fn use_expiring(session: &KeepAlive) -> Option<u32> {
    let seconds = use_state_eq(|| None);
    let changed = seconds.setter();
    use_effect_with(session.clone(), move |session| {
        let subscription = session.on_expiring(move |left| changed.set(left));
        move || drop(subscription)
    });
    *seconds
}
