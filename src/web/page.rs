//! What the page and the person in front of it do.

use std::fmt;

use wasm_bindgen::prelude::*;
use web_sys::{Document, Event, EventTarget, PageTransitionEvent, VisibilityState, Window};

use crate::engine::Input;

/// Signs of a person. Scrolling is heard in the capture phase because it does not bubble.
const ACTIVITY: [&str; 4] = ["pointerdown", "keydown", "touchstart", "scroll"];
const OF_DOCUMENT: [&str; 2] = ["visibilitychange", "resume"];
const OF_WINDOW: [&str; 5] = ["focus", "pageshow", "pagehide", "online", "offline"];

/// Hears the page. Dropping it removes every listener.
pub(super) struct Page {
    document: Document,
    window: Window,
    listener: Closure<dyn FnMut(Event)>,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Page")
    }
}

impl Page {
    /// Listens, or returns `None` where there is no window.
    pub(super) fn listen(mut feed: impl FnMut(Input) + 'static) -> Option<Self> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let seen = document.clone();
        let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            if let Some(input) = input_of(&seen, &event) {
                feed(input);
            }
        });
        let page = Self { document, window, listener };
        page.each(|target, name, listener| {
            let _ = target.add_event_listener_with_callback_and_bool(name, listener, true);
        });
        Some(page)
    }

    /// What a start needs to know.
    pub(super) fn start(&self) -> Input {
        Input::Start {
            visible: self.document.visibility_state() == VisibilityState::Visible,
            online: self.window.navigator().on_line(),
        }
    }

    fn each(&self, act: impl Fn(&EventTarget, &str, &js_sys::Function)) {
        let listener = self.listener.as_ref().unchecked_ref();
        for name in OF_DOCUMENT {
            act(&self.document, name, listener);
        }
        for name in OF_WINDOW.iter().chain(&ACTIVITY) {
            act(&self.window, name, listener);
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.each(|target, name, listener| {
            let _ = target.remove_event_listener_with_callback_and_bool(name, listener, true);
        });
    }
}

fn input_of(document: &Document, event: &Event) -> Option<Input> {
    match event.type_().as_str() {
        "visibilitychange" => Some(match document.visibility_state() {
            VisibilityState::Visible => Input::Visible,
            _ => Input::Hidden,
        }),
        "resume" => Some(Input::Resumed),
        "focus" => Some(Input::Focused),
        // The first one only says that the page has loaded.
        "pageshow" => event.dyn_ref::<PageTransitionEvent>()?.persisted().then_some(Input::Restored),
        "pagehide" => Some(Input::Left),
        "online" => Some(Input::Online),
        "offline" => Some(Input::Offline),
        _ => Some(Input::Active),
    }
}
