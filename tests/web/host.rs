//! What the host is asked for: which effects, with which numbers, and the inputs it may take note of.

use session_keepalive::engine::Reason;
use session_keepalive::numbers::InputKind;
use session_keepalive::wire::ProblemCode;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{
    BACKOFF, COOKIE, LOGOUT, NONE, NOWHERE, PAGE, RECONNECT, SHARES, Stage, TRACED, VALIDATE, code, has, last_change,
    names,
};

const EPOCH: u64 = 1_700_000_000_000;

#[wasm_bindgen_test]
fn starting_announces_and_sends_one_check() {
    let stage = Stage::new(COOKIE);
    stage.start();
    let log = stage.take();
    assert_eq!(names(&log), ["change", "checking", "send"]);
    assert_eq!(last_change(&log).0, "starting");
    assert_eq!(log[1..], ["checking(1)", "send(0,0,1,1,1)"]);
}

#[wasm_bindgen_test]
fn a_snapshot_is_its_fields_in_their_public_order() {
    let stage = Stage::started(COOKIE);
    stage.world.pass(40.0);
    stage.feed(InputKind::Answered, &[0.0, 0.0, 200.0, NOWHERE, NONE, 1.0, 0.0, 3.0, 600.0, 7_200.0, 500.0]);
    let now = EPOCH + 40;
    // status, reason, epoch, answered by, last ok, next check, expires in
    assert_eq!(stage.take()[0], format!("change(1,null,3,0,{now},{},600000)", now + 300_000));
    stage.check();
    stage.world.pass(10.0);
    stage.take();
    stage.feed(InputKind::Answered, &[1.0, 0.0, 503.0, code(ProblemCode::Overloaded), 2_000.0]);
    let server = Reason::Server as u32;
    // and of the error: code, status, retryable
    let expected = format!("change(2,{server},3,0,{now},{},599990,{server},503,1)", now + 10 + 2_000);
    assert_eq!(stage.take()[0], expected);
}

#[wasm_bindgen_test]
fn an_error_without_an_answer_has_no_status() {
    let stage = Stage::started(COOKIE);
    stage.feed(InputKind::Failed, &[0.0]);
    let log = stage.take();
    assert!(log[0].ends_with(&format!(",null,{},null,1)", Reason::Network as u32)), "{}", log[0]);
}

#[wasm_bindgen_test]
fn every_event_has_its_kind_and_its_fields() {
    let stage = Stage::started(COOKIE);
    stage.wake_after(3_000.0);
    assert!(has(&stage.take(), "slow(0,3000)"), "a check, for so long");
    stage.world.pass(500.0);
    stage.feed(InputKind::Answered, &[0.0, 0.0, 200.0, NOWHERE, NONE, 1.0, 0.0, 1.0, 65.0]);
    let log = stage.take();
    assert!(has(&log, "checked(3500,0)"), "duration, not shared: {log:?}");
    assert!(has(&log, "connected()"), "{log:?}");

    stage.wake_after(5_000.0);
    assert_eq!(stage.take(), ["expiring(60)"], "seconds left");

    stage.check();
    let log = stage.take();
    assert!(has(&log, "checking(1)"), "attempt: {log:?}");
    stage.problem(1, VALIDATE, 500, NOWHERE);
    let degraded = format!("degraded({},{BACKOFF})", Reason::Server as u32);
    let log = stage.take();
    assert!(has(&log, &degraded), "reason, retry in: {log:?}");

    stage.wake_after(BACKOFF);
    assert!(has(&stage.take(), "checking(2)"), "the second attempt");
    stage.problem(2, VALIDATE, 401, code(ProblemCode::SessionUnknown));
    let log = stage.take();
    assert!(has(&log, "reconnecting(1)"), "attempt: {log:?}");
    stage.world.pass(700.0);
    stage.reconnected(3);
    let log = stage.take();
    assert!(has(&log, "reconnected(949,2)"), "downtime since the first trouble, epoch: {log:?}");

    stage.world.sleep(60_000.0);
    stage.feed(InputKind::Focused, &[]);
    assert!(has(&stage.take(), "wake(60000)"), "slept");

    stage.feed(InputKind::SignOut, &[0.0]);
    let disconnected = format!("disconnected({})", Reason::SignedOut as u32);
    assert!(has(&stage.take(), &disconnected), "reason");
}

