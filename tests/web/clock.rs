//! Both clocks and the dice, as the engine gets them.

use session_keepalive::engine::Reason;
use session_keepalive::numbers::InputKind;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{COOKIE, NOWHERE, Stage, TRACED, World, feed, has, names, session, valid};

#[wasm_bindgen_test]
fn every_input_gets_the_time_at_which_it_is_handled() {
    let stage = Stage::new(COOKIE | TRACED);
    stage.start();
    stage.take();
    for _ in 0..3 {
        stage.world.pass(7.5);
        stage.feed(InputKind::Active, &[]);
    }
    let log = stage.take();
    let times: Vec<_> =
        log.iter().map(|entry| entry.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(times, ["1007 1700000000007", "1015 1700000000015", "1022 1700000000022"], "whole milliseconds");
}

#[wasm_bindgen_test]
fn the_dice_are_a_fraction_of_the_largest_number() {
    let stage = Stage::new(COOKIE | TRACED);
    for (dice, chance) in [(0.0, 0), (0.5, 2_147_483_647), (0.999_999_999_9, 4_294_967_294_u32)] {
        stage.world.set_dice(dice);
        stage.feed(InputKind::Active, &[]);
        assert_eq!(stage.take(), [format!("input 1000 1700000000000 {chance} active()")]);
    }
}

#[wasm_bindgen_test]
fn the_jitter_follows_the_dice() {
    for (dice, delay) in [(0.0, 270_000.0), (0.999_999_999_9, 330_000.0)] {
        let world = World::new();
        world.set_dice(dice);
        let session = session(world.host(), COOKIE, 100.0, 300_000.0);
        feed(&session, InputKind::Start, &[0.0, 1.0]);
        feed(&session, InputKind::Answered, &valid(0));
        let [actual] = world.delays()[..] else { panic!("one timer") };
        assert!((actual - delay).abs() <= 1.0, "{actual}");
        world.restore();
    }
}

#[wasm_bindgen_test]
fn a_wall_clock_that_goes_on_alone_was_a_sleep() {
    let stage = Stage::connected(COOKIE);
    stage.world.pass(6_000.0);
    stage.world.sleep(60_000.0);
    stage.feed(InputKind::Resumed, &[]);
    let log = stage.take();
    assert!(has(&log, "wake(60000)"), "{log:?}");
    assert!(names(&log).contains(&"send"), "{log:?}");
}

#[wasm_bindgen_test]
fn lengths_are_measured_by_the_monotonic_clock() {
    let stage = Stage::started(COOKIE);
    stage.feed(InputKind::Answered, &[0.0, 0.0, 429.0, NOWHERE, 20_000.0]);
    let degraded = format!("degraded({},20000)", Reason::RateLimited as u32);
    assert!(has(&stage.take(), &degraded));
    assert_eq!(stage.world.delays(), [20_000.0]);
    stage.wake_after(19_999.0);
    assert!(stage.take().is_empty());
    assert_eq!(stage.world.delays(), [1.0]);
    stage.wake_after(1.0);
    assert!(names(&stage.take()).contains(&"send"));
}
