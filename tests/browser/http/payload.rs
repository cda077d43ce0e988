//! Subject and data, by the request that brought them.

use session_keepalive::engine::{CheckResult, Facts, Millis, Phase, RequestId, TabMessage, Verdict};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{SHARES, Stage};

/// Connected, and then checked with this answer.
async fn after(first: &str, second: &str) -> Stage {
    let stage = Stage::started("{}");
    stage.answer(0, first).await;
    let _ = stage.session.check(false);
    stage.answer(1, second).await;
    stage
}

#[wasm_bindgen_test]
async fn a_valid_answer_brings_them_and_a_later_one_replaces_them() {
    let alice = "json({ valid: true, epoch: 1, subject: 'alice', data: { theme: 'dark' } })";
    let stage = after(alice, "json({ valid: true, epoch: 1, subject: 'bob' })").await;
    assert_eq!((stage.world.subject().as_deref(), stage.world.data()), (Some("bob"), JsValue::NULL));
    let stage = after(alice, "json({ valid: true, epoch: 1, subject: null, data: 0 })").await;
    assert_eq!((stage.world.subject(), stage.world.data()), (None, JsValue::from(0)));
}

#[wasm_bindgen_test]
async fn an_answer_that_is_not_valid_brings_nothing_and_takes_nothing_away() {
    let alice = "json({ valid: true, epoch: 1, subject: 'alice', data: [1] })";
    for other in
        ["json({ valid: false, subject: 'mallory', data: 2 })", "json({ subject: 'mallory' }, { status: 503 })"]
    {
        let stage = after(alice, other).await;
        assert!(stage.world.status().starts_with("degraded"), "{other}");
        assert_eq!(stage.world.subject().as_deref(), Some("alice"), "{other}");
        assert!(stage.world.data().is_array(), "{other}");
        // As often as it is asked.
        stage.dispatch("window", "offline");
        assert_eq!(stage.world.subject().as_deref(), Some("alice"), "{other}");
    }
}

#[wasm_bindgen_test]
async fn a_subject_that_is_no_string_is_none() {
    for odd in ["{ name: 'alice' }", "5", "true", "['alice']"] {
        let stage = Stage::started("{}");
        stage.answer(0, &format!("json({{ valid: true, subject: {odd} }})")).await;
        assert_eq!((stage.world.status().as_str(), stage.world.subject()), ("connected", None), "{odd}");
    }
}

#[wasm_bindgen_test]
async fn the_data_of_an_own_verdict_is_handed_over_as_it_is() {
    let stage = Stage::started(
        "{ validate: async () => ({ kind: 'valid', subject: 'bob', data: world.mine = { theme: 'dark' } }) }",
    );
    stage.world.settled().await;
    assert_eq!(stage.world.data(), stage.world.js("world.mine"), "the same object");
    assert_eq!(stage.world.subject().as_deref(), Some("bob"));
}

#[wasm_bindgen_test]
fn payloads_of_other_tabs_are_kept_apart() {
    let stage = Stage::started(SHARES);
    for (epoch, name) in (1..).zip(["alice", "bob", "carol"]) {
        let started = TabMessage::CheckStarted { phase: Phase::Validate, activity: false, since: Millis(0) };
        stage.session.received(&started.to_bytes(), 0.0, None, JsValue::UNDEFINED);
        // Every tab counts its own requests from 0.
        let message = TabMessage::CheckFinished(CheckResult {
            request: RequestId(0),
            phase: Phase::Validate,
            verdict: Verdict::Valid(Facts { epoch: Some(epoch), ..Facts::default() }),
            epoch,
            next_in: Millis(300_000),
            signed_in: false,
        });
        stage.session.received(&message.to_bytes(), 0.0, Some(name.to_owned()), JsValue::from(epoch));
        assert_eq!(stage.world.subject().as_deref(), Some(name));
        assert_eq!(stage.world.data(), epoch);
    }
}
