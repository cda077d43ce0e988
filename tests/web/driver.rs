//! What goes in, and that one input after the other is handled with all its effects, whoever calls meanwhile.

use std::cell::RefCell;
use std::rc::Rc;

use session_keepalive::engine::Reason;
use session_keepalive::numbers::InputKind;
use session_keepalive::web::Session;
use session_keepalive::wire::ProblemCode;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{
    BACKOFF, COOKIE, LOGOUT, NONE, NOWHERE, PAGE, RECONNECT, REDIRECTS, SHARES, Stage, VALIDATE, World, code, feed,
    feed_number, has, last_change, names, session, valid,
};

// --- what goes in ---

#[wasm_bindgen_test]
fn answers_become_what_the_protocol_says() {
    use ProblemCode as Code;
    type Row = (u32, Option<Code>, &'static str, Option<&'static str>);
    let rows: [Row; 9] = [
        (401, Some(Code::SessionUnknown), "reconnecting", Some("session-lost")),
        (401, Some(Code::SessionExpired), "disconnected", Some("session-expired")),
        (401, Some(Code::ReconnectRefused), "disconnected", Some("credential-rejected")),
        (503, Some(Code::Overloaded), "degraded", Some("server")),
        (429, None, "degraded", Some("rate-limited")),
        (404, None, "degraded", Some("misconfigured")),
        (200, None, "degraded", Some("server")),
        (0, None, "degraded", Some("server")),
        (70_000, None, "degraded", Some("server")),
    ];
    for (status, given, expected, reason) in rows {
        let stage = Stage::started(COOKIE);
        stage.problem(0, VALIDATE, status, given.map_or(NOWHERE, code));
        let log = stage.take();
        assert_eq!(last_change(&log), (expected, reason), "{status} {given:?}");
        assert_eq!(names(&log).contains(&"redirect"), expected == "disconnected", "{status} {given:?}");
    }
}

#[wasm_bindgen_test]
fn who_holds_the_credential_decides_what_an_unknown_session_is() {
    for (switches, reason) in [(COOKIE, "session-lost"), (PAGE, "credential-rejected")] {
        let stage = Stage::started(switches);
        stage.problem(0, VALIDATE, 401, NOWHERE);
        stage.take();
        stage.problem(1, RECONNECT, 401, code(ProblemCode::SessionUnknown));
        assert_eq!(last_change(&stage.take()), ("disconnected", Some(reason)));
    }
}

#[wasm_bindgen_test]
fn a_logout_is_tried_again_until_it_has_arrived() {
    let stage = Stage::connected(COOKIE);
    stage.feed(InputKind::SignOut, &[1.0]);
    stage.take();
    stage.problem(1, LOGOUT, 503, code(ProblemCode::StoreUnavailable));
    assert!(has(&stage.take(), "settle(1)"));
    stage.wake_after(BACKOFF);
    let log = stage.take();
    assert!(log.iter().any(|entry| entry.starts_with("send(2,2,1,1,")), "{log:?}");
    stage.problem(2, LOGOUT, 204, NOWHERE);
    stage.take();
    // Nothing is left but the comparison of the clocks.
    stage.wake_after(30_000.0);
    assert!(stage.take().is_empty());
}

#[wasm_bindgen_test]
fn verdicts_of_the_application_arrive_by_number() {
    let evicted = f64::from(Reason::SessionEvicted as u32);
    let rows = [
        (0, NOWHERE, "connected", None),
        (1, NOWHERE, "reconnecting", Some("session-lost")),
        (2, NOWHERE, "disconnected", Some("session-expired")),
        (2, evicted, "disconnected", Some("session-evicted")),
        (3, NOWHERE, "disconnected", Some("credential-rejected")),
        (4, NOWHERE, "degraded", Some("server")),
        (5, NOWHERE, "degraded", Some("misconfigured")),
    ];
    for (kind, reason, status, expected) in rows {
        let stage = Stage::started(PAGE);
        stage.judged(0, kind, reason);
        assert_eq!(last_change(&stage.take()), (status, expected), "{kind} {reason}");
    }
    let stage = Stage::started(PAGE);
    stage.feed(InputKind::NoCredential, &[0.0]);
    assert_eq!(last_change(&stage.take()), ("disconnected", Some("credential-missing")));
}

#[wasm_bindgen_test]
fn numbers_that_no_clock_can_show_do_no_harm() {
    let server = f64::from(Reason::Server as u32);
    for strange in [f64::INFINITY, f64::NEG_INFINITY, -1.0, f64::MAX, 0.5] {
        let stage = Stage::started(PAGE);
        stage.feed(InputKind::Judged, &[0.0, 4.0, server, strange]);
        assert_eq!(last_change(&stage.take()).0, "degraded", "{strange}");
        let stage = Stage::started(PAGE);
        stage.feed(InputKind::Judged, &[0.0, 0.0, NOWHERE, NONE, 0.0, strange, strange, strange, strange]);
        assert_eq!(last_change(&stage.take()).0, "connected", "{strange}");
        assert!(stage.world.delays().len() <= 1);
    }
}

