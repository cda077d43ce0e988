//! The only timer: when it is set, for how long, and that there is no other.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{DAY, PAGE, Stage, VALID, World, entries, sends};

const PAGE_EVENTS: [(&str, &str); 11] = [
    ("document", "visibilitychange"),
    ("document", "resume"),
    ("window", "focus"),
    ("window", "online"),
    ("window", "offline"),
    ("window", "pointerdown"),
    ("window", "keydown"),
    ("window", "touchstart"),
    ("window", "scroll"),
    ("window", "pagehide"),
    ("window", "pageshow"),
];

#[wasm_bindgen_test]
async fn there_is_never_more_than_one_timer() {
    let stage = Stage::new("{}");
    assert!(stage.world.delays().is_empty(), "none before the start");
    stage.session.start();
    assert_eq!(stage.world.delays(), [3_000.0], "for the slow mark of the request");
    stage.answer(0, VALID).await;
    assert_eq!(stage.world.delays(), [30_000.0]);
    for (fetch, (target, event)) in (0..).zip(PAGE_EVENTS) {
        stage.world.dispatch(target, event, "{ persisted: true }");
        stage.session.fetch_started(fetch);
        assert!(stage.world.delays().len() <= 1, "{event}");
    }
    let _ = stage.session.check(true);
    let _ = stage.session.sign_out(false);
    stage.session.stop();
    assert!(stage.world.most_timers() <= 1, "at no moment");
}

#[wasm_bindgen_test]
async fn the_same_deadline_is_not_set_twice() {
    let stage = Stage::connected("{}").await;
    let set = stage.world.timers_set();
    for fetch in 0..100 {
        stage.session.fetch_started(fetch);
        stage.session.fetch_ended(fetch);
    }
    assert_eq!(stage.world.timers_set(), set);
}

#[wasm_bindgen_test]
async fn a_timer_that_fires_early_is_set_again_for_the_rest() {
    let stage = Stage::connected("{}").await;
    stage.hide();
    stage.take();
    stage.wake_after(100.0);
    assert!(stage.take().is_empty(), "the machine asks the clock, not the timer");
    assert_eq!(stage.world.delays(), [299_900.0]);
    stage.wake_after(299_900.0);
    assert!(sends(&stage.take()));
}

#[wasm_bindgen_test]
async fn a_timer_that_fires_late_costs_nothing_but_the_delay() {
    let stage = Stage::connected("{}").await;
    stage.hide();
    stage.take();
    stage.wake_after(DAY);
    let log = stage.take();
    assert_eq!(entries(&log, "fetch").len(), 1, "{log:?}");
}

#[wasm_bindgen_test]
async fn a_delay_longer_than_browsers_can_wait_is_waited_for_in_steps() {
    let longest = f64::from(i32::MAX);
    let world = World::new();
    world.set_visibility("hidden");
    let stage = Stage::within(world, "{ interval: 60 * 86_400_000 }");
    stage.session.start();
    stage.answer(0, VALID).await;
    stage.take();
    let mut left = 60.0 * DAY;
    while left > longest {
        assert_eq!(stage.world.delays(), [longest]);
        stage.wake_after(longest);
        left -= longest;
        assert!(stage.take().is_empty());
    }
    assert_eq!(stage.world.delays(), [left]);
    stage.wake_after(left);
    assert!(sends(&stage.take()));
}

#[wasm_bindgen_test]
async fn a_hidden_page_waits_for_its_deadline_alone_and_one_that_left_for_nothing() {
    let stage = Stage::connected("{}").await;
    assert_eq!(stage.world.delays(), [30_000.0], "a visible page compares its clocks");
    stage.hide();
    assert_eq!(stage.world.delays(), [300_000.0]);
    stage.dispatch("window", "pagehide");
    assert!(stage.world.delays().is_empty());
    stage.world.dispatch("window", "pageshow", "{ persisted: true }");
    assert!(sends(&stage.take()));
}

#[wasm_bindgen_test]
async fn dropping_a_session_takes_its_timer_and_its_listeners_along() {
    let mut stage = Stage::connected("{}").await;
    assert_eq!(stage.world.delays().len(), 1);
    stage.drop_session();
    assert!(stage.world.delays().is_empty());
    stage.dispatch("window", "offline");
    assert!(stage.take().is_empty(), "a drop is not a stop, and nothing is listened to any more");
}

#[wasm_bindgen_test]
async fn with_real_timers_checks_follow_one_another() {
    let world = World::new();
    world.set_visibility("hidden");
    world.use_real_time();
    let stage = Stage::within(
        world,
        "{ interval: 5, fetch: async () => { world.note('fetch'); return json({ valid: true, epoch: 1 }); } }",
    );
    stage.session.start();
    stage.world.noted("fetch", 5).await;
    stage.session.dispose();
    assert_eq!(entries(&stage.take(), "fetch").len(), 6, "with the one of the start");
}

#[wasm_bindgen_test]
async fn a_check_that_may_not_re_establish_ends_with_its_time_limit() {
    let stage = Stage::started(PAGE);
    stage.wake_after(3_000.0);
    assert_eq!(stage.world.delays(), [12_000.0]);
    stage.wake_after(12_000.0);
    assert!(stage.world.aborted(0));
}
