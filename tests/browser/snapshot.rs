//! The snapshot as JavaScript has it.

use js_sys::{JSON, Object};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{OVERLOADED, Stage, expired};

const WALL: u64 = 1_700_000_000_000;

fn text(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

#[wasm_bindgen_test]
fn a_session_that_starts_knows_nothing_yet() {
    let stage = Stage::started("{}");
    let expected = r#"{"status":"starting","reason":null,"epoch":0,"lastOkAt":null,"nextCheckAt":null,"expiresInMs":null,"error":null}"#;
    assert_eq!(text(&stage.world.snapshot()), expected, "what is absent is null");
    assert_eq!((stage.world.subject(), stage.world.data()), (None, JsValue::NULL));
}

#[wasm_bindgen_test]
async fn a_snapshot_is_its_fields_in_their_public_order() {
    let stage = Stage::started("{}");
    stage.world.pass(40.0);
    stage.answer(0, "json({ valid: true, epoch: 3, idleIn: 600, absoluteIn: 7200, warnIn: 500 })").await;
    let now = WALL + 40;
    let expected = format!(
        r#"{{"status":"connected","reason":null,"epoch":3,"lastOkAt":{now},"nextCheckAt":{},"expiresInMs":600000,"error":null}}"#,
        now + 300_000
    );
    assert_eq!(text(&stage.world.snapshot()), expected);

    let _ = stage.session.check(false);
    stage.world.pass(10.0);
    stage.answer(1, OVERLOADED).await;
    let expected = format!(
        r#"{{"status":"degraded","reason":"server","epoch":3,"lastOkAt":{now},"nextCheckAt":{},"expiresInMs":599990,"error":{{"code":"server","status":503,"retryable":true}}}}"#,
        now + 10 + 2_000
    );
    assert_eq!(text(&stage.world.snapshot()), expected);
}

#[wasm_bindgen_test]
async fn an_error_without_an_answer_has_no_status() {
    let stage = Stage::started("{}");
    stage.fail(0).await;
    let expected = r#""error":{"code":"network","status":null,"retryable":true}}"#;
    assert!(text(&stage.world.snapshot()).ends_with(expected), "{}", text(&stage.world.snapshot()));
}

#[wasm_bindgen_test]
async fn the_error_of_an_end_is_its_reason_and_not_to_be_retried() {
    let stage = Stage::started("{ validate: own('validate') }");
    stage.answer(0, "{ kind: 'ended', reason: 'session-revoked' }").await;
    assert_eq!(stage.world.status(), "disconnected: session-revoked");
    let expected = r#""error":{"code":"session-revoked","status":null,"retryable":false}}"#;
    assert!(text(&stage.world.snapshot()).ends_with(expected), "{}", text(&stage.world.snapshot()));
}

#[wasm_bindgen_test]
async fn snapshots_are_plain_objects_and_each_change_is_a_new_one() {
    let stage = Stage::started("{}");
    let starting = stage.world.snapshot();
    let prototype = Object::get_prototype_of(&starting);
    assert_eq!(prototype, Object::get_prototype_of(&Object::new()));
    stage.answer(0, &expired()).await;
    assert_ne!(stage.world.snapshot(), starting);
    assert!(text(&starting).starts_with(r#"{"status":"starting""#), "the earlier one stays as it was");
}