#[wasm_bindgen_test]
fn everything_that_happens_to_the_page_arrives() {
    for catches_up in [InputKind::Visible, InputKind::Focused, InputKind::Resumed] {
        let stage = Stage::connected(COOKIE);
        stage.world.pass(6_000.0);
        stage.feed(catches_up, &[]);
        assert!(names(&stage.take()).contains(&"send"), "{catches_up:?}");
    }
    let stage = Stage::connected(COOKIE);
    stage.feed(InputKind::Offline, &[]);
    assert_eq!(last_change(&stage.take()).0, "offline");
    stage.world.pass(6_000.0);
    stage.feed(InputKind::Online, &[]);
    let log = stage.take();
    assert!(names(&log).contains(&"send"), "{log:?}");

    for (active, flag) in [(false, 0), (true, 1)] {
        let stage = Stage::connected(COOKIE);
        if active {
            stage.feed(InputKind::Active, &[]);
        }
        assert!(stage.take().is_empty());
        stage.check();
        let sent = stage.take().pop().unwrap();
        assert!(sent.starts_with(&format!("send(1,0,1,{flag},")), "{sent}");
    }
}

#[wasm_bindgen_test]
fn a_kind_that_is_not_there_is_nothing() {
    let stage = Stage::connected(COOKIE);
    let beyond = u32::try_from(InputKind::ALL.len()).unwrap();
    for kind in [beyond, beyond + 1, u32::MAX] {
        feed_number(&stage.session, kind, &[0.0; 12]);
    }
    assert!(stage.take().is_empty());
}

#[wasm_bindgen_test]
fn replies_to_a_request_that_nobody_waits_for_are_ignored() {
    let stage = Stage::started(COOKIE);
    for id in [1, 5, u32::MAX] {
        stage.problem(id, VALIDATE, 401, code(ProblemCode::SessionExpired));
        stage.judged(id, 2, 0.0);
        stage.feed(InputKind::Failed, &[f64::from(id)]);
        stage.feed(InputKind::NoCredential, &[f64::from(id)]);
        assert!(stage.take().is_empty(), "{id} was never sent");
    }
    stage.valid(0);
    stage.take();
    stage.problem(0, VALIDATE, 401, code(ProblemCode::SessionExpired));
    stage.feed(InputKind::Failed, &[0.0]);
    assert!(stage.take().is_empty(), "0 was answered already");
    stage.check();
    stage.take();
    stage.feed(InputKind::Stop, &[]);
    stage.take();
    stage.problem(1, VALIDATE, 401, code(ProblemCode::SessionExpired));
    assert!(stage.take().is_empty(), "1 came while stopped");
}

#[wasm_bindgen_test]
fn a_stopped_check_that_may_re_establish_is_the_only_one_after_a_new_start() {
    let stage = Stage::connected(COOKIE);
    stage.check();
    stage.take();
    stage.feed(InputKind::Stop, &[]);
    stage.start();
    let log = stage.take();
    assert!(!names(&log).contains(&"send"), "{log:?}");
    stage.valid(1);
    assert_eq!(last_change(&stage.take()).0, "connected");
}

#[wasm_bindgen_test]
fn what_another_tab_was_answered_counts_here() {
    // As the facade names requests of other tabs.
    let request = 2_147_483_649_u32;
    let stage = Stage::started(COOKIE | SHARES);
    stage.feed(InputKind::Turn, &[0.0]);
    stage.feed(InputKind::Heard, &[0.0, 0.0, 0.0, 1.0, 0.0]);
    stage.take();
    stage.world.pass(40.0);
    let answered = [10.0, 1.0, f64::from(request), 0.0, 2.0, 600_000.0, NONE, NONE, NONE, 2.0, 300_000.0];
    stage.feed(InputKind::Heard, &answered);
    let log = stage.take();
    assert!(log[0].starts_with(&format!("change(1,null,2,{request},")), "status, epoch, request: {log:?}");
    assert!(has(&log, "connected()") && has(&log, "checked(30,1)"), "shared, and heard 10 ms late: {log:?}");
    assert!(!names(&log).contains(&"send"));
}

