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
use session_keepalive::engine::log::{VERSION, to_bytes};
use session_keepalive::engine::public::{EventRecord, SnapshotRecord};
use session_keepalive::engine::{
    Chance, Config, Effect, Event, Facts, FetchId, FetchStep, Generation, Input, Instant, Machine, Millis, Now,
    Outcome, Persisted, Reason, Refusal, RequestId, SignOut, TabMessage, Trouble, Verdict, WallTime,
};

fn replayed(log: &[Value]) -> Result<Same, Difference> {
    let log = log::parse(&Value::from(log).to_string()).unwrap();
    replay::replay(&log, |_| {})
}

/// Every step of a replay, in words.
fn steps(log: &[Value]) -> Vec<String> {
    let log = log::parse(&Value::from(log).to_string()).unwrap();
    let mut steps = Vec::new();
    let same = replay::replay(&log, |step| {
        steps.push(match step {
            Step::Options(config) => words::debug(config),
            Step::Input { now, input } => {
                assert_eq!(now.chance, Chance(7), "the recorded one");
                words::debug(&input)
            }
            Step::Effect(effect) => words::debug(&effect),
            Step::Event { now, name, detail } => format!("→ {}", words::event(name, detail, now)),
            Step::NoRedirect(reason) => format!("no redirect for {}", reason.as_str()),
            Step::Trap => "trap".to_owned(),
        });
    });
    same.unwrap();
    steps
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
            Ok(same) => assert!(same.inputs > 3 && same.events > 6, "{}: {same:?}", path.display()),
            Err(difference) => panic!("{}: {difference}", path.display()),
        }
    }
}

// --- a replay that can fail ---

const START: Input = Input::Start { visible: true, online: true, persisted: Persisted::NOTHING };
const CHECK: Input = Input::Check { activity: true };
/// After it the snapshot has an error.
const FAILS: Input =
    replied(1, Verdict::Transient(Trouble { reason: Reason::Server, status: Some(503), retry_after: None }));

const fn replied(id: u32, verdict: Verdict) -> Input {
    Input::Replied { id: RequestId(id), outcome: Outcome::Verdict(verdict) }
}

fn valid(idle_in: u64) -> Input {
    replied(0, Verdict::Valid(Facts { epoch: Some(1), idle_in: Some(Millis(idle_in)), ..Facts::default() }))
}

fn config() -> Config {
    Config { jitter_permille: 0, ..Config::default() }
}

