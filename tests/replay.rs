//! What the engine did in a real browser it does here, too: logs of the option `debug`, replayed through a fresh machine.
//!
//! `SESSION_KEEPALIVE_RECORD=1 node --test tests/e2e/replay.test.mjs` records them anew, after a change that means the engine to
//! do something else; `cargo run --example replay -- tests/replay/….json` shows one in words.
#![cfg(not(target_arch = "wasm32"))]
// A helper of a test may fail it.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../examples/replay/native/log.rs"]
mod log;
#[path = "../examples/replay/native/replay.rs"]
mod replay;
#[path = "../examples/replay/native/words.rs"]
mod words;

use std::path::{Path, PathBuf};

use replay::{Difference, Same, Step};
use serde_json::{Value, json};
use session_keepalive::engine::{Chance, Instant, Machine, Now, Reason, WallTime};
use session_keepalive::numbers::{EffectKind, InputKind, NONE, config, effect, input};
use session_keepalive::wire::ProblemCode;

fn replayed(log: &[Value]) -> Result<Same, Difference> {
    let log = log::parse(&Value::from(log).to_string()).unwrap();
    replay::replay(&log, |_| {})
}

/// Every recorded log.
fn recorded() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay");
    let files = std::fs::read_dir(&folder).expect("tests/replay is there");
    let mut logs: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    logs.sort();
    logs.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_recorded_log_is_the_same_today() {
    let logs = recorded();
    assert!(!logs.is_empty(), "tests/replay holds logs");
    for (path, text) in logs {
        let log = log::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        match replay::replay(&log, |_| {}) {
            Ok(same) => assert!(same.inputs > 3 && same.effects > 10, "{}: {same:?}", path.display()),
            Err(difference) => panic!("{}: {difference}", path.display()),
        }
    }
}

// --- a replay that can fail ---

const OPTIONS: [f64; 12] = [30.0, 0.0, 300e3, 3e3, 15e3, 90e3, 500.0, 30e3, 30e3, 60e3, NONE, NONE];
const START: (InputKind, &[f64]) = (InputKind::Start, &[1.0, 1.0]);
const VALID: (InputKind, &[f64]) = (InputKind::Answered, &[0.0, 0.0, 200.0, -1.0, NONE, 1.0, 0.0, 1.0, 600.0]);

fn now(second: u64) -> Now {
    Now { instant: Instant(1000 * second), wall: WallTime(1_700_000_000_000 + 1000 * second), chance: Chance(7) }
}

fn told_input((kind, numbers): (InputKind, &[f64]), Now { instant, wall, chance }: Now) -> Value {
    let mut detail = vec![json!(instant.0), json!(wall.0), json!(chance.0), json!(kind.as_str())];
    detail.extend(numbers.iter().map(|number| json!(number)));
    json!({"at": wall.0, "name": "input", "detail": detail})
}

/// A log such as the facade tells it, one input each second, of a machine whose redirects are all carried out.
fn told(inputs: &[(InputKind, &[f64])]) -> Vec<Value> {
    let config = config(&OPTIONS);
    let holder = config.credential;
    let mut machine = Machine::new(config);
    let mut log = vec![
        json!({"at": 1, "name": "change", "detail": {"status": "starting"}}),
        json!({"at": 1, "name": "options", "detail": &OPTIONS[..10]}),
    ];
    for (second, (kind, given)) in (1..).zip(inputs) {
        log.push(told_input((*kind, given), now(second)));
        let mut numbers = [NONE; 12];
        numbers[..given.len()].copy_from_slice(given);
        for wanted in machine.handle(now(second), input(*kind, &numbers, holder)) {
            let (kind, numbers) = effect(&wanted);
            let used = numbers.iter().rposition(|number| !number.is_nan()).map_or(0, |last| last + 1);
            let mut detail = vec![json!(kind.as_str())];
            detail.extend(numbers[..used].iter().map(|number| json!(number)));
            log.push(json!({"at": 1, "name": "effect", "detail": detail}));
            log.push(json!({"at": 1, "name": kind.as_str(), "detail": {"what the application": "is told"}}));
        }
    }
    log
}

fn kind_of(entry: &Value) -> &str {
    if entry["name"] == "effect" { entry["detail"][0].as_str().unwrap() } else { "" }
}

