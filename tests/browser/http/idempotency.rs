//! The key that tells a retry from a new attempt.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{BACKOFF, RECONNECTED, Stage, VALID, unknown};

const BAD_GATEWAY: &str = "new Response('', { status: 502 })";

fn key(stage: &Stage, call: usize) -> Option<String> {
    stage.world.header(call, "idempotency-key")
}

/// Connected, and then lost: call 2 is the reconnect.
async fn lost() -> Stage {
    let stage = Stage::connected("{}").await;
    let _ = stage.session.check(false);
    stage.answer(1, &unknown()).await;
    stage
}

#[wasm_bindgen_test]
async fn retries_of_one_attempt_have_one_key_and_cannot_be_guessed() {
    let stage = lost().await;
    let first = key(&stage, 2).unwrap();
    stage.answer(2, BAD_GATEWAY).await;
    stage.wake_after(BACKOFF);
    assert_eq!(key(&stage, 3).as_ref(), Some(&first), "a retry");
    stage.answer(3, RECONNECTED).await;
    let _ = stage.session.check(false);
    stage.answer(4, &unknown()).await;
    let second = key(&stage, 5).unwrap();
    assert_ne!(first, second, "another attempt");
    let other = key(&lost().await, 2).unwrap();
    assert!(other != first && other != second, "another page");
    for key in [first, second, other] {
        assert!(key.len() == 32 && key.bytes().all(|digit| b"0123456789abcdef".contains(&digit)), "{key}");
    }
}

#[wasm_bindgen_test]
async fn only_the_reconnect_call_carries_it() {
    let stage = lost().await;
    stage.answer(2, RECONNECTED).await;
    let _ = stage.session.check(true);
    stage.answer(3, VALID).await;
    let _ = stage.session.sign_out(false);
    let carried: Vec<_> = (0..5).map(|call| key(&stage, call).is_some()).collect();
    assert_eq!(carried, [false, false, true, false, false]);
}

#[wasm_bindgen_test]
async fn a_browser_without_randomness_reconnects_all_the_same() {
    let stage = Stage::connected("{}").await;
    stage.world.js("Crypto.prototype.getRandomValues = () => { throw new Error('none'); }");
    let _ = stage.session.check(false);
    stage.answer(1, &unknown()).await;
    stage.answer(2, RECONNECTED).await;
    assert_eq!(stage.world.status(), "connected");
}