#[wasm_bindgen_test]
fn what_was_kept_arrives_with_a_start_and_a_return() {
    let stage = Stage::new(COOKIE);
    stage.feed(InputKind::Start, &[1.0, 1.0, NONE, 5_000.0, 0.0]);
    assert!(!names(&stage.take()).contains(&"send"), "the server asked to be left alone");
    stage.wake_after(5_000.0);
    assert!(names(&stage.take()).contains(&"send"));

    let pending = Stage::new(COOKIE);
    pending.feed(InputKind::Start, &[1.0, 1.0, 1.0, NONE, 0.0]);
    let log = pending.take();
    assert_eq!(last_change(&log), ("disconnected", Some("signed-out")));
    assert!(log.iter().any(|entry| entry.starts_with("send(0,2,1,1,")), "a logout, everywhere: {log:?}");

    let stage = Stage::connected(PAGE);
    stage.feed(InputKind::Left, &[]);
    stage.take();
    stage.feed(InputKind::Restored, &[NONE, NONE, 1.0]);
    assert!(has(&stage.take(), "clearCredential()"), "somebody signed out meanwhile");
}

// --- one after the other ---

#[wasm_bindgen_test]
fn a_turn_that_is_granted_at_once_is_used_at_once() {
    let stage = Stage::new(COOKIE | SHARES);
    stage.react("takeTurn", |session| feed(session, InputKind::Turn, &[1.0]));
    stage.start();
    let log = stage.take();
    assert_eq!(names(&log), ["change", "takeTurn", "checking", "send", "tell"], "{log:?}");
}

#[wasm_bindgen_test]
fn an_input_from_within_waits_until_all_effects_are_carried_out() {
    let stage = Stage::new(COOKIE);
    stage.react("change", |session| feed(session, InputKind::Stop, &[]));
    stage.start();
    let log = stage.take();
    assert_eq!(names(&log), ["change", "checking", "send", "change"], "{log:?}");
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
    let (first, second) = (note("checking"), note("send"));
    stage.react("checking", move |session| {
        feed(session, InputKind::FetchStarted, &[1.0]);
        feed(session, InputKind::FetchStarted, &[2.0]);
        first();
    });
    stage.react("send", move |session| {
        feed(session, InputKind::FetchStarted, &[3.0]);
        second();
    });
    stage.react("resume", |session| feed(session, InputKind::FetchStarted, &[4.0]));
    stage.check();
    let log = stage.take();
    assert_eq!(*order.borrow(), ["checking", "send"]);
    let resumed: Vec<_> = log.iter().filter(|entry| entry.starts_with("resume")).map(String::as_str).collect();
    assert_eq!(resumed, ["resume(1,1)", "resume(2,1)", "resume(3,1)", "resume(4,1)"]);
    let place = |name| log.iter().position(|entry| entry.starts_with(name)).unwrap();
    assert!(place("send") < place("resume"), "{log:?}");
}

#[wasm_bindgen_test]
fn an_answer_from_within_the_sending_is_taken_afterwards() {
    let stage = Stage::new(COOKIE);
    stage.react("send", |session| feed(session, InputKind::Answered, &valid(0)));
    stage.start();
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
    listened.react("checked", |session| feed(session, InputKind::Active, &[]));
    listened.react("redirect", |session| feed(session, InputKind::Stop, &[]));
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
    let reactions =
        [(InputKind::Stop, "inactive"), (InputKind::Dispose, "inactive"), (InputKind::Remembered, "starting")];
    for (reaction, status) in reactions {
        for during in ["change", "checked", "disconnected"] {
            let stage = Stage::started(COOKIE);
            stage.react(during, move |session| feed(session, reaction, &[]));
            stage.problem(0, VALIDATE, 401, code(ProblemCode::SessionExpired));
            let log = stage.take();
            assert!(!names(&log).contains(&"redirect"), "{reaction:?} during {during}: {log:?}");
            assert_eq!(last_change(&log).0, status, "{reaction:?} during {during}");
        }
    }
}

#[wasm_bindgen_test]
fn after_dispose_nothing_happens_any_more() {
    let stage = Stage::connected(COOKIE);
    stage.check();
    stage.feed(InputKind::Dispose, &[]);
    let log = stage.take();
    assert_eq!(last_change(&log).0, "inactive");
    assert!(has(&log, "settle(0)"), "nobody is left waiting");
    assert!(stage.world.delays().is_empty());
    let set = stage.world.timers_set();
    stage.valid(1);
    for kind in InputKind::ALL {
        stage.feed(*kind, &[1.0; 12]);
    }
    assert!(stage.take().is_empty());
    assert_eq!(stage.world.timers_set(), set);
}

#[wasm_bindgen_test]
fn two_sessions_have_nothing_in_common() {
    let world = World::new();
    let other = World::new();
    let sessions: [Session; 2] = [&world, &other].map(|world| session(world.host(), COOKIE, 0.0, 300_000.0));
    for session in &sessions {
        feed(session, InputKind::Start, &[1.0, 1.0]);
    }
    feed(&sessions[0], InputKind::Answered, &[0.0, 0.0, 401.0, code(ProblemCode::SessionExpired)]);
    assert_eq!(last_change(&world.take()).0, "disconnected");
    assert_eq!(last_change(&other.take()).0, "starting");
    other.restore();
}