#[test]
fn a_log_is_the_same_as_itself() {
    let log = told(&[START, VALID, (InputKind::Check, &[1.0])]);
    let same = replayed(&log).unwrap();
    let effects = log.iter().filter(|entry| !kind_of(entry).is_empty()).count();
    assert_eq!((same.inputs, same.effects), (3, effects));
    assert!(effects > 5);
}

#[test]
fn every_effect_that_is_missing_is_noticed() {
    let log = told(&[START, VALID, (InputKind::Check, &[1.0])]);
    for place in (0..log.len()).filter(|place| !kind_of(&log[*place]).is_empty()) {
        let mut less = log.clone();
        less.remove(place);
        let Difference { replayed, .. } = replayed(&less).expect_err("one is missing");
        assert!(replayed.contains(kind_of(&log[place])), "{replayed}");
    }
}

#[test]
fn every_effect_too_many_is_noticed() {
    let log = told(&[START, VALID]);
    for place in (0..log.len()).filter(|place| !kind_of(&log[*place]).is_empty()) {
        let mut more = log.clone();
        more.insert(place, json!({"name": "effect", "detail": ["wake", 5]}));
        let difference = replayed(&more).expect_err("one is too many");
        assert_eq!(difference.place, place);
        assert_eq!(difference.recorded, "the effect `wake slept 0.005 s`");
    }
}

#[test]
fn every_number_of_an_effect_counts() {
    let log = told(&[START, VALID, (InputKind::Check, &[1.0])]);
    let mut changed = 0;
    for place in (0..log.len()).filter(|place| !kind_of(&log[*place]).is_empty()) {
        for number in 1..log[place]["detail"].as_array().unwrap().len() {
            for other in [json!(77), Value::Null] {
                if log[place]["detail"][number] == other {
                    continue;
                }
                let mut wrong = log.clone();
                wrong[place]["detail"][number] = other;
                assert_eq!(replayed(&wrong).expect_err("a number is wrong").place, place);
                changed += 1;
            }
        }
    }
    assert!(changed > 20);
}

#[test]
fn the_time_and_the_numbers_of_an_input_count() {
    let log = told(&[START, VALID]);
    let answer = log.iter().rposition(|entry| entry["name"] == "input").unwrap();
    // The clocks, the status and the limit; the dice have no say without jitter.
    for (number, other) in [(0, 2500), (1, 1_700_000_099_000_u64), (6, 503), (12, 700)] {
        let mut wrong = log.clone();
        wrong[answer]["detail"][number] = json!(other);
        let difference = replayed(&wrong).expect_err("the input is another");
        assert!(difference.place > answer);
        assert!(difference.input.contains("answered request 0, call validate"), "{difference}");
    }
}

#[test]
fn a_difference_is_told_in_words() {
    let mut log = told(&[START, VALID]);
    let place = log.iter().position(|entry| kind_of(entry) == "checked").unwrap();
    log[place]["detail"] = json!(["degraded", Reason::RateLimited as u32, 20_000]);
    let told = replayed(&log).unwrap_err().to_string();
    let expected = format!(
        "entry {place}, after the input `answered request 0, call validate, http 200, no code, body 1, reconnected no, \
         epoch 1, idle in 600 s`:\n  \
         recorded: the effect `degraded reason rate-limited, retry in 20.000 s`\n  \
         replayed: the effect `checked duration 1.000 s, shared no`"
    );
    assert_eq!(told, expected);
}

// --- the redirect, which waits until nothing else is to be done ---

/// A session that ends; the last effect is the redirect.
fn ended() -> Vec<Value> {
    let expired = ProblemCode::ALL.iter().position(|code| *code == ProblemCode::SessionExpired).unwrap();
    let expired = f64::from(u32::try_from(expired).unwrap());
    let mut log = told(&[START, (InputKind::Answered, &[0.0, 0.0, 401.0, expired])]);
    let place = log.iter().position(|entry| kind_of(entry) == "redirect").unwrap();
    let redirect = log.remove(place);
    log.push(redirect);
    log
}

#[test]
fn a_redirect_comes_last_and_must_come() {
    let mut log = ended();
    replayed(&log).unwrap();
    let redirect = log.pop().unwrap();
    assert_eq!(kind_of(&redirect), "redirect");
    let missing = replayed(&log).expect_err("the redirect is missing");
    assert_eq!(missing.recorded, "the end of the log");
    assert_eq!(missing.replayed, "the effect `redirect reason session-expired`");

    log.push(told_input((InputKind::DeadlineReached, &[]), now(3)));
    replayed(&log).expect_err("a timer fires only when nothing is left to do");
    let last = log.len() - 1;
    log[last] = told_input((InputKind::Active, &[]), now(3));
    log.push(redirect.clone());
    replayed(&log).expect("a listener may have told something before");
    log.push(redirect);
    assert_eq!(replayed(&log).expect_err("it is over").replayed, "nothing more");
}

