//! The shell against a host that only takes notes, in a real browser whose clocks and timers stand still.
//!
//! What the engine decides is tested natively; here it is the wiring: what goes in as numbers, what comes out as numbers, in
//! which order, and that exactly one timer exists.
#![cfg(target_arch = "wasm32")]
// A test may fail.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::rc::Rc;

use session_keepalive::engine::{Reason, Status};
use session_keepalive::web::{Host, Session};
use session_keepalive::wire::ProblemCode;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/web/stub.js")]
extern "C" {
    type World;
    #[wasm_bindgen(constructor)]
    fn new() -> World;
    #[wasm_bindgen(method, getter)]
    fn host(this: &World) -> Host;
    #[wasm_bindgen(method)]
    fn take(this: &World) -> Vec<String>;
    #[wasm_bindgen(method)]
    fn react(this: &World, name: &str, reaction: JsValue);
    #[wasm_bindgen(method)]
    fn pass(this: &World, milliseconds: f64);
    #[wasm_bindgen(method)]
    fn sleep(this: &World, milliseconds: f64);
    #[wasm_bindgen(method)]
    fn delays(this: &World) -> Vec<f64>;
    #[wasm_bindgen(method)]
    fn fire(this: &World);
    #[wasm_bindgen(method, getter, js_name = mostTimers)]
    fn most_timers(this: &World) -> u32;
    #[wasm_bindgen(method, getter, js_name = timersSet)]
    fn timers_set(this: &World) -> u32;
    #[wasm_bindgen(method, setter)]
    fn set_dice(this: &World, dice: f64);
    #[wasm_bindgen(method)]
    fn restore(this: &World);

    fn answering(count: u32) -> Answering;
    type Answering;
    #[wasm_bindgen(method, getter)]
    fn host(this: &Answering) -> Host;
    #[wasm_bindgen(method, getter)]
    fn done(this: &Answering) -> js_sys::Promise;
}

const PAGE_HOLDS_CREDENTIAL: u32 = 1;
const CAN_RECONNECT: u32 = 2;
const CAN_LOG_OUT: u32 = 4;
const REDIRECTS: u32 = 8;
const COOKIE: u32 = CAN_RECONNECT | CAN_LOG_OUT | REDIRECTS;
const PAGE: u32 = COOKIE | PAGE_HOLDS_CREDENTIAL;

const VALIDATE: u32 = 0;
const RECONNECT: u32 = 1;
const LOGOUT: u32 = 2;

/// No number.
const NONE: f64 = f64::NAN;
const NO_CODE: u32 = u32::MAX;

/// The first step of the backoff, with the dice at one half.
const BACKOFF: f64 = 249.0;

const DAY: f64 = 86_400_000.0;

fn session_every(host: Host, switches: u32, interval: f64) -> Session {
    Session::new(host, switches, 0, interval, 3_000.0, 15_000.0, 90_000.0, 500.0, 30_000.0, 30_000.0, 60_000.0)
}

/// What the application does from within.
type Reaction = fn(&Session);

/// A session in a world of its own, shared with reactions to its calls.
struct Stage {
    world: World,
    session: Rc<Session>,
}

impl Stage {
    fn new(switches: u32) -> Self {
        let world = World::new();
        let session = Rc::new(session_every(world.host(), switches, 300_000.0));
        Self { world, session }
    }

    /// Started in a visible page with a network; the first check is request 0.
    fn started(switches: u32) -> Self {
        let stage = Self::new(switches);
        stage.session.start(true, true);
        stage.take();
        stage
    }

    /// Started, and request 0 was answered: all is well.
    fn connected(switches: u32) -> Self {
        let stage = Self::started(switches);
        stage.valid(0);
        stage.take();
        stage
    }

    fn take(&self) -> Vec<String> {
        self.world.take()
    }

    fn valid(&self, id: u32) {
        self.session.answered(id, VALIDATE, 200, NO_CODE, NONE, true, false, 1, NONE, NONE, NONE, NONE);
    }

    fn problem(&self, id: u32, call: u32, status: u32, code: u32) {
        self.session.answered(id, call, status, code, NONE, false, false, 1, NONE, NONE, NONE, NONE);
    }

    fn judged(&self, id: u32, kind: u32, reason: u32) {
        self.session.judged(id, kind, reason, NONE, false, NONE, NONE, NONE, NONE, NONE);
    }

    /// At the next call of that name, the application does this.
    fn react(&self, name: &str, reaction: impl FnOnce(&Session) + 'static) {
        let session = Rc::clone(&self.session);
        self.world.react(name, Closure::once_into_js(move || reaction(&session)));
    }

