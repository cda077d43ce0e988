//! One input after the other is handled with all its effects, whatever is called meanwhile.

use std::cell::RefCell;
use std::rc::Rc;

use session_keepalive::browser::Session;
use session_keepalive::engine::{CheckResult, FetchId, Input, Millis, Phase, RequestId, TabMessage, Verdict, log};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{
    BACKOFF, PAGE, RECONNECTED, SHARES, Stage, TRACES, VALID, bytes, entries, expired, has, inputs, names, sends,
    unknown,
};

// --- one after the other ---

#[wasm_bindgen_test]
fn an_input_from_within_waits_until_all_effects_are_carried_out() {
    let stage = Stage::new("{}");
    stage.react("changed", Session::stop);
    stage.session.start();
    let log = stage.take();
    assert_eq!(names(&log), ["open", "changed", "close", "checking", "fetch", "changed"], "{log:?}");
    assert_eq!(stage.world.status(), "inactive");
}

#[wasm_bindgen_test]
fn a_lock_that_is_granted_at_once_is_used_at_once() {
    let stage = Stage::new(SHARES);
    stage.react("acquireLock", |session| session.lock_result(true));
    stage.session.start();
    let log = stage.take();
    assert_eq!(names(&log), ["open", "changed", "acquireLock", "checking", "fetch", "broadcast"], "{log:?}");
}

#[wasm_bindgen_test]
async fn inputs_from_within_are_taken_in_their_order_even_from_within_themselves() {
    let stage = Stage::connected("{}").await;
    let order = Rc::new(RefCell::new(Vec::new()));
    let note = |what: &'static str| {
        let order = Rc::clone(&order);
        move || order.borrow_mut().push(what)
    };
    let (first, second) = (note("checking"), note("fetch"));
    stage.react("checking", move |session| {
        session.fetch_started(1);
        session.fetch_started(2);
        first();
    });
    stage.react("fetch", move |session| {
        session.fetch_started(3);
        second();
    });
    stage.react("resume", |session| session.fetch_started(4));
    let _ = stage.session.check(false);
    let log = stage.take();
    assert_eq!(*order.borrow(), ["checking", "fetch"]);
    assert_eq!(entries(&log, "resume"), ["resume(1, 1)", "resume(2, 1)", "resume(3, 1)", "resume(4, 1)"]);
    let place = |name| names(&log).iter().position(|other| *other == name).unwrap();
    assert!(place("fetch") < place("resume"), "{log:?}");
}

#[wasm_bindgen_test]
async fn an_answer_from_within_the_sending_is_taken_afterwards() {
    let stage = Stage::new("{ validate: () => { world.note('asked'); return { kind: 'valid' }; } }");
    stage.session.start();
    assert_eq!(names(&stage.take()), ["open", "changed", "checking", "asked"]);
    stage.world.settled().await;
    assert_eq!(stage.world.status(), "connected");
}

// --- the redirect ---

#[wasm_bindgen_test]
async fn a_redirect_comes_last_and_once() {
    let stage = Stage::started("{}");
    stage.answer(0, &expired()).await;
    let log = stage.take();
    assert_eq!(names(&log), ["changed", "checked", "disconnected", "redirect"], "{log:?}");
    assert_eq!(stage.world.visited().len(), 1);

    let without = Stage::started("{ login: undefined }");
    without.answer(0, &expired()).await;
    assert!(!names(&without.take()).contains(&"redirect"));
    assert!(without.world.visited().is_empty());
}

#[wasm_bindgen_test]
async fn what_the_listener_of_a_redirect_asks_for_is_done_as_well() {
    let stage = Stage::started("{}");
    stage.react("checked", |session| session.fetch_ended(1));
    stage.react("redirect", Session::stop);
    stage.answer(0, &expired()).await;
    let log = stage.take();
    assert_eq!(entries(&log, "redirect").len(), 1, "once: {log:?}");
    assert_eq!(stage.world.status(), "inactive");
}

