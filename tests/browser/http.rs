//! The requests of a session: what is sent, where to, and what becomes of its answer.

mod answer;
mod idempotency;
mod payload;
mod verdict;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{BACKOFF, PAGE, RECONNECTED, Stage, VALID, entries, expired, has, sends, unknown};

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

#[wasm_bindgen_test]
fn a_check_is_exactly_this_request() {
    let stage = Stage::new("{}");
    stage.session.start();
    assert_eq!(entries(&stage.take(), "fetch"), [r#"fetch('/api/validate-session', '{"activity":true}')"#]);
    let members = ["body", "cache", "credentials", "headers", "keepalive", "method", "signal"];
    assert_eq!(stage.world.members(0), members);
    for (name, value) in [("method", "POST"), ("credentials", "include"), ("cache", "no-store")] {
        assert_eq!(stage.world.member(0, name), value, "{name}");
    }
    assert_eq!(
        stage.world.member(0, "keepalive"),
        true,
        "the cookies of its answer must arrive when the page is closed"
    );
    assert_eq!(stage.world.header(0, "x-session-keepalive").as_deref(), Some("1"), "as the options give them");
    assert!(!stage.world.aborted(0));
}

#[wasm_bindgen_test]
async fn every_call_goes_to_its_own_address_with_its_own_body() {
    for (options, prefix) in [
        ("{}", ["/api/validate-session", "/api/reconnect", "/api/logout"]),
        (
            "{ validate: 'https://api.example/v', reconnect: '/again', logout: '/bye' }",
            ["https://api.example/v", "/again", "/bye"],
        ),
    ] {
        let [validate, reconnect, logout] = prefix;
        let stage = Stage::connected(options).await;
        let _ = stage.session.check(false);
        assert!(has(&stage.take(), &format!(r#"fetch('{validate}', '{{"activity":false}}')"#)));
        stage.answer(1, &unknown()).await;
        assert!(has(&stage.take(), &format!("fetch('{reconnect}', '{{}}')")));
        stage.answer(2, RECONNECTED).await;
        let _ = stage.session.check(true);
        assert!(has(&stage.take(), &format!(r#"fetch('{validate}', '{{"activity":true}}')"#)));
        stage.answer(3, VALID).await;
        let _ = stage.session.sign_out(true);
        assert!(has(&stage.take(), &format!(r#"fetch('{logout}', '{{"everywhere":true}}')"#)));
    }
    let stage = Stage::connected("{}").await;
    let _ = stage.session.sign_out(false);
    assert!(has(&stage.take(), r#"fetch('/api/logout', '{"everywhere":false}')"#));
}

#[wasm_bindgen_test]
async fn a_reconnect_carries_the_credential_and_no_other_call_does() {
    let rows = [
        ("'sqlite:sample.db'", r#"{"connectionString":"sqlite:sample.db"}"#),
        (r#"'a"b'"#, r#"{"connectionString":"a\"b"}"#),
        ("''", r#"{"connectionString":""}"#),
        ("{ token: 'sqlite', tenant: 5 }", r#"{"token":"sqlite","tenant":5}"#),
        ("['sqlite']", r#"["sqlite"]"#),
        ("5", "5"),
    ];
    for (credential, body) in rows {
        let stage = Stage::connected(&format!("{{ credential: store({credential}) }}")).await;
        let _ = stage.session.check(false);
        stage.answer(1, &unknown()).await;
        assert_eq!(stage.world.member(2, "body"), body);
        stage.answer(2, RECONNECTED).await;
        let _ = stage.session.check(false);
        let _ = stage.session.sign_out(false);
        for call in [0, 1, 3, 4] {
            let body = stage.world.member(call, "body").as_string().unwrap();
            assert!(!body.contains("sqlite"), "{call}: {body}");
        }
    }
}

#[wasm_bindgen_test]
async fn without_a_credential_no_reconnect_is_sent() {
    for nothing in ["null", "undefined"] {
        for reconnect in ["'/api/reconnect'", "own('reconnect')"] {
            let stage = Stage::connected(&format!("{{ credential: store({nothing}), reconnect: {reconnect} }}")).await;
            let _ = stage.session.check(false);
            stage.take();
            stage.answer(1, &unknown()).await;
            let log = stage.take();
            assert!(!sends(&log) && entries(&log, "reconnect").is_empty(), "{log:?}");
            assert_eq!(stage.world.status(), "disconnected: credential-missing");
        }
    }
}

#[wasm_bindgen_test]
async fn headers_are_asked_for_anew_with_every_call() {
    let stage = Stage::connected(
        "{ headers: () => new Headers({ authorization: `Bearer ${world.count = (world.count ?? 0) + 1}` }) }",
    )
    .await;
    let _ = stage.session.check(false);
    stage.answer(1, &unknown()).await;
    let _ = stage.session.sign_out(false);
    for (call, expected) in [(0, "Bearer 1"), (1, "Bearer 2"), (2, "Bearer 3"), (3, "Bearer 4")] {
        assert_eq!(stage.world.header(call, "authorization").as_deref(), Some(expected));
    }
}

#[wasm_bindgen_test]
async fn headers_may_take_a_while() {
    let stage = Stage::new("{ headers: async () => new Headers({ authorization: 'Bearer late' }) }");
    stage.session.start();
    assert!(!sends(&stage.take()));
    stage.world.settled().await;
    assert!(sends(&stage.take()));
    assert_eq!(stage.world.header(0, "authorization").as_deref(), Some("Bearer late"));
}

#[wasm_bindgen_test]
async fn headers_that_fail_are_no_answer() {
    for headers in ["() => { throw new Error('mine'); }", "async () => { throw new Error('mine'); }"] {
        let stage = Stage::started(&format!("{{ headers: {headers} }}"));
        stage.world.settled().await;
        stage.world.task();
        assert_eq!(stage.world.status(), "degraded: network", "{headers}");
        assert!(!sends(&stage.take()), "{headers}");
    }
}

#[wasm_bindgen_test]
async fn no_answer_is_a_failure_of_the_network() {
    let stage = Stage::started("{}");
    stage.fail(0).await;
    assert_eq!(stage.world.status(), "degraded: network");
}

#[wasm_bindgen_test]
async fn an_own_fetch_may_answer_as_it_likes() {
    let answers = [
        ("async () => ({ status: 200, headers: new Headers(), text: async () => '{\"valid\":true}' })", "connected"),
        ("() => ({ status: 200, headers: new Headers(), text: async () => '{\"valid\":true}' })", "connected"),
        ("() => ({ status: 200, headers: new Headers(), text: () => '{\"valid\":true}' })", "connected"),
        (
            "() => ({ status: 200, headers: new Headers(), text: () => ({ then: (done) => done('{\"valid\":true}') }) })",
            "connected",
        ),
        ("() => json({ valid: true })", "connected"),
        ("() => ({ then: (done) => done(json({ valid: true })) })", "connected"),
        ("() => ({ status: 200, text: async () => '{\"valid\":true}' })", "connected"),
        (
            "() => ({ status: 200, headers: { get() { throw new Error('mine'); } }, text: async () => '{\"valid\":true}' })",
            "connected",
        ),
        (
            "() => ({ status: 200, headers: new Headers(), text: async () => { throw new Error('mine'); } })",
            "degraded: network",
        ),
        (
            "() => ({ status: 200, headers: new Headers(), text: () => { throw new Error('mine'); } })",
            "degraded: network",
        ),
        ("() => ({ status: 200, headers: new Headers(), text: async () => 5 })", "degraded: network"),
        ("() => ({ status: 200, headers: new Headers() })", "degraded: network"),
        ("() => undefined", "degraded: network"),
        ("async () => undefined", "degraded: network"),
        ("() => null", "degraded: network"),
        ("async () => 'valid'", "degraded: network"),
        ("() => { throw new Error('mine'); }", "degraded: network"),
        ("async () => { throw undefined; }", "degraded: network"),
        ("() => ({ get then() { throw new Error('mine'); } })", "degraded: network"),
    ];
    for (fetch, status) in answers {
        let stage = Stage::started(&format!("{{ fetch: {fetch} }}"));
        stage.world.settled().await;
        stage.world.task();
        assert_eq!(stage.world.status(), status, "{fetch}");
        // And the session goes on.
        stage.session.fetch_ended(1);
        assert_eq!(stage.world.delays().len(), 1, "{fetch}");
    }
}

#[wasm_bindgen_test]
async fn a_request_that_is_given_up_is_aborted_and_no_other_one() {
    let stage = Stage::started(PAGE);
    stage.wake_after(3_000.0);
    stage.wake_after(12_000.0);
    assert_eq!(stage.world.status(), "degraded: timeout");
    assert!(stage.world.aborted(0));
    stage.world.settled().await;
    stage.world.task();
    stage.wake_after(BACKOFF);
    assert!(!stage.world.aborted(1));
    stage.answer(1, VALID).await;
    assert_eq!(stage.world.status(), "connected");

    let cookie = Stage::started("{}");
    cookie.wake_after(3_000.0);
    cookie.wake_after(12_000.0);
    // The clocks are compared every 30 s meanwhile.
    for _ in 0..2 {
        cookie.wake_after(30_000.0);
    }
    assert!(!cookie.world.aborted(0), "a check that may re-establish goes on");
    cookie.wake_after(15_000.0);
    assert!(cookie.world.aborted(0));
}

// --- classify ---

#[wasm_bindgen_test]
async fn classify_overrules_the_table_may_be_slow_and_reads_an_answer_of_its_own() {
    let rows = [
        ("() => ({ kind: 'lost' })", "reconnecting: session-lost"),
        ("async (response) => ({ kind: (await response.json()).mine })", "disconnected: session-expired"),
        (
            "(response) => (response.status === 200 ? { kind: 'transient', reason: 'rate-limited' } : undefined)",
            "degraded: rate-limited",
        ),
    ];
    for (classify, status) in rows {
        let stage = Stage::started(&format!("{{ classify: {classify} }}"));
        stage.answer(0, "json({ valid: true, mine: 'ended' })").await;
        assert_eq!(stage.world.status(), status, "{classify}");
    }
}

#[wasm_bindgen_test]
async fn classify_leaves_an_answer_to_the_table_with_undefined_even_if_it_has_read_it() {
    let stage = Stage::started("{ classify: async (response) => void (await response.text()) }");
    stage.answer(0, "json({ valid: true, epoch: 7 })").await;
    assert_eq!(stage.world.status(), "connected");
    assert_eq!(field(&stage.world.snapshot(), "epoch"), 7);
}

#[wasm_bindgen_test]
async fn a_classify_that_fails_is_reported_and_ends_no_session() {
    for classify in ["() => { throw new Error('mine'); }", "async () => { throw new Error('mine'); }"] {
        let stage = Stage::started(&format!("{{ classify: {classify} }}"));
        stage.answer(0, &expired()).await;
        assert_eq!(stage.world.status(), "degraded: misconfigured", "{classify}");
        assert_eq!(entries(&stage.take(), "report"), ["report(Error: mine)"], "{classify}");
    }
    for verdict in [
        "null",
        "'lost'",
        "5",
        "{}",
        "[]",
        "{ kind: 'great' }",
        "{ kind: 'constructor' }",
        "{ get kind() { throw 1; } }",
    ] {
        let stage = Stage::started(&format!("{{ classify: () => ({verdict}) }}"));
        stage.answer(0, &expired()).await;
        assert_eq!(stage.world.status(), "degraded: misconfigured", "{verdict}");
    }
    // A body that was read already cannot be copied.
    let stage = Stage::started("{ classify: () => ({ kind: 'lost' }) }");
    stage.answer(0, "(() => { const response = json({ valid: true }); response.text(); return response; })()").await;
    assert_eq!(stage.world.status(), "degraded: misconfigured");
}

// --- functions in the place of the calls ---

#[wasm_bindgen_test]
async fn functions_in_the_place_of_the_calls_are_asked_with_everything_they_need() {
    let stage = Stage::new(
        "{ validate: own('validate'), reconnect: own('reconnect'), logout: own('logout'), credential: store('secret') }",
    );
    stage.session.start();
    stage.world.fail(0);
    stage.world.settled().await;
    stage.world.task();
    stage.wake_after(BACKOFF);
    stage.answer(1, "{ kind: 'lost' }").await;
    let (validate, reconnect) = (stage.world.context(1), stage.world.context(2));
    stage.answer(2, "{ kind: 'valid', epoch: 2 }").await;
    assert_eq!(stage.world.status(), "connected");
    let _ = stage.session.check(false);
    stage.answer(3, "{ kind: 'valid' }").await;
    let signed_out = stage.session.sign_out(true);
    stage.answer(4, "undefined").await;
    stage.kept(signed_out).await.unwrap();
    assert_eq!(stage.world.delays(), [30_000.0], "a logout that returns has worked");
    assert!(!sends(&stage.take()), "no request of our own");

    assert_eq!((field(&validate, "attempt"), field(&validate, "activity")), (2.into(), true.into()));
    assert_eq!(Reflect::has(&validate, &"credential".into()), Ok(false));
    assert_eq!(field(&reconnect, "credential"), "secret");
    assert_eq!(field(&reconnect, "attempt"), 1);
    assert_eq!(field(&stage.world.context(3), "activity"), false);
    assert_eq!(field(&stage.world.context(4), "everywhere"), true);
    for call in 0..5 {
        let context = stage.world.context(call);
        assert!(field(&context, "signal").is_instance_of::<web_sys::AbortSignal>());
        assert_eq!(field(&context, "idempotencyKey").as_string().unwrap().len(), 32);
    }
}

#[wasm_bindgen_test]
async fn a_function_that_fails_is_no_answer() {
    for validate in ["async () => { throw new Error('mine'); }", "() => { throw new Error('mine'); }"] {
        let stage = Stage::started(&format!("{{ validate: {validate} }}"));
        stage.world.settled().await;
        stage.world.task();
        assert_eq!(stage.world.status(), "degraded: network", "{validate}");
    }
}

#[wasm_bindgen_test]
async fn a_logout_of_the_application_that_fails_is_tried_again() {
    let stage = Stage::connected("{ logout: own('logout') }").await;
    let signed_out = stage.session.sign_out(true);
    stage.fail(1).await;
    stage.kept(signed_out).await.unwrap();
    assert_eq!(entries(&stage.take(), "logout").len(), 1);
    stage.wake_after(BACKOFF);
    assert_eq!(entries(&stage.take(), "logout").len(), 1);
    assert_eq!(field(&stage.world.context(2), "everywhere"), true);
}