    /// Lets the time pass, and the timer fire.
    fn wake_after(&self, milliseconds: f64) {
        self.world.pass(milliseconds);
        self.world.fire();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.world.restore();
    }
}

fn code(code: ProblemCode) -> u32 {
    u32::try_from(ProblemCode::ALL.iter().position(|other| *other == code).unwrap()).unwrap()
}

/// Status and reason of the last change in a log, as names.
fn last_change(log: &[String]) -> (String, Option<&'static str>) {
    let fields = log.iter().rev().find_map(|entry| entry.strip_prefix("change([")).expect("something changed");
    let mut fields = fields.split(',');
    let status: usize = fields.next().unwrap().parse().unwrap();
    let reason = fields.next().unwrap().parse().ok().map(|reason: usize| Reason::ALL[reason].as_str());
    let statuses = [
        Status::Starting,
        Status::Connected,
        Status::Degraded,
        Status::Offline,
        Status::Reconnecting,
        Status::Disconnected,
        Status::Inactive,
    ];
    (statuses[status].as_str().to_owned(), reason)
}

fn names(log: &[String]) -> Vec<&str> {
    log.iter().map(|entry| entry.split('(').next().unwrap()).collect()
}

fn has(log: &[String], entry: &str) -> bool {
    log.iter().any(|other| other == entry)
}

// --- what comes out ---

#[wasm_bindgen_test]
fn starting_announces_and_sends_one_check() {
    let stage = Stage::new(COOKIE);
    stage.session.start(true, true);
    let log = stage.take();
    assert_eq!(names(&log), ["change", "emit", "send"]);
    assert_eq!(last_change(&log).0, "starting");
    assert_eq!(log[1..], ["emit(1,1,0)", "send(0,0,1,true,1)"]);
}

#[wasm_bindgen_test]
fn a_snapshot_is_its_fields_in_their_public_order() {
    let stage = Stage::started(COOKIE);
    stage.world.pass(40.0);
    stage.session.answered(0, VALIDATE, 200, NO_CODE, NONE, true, false, 3, 600.0, 7_200.0, 500.0, NONE);
    let now = 1_700_000_000_040_u64;
    let log = stage.take();
    // status, reason, epoch, answered by, last ok, next check, expires in, error
    assert_eq!(log[0], format!("change([1,null,3,0,{now},{},600000,null])", now + 300_000));
    stage.session.check(false);
    stage.world.pass(10.0);
    stage.take();
    stage.session.answered(
        1,
        VALIDATE,
        503,
        code(ProblemCode::Overloaded),
        2_000.0,
        false,
        false,
        1,
        NONE,
        NONE,
        NONE,
        NONE,
    );
    let log = stage.take();
    let server = Reason::Server as u32;
    assert_eq!(log[0], format!("change([2,{server},3,0,{now},{},599990,[{server},503,true]])", now + 10 + 2_000));
}

#[wasm_bindgen_test]
fn an_error_without_an_answer_has_no_status() {
    let stage = Stage::started(COOKIE);
    stage.session.failed(0);
    let network = Reason::Network as u32;
    let log = stage.take();
    assert!(log[0].ends_with(&format!(",null,[{network},null,true]])")), "{}", log[0]);
}

#[wasm_bindgen_test]
fn every_event_has_its_number_and_its_fields() {
    let stage = Stage::started(COOKIE);
    stage.wake_after(3_000.0);
    assert!(has(&stage.take(), "emit(3,0,3000)"), "slow: a check, for so long");
    stage.world.pass(500.0);
    stage.session.answered(0, VALIDATE, 200, NO_CODE, NONE, true, false, 1, 65.0, NONE, NONE, NONE);
    let log = stage.take();
    assert!(has(&log, "emit(2,3500,0)"), "checked: duration, not shared: {log:?}");
    assert!(has(&log, "emit(0,0,0)"), "connected: {log:?}");

    stage.wake_after(5_000.0);
    assert_eq!(stage.take(), ["emit(7,60,0)"], "expiring: seconds left");

    stage.session.check(false);
    let log = stage.take();
    assert!(has(&log, "emit(1,1,0)"), "checking: attempt: {log:?}");
    stage.problem(1, VALIDATE, 500, NO_CODE);
    let degraded = format!("emit(4,{},{BACKOFF})", Reason::Server as u32);
    let log = stage.take();
    assert!(has(&log, &degraded), "degraded: reason, retry in: {log:?}");

    stage.wake_after(BACKOFF);
    assert!(has(&stage.take(), "emit(1,2,0)"), "the second attempt");
    stage.problem(2, VALIDATE, 401, code(ProblemCode::SessionUnknown));
    let log = stage.take();
    assert!(has(&log, "emit(5,1,0)"), "reconnecting: attempt: {log:?}");
    stage.world.pass(700.0);
    stage.session.answered(3, RECONNECT, 200, NO_CODE, NONE, true, true, 2, NONE, NONE, NONE, NONE);
    let log = stage.take();
    assert!(has(&log, "emit(6,949,2)"), "reconnected: downtime since the first trouble, epoch: {log:?}");

    stage.world.sleep(60_000.0);
    stage.session.page(2);
    assert!(has(&stage.take(), "emit(9,60000,0)"), "wake: slept");

    stage.session.sign_out(false);
    let disconnected = format!("emit(8,{},0)", Reason::SignedOut as u32);
    assert!(has(&stage.take(), &disconnected), "disconnected: reason");
}