#[wasm_bindgen_test]
async fn a_listener_that_stops_disposes_or_signs_in_keeps_the_user_on_the_page() {
    type Reaction = fn(&Session);
    let remember: Reaction = |session| drop(session.remember(JsValue::from("new")));
    let reactions: [(&str, Reaction, &str); 3] = [
        ("stop", Session::stop, "inactive"),
        ("dispose", Session::dispose, "inactive"),
        ("remember", remember, "starting"),
    ];
    for (name, reaction, status) in reactions {
        for during in ["changed", "checked", "disconnected"] {
            let stage = Stage::started("{ credential: 'memory' }");
            stage.react(during, reaction);
            stage.answer(0, &expired()).await;
            let log = stage.take();
            assert_eq!(stage.world.status(), status, "{name} during {during}");
            assert!(!names(&log).contains(&"redirect"), "{name} during {during}: {log:?}");
            assert!(stage.world.visited().is_empty(), "{name} during {during}");
        }
    }
}

// --- the only timer ---

#[wasm_bindgen_test]
async fn the_timer_is_set_after_the_last_input_from_within() {
    let stage = Stage::connected("{}").await;
    let set = stage.world.timers_set();
    stage.react("checking", |session| session.fetch_started(1));
    stage.react("fetch", |session| session.fetch_ended(1));
    let _ = stage.session.check(false);
    assert_eq!(stage.world.timers_set(), set + 1, "once for three inputs");
    assert_eq!(stage.world.delays(), [3_000.0]);
}

#[wasm_bindgen_test]
async fn retries_follow_the_backoff() {
    let stage = Stage::connected("{}").await;
    let _ = stage.session.check(false);
    stage.fail(1).await;
    assert_eq!(stage.world.delays(), [BACKOFF]);
    stage.take();
    stage.wake_after(BACKOFF);
    assert!(has(&stage.take(), "checking({attempt: 2})"));
}

// --- requests and answers ---

#[wasm_bindgen_test]
async fn answers_to_a_request_that_is_no_longer_waited_for_are_ignored() {
    let stage = Stage::connected(PAGE).await;
    let _ = stage.session.check(false);
    stage.session.stop();
    stage.take();
    stage.answer(1, &expired()).await;
    assert!(stage.take().is_empty(), "it came while stopped");

    let stage = Stage::connected(PAGE).await;
    let _ = stage.session.check(false);
    stage.wake_after(3_000.0);
    stage.wake_after(12_000.0);
    stage.take();
    // The abort rejects the promise of `fetch`; an own `fetch` may answer all the same.
    stage.answer(1, &expired()).await;
    assert!(!names(&stage.take()).contains(&"disconnected"), "it was given up");
}

#[wasm_bindgen_test]
async fn a_stopped_check_that_may_re_establish_is_the_only_one_after_a_new_start() {
    let stage = Stage::connected("{}").await;
    let _ = stage.session.check(false);
    stage.session.stop();
    stage.take();
    stage.session.start();
    let log = stage.take();
    assert!(!sends(&log), "{log:?}");
    stage.answer(1, VALID).await;
    assert_eq!(stage.world.status(), "connected");
}

#[wasm_bindgen_test]
async fn a_failure_is_fed_a_task_later() {
    // The requests of a page that is being left are cut before its `pagehide`.
    let stage = Stage::connected("{}").await;
    let _ = stage.session.check(false);
    stage.take();
    stage.world.fail(1);
    stage.world.settled().await;
    assert!(stage.take().is_empty());
    stage.dispatch("window", "pagehide");
    stage.world.task();
    let log = stage.take();
    assert!(!names(&log).contains(&"degraded"), "{log:?}");
}

