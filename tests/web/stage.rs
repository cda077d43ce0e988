//! A session in a world of its own, and how to read what its host was asked for.

use std::rc::Rc;

use session_keepalive::engine::{Reason, Status};
use session_keepalive::numbers::{EffectKind, InputKind};
use session_keepalive::web::{Host, Session};
use session_keepalive::wire::ProblemCode;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/web/stub.js")]
extern "C" {
    pub(crate) type World;
    #[wasm_bindgen(constructor)]
    fn with(effects: Vec<String>, inputs: Vec<String>) -> World;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn host(this: &World) -> Host;
    #[wasm_bindgen(method)]
    pub(crate) fn take(this: &World) -> Vec<String>;
    #[wasm_bindgen(method)]
    fn react(this: &World, name: &str, reaction: JsValue);
    #[wasm_bindgen(method)]
    pub(crate) fn pass(this: &World, milliseconds: f64);
    #[wasm_bindgen(method)]
    pub(crate) fn sleep(this: &World, milliseconds: f64);
    #[wasm_bindgen(method)]
    pub(crate) fn delays(this: &World) -> Vec<f64>;
    #[wasm_bindgen(method)]
    pub(crate) fn fire(this: &World);
    #[wasm_bindgen(method, getter, js_name = mostTimers)]
    pub(crate) fn most_timers(this: &World) -> u32;
    #[wasm_bindgen(method, getter, js_name = timersSet)]
    pub(crate) fn timers_set(this: &World) -> u32;
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_dice(this: &World, dice: f64);
    #[wasm_bindgen(method)]
    pub(crate) fn restore(this: &World);

    pub(crate) fn answering(count: u32, send: u32) -> Answering;
    pub(crate) type Answering;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn host(this: &Answering) -> Host;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn done(this: &Answering) -> js_sys::Promise;
}

impl World {
    pub(crate) fn new() -> Self {
        let effects = EffectKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
        let inputs = InputKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
        Self::with(effects, inputs)
    }
}

const PAGE_HOLDS_CREDENTIAL: u32 = 1;
const CAN_RECONNECT: u32 = 2;
const CAN_LOG_OUT: u32 = 4;
pub(crate) const REDIRECTS: u32 = 8;
pub(crate) const TRACED: u32 = 16;
pub(crate) const SHARES: u32 = 32;
pub(crate) const COOKIE: u32 = CAN_RECONNECT | CAN_LOG_OUT | REDIRECTS;
pub(crate) const PAGE: u32 = COOKIE | PAGE_HOLDS_CREDENTIAL;

pub(crate) const VALIDATE: u32 = 0;
pub(crate) const RECONNECT: u32 = 1;
pub(crate) const LOGOUT: u32 = 2;

/// No number.
pub(crate) const NONE: f64 = f64::NAN;
/// In the place of a code or a reason.
pub(crate) const NOWHERE: f64 = -1.0;

/// The first step of the backoff, with the dice at one half.
pub(crate) const BACKOFF: f64 = 249.0;

pub(crate) const DAY: f64 = 86_400_000.0;

/// A session with the defaults, but for these.
pub(crate) fn session(host: Host, switches: u32, jitter: f64, interval: f64) -> Session {
    idling_session(host, switches, jitter, interval, NONE)
}

fn idling_session(host: Host, switches: u32, jitter: f64, interval: f64, idle: f64) -> Session {
    let switches = f64::from(switches);
    Session::new(host, switches, jitter, interval, 3e3, 15e3, 90e3, 500.0, 30e3, 30e3, 60e3, idle, NONE)
}

/// Feeds one input, as the facade does it.
pub(crate) fn feed(session: &Session, kind: InputKind, numbers: &[f64]) {
    feed_number(session, kind as u32, numbers);
}

pub(crate) fn feed_number(session: &Session, kind: u32, numbers: &[f64]) {
    let mut all = [NONE; 12];
    all[..numbers.len()].copy_from_slice(numbers);
    let [a, b, c, d, e, f, g, h, i, j, k, l] = all;
    session.feed(kind, a, b, c, d, e, f, g, h, i, j, k, l);
}

