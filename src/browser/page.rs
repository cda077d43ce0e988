//! What the page and its user do.

use std::cell::Cell;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AddEventListenerOptions};

#[wasm_bindgen]
extern "C" {
    // Named at each call: a static of the module would cost the page more, and hold what a test has replaced.
    #[wasm_bindgen(js_name = document)]
    type PageDocument;
    #[wasm_bindgen(static_method_of = PageDocument, getter, js_class = "document", js_name = visibilityState)]
    fn visibility_state() -> String;
    #[wasm_bindgen(static_method_of = PageDocument, js_class = "document", js_name = addEventListener)]
    fn listen(name: &str, listener: &Function, options: &AddEventListenerOptions);

    #[wasm_bindgen(js_name = window)]
    type PageWindow;
    #[wasm_bindgen(static_method_of = PageWindow, js_class = "window", js_name = addEventListener)]
    fn listen(name: &str, listener: &Function, options: &AddEventListenerOptions);

    #[wasm_bindgen(js_name = navigator)]
    type PageNavigator;
    /// Some web views have no such property.
    #[wasm_bindgen(static_method_of = PageNavigator, getter, js_class = "navigator", js_name = onLine)]
    fn on_line() -> Option<bool>;

    /// An event of the page, with what only some kinds have.
    type PageEvent;
    #[wasm_bindgen(method, getter)]
    fn target(this: &PageEvent) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = currentTarget)]
    fn current_target(this: &PageEvent) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = timeStamp)]
    fn time_stamp(this: &PageEvent) -> f64;
    /// Of `pageshow`: the page comes out of the back/forward cache.
    #[wasm_bindgen(method, getter)]
    fn persisted(this: &PageEvent) -> bool;
}

/// One thing that happened to the page. The names are those of the engine's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    Visible,
    Hidden,
    Focused,
    Left,
    Restored,
    Resumed,
    Online,
    Offline,
    UserActive,
}

/// What is listened to. One closure hears all of it, bound to the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    VisibilityChange,
    Resume,
    Focus,
    PageHide,
    PageShow,
    Online,
    Offline,
    Activity,
}

const ON_DOCUMENT: [(Kind, &str); 2] = [(Kind::VisibilityChange, "visibilitychange"), (Kind::Resume, "resume")];
/// Scrolling is heard in the capture phase, because it does not bubble.
const ON_WINDOW: [(Kind, &str); 9] = [
    (Kind::Focus, "focus"),
    (Kind::PageHide, "pagehide"),
    (Kind::PageShow, "pageshow"),
    (Kind::Online, "online"),
    (Kind::Offline, "offline"),
    (Kind::Activity, "pointerdown"),
    (Kind::Activity, "keydown"),
    (Kind::Activity, "touchstart"),
    (Kind::Activity, "scroll"),
];
const KINDS: [Kind; 8] = [
    Kind::VisibilityChange,
    Kind::Resume,
    Kind::Focus,
    Kind::PageHide,
    Kind::PageShow,
    Kind::Online,
    Kind::Offline,
    Kind::Activity,
];

/// One sign of the user in this many milliseconds is enough.
const ACTIVITY_EVERY_MS: f64 = 1000.0;

/// Whether the user can see the page.
pub(crate) fn is_visible() -> bool {
    PageDocument::visibility_state() == "visible"
}

/// Whether the browser believes that it has a network; where it does not say, it has one.
pub(crate) fn is_online() -> bool {
    PageNavigator::on_line() != Some(false)
}

/// The listeners on document and window. Dropping it removes them.
#[derive(Debug)]
pub(crate) struct PageListeners {
    listening: AbortController,
    _listener: Closure<dyn Fn(u32, PageEvent)>,
}

impl PageListeners {
    /// Tells `hear` what happens from now on; `None` where the browser has no `AbortController`.
    pub(crate) fn new(hear: impl Fn(Happening) + 'static) -> Option<Self> {
        let listening = AbortController::new().ok()?;
        let last_activity = Cell::new(f64::NEG_INFINITY);
        let listener = Closure::<dyn Fn(u32, PageEvent)>::new(move |kind: u32, event: PageEvent| {
            let kind = KINDS.get(kind as usize).copied();
            if let Some(happening) = kind.and_then(|kind| happening(kind, &event, &last_activity)) {
                hear(happening);
            }
        });
        let options = AddEventListenerOptions::new();
        options.set_capture(true);
        options.set_passive(true);
        options.set_signal(&listening.signal());
        let function: &Function = listener.as_ref().unchecked_ref();
        let bound = |kind: Kind| function.bind1(&JsValue::UNDEFINED, &JsValue::from(kind as u32));
        for (kind, name) in ON_DOCUMENT {
            PageDocument::listen(name, bound(kind).unchecked_ref(), &options);
        }
        for (kind, name) in ON_WINDOW {
            PageWindow::listen(name, bound(kind).unchecked_ref(), &options);
        }
        Some(Self { listening, _listener: listener })
    }
}

impl Drop for PageListeners {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn happening(kind: Kind, event: &PageEvent, last_activity: &Cell<f64>) -> Option<Happening> {
    match kind {
        Kind::VisibilityChange => Some(if is_visible() { Happening::Visible } else { Happening::Hidden }),
        Kind::Resume => Some(Happening::Resumed),
        // In the capture phase the focus of every field comes by.
        Kind::Focus => (event.target() == event.current_target()).then_some(Happening::Focused),
        Kind::PageHide => Some(Happening::Left),
        // The first one says only that the page has loaded.
        Kind::PageShow => event.persisted().then_some(Happening::Restored),
        Kind::Online => Some(Happening::Online),
        Kind::Offline => Some(Happening::Offline),
        Kind::Activity => {
            let at = event.time_stamp();
            (at - last_activity.get() >= ACTIVITY_EVERY_MS).then(|| {
                last_activity.set(at);
                Happening::UserActive
            })
        }
    }
}
