//! The verdict that a function of the application gives.

use session_keepalive::engine::{Facts, Millis, Reason, Trouble, Verdict};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, verdict};

/// What the engine is given for what the function returns.
async fn judged(given: &str) -> Verdict {
    let stage = Stage::started(&format!("{{ trace: true, validate: async () => ({given}) }}"));
    stage.world.settled().await;
    verdict(&stage.take())
}

fn unclear() -> Verdict {
    Verdict::Transient(Trouble { reason: Reason::Misconfigured, status: None, retry_after: None })
}

/// 400 days.
const LONGEST: Millis = Millis(400 * 86_400_000);

#[wasm_bindgen_test]
async fn a_valid_verdict_is_read_whole() {
    let full = "{ kind: 'valid', subject: 'alice', data: { a: 1 }, epoch: 4, idleInMs: 1, absoluteInMs: 2, warnInMs: 3, nextCheckInMs: 4, reconnected: true }";
    let facts = Facts {
        epoch: Some(4),
        idle_in: Some(Millis(1)),
        absolute_in: Some(Millis(2)),
        warn_in: Some(Millis(3)),
        next_check_in: Some(Millis(4)),
        reconnected: true,
    };
    assert_eq!(judged(full).await, Verdict::Valid(facts));
    assert_eq!(judged("{ kind: 'valid' }").await, Verdict::Valid(Facts::default()));
}

#[wasm_bindgen_test]
async fn a_field_of_another_type_is_not_there() {
    for odd in ["'4'", "null", "NaN", "-1", "-Infinity", "{}", "[]", "true", "() => 4", "Symbol()", "4n"] {
        let given = format!(
            "{{ kind: 'valid', epoch: {odd}, idleInMs: {odd}, absoluteInMs: {odd}, warnInMs: {odd}, nextCheckInMs: {odd}, reconnected: 1 }}"
        );
        assert_eq!(judged(&given).await, Verdict::Valid(Facts::default()), "{odd}");
    }
    let throws = "{ kind: 'valid', get epoch() { throw new Error('mine'); }, get subject() { throw 1; }, get data() { throw 1; }, idleInMs: 5 }";
    assert_eq!(judged(throws).await, Verdict::Valid(Facts { idle_in: Some(Millis(5)), ..Facts::default() }));
}

#[wasm_bindgen_test]
async fn numbers_that_no_clock_can_show_do_no_harm() {
    for (huge, epoch) in [("1e300", u32::MAX), ("Infinity", u32::MAX), ("Number.MAX_VALUE", u32::MAX)] {
        let given = format!(
            "{{ kind: 'valid', epoch: {huge}, idleInMs: {huge}, absoluteInMs: {huge}, warnInMs: {huge}, nextCheckInMs: {huge} }}"
        );
        let longest = Some(LONGEST);
        let facts = Facts {
            epoch: Some(epoch),
            idle_in: longest,
            absolute_in: longest,
            warn_in: longest,
            next_check_in: longest,
            reconnected: false,
        };
        assert_eq!(judged(&given).await, Verdict::Valid(facts), "{huge}");
        let waits = judged(&format!("{{ kind: 'transient', reason: 'server', retryAfterMs: {huge} }}")).await;
        let trouble = Trouble { reason: Reason::Server, status: None, retry_after: longest };
        assert_eq!(waits, Verdict::Transient(trouble), "{huge}");
    }
    let fractions = judged("{ kind: 'valid', epoch: 2.9, idleInMs: 0.5 }").await;
    assert_eq!(fractions, Verdict::Valid(Facts { epoch: Some(2), idle_in: Some(Millis(0)), ..Facts::default() }));
}

#[wasm_bindgen_test]
async fn every_reason_arrives_with_every_kind_that_has_one() {
    for reason in Reason::ALL {
        let name = reason.as_str();
        assert_eq!(judged(&format!("{{ kind: 'ended', reason: '{name}' }}")).await, Verdict::Ended(*reason));
        assert_eq!(judged(&format!("{{ kind: 'rejected', reason: '{name}' }}")).await, Verdict::Rejected(*reason));
        let given = format!("{{ kind: 'transient', reason: '{name}', retryAfterMs: 7 }}");
        let trouble = Trouble { reason: *reason, status: None, retry_after: Some(Millis(7)) };
        assert_eq!(judged(&given).await, Verdict::Transient(trouble));
    }
}

#[wasm_bindgen_test]
async fn a_verdict_without_a_known_reason_has_that_of_its_kind() {
    for reason in ["", ", reason: 'because'", ", reason: 5", ", reason: null", ", reason: 'constructor'"] {
        assert_eq!(judged(&format!("{{ kind: 'lost'{reason} }}")).await, Verdict::Lost, "{reason}");
        let ended = judged(&format!("{{ kind: 'ended'{reason} }}")).await;
        assert_eq!(ended, Verdict::Ended(Reason::SessionExpired), "{reason}");
        let rejected = judged(&format!("{{ kind: 'rejected'{reason} }}")).await;
        assert_eq!(rejected, Verdict::Rejected(Reason::CredentialRejected), "{reason}");
        let trouble = Trouble { reason: Reason::Server, status: None, retry_after: None };
        assert_eq!(judged(&format!("{{ kind: 'transient'{reason} }}")).await, Verdict::Transient(trouble), "{reason}");
    }
}

#[wasm_bindgen_test]
async fn what_is_no_verdict_is_a_mistake_that_ends_nothing() {
    let odd = [
        "undefined",
        "null",
        "true",
        "'valid'",
        "'lost'",
        "5",
        "NaN",
        "[]",
        "{}",
        "() => ({ kind: 'lost' })",
        "Symbol()",
        "{ kind: 'great' }",
        "{ kind: 'constructor' }",
        "{ kind: ['lost'] }",
        "{ kind: null }",
        "{ kind: 'Lost' }",
        "{ get kind() { throw new Error('mine'); } }",
        "new Proxy({}, { get() { throw new Error('mine'); } })",
        "Object.create(null)",
    ];
    for given in odd {
        // A proxy that throws is no promise either, so it must not be returned by an `async` function.
        let stage = Stage::started(&format!("{{ trace: true, validate: () => ({given}) }}"));
        stage.world.settled().await;
        stage.world.task();
        let judged = verdict(&stage.take());
        if given.starts_with("new Proxy") {
            assert!(matches!(judged, Verdict::Transient(_)), "{given}");
        } else {
            assert_eq!(judged, unclear(), "{given}");
        }
    }
}