/// Gives the host what the timer calls: it feeds the session, as long as there is one.
pub(crate) fn wire_wake(host: &Host, session: &Rc<Session>) {
    let session = Rc::downgrade(session);
    let wake = Closure::<dyn Fn()>::new(move || {
        if let Some(session) = session.upgrade() {
            feed(&session, InputKind::DeadlineReached, &[]);
        }
    });
    js_sys::Reflect::set(host, &"wake".into(), &wake.into_js_value()).unwrap();
}

/// A session in a world of its own, shared with reactions to its calls.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) session: Rc<Session>,
}

impl Stage {
    pub(crate) fn new(switches: u32) -> Self {
        Self::idling(switches, NONE)
    }

    /// The person counts as idle after so many milliseconds.
    pub(crate) fn idling(switches: u32, idle: f64) -> Self {
        let world = World::new();
        let session = Rc::new(idling_session(world.host(), switches, 0.0, 300_000.0, idle));
        wire_wake(&world.host(), &session);
        Self { world, session }
    }

    /// Started in a visible page with a network; the first check is request 0.
    pub(crate) fn started(switches: u32) -> Self {
        let stage = Self::new(switches);
        stage.start();
        stage.take();
        stage
    }

    /// Started, and request 0 was answered: all is well.
    pub(crate) fn connected(switches: u32) -> Self {
        let stage = Self::started(switches);
        stage.valid(0);
        stage.take();
        stage
    }

    pub(crate) fn feed(&self, kind: InputKind, numbers: &[f64]) {
        feed(&self.session, kind, numbers);
    }

    pub(crate) fn start(&self) {
        self.feed(InputKind::Start, &[1.0, 1.0]);
    }

    pub(crate) fn check(&self) {
        self.feed(InputKind::Check, &[0.0]);
    }

    pub(crate) fn take(&self) -> Vec<String> {
        self.world.take()
    }

    pub(crate) fn valid(&self, id: u32) {
        self.feed(InputKind::Answered, &valid(id));
    }

    pub(crate) fn reconnected(&self, id: u32) {
        let numbers = [f64::from(id), f64::from(RECONNECT), 200.0, NOWHERE, NONE, 1.0, 1.0, 2.0];
        self.feed(InputKind::Answered, &numbers);
    }

    pub(crate) fn problem(&self, id: u32, call: u32, status: u32, code: f64) {
        self.feed(InputKind::Answered, &[f64::from(id), f64::from(call), f64::from(status), code]);
    }

    pub(crate) fn judged(&self, id: u32, kind: u32, reason: f64) {
        self.feed(InputKind::Judged, &[f64::from(id), f64::from(kind), reason]);
    }

    /// At the next call of that name, the application does this.
    pub(crate) fn react(&self, name: &str, reaction: impl FnOnce(&Session) + 'static) {
        let session = Rc::clone(&self.session);
        self.world.react(name, Closure::once_into_js(move || reaction(&session)));
    }

    /// Lets the time pass, and the timer fire.
    pub(crate) fn wake_after(&self, milliseconds: f64) {
        self.world.pass(milliseconds);
        self.world.fire();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.world.restore();
    }
}

/// The numbers of a good answer to a check.
pub(crate) fn valid(id: u32) -> [f64; 8] {
    [f64::from(id), f64::from(VALIDATE), 200.0, NOWHERE, NONE, 1.0, 0.0, 1.0]
}

pub(crate) fn code(code: ProblemCode) -> f64 {
    let place = ProblemCode::ALL.iter().position(|other| *other == code).unwrap();
    f64::from(u32::try_from(place).unwrap())
}

/// Status and reason of the last change in a log, as names.
pub(crate) fn last_change(log: &[String]) -> (&'static str, Option<&'static str>) {
    let fields = log.iter().rev().find_map(|entry| entry.strip_prefix("change(")).expect("something changed");
    let mut fields = fields.split(',');
    let status: usize = fields.next().unwrap().parse().unwrap();
    let reason = fields.next().unwrap().parse().ok().map(|reason: usize| Reason::ALL[reason].as_str());
    (Status::ALL[status].as_str(), reason)
}

pub(crate) fn names(log: &[String]) -> Vec<&str> {
    log.iter().map(|entry| entry.split('(').next().unwrap()).collect()
}

pub(crate) fn has(log: &[String], entry: &str) -> bool {
    log.iter().any(|other| other == entry)
}
