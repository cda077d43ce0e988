//! Both clocks and the dice, as the engine gets them.

use session_keepalive::engine::{Chance, Instant, Now, WallTime};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, TRACES, VALID, World, has, inputs, sends};

const WALL: u64 = 1_700_000_000_000;

#[wasm_bindgen_test]
fn every_input_gets_both_clocks_in_whole_milliseconds() {
    let stage = Stage::started(TRACES);
    for _ in 0..3 {
        stage.world.pass(7.5);
        stage.session.fetch_ended(1);
    }
    let times: Vec<_> = inputs(&stage.take()).into_iter().map(|(now, _)| (now.instant, now.wall)).collect();
    let at = |length| (Instant(1_000 + length), WallTime(WALL + length));
    assert_eq!(times, [at(7), at(15), at(22)]);
}

#[wasm_bindgen_test]
fn an_input_that_waited_gets_the_time_at_which_it_is_handled() {
    let stage = Stage::new(TRACES);
    let world = stage.world.clone();
    stage.react("changed", move |session| {
        session.fetch_ended(1);
        world.pass(500.0);
    });
    stage.session.start();
    let [(_, _), (now, _)] = inputs(&stage.take())[..] else { panic!("two inputs") };
    assert_eq!((now.instant, now.wall), (Instant(1_500), WallTime(WALL + 500)));
}

#[wasm_bindgen_test]
fn the_dice_are_a_fraction_of_the_largest_number() {
    let stage = Stage::new(TRACES);
    for (dice, chance) in [(0.0, 0), (0.5, 2_147_483_647), (0.999_999_999_9, 4_294_967_294)] {
        stage.world.set_dice(dice);
        stage.session.fetch_ended(1);
        let [(Now { chance: actual, .. }, _)] = inputs(&stage.take())[..] else { panic!("one input") };
        assert_eq!(actual, Chance(chance), "{dice}");
    }
}

#[wasm_bindgen_test]
async fn the_jitter_follows_the_dice() {
    for (dice, delay) in [(0.0, 270_000.0), (0.999_999_999_9, 330_000.0)] {
        let world = World::new();
        world.set_dice(dice);
        world.set_visibility("hidden");
        let stage = Stage::within(world, "{ jitter: 0.1 }");
        stage.session.start();
        stage.answer(0, VALID).await;
        let [actual] = stage.world.delays()[..] else { panic!("one timer") };
        assert!((actual - delay).abs() <= 1.0, "{actual}");
    }
}

#[wasm_bindgen_test]
async fn a_wall_clock_that_goes_on_alone_was_a_sleep() {
    let stage = Stage::connected("{}").await;
    stage.world.pass(6_000.0);
    stage.world.sleep(60_000.0);
    stage.dispatch("document", "resume");
    let log = stage.take();
    assert!(has(&log, "wake({sleptMs: 60000})"), "{log:?}");
    assert!(sends(&log), "{log:?}");
}

#[wasm_bindgen_test]
async fn lengths_are_measured_by_the_monotonic_clock() {
    let stage = Stage::started("{}");
    stage.answer(0, "problem(429, null, { 'retry-after': '20' })").await;
    let log = stage.take();
    assert!(has(&log, "degraded({reason: 'rate-limited', retryInMs: 20000})"), "{log:?}");
    assert_eq!(stage.world.delays(), [20_000.0]);
    stage.wake_after(19_999.0);
    assert!(stage.take().is_empty());
    assert_eq!(stage.world.delays(), [1.0]);
    stage.wake_after(1.0);
    assert!(sends(&stage.take()));
}

#[wasm_bindgen_test]
async fn a_wall_clock_that_is_wrong_from_the_beginning_does_no_harm() {
    for wall in [0.0, 4_102_444_800_000.0] {
        let world = World::new();
        world.set_wall(wall);
        let stage = Stage::within(world, "{}");
        stage.session.start();
        stage.answer(0, VALID).await;
        assert_eq!(stage.world.status(), "connected");
        assert_eq!(stage.world.delays(), [30_000.0]);
    }
}
