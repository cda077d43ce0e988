//! What the page and its user do, as it is fed to the engine.

use session_keepalive::engine::{Input, Persisted};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, TRACES, World, inputs, names, sends};

/// What an event of the page becomes.
fn fed(stage: &Stage, target: &str, event: &str, properties: &str) -> Vec<Input> {
    stage.take();
    stage.world.dispatch(target, event, properties);
    inputs(&stage.take()).into_iter().map(|(_, input)| input).collect()
}

#[wasm_bindgen_test]
fn what_the_browser_says_about_the_page_arrives_by_its_own_name() {
    let stage = Stage::started(TRACES);
    let restored = Input::Restored { persisted: Persisted::NOTHING };
    let rows: [(&str, &str, &str, &[Input]); 7] = [
        ("window", "focus", "{}", &[Input::Focused]),
        ("window", "pagehide", "{}", &[Input::Left]),
        ("window", "pageshow", "{ persisted: true }", &[restored]),
        ("window", "pageshow", "{ persisted: false }", &[]),
        ("window", "online", "{}", &[Input::Online]),
        ("window", "offline", "{}", &[Input::Offline]),
        ("document", "resume", "{}", &[Input::Resumed]),
    ];
    for (target, event, properties, expected) in rows {
        assert_eq!(fed(&stage, target, event, properties), expected, "{event} {properties}");
    }
    for (visibility, expected) in [("hidden", Input::Hidden), ("visible", Input::Visible), ("prerender", Input::Hidden)]
    {
        stage.world.set_visibility(visibility);
        assert_eq!(fed(&stage, "document", "visibilitychange", "{}"), [expected], "{visibility}");
    }
}

#[wasm_bindgen_test]
fn the_focus_of_a_field_inside_the_page_is_not_the_focus_of_the_window() {
    let stage = Stage::started(TRACES);
    // As in the capture phase, through which the focus of every field comes by.
    assert!(fed(&stage, "document", "focus", "{}").is_empty());
    stage.world.js("(() => {
            const field = document.createElement('input');
            document.body.append(field);
            field.dispatchEvent(new FocusEvent('focus'));
            field.remove();
        })()");
    assert!(stage.take().is_empty());
    assert_eq!(fed(&stage, "window", "focus", "{}"), [Input::Focused]);
}

#[wasm_bindgen_test]
fn every_sign_of_the_user_counts_but_one_a_second_is_enough() {
    for event in ["pointerdown", "keydown", "touchstart", "scroll"] {
        let stage = Stage::started(TRACES);
        let at = |time: u32| fed(&stage, "window", event, &format!("{{ timeStamp: {time} }}"));
        assert_eq!(at(10_000), [Input::UserActive], "{event}");
        assert!(at(10_001).is_empty(), "{event}");
        assert!(at(10_999).is_empty(), "{event}");
        assert_eq!(at(11_000), [Input::UserActive], "{event}");
    }
    let stage = Stage::started(TRACES);
    assert_eq!(fed(&stage, "window", "keydown", "{ timeStamp: 5000 }"), [Input::UserActive]);
    assert!(fed(&stage, "window", "scroll", "{ timeStamp: 5500 }").is_empty(), "of whatever kind");
}

#[wasm_bindgen_test]
fn the_very_first_sign_counts_however_early() {
    let stage = Stage::started(TRACES);
    assert_eq!(fed(&stage, "window", "keydown", "{ timeStamp: 0 }"), [Input::UserActive]);
}

#[wasm_bindgen_test]
fn scrolling_inside_the_page_counts_although_it_does_not_bubble() {
    let stage = Stage::started(TRACES);
    stage.world.js("(() => {
            const list = document.createElement('div');
            document.body.append(list);
            list.dispatchEvent(new Event('scroll'));
            list.remove();
        })()");
    assert_eq!(inputs(&stage.take()).len(), 1);
}

#[wasm_bindgen_test]
fn nothing_is_fed_before_the_start_nor_after_stop_and_dispose() {
    let stage = Stage::new(TRACES);
    stage.take();
    assert!(fed(&stage, "window", "online", "{}").is_empty(), "before the start");
    for round in 0..3 {
        stage.session.start();
        assert_eq!(fed(&stage, "window", "online", "{}"), [Input::Online], "one listener: {round}");
        assert_eq!(fed(&stage, "document", "resume", "{}"), [Input::Resumed], "one listener: {round}");
        stage.session.stop();
        assert!(fed(&stage, "window", "online", "{}").is_empty(), "stopped: {round}");
        assert!(fed(&stage, "document", "resume", "{}").is_empty(), "stopped: {round}");
    }
    stage.session.start();
    stage.session.start();
    assert_eq!(fed(&stage, "window", "online", "{}").len(), 1, "a second start is none");
    stage.session.dispose();
    assert!(fed(&stage, "window", "online", "{}").is_empty(), "disposed");
}

#[wasm_bindgen_test]
fn a_session_starts_with_the_page_as_it_is() {
    let rows = [
        ("visible", Some(true), true, true),
        ("hidden", Some(false), false, false),
        ("prerender", Some(true), false, true),
        // A browser that cannot tell is taken to be online.
        ("visible", None, true, true),
    ];
    for (visibility, on_line, visible, online) in rows {
        let world = World::new();
        world.set_visibility(visibility);
        world.set_online(on_line);
        let stage = Stage::within(world, TRACES);
        stage.session.start();
        let started = Input::Start { visible, online, persisted: Persisted::NOTHING };
        let inputs = inputs(&stage.take());
        assert_eq!(inputs[0].1, started, "{visibility} {on_line:?}");
    }
}

#[wasm_bindgen_test]
async fn a_return_to_the_page_is_a_check() {
    for (target, event) in [("document", "visibilitychange"), ("window", "focus"), ("document", "resume")] {
        let stage = Stage::connected("{}").await;
        stage.world.pass(6_000.0);
        stage.dispatch(target, event);
        assert!(sends(&stage.take()), "{event}");
    }
}

#[wasm_bindgen_test]
async fn without_a_network_the_session_is_offline_and_with_one_it_checks() {
    let stage = Stage::connected("{}").await;
    stage.dispatch("window", "offline");
    assert_eq!(stage.world.status(), "offline");
    stage.take();
    stage.world.pass(6_000.0);
    stage.dispatch("window", "online");
    let log = stage.take();
    assert!(sends(&log), "{log:?}");
}

#[wasm_bindgen_test]
async fn a_check_says_whether_the_user_was_active() {
    for active in [false, true] {
        let stage = Stage::connected("{}").await;
        if active {
            stage.dispatch("window", "pointerdown");
        }
        assert!(stage.take().is_empty());
        let _ = stage.session.check(false);
        let expected = format!(r#"fetch('/api/validate-session', '{{"activity":{active}}}')"#);
        assert_eq!(stage.take().last(), Some(&expected));
    }
}

#[wasm_bindgen_test]
async fn a_page_that_is_away_holds_nothing_and_has_it_again_when_it_is_back() {
    let stage = Stage::connected("{ crossTab: true }").await;
    let _ = stage.session.check(false);
    stage.session.lock_result(true);
    stage.take();
    stage.dispatch("window", "pagehide");
    let log = stage.take();
    assert_eq!(names(&log).last(), Some(&"close"), "{log:?}");
    assert!(names(&log).contains(&"releaseLock"), "{log:?}");
    stage.world.dispatch("window", "pageshow", "{ persisted: true }");
    let log = stage.take();
    assert_eq!(names(&log)[0], "open", "before anything is asked of the others: {log:?}");
    assert!(names(&log).contains(&"acquireLock"), "{log:?}");
}