#[wasm_bindgen_test]
fn requests_tell_call_attempt_flag_and_key() {
    let stage = Stage::connected(COOKIE);
    stage.check();
    let validate = stage.take().pop().unwrap();
    assert!(validate.starts_with("send(1,0,1,0,"), "{validate}");
    stage.problem(1, VALIDATE, 401, NOWHERE);
    let reconnect = stage.take().pop().unwrap();
    assert!(reconnect.starts_with("send(2,1,1,0,"), "{reconnect}");
    stage.problem(2, RECONNECT, 503, NOWHERE);
    stage.take();
    stage.wake_after(BACKOFF);
    let again = stage.take().pop().unwrap();
    assert_eq!(again, reconnect.replacen("(2,1,1", "(3,1,2", 1), "a retry has the same key");
    stage.feed(InputKind::SignOut, &[1.0]);
    assert!(stage.take().iter().any(|entry| entry.starts_with("send(4,2,1,1,")), "a logout, everywhere");
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
    stage.feed(InputKind::Check, &[1.0]);
    assert!(!names(&stage.take()).contains(&"settle"));
    stage.valid(1);
    assert!(has(&stage.take(), "settle(0)"));
    stage.feed(InputKind::SignOut, &[0.0]);
    assert!(!names(&stage.take()).contains(&"settle"));
    stage.problem(2, LOGOUT, 204, NOWHERE);
    assert!(has(&stage.take(), "settle(1)"));
}

#[wasm_bindgen_test]
fn a_refused_credential_is_cleared() {
    let stage = Stage::connected(PAGE);
    stage.check();
    stage.problem(1, VALIDATE, 401, NOWHERE);
    stage.take();
    stage.problem(2, RECONNECT, 401, code(ProblemCode::ReconnectRefused));
    let log = stage.take();
    assert!(has(&log, "clearCredential()"), "{log:?}");
    assert_eq!(last_change(&log), ("disconnected", Some("credential-rejected")));
}

#[wasm_bindgen_test]
fn waiting_fetches_go_on_in_the_generation_of_the_session() {
    let stage = Stage::connected(COOKIE);
    stage.feed(InputKind::FetchStarted, &[7.0]);
    assert_eq!(stage.take(), ["resume(7,1)"]);
    stage.feed(InputKind::FetchRefused, &[7.0, 1.0, 1.0]);
    let log = stage.take();
    assert!(!names(&log).contains(&"resume"), "{log:?}");
    stage.feed(InputKind::FetchStarted, &[8.0]);
    stage.feed(InputKind::FetchStarted, &[9.0]);
    stage.feed(InputKind::FetchEnded, &[9.0]);
    assert!(stage.take().is_empty(), "a call that begins now waits as well");
    stage.reconnected(1);
    let resumed: Vec<_> = stage.take().into_iter().filter(|entry| entry.starts_with("resume")).collect();
    assert_eq!(resumed, ["resume(7,2)", "resume(8,2)"], "but not the one that has ended");
    stage.feed(InputKind::FetchRefused, &[8.0, 1.0, 1.0]);
    assert_eq!(stage.take(), ["resume(8,2)"], "a late refusal of an older generation");
    stage.feed(InputKind::FetchRefused, &[8.0, 2.0, 0.0]);
    assert_eq!(stage.take(), ["resume(8)"], "a refusal right after a good check is the caller's");
}

#[wasm_bindgen_test]
fn the_turn_is_taken_the_others_are_told_and_it_is_given_back() {
    let stage = Stage::new(COOKIE | SHARES);
    stage.start();
    assert_eq!(stage.take()[1..], ["takeTurn(0)"], "before anything is sent");
    stage.feed(InputKind::Turn, &[1.0]);
    // Asking, a check, with activity, since now.
    assert_eq!(stage.take(), ["checking(1)", "send(0,0,1,1,1)", "tell(0,0,1,0)"]);
    stage.world.pass(40.0);
    stage.feed(InputKind::Answered, &[0.0, 0.0, 200.0, NOWHERE, NONE, 1.0, 0.0, 3.0, 600.0]);
    // Answered, request, flags, the facts of the verdict, epoch, next check.
    let told = "tell(1,0,0,3,600000,null,null,null,3,300000)";
    assert_eq!(stage.take()[1..], ["connected()", "checked(40,0)", told, "yieldTurn()"]);
}

