//! Where that is kept which re-establishes a lost session.

use session_keepalive::engine::{CheckResult, Millis, Phase, RequestId, TabMessage, Verdict};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{PAGE, RECONNECTED, Stage, VALID, bytes, entries, has, messages, names, problem, sends, unknown};
use session_keepalive::wire::ProblemCode;

const SIGN_OUT: &str = "new Response(null, { status: 204 })";

#[wasm_bindgen_test]
async fn what_is_remembered_in_memory_re_establishes_the_session() {
    let stage = Stage::connected("{ credential: 'memory' }").await;
    let remembered = stage.session.remember("sqlite:sample.db".into());
    stage.world.settled().await;
    stage.answer(1, VALID).await;
    stage.kept(remembered).await.unwrap();
    let _ = stage.session.check(false);
    stage.answer(2, &unknown()).await;
    let log = stage.take();
    let reconnect = r#"fetch('/api/reconnect', '{"connectionString":"sqlite:sample.db"}')"#;
    assert!(has(&log, reconnect), "{log:?}");
    stage.answer(3, RECONNECTED).await;
    assert_eq!(stage.world.status(), "connected");
}

#[wasm_bindgen_test]
async fn remembering_saves_first_and_then_checks() {
    let stage = Stage::connected("{ credential: store() }").await;
    let remembered = stage.session.remember("new".into());
    stage.world.settled().await;
    let log = stage.take();
    let place = |name| names(&log).iter().position(|other| *other == name).unwrap();
    assert!(has(&log, "save('new')") && place("save") < place("fetch"), "{log:?}");
    stage.answer(1, VALID).await;
    assert!(stage.kept(remembered).await.unwrap().is_undefined());
}

#[wasm_bindgen_test]
async fn what_is_forgotten_is_gone() {
    for options in ["{ credential: 'memory' }", "{ credential: store() }"] {
        let stage = Stage::connected(options).await;
        drop(stage.session.remember("old".into()));
        stage.world.settled().await;
        stage.answer(1, VALID).await;
        stage.kept(stage.session.forget()).await.unwrap();
        let _ = stage.session.check(false);
        stage.take();
        stage.answer(2, &unknown()).await;
        assert!(!sends(&stage.take()));
        assert_eq!(stage.world.status(), "disconnected: credential-missing", "{options}");
    }
}

#[wasm_bindgen_test]
async fn null_and_undefined_are_nothing() {
    for nothing in ["null", "undefined"] {
        for options in ["{ credential: 'memory' }", "{ credential: store() }"] {
            let stage = Stage::connected(options).await;
            drop(stage.session.remember(stage.world.js(nothing)));
            stage.world.settled().await;
            stage.answer(1, VALID).await;
            let _ = stage.session.check(false);
            stage.answer(2, &unknown()).await;
            assert_eq!(stage.world.status(), "disconnected: credential-missing", "{options} {nothing}");
        }
    }
}

#[wasm_bindgen_test]
async fn with_a_cookie_the_argument_is_ignored_and_the_check_made() {
    let stage = Stage::connected("{}").await;
    let remembered = stage.session.remember("hunter2".into());
    stage.world.settled().await;
    let log = stage.take();
    assert!(sends(&log) && log.iter().all(|entry| !entry.contains("hunter2")), "{log:?}");
    stage.answer(1, &unknown()).await;
    let log = stage.take();
    assert!(has(&log, "fetch('/api/reconnect', '{}')"), "{log:?}");
    stage.answer(2, RECONNECTED).await;
    stage.kept(remembered).await.unwrap();
    stage.kept(stage.session.forget()).await.unwrap();
    assert_eq!(stage.world.status(), "connected");
}

#[wasm_bindgen_test]
async fn a_store_that_fails_rejects_and_nothing_is_checked() {
    let failing = [
        "(() => { throw new Error('locked'); })",
        "(async () => { throw new Error('locked'); })",
        "(() => ({ get then() { throw new Error('locked'); } }))",
        "undefined",
    ];
    for broken in failing {
        let options = format!("{{ credential: {{ load: {broken}, save: {broken}, clear: {broken} }} }}");
        let stage = Stage::connected(&options).await;
        let error = stage.kept(stage.session.remember("new".into())).await.unwrap_err();
        if broken != "undefined" {
            assert_eq!(error.unchecked_into::<js_sys::Error>().message(), "locked", "{broken}");
        }
        stage.kept(stage.session.forget()).await.unwrap_err();
        assert!(stage.take().is_empty(), "{broken}");
        let _ = stage.session.check(false);
        stage.answer(1, &unknown()).await;
        stage.world.task();
        let log = stage.take();
        assert_eq!(entries(&log, "fetch").len(), 1, "no reconnect: {log:?}");
        assert_eq!(stage.world.status(), "degraded: network", "and no answer: {broken}");
    }
}