#[wasm_bindgen_test]
fn requests_tell_call_attempt_flag_and_key() {
    let stage = Stage::connected(COOKIE);
    stage.session.check(false);
    let validate = stage.take().pop().unwrap();
    assert!(validate.starts_with("send(1,0,1,false,"), "{validate}");
    stage.problem(1, VALIDATE, 401, NO_CODE);
    let reconnect = stage.take().pop().unwrap();
    assert!(reconnect.starts_with("send(2,1,1,false,"), "{reconnect}");
    stage.problem(2, RECONNECT, 503, NO_CODE);
    stage.take();
    stage.wake_after(BACKOFF);
    let again = stage.take().pop().unwrap();
    assert_eq!(again, reconnect.replacen("(2,1,1", "(3,1,2", 1), "a retry has the same key");
    stage.session.sign_out(true);
    assert!(stage.take().iter().any(|entry| entry.starts_with("send(4,2,1,true,")), "a logout, everywhere");
}

#[wasm_bindgen_test]
fn a_check_that_cannot_reestablish_is_given_up_by_its_number() {
    let stage = Stage::started(PAGE);
    stage.wake_after(3_000.0);
    stage.take();
    stage.wake_after(12_000.0);
    assert!(has(&stage.take(), "abort(0)"));
    let cookie = Stage::started(COOKIE);
    cookie.wake_after(3_000.0);
    cookie.wake_after(12_000.0);
    assert!(!names(&cookie.take()).contains(&"abort"), "a check that may re-establish goes on");
    // The clocks are compared every 30 s meanwhile.
    for _ in 0..2 {
        cookie.wake_after(30_000.0);
    }
    assert!(!names(&cookie.take()).contains(&"abort"));
    cookie.wake_after(15_000.0);
    assert!(has(&cookie.take(), "abort(0)"));
}

#[wasm_bindgen_test]
fn promises_are_kept_by_their_kind() {
    let stage = Stage::connected(COOKIE);
    stage.session.check(true);
    assert!(!names(&stage.take()).contains(&"settle"));
    stage.valid(1);
    assert!(has(&stage.take(), "settle(false)"));
    stage.session.sign_out(false);
    assert!(!names(&stage.take()).contains(&"settle"));
    stage.problem(2, LOGOUT, 204, NO_CODE);
    assert!(has(&stage.take(), "settle(true)"));
}

#[wasm_bindgen_test]
fn a_refused_credential_is_cleared() {
    let stage = Stage::connected(PAGE);
    stage.session.check(false);
    stage.problem(1, VALIDATE, 401, NO_CODE);
    stage.take();
    stage.problem(2, RECONNECT, 401, code(ProblemCode::ReconnectRefused));
    let log = stage.take();
    assert!(has(&log, "clearCredential()"), "{log:?}");
    assert_eq!(last_change(&log), ("disconnected".to_owned(), Some("credential-rejected")));
}

#[wasm_bindgen_test]
fn waiting_fetches_go_on_in_the_generation_of_the_session() {
    let stage = Stage::connected(COOKIE);
    stage.session.fetch_started(7);
    assert_eq!(stage.take(), ["resume(7,true,1)"]);
    stage.session.fetch_refused(7, 1, true);
    let log = stage.take();
    assert!(!names(&log).contains(&"resume"), "{log:?}");
    stage.session.fetch_started(8);
    stage.session.fetch_started(9);
    stage.session.fetch_ended(9);
    assert!(stage.take().is_empty(), "a call that begins now waits as well");
    stage.session.answered(1, RECONNECT, 200, NO_CODE, NONE, true, true, 2, NONE, NONE, NONE, NONE);
    let resumed: Vec<_> = stage.take().into_iter().filter(|entry| entry.starts_with("resume")).collect();
    assert_eq!(resumed, ["resume(7,true,2)", "resume(8,true,2)"], "but not the one that has ended");
    stage.session.fetch_refused(8, 1, true);
    assert_eq!(stage.take(), ["resume(8,true,2)"], "a late refusal of an older generation");
    stage.session.fetch_refused(8, 2, false);
    assert_eq!(stage.take(), ["resume(8,false,0)"], "a refusal right after a good check is the caller's");
}

