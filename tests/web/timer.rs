//! The only timer: when it is set, for how long, and that there is no other.

use std::rc::Rc;

use session_keepalive::numbers::{EffectKind, InputKind};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{COOKIE, DAY, Stage, World, answering, feed, names, session, valid, wire_wake};

/// The kinds that tell what happened to the page.
const PAGE_EVENTS: [InputKind; 9] = [
    InputKind::Visible,
    InputKind::Hidden,
    InputKind::Focused,
    InputKind::Left,
    InputKind::Restored,
    InputKind::Resumed,
    InputKind::Online,
    InputKind::Offline,
    InputKind::Active,
];

#[wasm_bindgen_test]
fn there_is_never_more_than_one_timer() {
    let stage = Stage::new(COOKIE);
    assert!(stage.world.delays().is_empty(), "none before the start");
    stage.start();
    assert_eq!(stage.world.delays(), [3_000.0], "for the slow mark of the request");
    stage.valid(0);
    assert_eq!(stage.world.delays(), [30_000.0]);
    for event in PAGE_EVENTS {
        stage.feed(event, &[]);
        stage.feed(InputKind::FetchStarted, &[f64::from(event as u32)]);
        assert!(stage.world.delays().len() <= 1);
    }
    stage.feed(InputKind::Check, &[1.0]);
    stage.feed(InputKind::SignOut, &[0.0]);
    stage.feed(InputKind::Stop, &[]);
    assert!(stage.world.most_timers() <= 1, "at no moment");
}

#[wasm_bindgen_test]
fn the_same_deadline_is_not_set_twice() {
    let stage = Stage::connected(COOKIE);
    let set = stage.world.timers_set();
    for fetch in 0..100 {
        stage.feed(InputKind::FetchStarted, &[f64::from(fetch)]);
        stage.feed(InputKind::FetchEnded, &[f64::from(fetch)]);
    }
    assert_eq!(stage.world.timers_set(), set);
}

#[wasm_bindgen_test]
fn a_timer_that_fires_early_is_set_again_for_the_rest() {
    let stage = Stage::connected(COOKIE);
    stage.feed(InputKind::Hidden, &[]);
    stage.take();
    stage.wake_after(100.0);
    assert!(stage.take().is_empty(), "the machine asks the clock, not the timer");
    assert_eq!(stage.world.delays(), [299_900.0]);
    stage.wake_after(299_900.0);
    assert!(names(&stage.take()).contains(&"send"));
}

#[wasm_bindgen_test]
fn a_timer_that_fires_late_costs_nothing_but_the_delay() {
    let stage = Stage::connected(COOKIE);
    stage.feed(InputKind::Hidden, &[]);
    stage.take();
    stage.wake_after(DAY);
    let log = stage.take();
    assert_eq!(log.iter().filter(|entry| entry.starts_with("send")).count(), 1, "{log:?}");
}

#[wasm_bindgen_test]
fn a_delay_longer_than_browsers_can_wait_is_waited_for_in_steps() {
    let longest = f64::from(i32::MAX);
    let world = World::new();
    let session = Rc::new(session(world.host(), COOKIE, 0.0, 60.0 * DAY));
    wire_wake(&world.host(), &session);
    feed(&session, InputKind::Start, &[0.0, 1.0]);
    feed(&session, InputKind::Answered, &valid(0));
    world.take();
    let mut left = 60.0 * DAY;
    while left > longest {
        assert_eq!(world.delays(), [longest]);
        world.pass(longest);
        world.fire();
        left -= longest;
        assert!(world.take().is_empty());
    }
    assert_eq!(world.delays(), [left]);
    world.pass(left);
    world.fire();
    assert!(names(&world.take()).contains(&"send"));
    world.restore();
}

#[wasm_bindgen_test]
fn a_hidden_page_waits_for_its_deadline_alone_and_one_that_left_for_nothing() {
    let stage = Stage::connected(COOKIE);
    assert_eq!(stage.world.delays(), [30_000.0], "a visible page compares its clocks");
    stage.feed(InputKind::Hidden, &[]);
    assert_eq!(stage.world.delays(), [300_000.0]);
    stage.feed(InputKind::Left, &[]);
    assert!(stage.world.delays().is_empty());
    stage.feed(InputKind::Restored, &[]);
    assert!(names(&stage.take()).contains(&"send"));
}

#[wasm_bindgen_test]
fn dropping_a_session_takes_its_timer_along() {
    let world = World::new();
    let first = session(world.host(), COOKIE, 0.0, 300_000.0);
    feed(&first, InputKind::Start, &[1.0, 1.0]);
    assert_eq!(world.delays().len(), 1);
    drop(first);
    assert!(world.delays().is_empty());
    drop(session(world.host(), COOKIE, 0.0, 300_000.0));
    assert_eq!(names(&world.take()), ["change", "checking", "send"], "from the start; a drop is not a stop");
    world.restore();
}

#[wasm_bindgen_test]
async fn with_real_timers_checks_follow_one_another() {
    let checks = 5;
    let send = EffectKind::Send as u32;
    let answering = answering(checks, send);
    let host = answering.host();
    let session = Rc::new(session(answering.host(), COOKIE, 0.0, 5.0));
    wire_wake(&host, &session);
    let answered = Rc::clone(&session);
    let answer = Closure::<dyn Fn(u32)>::new(move |id| feed(&answered, InputKind::Answered, &valid(id)));
    js_sys::Reflect::set(&host, &"answer".into(), answer.as_ref()).unwrap();
    feed(&session, InputKind::Start, &[0.0, 1.0]);
    let log = JsFuture::from(answering.done()).await.unwrap();
    let sent = js_sys::Array::from(&log).iter().filter(|kind| *kind == send).count();
    assert_eq!(sent, checks as usize);
    feed(&session, InputKind::Dispose, &[]);
}