#[wasm_bindgen_test]
async fn a_store_need_not_be_asynchronous() {
    let options = "{ credential: { kept: null, load() { return this.kept; }, save(it) { this.kept = it; }, clear() { this.kept = null; } } }";
    let stage = Stage::connected(options).await;
    drop(stage.session.remember("now".into()));
    stage.world.settled().await;
    stage.answer(1, VALID).await;
    let _ = stage.session.check(false);
    stage.take();
    stage.answer(2, &unknown()).await;
    assert!(has(&stage.take(), r#"fetch('/api/reconnect', '{"connectionString":"now"}')"#));
}

#[wasm_bindgen_test]
async fn a_refused_credential_is_cleared() {
    let stage = Stage::connected(PAGE).await;
    let _ = stage.session.check(false);
    stage.answer(1, &unknown()).await;
    stage.take();
    stage.answer(2, &problem(401, ProblemCode::ReconnectRefused)).await;
    let log = stage.take();
    assert!(has(&log, "clear()"), "{log:?}");
    assert_eq!(stage.world.status(), "disconnected: credential-rejected");
}

#[wasm_bindgen_test]
async fn a_transient_answer_clears_nothing_however_often_it_repeats() {
    let stage = Stage::connected(PAGE).await;
    let _ = stage.session.check(false);
    stage.answer(1, &unknown()).await;
    for call in 2..8 {
        stage.answer(call, "new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } })").await;
        assert!(!names(&stage.take()).contains(&"clear"));
        stage.wake_after(30_000.0);
        stage.world.settled().await;
    }
    assert_eq!(stage.world.status(), "degraded: server");
}

#[wasm_bindgen_test]
async fn signing_out_clears_it_and_what_fails_there_is_reported() {
    let stage = Stage::connected(PAGE).await;
    let _ = stage.session.sign_out(false);
    assert!(has(&stage.take(), "clear()"), "at once");
    stage.answer(1, SIGN_OUT).await;

    for broken in ["() => { throw new Error('locked'); }", "async () => { throw new Error('locked'); }"] {
        let stage = Stage::connected(&format!("{{ credential: {{ ...store('secret'), clear: {broken} }} }}")).await;
        let signed_out = stage.session.sign_out(false);
        stage.answer(1, SIGN_OUT).await;
        stage.kept(signed_out).await.unwrap();
        assert!(has(&stage.take(), "report(Error: locked)"), "{broken}");
        assert_eq!(stage.world.status(), "disconnected: signed-out", "{broken}");
    }
}

#[wasm_bindgen_test]
async fn a_sign_out_of_another_tab_clears_it() {
    let stage = Stage::connected("{ crossTab: true, credential: store('secret') }").await;
    stage.session.received_sign_out(0.0);
    assert!(has(&stage.take(), "clear()"));
    assert_eq!(stage.world.status(), "disconnected: signed-out-elsewhere");
}

/// Another tab found the session lost, and has no credential; does this one act?
async fn acts_for_another_tab(options: &str) -> bool {
    let stage = Stage::connected(options).await;
    stage.session.received(&TabMessage::CredentialWanted.to_bytes(), 0.0, None, JsValue::UNDEFINED);
    stage.world.settled().await;
    let log = stage.take();
    names(&log).contains(&"acquireLock")
}

#[wasm_bindgen_test]
async fn only_a_tab_with_a_credential_acts_for_one_that_has_none() {
    assert!(acts_for_another_tab("{ crossTab: true, credential: store('secret') }").await);
    assert!(!acts_for_another_tab("{ crossTab: true, credential: store() }").await);
    assert!(!acts_for_another_tab("{ crossTab: true, credential: 'memory' }").await);
    assert!(!acts_for_another_tab("{ crossTab: true }").await, "a cookie is everybody's");
    let failing =
        "{ crossTab: true, credential: { load: async () => { throw new Error('locked'); }, save() {}, clear() {} } }";
    assert!(!acts_for_another_tab(failing).await, "a store that fails holds nothing");
}

#[wasm_bindgen_test]
async fn a_credential_goes_nowhere_but_to_the_reconnect_call() {
    const SECRET: &str = "hunter2";
    let stage = Stage::new("{ crossTab: true, trace: true, credential: 'memory' }");
    stage.session.start();
    stage.session.lock_result(true);
    drop(stage.session.remember(SECRET.into()));
    stage.world.settled().await;
    stage.answer(0, VALID).await;
    stage.session.lock_result(true);
    stage.answer(1, &unknown()).await;
    stage.session.lock_result(true);
    stage.world.settled().await;
    let result = CheckResult {
        request: RequestId(5),
        phase: Phase::Validate,
        verdict: Verdict::Lost,
        epoch: 1,
        next_in: Millis(0),
        signed_in: false,
    };
    stage.session.received(&TabMessage::CheckFinished(result).to_bytes(), 0.0, None, JsValue::UNDEFINED);
    stage.answer(2, &problem(401, ProblemCode::ReconnectRefused)).await;
    let log = stage.take();
    let (reconnects, rest): (Vec<_>, Vec<_>) =
        log.iter().partition(|entry| entry.starts_with("fetch('/api/reconnect'"));
    assert_eq!(reconnects.len(), 1, "{log:?}");
    assert!(reconnects[0].contains(SECRET));
    assert!(!messages(&log).is_empty() && !entries(&log, "input").is_empty());
    for entry in rest {
        assert!(!entry.contains(SECRET), "{entry}");
        if ["broadcast", "input", "options"].iter().any(|name| entry.starts_with(&format!("{name}("))) {
            let bytes = bytes(entry);
            assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "{entry}");
        }
    }
}