// --- what goes in ---

#[wasm_bindgen_test]
fn answers_to_a_check_become_what_the_protocol_says() {
    use ProblemCode as Code;
    let rows: &[(u32, Option<Code>, &str, Option<&str>)] = &[
        (401, Some(Code::SessionUnknown), "reconnecting", Some("session-lost")),
        (401, Some(Code::SessionTimeout), "disconnected", Some("session-timeout")),
        (401, Some(Code::SessionExpired), "disconnected", Some("session-expired")),
        (401, Some(Code::SessionRevoked), "disconnected", Some("session-revoked")),
        (401, Some(Code::SessionEvicted), "disconnected", Some("session-evicted")),
        (401, Some(Code::ReconnectRefused), "disconnected", Some("credential-rejected")),
        (422, Some(Code::ConnectionRefused), "degraded", Some("misconfigured")),
        (403, Some(Code::TargetNotAllowed), "degraded", Some("misconfigured")),
        (409, Some(Code::SessionLimit), "degraded", Some("misconfigured")),
        (403, Some(Code::CsrfRefused), "degraded", Some("misconfigured")),
        (400, Some(Code::InvalidRequest), "degraded", Some("misconfigured")),
        (413, Some(Code::PayloadTooLarge), "degraded", Some("misconfigured")),
        (429, Some(Code::RateLimited), "degraded", Some("rate-limited")),
        (503, Some(Code::StoreUnavailable), "degraded", Some("server")),
        (503, Some(Code::TargetUnavailable), "degraded", Some("server")),
        (503, Some(Code::Overloaded), "degraded", Some("server")),
        (401, None, "reconnecting", Some("session-lost")),
        (419, None, "reconnecting", Some("session-lost")),
        (440, None, "reconnecting", Some("session-lost")),
        (403, None, "degraded", Some("server")),
        (408, None, "degraded", Some("timeout")),
        (425, None, "degraded", Some("server")),
        (429, None, "degraded", Some("rate-limited")),
        (404, None, "degraded", Some("misconfigured")),
        (422, None, "degraded", Some("misconfigured")),
        (500, None, "degraded", Some("server")),
        (502, None, "degraded", Some("server")),
        (200, None, "degraded", Some("server")),
        (302, None, "degraded", Some("server")),
        (0, None, "degraded", Some("server")),
        (70_000, None, "degraded", Some("server")),
    ];
    for (status, given, expected, reason) in rows {
        let stage = Stage::started(COOKIE);
        stage.problem(0, VALIDATE, *status, given.map_or(NO_CODE, code));
        let log = stage.take();
        assert_eq!(last_change(&log), ((*expected).to_owned(), *reason), "{status} {given:?}");
        let leaves = *expected == "disconnected";
        assert_eq!(names(&log).contains(&"redirect"), leaves, "{status} {given:?}");
    }
}

#[wasm_bindgen_test]
fn answers_to_a_reconnect_become_what_the_protocol_says() {
    use ProblemCode as Code;
    type Row = (u32, Option<Code>, u32, &'static str, Option<&'static str>);
    let rows: &[Row] = &[
        (401, Some(Code::SessionUnknown), COOKIE, "disconnected", Some("session-lost")),
        (401, Some(Code::SessionUnknown), PAGE, "disconnected", Some("credential-rejected")),
        (401, Some(Code::ReconnectRefused), COOKIE, "disconnected", Some("credential-rejected")),
        (401, Some(Code::SessionRevoked), COOKIE, "disconnected", Some("session-revoked")),
        (422, Some(Code::ConnectionRefused), PAGE, "disconnected", Some("credential-rejected")),
        (403, Some(Code::TargetNotAllowed), PAGE, "disconnected", Some("credential-rejected")),
        (409, Some(Code::SessionLimit), PAGE, "disconnected", Some("session-evicted")),
        (403, Some(Code::CsrfRefused), PAGE, "degraded", Some("misconfigured")),
        (503, Some(Code::TargetUnavailable), PAGE, "degraded", Some("server")),
        (401, None, PAGE, "disconnected", Some("credential-rejected")),
        (403, None, PAGE, "disconnected", Some("credential-rejected")),
        (422, None, PAGE, "disconnected", Some("credential-rejected")),
        (440, None, PAGE, "disconnected", Some("credential-rejected")),
        (404, None, PAGE, "degraded", Some("misconfigured")),
        (500, None, PAGE, "degraded", Some("server")),
        (200, None, PAGE, "degraded", Some("server")),
    ];
    for (status, given, switches, expected, reason) in rows {
        let stage = Stage::started(*switches);
        stage.problem(0, VALIDATE, 401, NO_CODE);
        stage.take();
        stage.problem(1, RECONNECT, *status, given.map_or(NO_CODE, code));
        assert_eq!(last_change(&stage.take()), ((*expected).to_owned(), *reason), "{status} {given:?}");
    }
}

