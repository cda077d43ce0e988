//! A session in a world of its own, and how to read what it did there.

use std::rc::Rc;

use js_sys::Promise;
use session_keepalive::browser::{Listeners, Options, Session, Tabs};
use session_keepalive::engine::{Input, Now, Outcome, TabMessage, Verdict, log};
use session_keepalive::wire::ProblemCode;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/tests/browser/stub.js")]
extern "C" {
    #[derive(Clone)]
    pub(crate) type World;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> World;
    #[wasm_bindgen(method)]
    pub(crate) fn js(this: &World, text: &str) -> JsValue;
    #[wasm_bindgen(method)]
    fn options(this: &World, own: &str) -> Options;
    #[wasm_bindgen(method, getter)]
    fn listeners(this: &World) -> Listeners;
    #[wasm_bindgen(method, getter)]
    fn tabs(this: &World) -> Tabs;

    #[wasm_bindgen(method)]
    pub(crate) fn take(this: &World) -> Vec<String>;
    #[wasm_bindgen(method)]
    fn react(this: &World, name: &str, reaction: JsValue);
    #[wasm_bindgen(method)]
    pub(crate) async fn noted(this: &World, name: &str, times: u32);
    #[wasm_bindgen(method)]
    pub(crate) fn answer(this: &World, index: usize, value: &JsValue);
    #[wasm_bindgen(method)]
    pub(crate) fn fail(this: &World, index: usize);
    #[wasm_bindgen(method)]
    pub(crate) async fn settled(this: &World);
    #[wasm_bindgen(method, js_name = isSettled)]
    pub(crate) async fn is_settled(this: &World, promise: &Promise) -> JsValue;

    #[wasm_bindgen(method)]
    pub(crate) fn member(this: &World, index: usize, name: &str) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn members(this: &World, index: usize) -> Vec<String>;
    #[wasm_bindgen(method)]
    pub(crate) fn header(this: &World, index: usize, name: &str) -> Option<String>;
    #[wasm_bindgen(method)]
    pub(crate) fn context(this: &World, index: usize) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn aborted(this: &World, index: usize) -> bool;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn snapshot(this: &World) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn subject(this: &World) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn data(this: &World) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn status(this: &World) -> String;

    #[wasm_bindgen(method)]
    pub(crate) fn pass(this: &World, milliseconds: f64);
    #[wasm_bindgen(method)]
    pub(crate) fn sleep(this: &World, milliseconds: f64);
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_wall(this: &World, wall: f64);
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_dice(this: &World, dice: f64);
    #[wasm_bindgen(method)]
    pub(crate) fn delays(this: &World) -> Vec<f64>;
    #[wasm_bindgen(method)]
    pub(crate) fn fire(this: &World);
    #[wasm_bindgen(method)]
    pub(crate) fn task(this: &World);
    #[wasm_bindgen(method, getter, js_name = mostTimers)]
    pub(crate) fn most_timers(this: &World) -> u32;
    #[wasm_bindgen(method, getter, js_name = timersSet)]
    pub(crate) fn timers_set(this: &World) -> u32;
    #[wasm_bindgen(method, js_name = useRealTime)]
    pub(crate) fn use_real_time(this: &World);

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_visibility(this: &World, visibility: &str);
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_online(this: &World, online: Option<bool>);
    #[wasm_bindgen(method)]
    pub(crate) fn dispatch(this: &World, target: &str, name: &str, properties: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn go(this: &World, path: &str);
    #[wasm_bindgen(method, getter)]
    pub(crate) fn visited(this: &World) -> Vec<String>;
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_prevents(this: &World, prevents: bool);
    #[wasm_bindgen(method, js_name = setStorage)]
    pub(crate) fn set_storage(this: &World, descriptor: &str);
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_delivered(this: &World, delivered: bool);
    #[wasm_bindgen(method, setter)]
    fn set_marks(this: &World, marks: JsValue);
    #[wasm_bindgen(method)]
    pub(crate) fn restore(this: &World);
}

/// An answer that says that all is well.
pub(crate) const VALID: &str = "json({ valid: true, epoch: 1 })";

/// An answer that says that the session was re-established.
pub(crate) const RECONNECTED: &str = "json({ valid: true, reconnected: true, epoch: 2 })";

/// A page that holds a credential.
pub(crate) const PAGE: &str = "{ credential: store('secret') }";

/// A page that shares its checks with other tabs.
pub(crate) const SHARES: &str = "{ crossTab: true }";

pub(crate) const TRACES: &str = "{ trace: true }";

/// The first step of the backoff, with the dice at one half.
pub(crate) const BACKOFF: f64 = 249.0;

pub(crate) const DAY: f64 = 86_400_000.0;

/// An error answer of the protocol.
pub(crate) fn problem(status: u16, code: ProblemCode) -> String {
    format!("problem({status}, '{}')", code.as_str())
}

/// The session has expired: the user must log in again.
pub(crate) fn expired() -> String {
    problem(401, ProblemCode::SessionExpired)
}

/// The server does not know the session.
pub(crate) fn unknown() -> String {
    problem(401, ProblemCode::SessionUnknown)
}

/// The server is overloaded, and wants to be left alone for two seconds.
pub(crate) const OVERLOADED: &str = "problem(503, 'OVERLOADED', { 'retry-after': '2' })";

/// A session in a world of its own, shared with reactions to what it does.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) session: Rc<Session>,
}