#[wasm_bindgen_test]
async fn a_logout_is_tried_again_until_it_has_arrived() {
    let stage = Stage::connected("{}").await;
    let _ = stage.session.sign_out(true);
    stage.take();
    stage.answer(1, "problem(503, 'STORE_UNAVAILABLE')").await;
    stage.wake_after(BACKOFF);
    let log = stage.take();
    assert!(has(&log, r#"fetch('/api/logout', '{"everywhere":true}')"#), "{log:?}");
    stage.answer(2, "new Response(null, { status: 204 })").await;
    stage.take();
    // Nothing is left but the comparison of the clocks.
    stage.wake_after(30_000.0);
    assert!(stage.take().is_empty());
}

#[wasm_bindgen_test]
async fn a_logout_that_another_tab_has_delivered_is_not_sent_again() {
    let stage = Stage::connected("{}").await;
    let _ = stage.session.sign_out(false);
    stage.answer(1, "problem(503, 'STORE_UNAVAILABLE')").await;
    stage.take();
    stage.world.set_delivered(true);
    stage.wake_after(BACKOFF);
    let log = stage.take();
    assert!(!sends(&log), "{log:?}");
    assert!(has(&log, "persistSignOut(undefined)"), "{log:?}");
}

// --- other tabs ---

#[wasm_bindgen_test]
fn what_another_tab_was_answered_counts_here() {
    let stage = Stage::started(SHARES);
    stage.session.lock_result(false);
    let started = TabMessage::CheckStarted { phase: Phase::Validate, activity: false, since: Millis(0) };
    stage.session.received(&started.to_bytes(), 0.0, None, JsValue::UNDEFINED);
    stage.take();
    stage.world.pass(40.0);
    let facts =
        session_keepalive::engine::Facts { epoch: Some(2), idle_in: Some(Millis(600_000)), ..Default::default() };
    let finished = TabMessage::CheckFinished(CheckResult {
        request: RequestId(7),
        phase: Phase::Validate,
        verdict: Verdict::Valid(facts),
        epoch: 2,
        next_in: Millis(300_000),
        signed_in: false,
    });
    let data = stage.world.js("({ theme: 'dark' })");
    stage.session.received(&finished.to_bytes(), 10.0, Some("alice".to_owned()), data.clone());
    let log = stage.take();
    assert!(log[0].starts_with("changed({status: 'connected', reason: null, epoch: 2, "), "{log:?}");
    assert!(log[0].ends_with(", 'alice', {theme: 'dark'})"), "what it brought comes along: {log:?}");
    assert!(has(&log, "checked({durationMs: 30, shared: true})"), "it was sent 10 ms ago: {log:?}");
    assert!(!sends(&log), "{log:?}");
    assert_eq!(stage.world.data(), data);
}

#[wasm_bindgen_test]
async fn bytes_that_are_no_message_are_ignored() {
    let stage = Stage::connected(SHARES).await;
    for message in [&[][..], &[0], &[255; 64], &TabMessage::SignedOut.to_bytes()[..8]] {
        stage.session.received(message, 0.0, None, JsValue::UNDEFINED);
        assert!(stage.take().is_empty(), "{message:?}");
    }
    for age in [f64::NAN, -1.0, f64::INFINITY, 1e300] {
        stage.session.received(&TabMessage::Activity.to_bytes(), age, None, JsValue::UNDEFINED);
    }
    assert_eq!(stage.world.status(), "connected");
    stage.session.received_sign_out(0.0);
    assert_eq!(stage.world.status(), "disconnected: signed-out-elsewhere");
}

#[wasm_bindgen_test]
fn what_an_earlier_page_left_behind_arrives_with_the_start() {
    let stage = Stage::new("{}");
    stage.set_marks("({ retryFloorMs: 5000, signedOut: false })");
    stage.session.start();
    assert!(!sends(&stage.take()), "the server asked to be left alone");
    stage.wake_after(5_000.0);
    assert!(sends(&stage.take()));

    for everywhere in [false, true] {
        let pending = Stage::new("{}");
        pending.set_marks(&format!("({{ signOutEverywhere: {everywhere}, signedOut: false }})"));
        pending.session.start();
        assert_eq!(pending.world.status(), "disconnected: signed-out");
        let logout = format!(r#"fetch('/api/logout', '{{"everywhere":{everywhere}}}')"#);
        assert_eq!(entries(&pending.take(), "fetch"), [logout]);
    }
}

#[wasm_bindgen_test]
async fn what_another_tab_left_behind_arrives_with_the_return() {
    let stage = Stage::connected(PAGE).await;
    stage.dispatch("window", "pagehide");
    stage.take();
    stage.set_marks("({ signedOut: true })");
    stage.world.dispatch("window", "pageshow", "{ persisted: true }");
    assert!(has(&stage.take(), "clear()"), "the user signed out meanwhile");
}

// --- the replayable log ---

#[wasm_bindgen_test]
fn every_input_is_traced_before_its_effects_if_the_options_ask_for_it() {
    let stage = Stage::new(TRACES);
    let created = stage.take();
    assert_eq!(names(&created), ["options"], "first what a replay begins with");
    let (version, config): ([u8; 8], session_keepalive::engine::Config) = log::from_bytes(&bytes(&created[0])).unwrap();
    assert_eq!(version, log::VERSION);
    assert_eq!((config.interval, config.jitter_permille), (Millis(300_000), 0));

    stage.session.start();
    let log = stage.take();
    assert_eq!(names(&log), ["open", "input", "changed", "checking", "fetch"]);
    assert!(matches!(inputs(&log)[..], [(_, Input::Start { visible: true, online: true, .. })]));

    stage.wake_after(3_000.0);
    let log = stage.take();
    assert_eq!(names(&log), ["input", "slow"]);
    let (now, input) = inputs(&log)[0];
    assert_eq!((now.instant.0, input), (4_000, Input::DeadlineReached), "the timer's, too");
}

#[wasm_bindgen_test]
fn an_input_from_within_is_traced_when_it_is_handled() {
    let stage = Stage::new(TRACES);
    stage.take();
    stage.react("changed", Session::stop);
    stage.session.start();
    let log = stage.take();
    assert_eq!(names(&log), ["open", "input", "changed", "close", "checking", "fetch", "input", "changed"], "{log:?}");
    assert!(matches!(inputs(&log)[..], [(_, Input::Start { .. }), (_, Input::Stop)]));
}

#[wasm_bindgen_test]
async fn nothing_is_traced_otherwise() {
    let stage = Stage::new("{}");
    stage.session.start();
    stage.answer(0, VALID).await;
    let log = stage.take();
    assert!(names(&log).iter().all(|name| !["input", "options"].contains(name)), "{log:?}");
}

#[wasm_bindgen_test]
async fn a_log_replays_to_the_same_snapshot() {
    use session_keepalive::engine::{Config, Machine, Status};
    let stage = Stage::new(TRACES);
    stage.session.start();
    stage.answer(0, &unknown()).await;
    stage.answer(1, RECONNECTED).await;
    stage.session.fetch_started(3);
    let log = stage.take();
    let (_, config): ([u8; 8], Config) = log::from_bytes(&bytes(entries(&log, "options")[0])).unwrap();
    let mut machine = Machine::new(config);
    let inputs = inputs(&log);
    for (now, input) in &inputs {
        machine.handle(*now, *input);
    }
    assert_eq!(inputs.last().map(|(_, input)| *input), Some(Input::FetchStarted(FetchId(3))));
    assert_eq!((machine.snapshot().status, machine.snapshot().epoch), (Status::Connected, 2));
    assert_eq!(stage.world.status(), "connected");
}

// --- apart from each other ---

#[wasm_bindgen_test]
async fn two_sessions_have_nothing_in_common() {
    let one = Stage::started("{}");
    let other = Stage::started("{}");
    one.answer(0, &expired()).await;
    assert_eq!(one.world.status(), "disconnected: session-expired");
    assert_eq!(other.world.status(), "starting");
    assert!(other.take().is_empty());
}
