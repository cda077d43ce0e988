//! The events as JavaScript has them.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{BACKOFF, RECONNECTED, Stage, has, names, unknown};

#[wasm_bindgen_test]
async fn every_event_has_its_name_and_its_fields() {
    let stage = Stage::new("{}");
    stage.session.start();
    let log = stage.take();
    assert!(has(&log, "checking({attempt: 1})"), "{log:?}");
    stage.wake_after(3_000.0);
    assert_eq!(stage.take(), ["slow({phase: 'validate', elapsedMs: 3000})"]);
    stage.world.pass(500.0);
    stage.answer(0, "json({ valid: true, epoch: 1, idleIn: 65 })").await;
    let log = stage.take();
    assert!(has(&log, "connected({})"), "{log:?}");
    assert!(has(&log, "checked({durationMs: 3500, shared: false})"), "{log:?}");

    stage.wake_after(5_000.0);
    assert_eq!(stage.take(), ["expiring({secondsLeft: 60})"]);

    let _ = stage.session.check(false);
    stage.answer(1, "new Response('', { status: 500 })").await;
    let log = stage.take();
    assert!(has(&log, "degraded({reason: 'server', retryInMs: 249})"), "{log:?}");

    stage.wake_after(BACKOFF);
    assert!(has(&stage.take(), "checking({attempt: 2})"), "the second attempt");
    stage.answer(2, &unknown()).await;
    let log = stage.take();
    assert!(has(&log, "reconnecting({attempt: 1})"), "{log:?}");
    stage.wake_after(3_000.0);
    assert!(has(&stage.take(), "slow({phase: 'reconnect', elapsedMs: 3000})"));
    stage.world.pass(700.0);
    stage.answer(3, RECONNECTED).await;
    let log = stage.take();
    assert!(has(&log, "reconnected({downtimeMs: 3949, epoch: 2})"), "since the first trouble: {log:?}");

    stage.world.sleep(60_000.0);
    stage.dispatch("window", "focus");
    assert!(has(&stage.take(), "wake({sleptMs: 60000})"));

    let _ = stage.session.sign_out(false);
    assert!(has(&stage.take(), "disconnected({reason: 'signed-out'})"));
}

#[wasm_bindgen_test]
async fn an_idle_user_is_an_event_and_one_who_is_back() {
    let stage = Stage::connected("{ crossTab: true, idle: 10_000 }").await;
    stage.wake_after(10_000.0);
    assert_eq!(stage.take(), ["idle({})"]);
    stage.dispatch("window", "keydown");
    let log = stage.take();
    assert!(has(&log, "active({})"), "{log:?}");
    assert!(names(&log).contains(&"broadcast"), "the other tabs receive it: {log:?}");
}

#[wasm_bindgen_test]
async fn a_snapshot_comes_before_the_events_that_go_with_it() {
    let stage = Stage::started("{}");
    stage.answer(0, "json({ valid: true })").await;
    assert_eq!(names(&stage.take()), ["changed", "connected", "checked"]);
    let _ = stage.session.check(false);
    stage.take();
    stage.answer(1, "new Response('', { status: 500 })").await;
    assert_eq!(names(&stage.take()), ["changed", "degraded"]);
    stage.wake_after(BACKOFF);
    stage.take();
    stage.answer(2, &unknown()).await;
    let log = stage.take();
    assert_eq!(names(&log)[0], "changed", "{log:?}");
    assert_eq!(names(&log).last(), Some(&"fetch"), "{log:?}");
}
