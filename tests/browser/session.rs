//! The session as JavaScript has it: its promises, its end, and that a listener may call anything.

use session_keepalive::browser::Session;
use session_keepalive::engine::{Phase, TabMessage};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{
    BACKOFF, OVERLOADED, RECONNECTED, Stage, VALID, World, entries, expired, has, names, sends, unknown,
};

// --- promises ---

#[wasm_bindgen_test]
async fn a_check_resolves_with_its_outcome() {
    let stage = Stage::connected("{}").await;
    for (call, answer) in [(1, VALID), (2, OVERLOADED), (3, &expired())] {
        if call == 3 {
            stage.wake_after(2_000.0);
        }
        let checked = stage.session.check(call == 1);
        if call < 3 {
            assert_eq!(stage.world.is_settled(&checked).await, false, "{answer}");
        }
        stage.answer(call, answer).await;
        assert!(stage.kept(checked).await.unwrap().is_undefined(), "{answer}");
    }
}

#[wasm_bindgen_test]
async fn checks_at_once_are_one_check_for_all_who_asked() {
    let stage = Stage::connected("{}").await;
    let checks = [stage.session.check(false), stage.session.check(true), stage.session.check(false)];
    assert_eq!(entries(&stage.take(), "fetch").len(), 1);
    stage.answer(1, VALID).await;
    for checked in checks {
        stage.kept(checked).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn signing_out_resolves_after_the_first_attempt() {
    let stage = Stage::connected("{}").await;
    let signed_out = stage.session.sign_out(false);
    assert_eq!(stage.world.is_settled(&signed_out).await, false);
    stage.answer(1, "problem(503, 'STORE_UNAVAILABLE')").await;
    assert!(stage.kept(signed_out).await.unwrap().is_undefined());
}

#[wasm_bindgen_test]
async fn the_request_of_a_sign_out_leaves_before_it_returns() {
    for options in ["{}", "{ credential: store('secret') }", "{ credential: 'memory' }", "{ crossTab: true }"] {
        let stage = Stage::connected(options).await;
        let _ = stage.session.sign_out(false);
        assert_eq!(entries(&stage.take(), "fetch"), [r#"fetch('/api/logout', '{"everywhere":false}')"#], "{options}");
    }
    let stage = Stage::connected("{ logout: own('logout') }").await;
    let _ = stage.session.sign_out(true);
    assert_eq!(entries(&stage.take(), "logout").len(), 1);
    let without = Stage::connected("{ logout: undefined }").await;
    without.kept(without.session.sign_out(false)).await.unwrap();
    assert!(!sends(&without.take()));
    assert_eq!(without.world.status(), "disconnected: signed-out");
}

#[wasm_bindgen_test]
async fn promises_are_kept_when_it_is_stopped_or_disposed() {
    for end in [Session::stop, Session::dispose] {
        let stage = Stage::connected("{}").await;
        let checked = stage.session.check(false);
        let signed_out = stage.session.sign_out(false);
        end(&stage.session);
        stage.kept(checked).await.unwrap();
        stage.kept(signed_out).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn what_is_asked_after_dispose_is_answered_all_the_same() {
    let stage = Stage::connected("{ credential: store() }").await;
    stage.session.dispose();
    stage.take();
    for promise in [
        stage.session.check(false),
        stage.session.sign_out(false),
        stage.session.remember("late".into()),
        stage.session.forget(),
    ] {
        stage.kept(promise).await.unwrap();
    }
    assert!(!sends(&stage.take()));
}

#[wasm_bindgen_test]
async fn a_credential_that_is_saved_while_it_is_disposed_is_not_left_waiting() {
    let stage = Stage::connected("{ credential: { ...store(), save: () => world.called({}).promise } }").await;
    let remembered = stage.session.remember("late".into());
    stage.session.dispose();
    stage.answer(1, "undefined").await;
    stage.kept(remembered).await.unwrap();
}

// --- the end ---

#[wasm_bindgen_test]
async fn after_dispose_nothing_happens_any_more() {
    let stage = Stage::connected("{ crossTab: true, trace: true }").await;
    let _ = stage.session.check(false);
    stage.session.lock_result(true);
    stage.session.dispose();
    assert_eq!(stage.world.status(), "inactive");
    assert!(stage.world.delays().is_empty());
    let set = stage.world.timers_set();
    stage.take();
    stage.answer(1, VALID).await;
    for method in METHODS {
        call(&stage.session, method);
    }
    for (target, event) in
        [("window", "focus"), ("window", "online"), ("document", "visibilitychange"), ("window", "keydown")]
    {
        stage.dispatch(target, event);
    }
    stage.world.settled().await;
    let log = stage.take();
    assert!(names(&log).iter().all(|name| ["input", "close"].contains(name)), "{log:?}");
    assert_eq!(stage.world.timers_set(), set);
}

#[wasm_bindgen_test]
async fn an_answer_that_arrives_after_dispose_is_ignored() {
    for answer in [VALID.to_owned(), expired(), unknown()] {
        let stage = Stage::started("{}");
        stage.session.dispose();
        stage.take();
        stage.answer(0, &answer).await;
        assert!(stage.take().is_empty(), "{answer}");
    }
    let stage = Stage::started("{}");
    stage.session.dispose();
    stage.take();
    stage.fail(0).await;
    assert!(stage.take().is_empty());
}

#[wasm_bindgen_test]
async fn it_may_be_dropped_while_a_request_is_under_way() {
    let mut stage = Stage::started("{}");
    stage.session.dispose();
    stage.drop_session();
    stage.take();
    stage.answer(0, VALID).await;
    assert!(stage.take().is_empty());
    assert!(stage.world.delays().is_empty());
}

#[wasm_bindgen_test]
async fn it_is_there_again_after_a_stop() {
    let stage = Stage::connected("{}").await;
    stage.session.stop();
    assert_eq!(stage.world.status(), "inactive");
    assert!(stage.world.delays().is_empty());
    stage.take();
    stage.session.start();
    assert!(sends(&stage.take()));
    stage.answer(1, VALID).await;
    assert_eq!(stage.world.status(), "connected");
}

// --- a listener may call anything ---

const METHODS: [&str; 14] = [
    "start",
    "stop",
    "dispose",
    "check",
    "extend",
    "signOut",
    "remember",
    "forget",
    "fetchStarted",
    "fetchRefused",
    "fetchEnded",
    "lockResult",
    "received",
    "receivedSignOut",
];

fn call(session: &Session, method: &str) {
    match method {
        "start" => session.start(),
        "stop" => session.stop(),
        "dispose" => session.dispose(),
        "check" => drop(session.check(false)),
        "extend" => drop(session.check(true)),
        "signOut" => drop(session.sign_out(true)),
        "remember" => drop(session.remember("new".into())),
        "forget" => drop(session.forget()),
        "fetchStarted" => session.fetch_started(1),
        "fetchRefused" => session.fetch_refused(1, 1, true),
        "fetchEnded" => session.fetch_ended(1),
        "lockResult" => session.lock_result(true),
        "received" => {
            let started = TabMessage::CheckStarted {
                phase: Phase::Validate,
                activity: false,
                since: session_keepalive::engine::Millis(0),
            };
            session.received(&started.to_bytes(), 5.0, Some("alice".to_owned()), JsValue::UNDEFINED);
            session.received(&TabMessage::CredentialWanted.to_bytes(), 5.0, None, JsValue::NULL);
        }
        "receivedSignOut" => session.received_sign_out(5.0),
        other => panic!("{other}"),
    }
}

const EVERYTHING: &str = "{
    crossTab: true, trace: true, idle: 10_000, interval: 300_000,
    credential: store('secret'),
    headers: () => (world.note('headers'), new Headers()),
    classify: () => world.note('classify'),
    login: () => (world.note('login'), '#login'),
}";

/// Everything that a session may call, in the order in which [`live`] makes it do so.
const CALLBACKS: [&str; 34] = [
    "open",
    "input",
    "changed",
    "acquireLock",
    "checking",
    "headers",
    "fetch",
    "broadcast",
    "slow",
    "classify",
    "degraded",
    "persistRetryFloor",
    "connected",
    "checked",
    "releaseLock",
    "expiring",
    "idle",
    "active",
    "wake",
    "resume",
    "load",
    "reconnecting",
    "reconnected",
    "save",
    "disconnected",
    "clear",
    "login",
    "redirect",
    "persistSignOut",
    "broadcastSignOut",
    "close",
    "changed",
    "input",
    "checked",
];

/// Answers the last call, if it still waits for an answer.
async fn answer_last(stage: &Stage, answer: &str) {
    stage.session.lock_result(true);
    stage.world.settled().await;
    stage.world.js(&format!("world.calls.length > 0 && world.answer(world.calls.length - 1, {answer})"));
    stage.world.settled().await;
    stage.world.task();
}

fn fire(stage: &Stage, milliseconds: f64) {
    stage.world.pass(milliseconds);
    if !stage.world.delays().is_empty() {
        stage.world.fire();
    }
}

/// A session that calls everything, and whose redirects are prevented: browsers limit how often a page navigates.
fn busy() -> Stage {
    let stage = Stage::new(EVERYTHING);
    stage.world.set_prevents(true);
    stage
}

/// A whole life of a session: trouble, a reconnect, other tabs, idleness, the login, a sign-out.
async fn live(stage: &Stage) {
    let session = &stage.session;
    session.start();
    session.lock_result(true);
    fire(stage, 3_000.0);
    answer_last(stage, OVERLOADED).await;
    fire(stage, 2_000.0);
    answer_last(stage, "json({ valid: true, epoch: 1, idleIn: 65 })").await;
    fire(stage, 5_000.0);
    fire(stage, 5_000.0);
    stage.dispatch("window", "keydown");
    stage.world.sleep(60_000.0);
    stage.dispatch("window", "focus");
    answer_last(stage, VALID).await;
    session.fetch_started(7);
    let _ = session.check(true);
    answer_last(stage, &unknown()).await;
    answer_last(stage, RECONNECTED).await;
    drop(session.remember("new".into()));
    answer_last(stage, VALID).await;
    let _ = session.check(false);
    answer_last(stage, &expired()).await;
    drop(session.remember("again".into()));
    answer_last(stage, VALID).await;
    let _ = session.sign_out(false);
    answer_last(stage, "new Response(null, { status: 204 })").await;
    fire(stage, BACKOFF);
    session.stop();
    stage.world.settled().await;
    stage.world.task();
}

#[wasm_bindgen_test]
async fn a_life_of_a_session_calls_everything_there_is() {
    let stage = busy();
    live(&stage).await;
    let log = stage.take();
    let names = names(&log);
    for callback in CALLBACKS {
        assert!(names.contains(&callback), "{callback} is missing: {names:?}");
    }
}

#[wasm_bindgen_test]
async fn a_listener_may_call_every_method_from_every_callback() {
    for callback in CALLBACKS {
        for method in METHODS {
            let stage = busy();
            stage.react(callback, move |session| call(session, method));
            live(&stage).await;
            assert!(stage.world.most_timers() <= 1, "{method} during {callback}");
            // It still works, or it has ended for good.
            stage.session.start();
            let status = stage.world.status();
            if method == "dispose" {
                assert_eq!(status, "inactive", "{method} during {callback}");
                assert!(stage.world.delays().is_empty(), "{method} during {callback}");
            } else {
                assert_ne!(status, "inactive", "{method} during {callback}");
            }
            let checked = stage.session.check(false);
            stage.session.dispose();
            stage.kept(checked).await.unwrap();
            assert_eq!(stage.world.status(), "inactive", "{method} during {callback}");
            assert!(stage.world.delays().is_empty(), "{method} during {callback}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_listener_may_call_every_method_at_once() {
    for callback in CALLBACKS {
        let stage = busy();
        stage.react(callback, |session| {
            for method in METHODS {
                call(session, method);
            }
        });
        live(&stage).await;
        assert_eq!(stage.world.status(), "inactive", "{callback}");
        assert!(stage.world.delays().is_empty(), "{callback}");
        let log = stage.take();
        assert!(has(&log, "close()"), "{callback}");
    }
}

// --- options that no number stands for ---

#[wasm_bindgen_test]
fn options_that_are_not_given_are_none() {
    let stage = Stage::within(
        World::new(),
        "{ reconnect: undefined, logout: undefined, login: undefined, classify: undefined, idle: undefined }",
    );
    stage.session.start();
    assert!(sends(&stage.take()));
}