#[wasm_bindgen_test]
fn a_logout_is_tried_again_until_it_has_arrived() {
    let stage = Stage::connected(COOKIE);
    stage.session.sign_out(true);
    stage.take();
    stage.problem(1, LOGOUT, 503, code(ProblemCode::StoreUnavailable));
    assert!(has(&stage.take(), "settle(true)"));
    stage.wake_after(BACKOFF);
    let log = stage.take();
    assert!(log.iter().any(|entry| entry.starts_with("send(2,2,1,true,")), "{log:?}");
    stage.problem(2, LOGOUT, 204, NO_CODE);
    stage.take();
    // Nothing is left but the comparison of the clocks.
    stage.wake_after(30_000.0);
    assert!(stage.take().is_empty());
}

#[wasm_bindgen_test]
fn verdicts_of_the_application_arrive_by_number() {
    let reasons = [Reason::SessionEvicted, Reason::RateLimited];
    let unknown = u32::MAX;
    for reason in reasons {
        let number = reason as u32;
        let rows = [(2, "disconnected"), (3, "disconnected"), (4, "degraded")];
        for (kind, status) in rows {
            let stage = Stage::started(PAGE);
            stage.judged(0, kind, number);
            assert_eq!(last_change(&stage.take()), (status.to_owned(), Some(reason.as_str())), "{kind}");
        }
    }
    let rows = [
        (0, "connected", None),
        (1, "reconnecting", Some("session-lost")),
        (2, "disconnected", Some("session-expired")),
        (3, "disconnected", Some("credential-rejected")),
        (4, "degraded", Some("server")),
        (5, "disconnected", Some("credential-missing")),
        (6, "degraded", Some("misconfigured")),
        (u32::MAX, "degraded", Some("misconfigured")),
    ];
    for (kind, status, reason) in rows {
        let stage = Stage::started(PAGE);
        stage.judged(0, kind, unknown);
        assert_eq!(last_change(&stage.take()), (status.to_owned(), reason), "{kind} without a reason");
    }
}

#[wasm_bindgen_test]
fn lengths_of_a_verdict_are_milliseconds_and_may_be_missing() {
    let stage = Stage::started(PAGE);
    stage.session.judged(0, 0, u32::MAX, NONE, false, 5.0, 90_000.0, 80_000.5, 70_000.0, 10_000.0);
    let log = stage.take();
    let now = 1_700_000_000_000_u64;
    assert_eq!(log[0], format!("change([1,null,5,0,{now},{},80000,null])", now + 10_499), "the nearer limit counts");
    let stage = Stage::started(PAGE);
    stage.judged(0, 0, u32::MAX);
    assert_eq!(stage.take()[0], format!("change([1,null,1,0,{now},{},null,null])", now + 300_000));
}

#[wasm_bindgen_test]
fn numbers_that_no_clock_can_show_do_no_harm() {
    for strange in [f64::INFINITY, f64::NEG_INFINITY, -1.0, f64::MAX, 0.5] {
        let stage = Stage::started(PAGE);
        stage.session.judged(0, 4, Reason::Server as u32, strange, false, NONE, NONE, NONE, NONE, NONE);
        assert_eq!(last_change(&stage.take()).0, "degraded", "{strange}");
        let stage = Stage::started(PAGE);
        stage.session.judged(0, 0, u32::MAX, NONE, false, strange, strange, strange, strange, NONE);
        assert_eq!(last_change(&stage.take()).0, "connected", "{strange}");
        assert!(stage.world.delays().len() <= 1);
    }
}

#[wasm_bindgen_test]
fn retry_after_is_a_floor() {
    let stage = Stage::started(COOKIE);
    stage.session.answered(0, VALIDATE, 429, NO_CODE, 20_000.0, false, false, 1, NONE, NONE, NONE, NONE);
    let degraded = format!("emit(4,{},20000)", Reason::RateLimited as u32);
    assert!(has(&stage.take(), &degraded));
    assert_eq!(stage.world.delays(), [20_000.0]);
    stage.wake_after(19_999.0);
    assert!(stage.take().is_empty());
    assert_eq!(stage.world.delays(), [1.0]);
    stage.wake_after(1.0);
    assert!(names(&stage.take()).contains(&"send"));
}

