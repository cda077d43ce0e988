//! What JavaScript is asked for: its tabs and its listeners, in which order, with which arguments.

use session_keepalive::engine::{CheckResult, Facts, Millis, Phase, RequestId, TabMessage, Verdict};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{OVERLOADED, RECONNECTED, SHARES, Stage, VALID, entries, has, messages, names, unknown};

#[wasm_bindgen_test]
fn starting_listens_announces_and_sends_one_check() {
    let stage = Stage::new("{}");
    assert!(stage.take().is_empty(), "a session that was not started does nothing");
    stage.session.start();
    let log = stage.take();
    assert_eq!(names(&log), ["open", "changed", "checking", "fetch"]);
    assert_eq!(log[3], r#"fetch('/api/validate-session', '{"activity":true}')"#);
}

#[wasm_bindgen_test]
async fn stopping_and_disposing_let_go_of_the_tabs() {
    for dispose in [false, true] {
        let stage = Stage::connected(SHARES).await;
        let _ = stage.session.check(false);
        stage.session.lock_result(true);
        stage.take();
        if dispose {
            stage.session.dispose()
        } else {
            stage.session.stop()
        }
        let log = stage.take();
        assert_eq!(names(&log)[0], "changed", "{log:?}");
        assert_eq!(names(&log).last(), Some(&"close"), "with the lock, if it is held: {log:?}");
        assert_eq!(stage.world.status(), "inactive");
    }
}

#[wasm_bindgen_test]
async fn the_lock_is_acquired_the_result_broadcast_and_the_lock_released() {
    let stage = Stage::new(SHARES);
    stage.session.start();
    assert_eq!(stage.take()[2..], ["acquireLock(false)"], "before anything is sent");
    stage.session.lock_result(true);
    let log = stage.take();
    assert_eq!(names(&log), ["checking", "fetch", "broadcast"]);
    let started = TabMessage::CheckStarted { phase: Phase::Validate, activity: true, since: Millis(0) };
    assert_eq!(messages(&log), [started]);
    assert!(log[2].ends_with(", undefined, null)"), "neither subject nor data: {log:?}");

    stage.world.pass(40.0);
    stage.answer(0, "json({ valid: true, epoch: 3, idleIn: 600, subject: 'alice', data: { theme: 'dark' } })").await;
    let log = stage.take();
    assert_eq!(names(&log), ["changed", "connected", "checked", "broadcast", "releaseLock"]);
    let facts = Facts { epoch: Some(3), idle_in: Some(Millis(600_000)), ..Facts::default() };
    let finished = CheckResult {
        request: RequestId(0),
        phase: Phase::Validate,
        verdict: Verdict::Valid(facts),
        epoch: 3,
        next_in: Millis(300_000),
        signed_in: false,
    };
    assert_eq!(messages(&log), [TabMessage::CheckFinished(finished)]);
    assert!(log[3].ends_with(", 'alice', {theme: 'dark'})"), "with what the answer brought: {log:?}");
}

#[wasm_bindgen_test]
fn a_lock_that_is_never_released_is_stolen() {
    let stage = Stage::started(SHARES);
    let mut refusals = 0;
    loop {
        stage.session.lock_result(false);
        refusals += 1;
        stage.wake_after(200.0);
        let log = stage.take();
        if has(&log, "acquireLock(true)") {
            break;
        }
        let slow = "slow({phase: 'validate', elapsedMs: 3000})";
        assert!(has(&log, "acquireLock(false)") || log.is_empty() || has(&log, slow), "{log:?}");
        assert!(refusals < 100, "it is not waited for longer than for an answer");
    }
    assert!(refusals > 50, "{refusals}: but as long as for one");
}

#[wasm_bindgen_test]
async fn a_sign_out_is_kept_before_anything_is_sent_and_forgotten_when_it_is_over() {
    for everywhere in [false, true] {
        // It waits for the lock, which a logout does not need.
        let stage = Stage::started(SHARES);
        let _ = stage.session.sign_out(everywhere);
        let log = stage.take();
        let place = |wanted: &str| log.iter().position(|entry| entry.starts_with(wanted)).expect(wanted);
        assert!(place(&format!("persistSignOut({everywhere})")) < place("fetch("), "{log:?}");
        assert_eq!(entries(&log, "broadcastSignOut"), ["broadcastSignOut()"], "{log:?}");
        assert!(entries(&log, "broadcast").is_empty(), "it has a message of its own: {log:?}");
        stage.answer(0, "new Response(null, { status: 204 })").await;
        assert!(has(&stage.take(), "persistSignOut(undefined)"));
    }
}

#[wasm_bindgen_test]
async fn the_rest_of_a_retry_after_is_kept_and_forgotten_when_it_is_over() {
    let stage = Stage::started("{}");
    stage.answer(0, OVERLOADED).await;
    let log = stage.take();
    assert!(has(&log, "persistRetryFloor(2000)"), "{log:?}");
    stage.wake_after(2_000.0);
    stage.take();
    stage.answer(1, VALID).await;
    assert!(has(&stage.take(), "persistRetryFloor(undefined)"));
}

#[wasm_bindgen_test]
async fn a_page_without_a_credential_asks_the_other_tabs_for_one() {
    let stage = Stage::connected("{ crossTab: true, credential: store() }").await;
    let _ = stage.session.check(false);
    stage.session.lock_result(true);
    stage.answer(1, &unknown()).await;
    let log = stage.take();
    assert!(messages(&log).contains(&TabMessage::CredentialWanted), "{log:?}");
}

#[wasm_bindgen_test]
async fn waiting_fetches_go_on_in_the_generation_of_the_session() {
    let stage = Stage::connected("{}").await;
    stage.session.fetch_started(7);
    assert_eq!(stage.take(), ["resume(7, 1)"]);
    stage.session.fetch_refused(7, 1, true);
    let log = stage.take();
    assert!(!names(&log).contains(&"resume"), "{log:?}");
    stage.session.fetch_started(8);
    stage.session.fetch_started(9);
    stage.session.fetch_ended(9);
    assert!(stage.take().is_empty(), "a call that begins now waits as well");
    stage.answer(1, RECONNECTED).await;
    assert_eq!(entries(&stage.take(), "resume"), ["resume(7, 2)", "resume(8, 2)"], "but not the one that has ended");
    stage.session.fetch_refused(8, 1, true);
    assert_eq!(stage.take(), ["resume(8, 2)"], "a late refusal of an older generation");
    stage.session.fetch_refused(8, 2, false);
    assert_eq!(stage.take(), ["resume(8, undefined)"], "a refusal right after a good check is the caller's");
}

#[wasm_bindgen_test]
async fn a_listener_prevents_the_redirect_by_saying_so() {
    let stage = Stage::started("{}");
    stage.world.set_prevents(true);
    stage.answer(0, "problem(401, 'SESSION_REVOKED')").await;
    let log = stage.take();
    assert_eq!(entries(&log, "redirect").len(), 1, "{log:?}");
    assert!(stage.world.visited().is_empty());
}

#[wasm_bindgen_test]
async fn a_message_of_another_tab_needs_no_payload() {
    let stage = Stage::connected(SHARES).await;
    let started = TabMessage::CheckStarted { phase: Phase::Validate, activity: false, since: Millis(0) };
    stage.session.received(&started.to_bytes(), 0.0, None, JsValue::UNDEFINED);
    let ended = TabMessage::CheckFinished(CheckResult {
        request: RequestId(9),
        phase: Phase::Validate,
        verdict: Verdict::Ended(session_keepalive::engine::Reason::SessionEvicted),
        epoch: 1,
        next_in: Millis(0),
        signed_in: false,
    });
    stage.session.received(&ended.to_bytes(), 0.0, None, JsValue::UNDEFINED);
    assert_eq!(stage.world.status(), "disconnected: session-evicted");
}