#[test]
fn a_redirect_that_is_no_longer_right_must_not_come() {
    let mut log = ended();
    let redirect = log.pop().unwrap();
    let stopped = told_input((InputKind::Stop, &[]), now(2));
    log.push(stopped);
    let effects: Vec<_> = {
        let difference = replayed(&log).expect_err("stopping changes the snapshot");
        assert!(difference.replayed.contains("status inactive"), "{difference}");
        vec![json!({"name": "effect", "detail": ["change", 6, null, 0]})]
    };
    log.extend(effects);
    replayed(&log).expect("and no redirect");
    log.push(redirect);
    assert_eq!(replayed(&log).expect_err("a redirect").replayed, "nothing more");
}

// --- reading ---

#[test]
fn what_is_no_log_is_told_by_its_entry() {
    let options = json!({"name": "options", "detail": [30, 0]});
    let rows = [
        (json!(5), "must be a JSON array"),
        (json!([]), "has no `options`"),
        (json!([{"at": 1}]), "entry 0: has no `name`"),
        (json!([{"name": "effect", "detail": ["wake", 1]}]), "entry 0: `options` must come first"),
        (json!([options, options]), "entry 1: a second session begins"),
        (json!([options, {"name": "effect"}]), "entry 1: `detail` of `effect` must be an array"),
        (json!([options, {"name": "effect", "detail": []}]), "entry 1: an effect is [kind, …numbers]"),
        (json!([options, {"name": "effect", "detail": ["shout"]}]), "entry 1: there is no effect \"shout\""),
        (json!([options, {"name": "effect", "detail": ["wake", "x"]}]), "entry 1: \"x\" is no number"),
        (json!([options, {"name": "effect", "detail": vec![json!("wake"); 12]}]), "11 numbers are too many, 10 is"),
        (json!([options, {"name": "input", "detail": [1, 2, 3]}]), "entry 1: an input is [instant, wall, chance"),
        (json!([options, {"name": "input", "detail": [1, 2, 3, "sing"]}]), "entry 1: there is no input \"sing\""),
        (json!([options, {"name": "input", "detail": [1.5, 2, 3, "stop"]}]), "the instant must be a whole number"),
        (json!([options, {"name": "input", "detail": [1, -2, 3, "stop"]}]), "the wall time must be a whole number"),
        (json!([options, {"name": "input", "detail": [1, 2, 1e10, "stop"]}]), "the chance must be a whole number"),
        (json!([options, {"name": "input", "detail": [1, 2, 4_294_967_296_u64, "stop"]}]), "larger than a u32"),
    ];
    for (told, problem) in rows {
        let error = log::parse(&told.to_string()).expect_err(problem);
        assert!(error.contains(problem), "{error}");
    }
    assert!(log::parse("[").expect_err("not JSON").contains("must be a JSON array"));
}

#[test]
fn what_happened_is_heard_in_words() {
    let log = log::parse(&Value::from(told(&[START, VALID])).to_string()).unwrap();
    let mut heard = Vec::new();
    let same = replay::replay(&log, |step| {
        heard.push(match step {
            Step::Input { kind, numbers, now } => words::input(kind, &numbers, now.wall),
            Step::Effect { kind, numbers, now } => words::effect((kind, numbers), now.wall),
        });
    });
    let Same { inputs, effects } = same.unwrap();
    assert_eq!(inputs + effects, heard.len());
    assert_eq!(heard[0], "start visible yes, online yes");
    assert_eq!(heard[2..4], ["checking attempt 1", "send request 0, call validate, attempt 1, flag yes, key 1"]);
    let change = heard[5..].iter().find(|words| words.starts_with("change")).unwrap();
    assert_eq!(
        *change,
        "change status connected, epoch 1, request 0, last ok in 0.000 s, next check in 300.000 s, expires in 600.000 s"
    );
    assert!(EffectKind::ALL.iter().all(|kind| kind.fields().count() <= 10));
    assert!(InputKind::ALL.iter().all(|kind| kind.fields().count() <= 12));
}