#[wasm_bindgen_test]
fn everything_that_happens_to_the_page_arrives_by_its_place() {
    const VISIBLE: u32 = 0;
    const HIDDEN: u32 = 1;
    const FOCUSED: u32 = 2;
    const LEFT: u32 = 3;
    const RESTORED: u32 = 4;
    const RESUMED: u32 = 5;
    const ONLINE: u32 = 6;
    const OFFLINE: u32 = 7;
    const ACTIVE: u32 = 8;
    const BEYOND: u32 = 9;

    for catches_up in [VISIBLE, FOCUSED, RESUMED] {
        let stage = Stage::connected(COOKIE);
        stage.world.pass(6_000.0);
        stage.session.page(catches_up);
        assert!(names(&stage.take()).contains(&"send"), "{catches_up}");
    }
    let stage = Stage::connected(COOKIE);
    assert_eq!(stage.world.delays(), [30_000.0], "a visible page compares its clocks");
    stage.session.page(HIDDEN);
    assert_eq!(stage.world.delays(), [300_000.0], "a hidden one waits for its deadline alone");
    stage.session.page(LEFT);
    assert!(stage.world.delays().is_empty(), "one in the back/forward cache for nothing");
    stage.session.page(RESTORED);
    assert!(names(&stage.take()).contains(&"send"));

    let stage = Stage::connected(COOKIE);
    stage.session.page(OFFLINE);
    assert_eq!(last_change(&stage.take()).0, "offline");
    stage.world.pass(6_000.0);
    stage.session.page(ONLINE);
    let log = stage.take();
    assert!(names(&log).contains(&"send"), "{log:?}");

    for (active, flag) in [(false, "false"), (true, "true")] {
        let stage = Stage::connected(COOKIE);
        if active {
            stage.session.page(ACTIVE);
        }
        stage.session.page(BEYOND);
        assert!(stage.take().is_empty());
        stage.session.check(false);
        let sent = stage.take().pop().unwrap();
        assert!(sent.starts_with(&format!("send(1,0,1,{flag},")), "{sent}");
    }
}

#[wasm_bindgen_test]
fn replies_to_a_request_that_nobody_waits_for_are_ignored() {
    let stage = Stage::started(COOKIE);
    for id in [1, 5, u32::MAX] {
        stage.problem(id, VALIDATE, 401, code(ProblemCode::SessionExpired));
        stage.judged(id, 2, 0);
        stage.session.failed(id);
        assert!(stage.take().is_empty(), "{id} was never sent");
    }
    stage.valid(0);
    stage.take();
    stage.problem(0, VALIDATE, 401, code(ProblemCode::SessionExpired));
    stage.session.failed(0);
    assert!(stage.take().is_empty(), "0 was answered already");
    stage.session.check(false);
    stage.take();
    stage.session.stop();
    stage.take();
    stage.problem(1, VALIDATE, 401, code(ProblemCode::SessionExpired));
    assert!(stage.take().is_empty(), "1 came while stopped");
}

#[wasm_bindgen_test]
fn a_stopped_check_that_may_re_establish_is_the_only_one_after_a_new_start() {
    let stage = Stage::connected(COOKIE);
    stage.session.check(false);
    stage.take();
    stage.session.stop();
    stage.session.start(true, true);
    let log = stage.take();
    assert!(!names(&log).contains(&"send"), "{log:?}");
    stage.valid(1);
    assert_eq!(last_change(&stage.take()).0, "connected");
}

// --- the driver ---

#[wasm_bindgen_test]
fn an_input_from_within_waits_until_all_effects_are_carried_out() {
    let stage = Stage::new(COOKIE);
    stage.react("change", Session::stop);
    stage.session.start(true, true);
    let log = stage.take();
    assert_eq!(names(&log), ["change", "emit", "send", "change"], "{log:?}");
    assert_eq!(last_change(&log).0, "inactive");
}

#[wasm_bindgen_test]
fn inputs_from_within_are_taken_in_their_order_even_from_within_themselves() {
    let stage = Stage::connected(COOKIE);
    let order = Rc::new(RefCell::new(Vec::new()));
    let note = |what: &'static str| {
        let order = Rc::clone(&order);
        move || order.borrow_mut().push(what)
    };
    let (first, second) = (note("emit"), note("send"));
    stage.react("emit", move |session| {
        session.fetch_started(1);
        session.fetch_started(2);
        first();
    });
    stage.react("send", move |session| {
        session.fetch_started(3);
        second();
    });
    stage.react("resume", |session| session.fetch_started(4));
    stage.session.check(false);
    let log = stage.take();
    assert_eq!(*order.borrow(), ["emit", "send"]);
    let resumed: Vec<_> = log.iter().filter(|entry| entry.starts_with("resume")).map(String::as_str).collect();
    assert_eq!(resumed, ["resume(1,true,1)", "resume(2,true,1)", "resume(3,true,1)", "resume(4,true,1)"]);
    let sent = log.iter().position(|entry| entry.starts_with("send")).unwrap();
    let first_resumed = log.iter().position(|entry| entry.starts_with("resume")).unwrap();
    assert!(sent < first_resumed, "{log:?}");
}