impl Stage {
    /// With these options; the others are in `stub.js`.
    pub(crate) fn new(options: &str) -> Self {
        Self::within(World::new(), options)
    }

    pub(crate) fn within(world: World, options: &str) -> Self {
        let session = Rc::new(Session::new(world.options(options), world.listeners(), world.tabs()));
        Self { world, session }
    }

    /// Started in a visible page with a network; the first check is call 0.
    pub(crate) fn started(options: &str) -> Self {
        let stage = Self::new(options);
        stage.session.start();
        stage.take();
        stage
    }

    /// Started, and call 0 was answered: all is well.
    pub(crate) async fn connected(options: &str) -> Self {
        let stage = Self::started(options);
        stage.session.lock_result(true);
        stage.answer(0, VALID).await;
        assert_eq!(stage.world.status(), "connected");
        stage.take();
        stage
    }

    /// What earlier pages left behind.
    pub(crate) fn set_marks(&self, marks: &str) {
        self.world.set_marks(self.world.js(marks));
    }

    /// Answers a call of the application or its server.
    pub(crate) async fn answer(&self, call: usize, answer: &str) {
        self.world.answer(call, &self.world.js(answer));
        self.world.settled().await;
    }

    /// No answer comes to a call.
    pub(crate) async fn fail(&self, call: usize) {
        self.world.fail(call);
        self.world.settled().await;
        self.world.task();
    }

    /// What a promise came to that must be kept by now.
    pub(crate) async fn kept(&self, promise: Promise) -> Result<JsValue, JsValue> {
        assert_eq!(self.world.is_settled(&promise).await, true, "it is kept by now");
        JsFuture::from(promise).await
    }

    pub(crate) fn take(&self) -> Vec<String> {
        self.world.take()
    }

    /// When this is noted next, the application does that.
    pub(crate) fn react(&self, name: &str, reaction: impl FnOnce(&Session) + 'static) {
        let session = Rc::clone(&self.session);
        self.world.react(name, Closure::once_into_js(move || reaction(&session)));
    }

    /// Lets the time pass, and the timer fire.
    pub(crate) fn wake_after(&self, milliseconds: f64) {
        self.world.pass(milliseconds);
        self.world.fire();
    }

    /// The session is dropped; another one, which never starts, takes its place.
    pub(crate) fn drop_session(&mut self) {
        let Self { world, session } = self;
        let idle = Rc::new(Session::new(world.options("{}"), world.listeners(), world.tabs()));
        assert!(Rc::into_inner(std::mem::replace(session, idle)).is_some(), "it was the only one");
    }

    pub(crate) fn dispatch(&self, target: &str, name: &str) {
        self.world.dispatch(target, name, "{}");
    }

    pub(crate) fn hide(&self) {
        self.world.set_visibility("hidden");
        self.dispatch("document", "visibilitychange");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A request that is under way keeps it alive: it must not react to the events of later tests.
        self.session.dispose();
        self.world.restore();
    }
}

pub(crate) fn names(log: &[String]) -> Vec<&str> {
    log.iter().map(|entry| entry.split('(').next().unwrap()).collect()
}

pub(crate) fn has(log: &[String], entry: &str) -> bool {
    log.iter().any(|other| other == entry)
}

/// What was noted under this name.
pub(crate) fn entries<'a>(log: &'a [String], name: &str) -> Vec<&'a str> {
    log.iter().map(String::as_str).filter(|entry| entry.split('(').next() == Some(name)).collect()
}

/// Whether a check, a reconnect or a logout has been sent.
pub(crate) fn sends(log: &[String]) -> bool {
    names(log).contains(&"fetch")
}

/// The inputs of a log, if they are traced.
pub(crate) fn inputs(log: &[String]) -> Vec<(Now, Input)> {
    entries(log, "input").into_iter().map(|entry| log::from_bytes(&bytes(entry)).unwrap()).collect()
}

/// What requests came to, if the inputs are traced.
pub(crate) fn outcomes(log: &[String]) -> Vec<Outcome> {
    let replied = |(_, input)| match input {
        Input::Replied { outcome, .. } => Some(outcome),
        _ => None,
    };
    inputs(log).into_iter().filter_map(replied).collect()
}

/// The verdict on the only answer in a log.
pub(crate) fn verdict(log: &[String]) -> Verdict {
    match outcomes(log)[..] {
        [Outcome::Verdict(verdict)] => verdict,
        ref others => panic!("one verdict, not {others:?}"),
    }
}

/// The messages to the other tabs.
pub(crate) fn messages(log: &[String]) -> Vec<TabMessage> {
    entries(log, "broadcast").into_iter().map(|entry| TabMessage::from_bytes(&bytes(entry)).unwrap()).collect()
}

/// The bytes that are the first argument of an entry.
pub(crate) fn bytes(entry: &str) -> Vec<u8> {
    let hex = entry.split(['(', ')', ',']).nth(1).unwrap();
    hex.as_bytes()
        .chunks(2)
        .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}