fn now(second: u64) -> Now {
    Now { instant: Instant(1000 * second), wall: WallTime(1_700_000_000_000 + 1000 * second), chance: Chance(7) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn options(config: &Config) -> Value {
    json!({"at": 1, "name": "options", "detail": hex(&to_bytes(&(VERSION, config)))})
}

fn fed(now: Now, input: Input) -> Value {
    json!({"at": now.wall.0, "name": "input", "detail": hex(&to_bytes(&(now, input)))})
}

/// The snapshot as the application gets it, in JSON.
fn told_snapshot(machine: &Machine) -> Value {
    let mut snapshot = json!(SnapshotRecord::from(machine.snapshot()));
    snapshot["subject"] = json!("alice@db/app");
    snapshot["data"] = json!({"roles": ["admin"]});
    if let Some(error) = snapshot["error"].as_object_mut() {
        error.insert("name".to_owned(), json!("KeepAliveError"));
        error.insert("message".to_owned(), json!("words of that day"));
        error.insert("stack".to_owned(), json!("at index.js:1"));
        error.retain(|_, value| !value.is_null());
    }
    snapshot
}

/// A log such as the page makes it, one input each second.
fn told(inputs: &[Input]) -> Vec<Value> {
    let mut log = vec![json!({"at": 1, "name": "change", "detail": {"status": "starting"}}), options(&config())];
    let mut machine = Machine::new(config());
    for (second, input) in (1..).zip(inputs) {
        log.push(fed(now(second), *input));
        let mut redirects = false;
        for effect in machine.handle(now(second), *input) {
            let (name, detail) = match effect {
                Effect::Change(_) => ("change", told_snapshot(&machine)),
                Effect::Emit(Event::Connected) => ("connected", told_snapshot(&machine)),
                Effect::Emit(event) => (event.name(), json!(EventRecord::from(event))),
                effect => {
                    redirects |= matches!(effect, Effect::Redirect(_));
                    continue;
                }
            };
            log.push(json!({"at": 1, "name": name, "detail": detail}));
        }
        if redirects {
            log.push(json!({"at": 1, "name": "redirect", "detail": {"url": "https://localhost/connect"}}));
        }
    }
    log
}

/// A session that is checked, twice, and fails the second time.
fn life() -> Vec<Value> {
    told(&[START, valid(600_000), CHECK, FAILS])
}

fn name_of(entry: &Value) -> &str {
    entry["name"].as_str().unwrap()
}

/// The places of the events that the engine causes.
fn events(log: &[Value]) -> Vec<usize> {
    let is_event = |place: &usize| !["options", "input"].contains(&name_of(&log[*place]));
    (0..log.len()).skip(1).filter(is_event).collect()
}

#[test]
fn a_log_is_the_same_as_itself() {
    let log = life();
    let events = events(&log).len();
    assert_eq!(replayed(&log).unwrap(), Same { inputs: 4, events });
    assert!(events > 7, "{log:?}");
}

#[test]
fn the_lines_of_the_console_are_a_log_too() {
    let log = life();
    let lines = |line: &dyn Fn(&Value) -> String| log.iter().map(line).collect::<Vec<_>>().join("\n");
    let plain = lines(&|entry| format!("{entry}\n"));
    let marked = lines(&|entry| format!("[session-keepalive] {entry}"));
    let saved = lines(&|entry| format!("[vite] connected\nindex.js:25 [session-keepalive] {entry} index.js:1:2"));
    let expected = log::parse(&Value::from(log.clone()).to_string()).unwrap();
    for text in [plain, marked, saved] {
        assert_eq!(log::parse(&text).unwrap(), expected, "{text}");
    }
}

#[test]
fn every_event_that_is_missing_is_noticed() {
    let log = life();
    for place in events(&log) {
        let mut less = log.clone();
        let name = name_of(&log[place]);
        less.remove(place);
        let Difference { place: found, replayed, .. } = replayed(&less).expect_err("one is missing");
        assert!(replayed.starts_with(&format!("the event `{name} ")), "{name} is missing: {replayed}");
        assert_eq!(found, place);
    }
}

#[test]
fn every_event_too_many_is_noticed() {
    let log = life();
    // Wherever an engine runs: before the next entry, and at the end.
    for place in 2..=log.len() {
        let mut more = log.clone();
        more.insert(place, json!({"name": "wake", "detail": {"sleptMs": 5}}));
        let difference = replayed(&more).expect_err("one is too many");
        assert_eq!(difference.place, place);
        assert_eq!(difference.recorded, "the event `wake slept 0.005 s`");
    }
}

#[test]
fn every_field_of_an_event_counts() {
    /// Every value in an event, by its path.
    fn paths(value: &Value, path: &str) -> Vec<String> {
        match value.as_object() {
            Some(fields) => fields.iter().flat_map(|(name, value)| paths(value, &format!("{path}/{name}"))).collect(),
            None => vec![path.to_owned()],
        }
    }
    let log = life();
    let mut changed = 0;
    for place in events(&log) {
        for path in paths(&log[place]["detail"], "/detail") {
            let is_of_the_page = ["/subject", "/data/", "/error/name", "/error/message", "/error/stack"]
                .iter()
                .any(|field| path.contains(field));
            for other in [json!(77), json!("other"), json!(true), Value::Null] {
                let mut wrong = log.clone();
                let value = wrong[place].pointer_mut(&path).unwrap();
                if *value == other {
                    continue;
                }
                *value = other;
                match replayed(&wrong) {
                    Ok(_) => assert!(is_of_the_page, "{path} of {} counts", log[place]),
                    Err(difference) => {
                        assert!(!is_of_the_page, "{path} of {} does not count", log[place]);
                        assert_eq!(difference.place, place);
                        changed += 1;
                    }
                }
            }
        }
    }
    assert!(changed > 60, "{changed}");
}

#[test]
fn a_field_too_many_is_noticed_and_so_is_one_that_is_missing() {
    let log = life();
    for place in events(&log) {
        let mut wrong = log.clone();
        wrong[place]["detail"]["more"] = json!(1);
        assert_eq!(replayed(&wrong).expect_err("a field too many").place, place);
    }
    let place = log.iter().position(|entry| name_of(entry) == "checked").unwrap();
    let mut wrong = log;
    wrong[place]["detail"].as_object_mut().unwrap().remove("durationMs");
    assert_eq!(replayed(&wrong).expect_err("a field is missing").place, place);
}

#[test]
fn a_log_without_subject_data_and_text_of_errors_is_the_same() {
    let mut log = life();
    for entry in &mut log {
        if let Some(detail) = entry["detail"].as_object_mut() {
            detail.retain(|name, _| name != "subject" && name != "data");
            if let Some(error) = detail.get_mut("error").and_then(Value::as_object_mut) {
                error.retain(|name, _| ["code", "status", "retryable"].contains(&name.as_str()));
            }
        }
    }
    assert_ne!(log, life());
    replayed(&log).unwrap();
}

#[test]
fn the_time_and_the_fields_of_an_input_count() {
    let inputs = [START, valid(600_000)];
    let log = told(&inputs);
    let answer = log.iter().rposition(|entry| name_of(entry) == "input").unwrap();
    let then = now(2);
    let others = [
        (Now { instant: Instant(2500), ..then }, inputs[1]),
        (Now { wall: WallTime(1_700_000_099_000), ..then }, inputs[1]),
        (then, valid(700_000)),
        (
            then,
            replied(0, Verdict::Valid(Facts { epoch: Some(2), idle_in: Some(Millis(600_000)), ..Facts::default() })),
        ),
        (then, replied(0, Verdict::Lost)),
    ];
    for (now, input) in others {
        let mut wrong = log.clone();
        wrong[answer] = fed(now, input);
        let difference = replayed(&wrong).expect_err("the input is another");
        assert!(difference.place > answer);
        assert!(difference.input.starts_with("the input `replied id 0, outcome verdict "), "{difference}");
    }
    let mut wrong = log;
    wrong[answer] = fed(then, replied(5, Verdict::Lost));
    let difference = replayed(&wrong).expect_err("an answer that nothing waits for");
    assert_eq!((difference.place, difference.replayed.as_str()), (answer + 1, "nothing more"));
}

#[test]
fn the_chance_of_an_input_counts_where_it_has_a_say() {
    let mut log = told(&[START, valid(600_000)]);
    log[1] = options(&Config { jitter_permille: 100, ..config() });
    let difference = replayed(&log).expect_err("the next check is spread");
    assert!(difference.replayed.contains("next check in 270.000 s"), "{difference}");
}

#[test]
fn a_difference_is_told_in_words() {
    let mut log = told(&[START, valid(600_000)]);
    let place = log.iter().position(|entry| name_of(entry) == "checked").unwrap();
    log[place] = json!({"name": "degraded", "detail": {"reason": "rate-limited", "retryInMs": 20_000}});
    let told = replayed(&log).unwrap_err().to_string();
    let expected = format!(
        "entry {place}, after the input `replied id 0, outcome verdict valid facts (epoch 1, idle in 600.000 s, \
         reconnected no)`:\n  \
         recorded: the event `degraded reason rate-limited, retry in 20.000 s`\n  \
         replayed: the event `checked duration 1.000 s, shared no`"
    );
    assert_eq!(told, expected);
}

// --- the redirect, which waits until nothing else is to be done ---

/// A session that ends; the last event is the redirect.
fn ended() -> Vec<Value> {
    told(&[START, replied(0, Verdict::Ended(Reason::SessionExpired))])
}

#[test]
fn a_redirect_comes_last() {
    let mut log = ended();
    replayed(&log).unwrap();
    let redirect = log.pop().unwrap();
    assert_eq!(name_of(&redirect), "redirect");

    let mut early = log.clone();
    early.insert(log.len() - 1, redirect.clone());
    let early = replayed(&early).expect_err("before another event");
    assert_eq!(early.recorded, "the event `redirect url https://localhost/connect`");
    assert_eq!(early.replayed, "the event `disconnected reason session-expired`");

    log.push(fed(now(3), Input::UserActive));
    log.push(redirect.clone());
    replayed(&log).expect("a listener may have called something before");
    log.push(redirect);
    assert_eq!(replayed(&log).expect_err("it is over").replayed, "nothing more");
}

#[test]
fn a_redirect_may_be_missing_and_that_is_told() {
    let mut log = ended();
    assert!(!steps(&log).contains(&"no redirect for session-expired".to_owned()));
    let redirect = log.pop().unwrap();
    assert_eq!(steps(&log).last().unwrap(), "no redirect for session-expired");

    log.push(fed(now(3), Input::DeadlineReached));
    let steps = steps(&log);
    assert_eq!(steps[steps.len() - 2..], ["no redirect for session-expired", "deadline reached"]);
    log.push(redirect);
    let late = replayed(&log).expect_err("a timer fires only when nothing is left to do");
    assert_eq!(late.replayed, "nothing more");
}

#[test]
fn another_event_in_the_place_of_the_redirect_is_noticed() {
    let mut log = ended();
    let place = log.len() - 1;
    log[place] = json!({"name": "idle", "detail": {}});
    let difference = replayed(&log).expect_err("another event");
    assert_eq!((difference.recorded.as_str(), difference.place), ("the event `idle`", place));
    assert_eq!(difference.replayed, "the event `redirect`, for session-expired");
}

#[test]
fn a_redirect_that_is_no_longer_right_must_not_come() {
    let mut log = ended();
    let redirect = log.pop().unwrap();
    log.push(fed(now(2), Input::Stop));
    let difference = replayed(&log).expect_err("stopping changes the snapshot");
    assert!(difference.replayed.contains("change epoch 0, status inactive"), "{difference}");
    log.push(json!({"name": "change", "detail": {"status": "inactive", "epoch": 0}}));
    assert!(replayed(&log).is_ok() && !steps(&log).last().unwrap().contains("redirect"));
    log.push(redirect);
    assert_eq!(replayed(&log).expect_err("a redirect").replayed, "nothing more");
}

#[test]
fn a_redirect_without_a_reason_must_not_come() {
    let mut log = life();
    log.push(json!({"name": "redirect", "detail": {"url": "https://localhost/connect"}}));
    assert_eq!(replayed(&log).expect_err("a redirect").replayed, "nothing more");
}

// --- what the page says by itself ---

#[test]
fn what_the_page_says_before_the_engine_runs_is_no_part_of_the_replay() {
    let mut log = life();
    let same = replayed(&log).unwrap();
    log.insert(0, json!({"name": "degraded", "detail": {"reason": "network", "retryInMs": null}}));
    log.insert(0, json!({"name": "change", "detail": {"status": "inactive"}}));
    assert_eq!(replayed(&log).unwrap(), same);
}

#[test]
fn stopping_and_starting_goes_on_with_the_same_engine() {
    let log = told(&[START, valid(600_000), Input::Stop, START]);
    let status = |entry: &Value| entry["detail"]["status"].as_str().map(str::to_owned);
    let all: Vec<_> = log.iter().filter_map(status).collect();
    assert!(all.contains(&"inactive".to_owned()), "{all:?}");
    assert_eq!(replayed(&log).unwrap().inputs, 4);
}

/// What the page says when the module has stopped with an error.
fn trapped() -> [Value; 2] {
    let error = json!({"name": "KeepAliveError", "code": "wasm-blocked", "retryable": false});
    [
        json!({"name": "change", "detail": {"status": "degraded", "reason": "wasm-blocked", "epoch": 1, "error": error}}),
        json!({"name": "degraded", "detail": {"reason": "wasm-blocked", "retryInMs": null}}),
    ]
}

#[test]
fn a_module_that_stops_with_an_error_ends_the_replay_until_another_one_runs() {
    // In the middle of what followed from the last input.
    let mut log = told(&[START, valid(600_000)]);
    log.pop();
    log.extend(trapped());
    log.push(json!({"name": "change", "detail": {"status": "disconnected", "reason": "signed-out"}}));
    assert_eq!(steps(&log).last().unwrap(), "trap");
    let one = replayed(&log).unwrap();

    let mut input = log.clone();
    input.push(fed(now(9), Input::Visible));
    let text = Value::from(input).to_string();
    assert!(log::parse(&text).expect_err("no engine").contains("`options` must come first"));

    log.extend(life());
    let both = replayed(&log).unwrap();
    let other = replayed(&life()).unwrap();
    assert_eq!(both, Same { inputs: one.inputs + other.inputs, events: one.events + other.events });
}

#[test]
fn a_session_that_is_degraded_for_now_is_no_stopped_module() {
    let trouble = Trouble { reason: Reason::WasmBlocked, status: None, retry_after: None };
    let log = told(&[START, replied(0, Verdict::Transient(trouble))]);
    assert!(!steps(&log).contains(&"trap".to_owned()));
}

// --- reading ---

#[test]
fn what_is_no_log_is_told_by_its_entry() {
    let mut other_version = VERSION;
    other_version[3] ^= 1;
    let of = |version: [u8; 8]| hex(&to_bytes(&(version, config())));
    let with_options = |detail: Value| json!([{"name": "options", "detail": detail}]);
    let with_input = |detail: Value| json!([options(&config()), {"name": "input", "detail": detail}]);
    let stop = hex(&to_bytes(&(now(1), Input::Stop)));
    let rows = [
        (json!([]), "the log has no `options`"),
        (json!([{"name": "change", "detail": {}}]), "the log has no `options`"),
        (json!([{"at": 1}]), "entry 0: has no `name`"),
        (json!(5), "entry 0: has no `name`"),
        (json!([fed(now(1), START)]), "entry 0: `options` must come first"),
        (json!([options(&config()), options(&config())]), "entry 1: a second session begins"),
        (with_options(json!(of(other_version))), "entry 0: the log is of another version of the module"),
        (with_options(json!("")), "entry 0: the log is of another version of the module"),
        (with_options(json!([62, 100])), "entry 0: `detail` of `options` must be hexadecimal text"),
        (with_options(json!(&of(VERSION)[..30])), "entry 0: is no config of the engine"),
        (with_options(json!(format!("{}00", of(VERSION)))), "entry 0: is no config of the engine"),
        (with_input(json!(stop[..stop.len() - 2])), "entry 1: is no input of the engine"),
        (with_input(json!(format!("{stop}00"))), "entry 1: is no input of the engine"),
        (with_input(json!(stop[1..])), "entry 1: `detail` of `input` must be hexadecimal text"),
        (with_input(json!("zz")), "entry 1: `detail` of `input` must be hexadecimal text"),
        (with_input(json!("ä0")), "entry 1: `detail` of `input` must be hexadecimal text"),
        (with_input(Value::Null), "entry 1: `detail` of `input` must be hexadecimal text"),
    ];
    for (told, problem) in rows {
        let error = log::parse(&told.to_string()).expect_err(problem);
        assert!(error.starts_with(problem), "{problem}, not: {error}");
    }
    for (text, problem) in [
        ("", "the log has no `options`"),
        ("[", "entry 0: is no JSON"),
        ("[session-keepalive] status connected", "entry 0: is no JSON"),
        ("{\"name\": \"change\"}\n{", "entry 1: is no JSON"),
    ] {
        let error = log::parse(text).expect_err(problem);
        assert!(error.starts_with(problem), "{problem}, not: {error}");
    }
}

#[test]
fn the_steps_of_a_replay_in_words() {
    let steps = steps(&told(&[START, valid(600_000)]));
    assert!(steps[0].starts_with("config credential cookie, can reconnect yes, can log out yes"), "{}", steps[0]);
    assert_eq!(
        steps[1..],
        [
            "start visible yes, online yes, persisted (signed out no)",
            "→ change epoch 0, status starting",
            "→ checking attempt 1",
            "send id 0, request validate (attempt 1, activity yes), key 1",
            "replied id 0, outcome verdict valid facts (epoch 1, idle in 600.000 s, reconnected no)",
            "→ change epoch 1, expires in 600.000 s, last ok in 0.000 s, next check in 300.000 s, status connected",
            "→ connected epoch 1, expires in 600.000 s, last ok in 0.000 s, next check in 300.000 s, status connected",
            "→ checked duration 1.000 s, shared no",
        ]
    );
}

#[test]
fn every_kind_of_word() {
    let step = FetchStep::Send(Generation(2));
    let rows: [(&dyn std::fmt::Debug, &str); 10] = [
        (&Input::DeadlineReached, "deadline reached"),
        (&Input::FetchStarted(FetchId(7)), "fetch started 7"),
        (
            &Input::FetchRefused { fetch: FetchId(7), generation: Generation(2), refusal: Refusal::SessionUnknown },
            "fetch refused fetch 7, generation 2, refusal session unknown",
        ),
        (&Input::Received { message: TabMessage::Activity, age: Millis(1) }, "received message activity, age 0.001 s"),
        (&replied(1, Verdict::Ended(Reason::SessionRevoked)), "replied id 1, outcome verdict ended session revoked"),
        (&Effect::Abort(RequestId(7)), "abort 7"),
        (&Effect::Fetch { fetch: FetchId(7), step }, "fetch 7, step send 2"),
        (&Effect::AcquireLock { steal: true }, "acquire lock steal yes"),
        (&Effect::PersistSignOut(Some(SignOut { everywhere: false })), "persist sign out (everywhere no)"),
        (&Effect::PersistRetryFloor(None), "persist retry floor nothing"),
    ];
    for (value, expected) in rows {
        assert_eq!(words::debug(&value), expected);
    }
}