#[wasm_bindgen_test]
fn an_answer_from_within_the_sending_is_taken_afterwards() {
    let stage = Stage::new(COOKIE);
    stage.react("send", |session| {
        session.answered(0, VALIDATE, 200, NO_CODE, NONE, true, false, 1, NONE, NONE, NONE, NONE)
    });
    stage.session.start(true, true);
    assert_eq!(last_change(&stage.take()).0, "connected");
}

#[wasm_bindgen_test]
fn a_redirect_is_asked_for_again_when_it_is_carried_out() {
    let expired = code(ProblemCode::SessionExpired);
    let reason = Reason::SessionExpired as u32;
    let stage = Stage::started(COOKIE);
    stage.problem(0, VALIDATE, 401, expired);
    assert_eq!(stage.take().pop().unwrap(), format!("redirect({reason})"));

    let listened = Stage::started(COOKIE);
    listened.react("emit", |session| session.page(8));
    listened.react("redirect", Session::stop);
    listened.problem(0, VALIDATE, 401, expired);
    let log = listened.take();
    assert_eq!(names(&log).iter().filter(|name| **name == "redirect").count(), 1, "once: {log:?}");
    assert_eq!(last_change(&log).0, "inactive", "what its listener asks for is done as well");

    let without = Stage::started(COOKIE & !REDIRECTS);
    without.problem(0, VALIDATE, 401, expired);
    assert!(!names(&without.take()).contains(&"redirect"));
}

#[wasm_bindgen_test]
fn a_listener_that_stops_disposes_or_signs_in_keeps_the_person_on_the_page() {
    let rows: [(&str, Reaction, &str); 6] = [
        ("change", Session::stop, "inactive"),
        ("emit", Session::stop, "inactive"),
        ("change", Session::dispose, "inactive"),
        ("emit", Session::dispose, "inactive"),
        ("change", Session::remembered, "starting"),
        ("emit", Session::remembered, "starting"),
    ];
    for (during, reaction, status) in rows {
        let stage = Stage::started(COOKIE);
        stage.react(during, reaction);
        stage.problem(0, VALIDATE, 401, code(ProblemCode::SessionExpired));
        let log = stage.take();
        assert!(!names(&log).contains(&"redirect"), "during {during}: {log:?}");
        assert_eq!(last_change(&log).0, status);
    }
}

#[wasm_bindgen_test]
fn after_dispose_nothing_happens_any_more() {
    let stage = Stage::connected(COOKIE);
    stage.session.check(false);
    stage.session.dispose();
    let log = stage.take();
    assert_eq!(last_change(&log).0, "inactive");
    assert!(has(&log, "settle(false)"), "nobody is left waiting");
    assert!(stage.world.delays().is_empty());
    let set = stage.world.timers_set();
    let session = &stage.session;
    stage.valid(1);
    session.failed(1);
    stage.judged(1, 2, 0);
    session.start(true, true);
    session.check(true);
    session.remembered();
    session.sign_out(true);
    session.fetch_started(1);
    session.fetch_refused(1, 0, true);
    session.fetch_ended(1);
    for event in 0..10 {
        session.page(event);
    }
    session.stop();
    session.dispose();
    assert!(stage.take().is_empty());
    assert_eq!(stage.world.timers_set(), set);
}

#[wasm_bindgen_test]
fn dropping_a_session_takes_its_timer_along() {
    let world = World::new();
    let session = session_every(world.host(), COOKIE, 300_000.0);
    session.start(true, true);
    assert_eq!(world.delays().len(), 1);
    drop(session);
    assert!(world.delays().is_empty());
    drop(session_every(world.host(), COOKIE, 300_000.0));
    assert_eq!(names(&world.take()), ["change", "emit", "send"], "from the start; a drop is not a stop");
    world.restore();
}

#[wasm_bindgen_test]
fn two_sessions_have_nothing_in_common() {
    let world = World::new();
    let other = World::new();
    let first = session_every(world.host(), COOKIE, 300_000.0);
    let second = session_every(other.host(), COOKIE, 300_000.0);
    first.start(true, true);
    second.start(true, true);
    first.answered(0, VALIDATE, 401, code(ProblemCode::SessionExpired), NONE, false, false, 1, NONE, NONE, NONE, NONE);
    assert_eq!(last_change(&world.take()).0, "disconnected");
    assert_eq!(last_change(&other.take()).0, "starting");
    other.restore();
}