#[wasm_bindgen_test]
fn a_turn_that_nobody_gives_back_is_stolen() {
    let stage = Stage::started(COOKIE | SHARES);
    let mut refusals = 0;
    loop {
        stage.feed(InputKind::Turn, &[0.0]);
        refusals += 1;
        stage.wake_after(200.0);
        let log = stage.take();
        if has(&log, "takeTurn(1)") {
            break;
        }
        assert!(has(&log, "takeTurn(0)") || log.is_empty() || has(&log, "slow(0,3000)"), "{log:?}");
        assert!(refusals < 100, "it is not waited for longer than for an answer");
    }
    assert!(refusals > 50, "{refusals}: but as long as for one");
}

#[wasm_bindgen_test]
fn what_outlives_the_page_is_kept_before_anything_is_sent_and_forgotten_when_it_is_over() {
    for everywhere in [0, 1] {
        // It waits for its turn, which a logout does not need.
        let stage = Stage::started(COOKIE | SHARES);
        stage.feed(InputKind::SignOut, &[f64::from(everywhere)]);
        let log = stage.take();
        let place = |wanted: &str| log.iter().position(|entry| entry.starts_with(wanted)).expect(wanted);
        assert!(place(&format!("keepSignOut({everywhere})")) < place("send("), "{log:?}");
        assert!(has(&log, "tell(3)"), "{log:?}");
        stage.problem(0, LOGOUT, 204, NOWHERE);
        assert!(has(&stage.take(), "keepSignOut()"));
    }
    let stage = Stage::started(COOKIE);
    stage.feed(InputKind::Answered, &[0.0, 0.0, 503.0, code(ProblemCode::Overloaded), 2_000.0]);
    assert!(has(&stage.take(), "keepFloor(2000)"));
    stage.wake_after(2_000.0);
    stage.take();
    stage.valid(1);
    assert!(has(&stage.take(), "keepFloor()"));
}

#[wasm_bindgen_test]
fn an_idle_person_is_told_of_and_one_who_is_back() {
    let stage = Stage::idling(COOKIE | SHARES, 10_000.0);
    stage.start();
    stage.feed(InputKind::Turn, &[1.0]);
    stage.valid(0);
    stage.take();
    stage.wake_after(10_000.0);
    assert_eq!(stage.take(), ["idle()"]);
    stage.feed(InputKind::Active, &[]);
    let log = stage.take();
    assert!(has(&log, "active()") && has(&log, "tell(4)"), "{log:?}");
}

#[wasm_bindgen_test]
fn every_input_is_noted_before_its_effects_if_the_switches_ask_for_it() {
    let stage = Stage::new(COOKIE | TRACED);
    stage.world.set_dice(0.0);
    stage.world.pass(40.0);
    stage.start();
    let log = stage.take();
    assert_eq!(log[0], format!("input 1040 {} 0 start(1,1)", EPOCH + 40), "both clocks, the dice, the input");
    assert_eq!(names(&log[1..]), ["change", "checking", "send"]);

    stage.feed(InputKind::Answered, &[0.0, 0.0, 200.0, NOWHERE, NONE, 1.0, 0.0, 3.0, 6.0, 7.0, 8.0, 9.0]);
    assert_eq!(stage.take()[0], format!("input 1040 {} 0 answered(0,0,200,-1,null,1,0,3,6,7,8,9)", EPOCH + 40));

    stage.wake_after(4_000.0);
    assert_eq!(stage.take()[0], format!("input 5040 {} 0 deadlineReached()", EPOCH + 4_040), "the timer's, too");
}

#[wasm_bindgen_test]
fn an_input_from_within_is_noted_when_its_turn_comes() {
    let stage = Stage::new(COOKIE | TRACED);
    stage.react("change", |session| crate::stage::feed(session, InputKind::Stop, &[]));
    stage.start();
    let log = stage.take();
    let kinds: Vec<_> = names(&log).into_iter().map(|name| name.rsplit(' ').next().unwrap()).collect();
    assert_eq!(kinds, ["start", "change", "checking", "send", "stop", "change"], "{log:?}");
}

#[wasm_bindgen_test]
fn nothing_is_noted_otherwise() {
    let stage = Stage::connected(PAGE);
    stage.check();
    assert!(stage.take().iter().all(|entry| !entry.starts_with("input")));
}