// --- the timer ---

#[wasm_bindgen_test]
fn there_is_never_more_than_one_timer() {
    let stage = Stage::new(COOKIE);
    assert!(stage.world.delays().is_empty(), "none before the start");
    stage.session.start(true, true);
    assert_eq!(stage.world.delays(), [3_000.0], "for the slow mark of the request");
    stage.valid(0);
    assert_eq!(stage.world.delays(), [30_000.0]);
    for event in 0..9 {
        stage.session.page(event);
        stage.session.fetch_started(event);
        assert!(stage.world.delays().len() <= 1);
    }
    stage.session.check(true);
    stage.session.sign_out(false);
    stage.session.stop();
    assert!(stage.world.most_timers() <= 1, "at no moment");
}

#[wasm_bindgen_test]
fn the_same_deadline_is_not_set_twice() {
    let stage = Stage::connected(COOKIE);
    let set = stage.world.timers_set();
    for fetch in 0..100 {
        stage.session.fetch_started(fetch);
        stage.session.fetch_ended(fetch);
    }
    assert_eq!(stage.world.timers_set(), set);
}

#[wasm_bindgen_test]
fn a_timer_that_fires_early_is_set_again_for_the_rest() {
    let stage = Stage::connected(COOKIE);
    stage.session.page(1);
    stage.take();
    stage.wake_after(100.0);
    assert!(stage.take().is_empty(), "the machine asks the clock, not the timer");
    assert_eq!(stage.world.delays(), [299_900.0]);
    stage.wake_after(299_900.0);
    assert!(names(&stage.take()).contains(&"send"));
}

#[wasm_bindgen_test]
fn a_timer_that_fires_late_costs_nothing_but_the_delay() {
    let stage = Stage::connected(COOKIE);
    stage.session.page(1);
    stage.take();
    stage.wake_after(DAY);
    let log = stage.take();
    assert_eq!(log.iter().filter(|entry| entry.starts_with("send")).count(), 1, "{log:?}");
}

#[wasm_bindgen_test]
fn a_delay_longer_than_browsers_can_wait_is_waited_for_in_steps() {
    let longest = f64::from(i32::MAX);
    let world = World::new();
    let session = session_every(world.host(), COOKIE, 60.0 * DAY);
    session.start(false, true);
    session.answered(0, VALIDATE, 200, NO_CODE, NONE, true, false, 1, NONE, NONE, NONE, NONE);
    world.take();
    let mut left = 60.0 * DAY;
    while left > longest {
        assert_eq!(world.delays(), [longest]);
        world.pass(longest);
        world.fire();
        left -= longest;
        assert!(world.take().is_empty());
    }
    assert_eq!(world.delays(), [left]);
    world.pass(left);
    world.fire();
    assert!(names(&world.take()).contains(&"send"));
    world.restore();
}

#[wasm_bindgen_test]
fn the_jitter_follows_the_dice() {
    for (dice, delay) in [(0.0, 270_000.0), (0.999_999_999_9, 330_000.0)] {
        let world = World::new();
        world.set_dice(dice);
        let session = Session::new(
            world.host(),
            COOKIE,
            100,
            300_000.0,
            3_000.0,
            15_000.0,
            90_000.0,
            500.0,
            30_000.0,
            30_000.0,
            60_000.0,
        );
        session.start(false, true);
        session.answered(0, VALIDATE, 200, NO_CODE, NONE, true, false, 1, NONE, NONE, NONE, NONE);
        let [actual] = world.delays()[..] else { panic!("one timer") };
        assert!((actual - delay).abs() <= 1.0, "{actual}");
        world.restore();
    }
}

#[wasm_bindgen_test]
async fn with_real_timers_checks_follow_one_another() {
    let checks = 5;
    let answering = answering(checks);
    let host = answering.host();
    let session = Rc::new(session_every(answering.host(), COOKIE, 5.0));
    let answered = Rc::clone(&session);
    let answer = Closure::<dyn Fn(u32)>::new(move |id| {
        answered.answered(id, VALIDATE, 200, NO_CODE, NONE, true, false, 1, NONE, NONE, NONE, NONE);
    });
    js_sys::Reflect::set(&host, &"answer".into(), answer.as_ref()).unwrap();
    session.start(false, true);
    let log = JsFuture::from(answering.done()).await.unwrap();
    let sent = js_sys::Array::from(&log).iter().filter(|name| name == "send").count();
    assert_eq!(sent, checks as usize);
    session.dispose();
}
