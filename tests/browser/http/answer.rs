//! What an answer of the backend says.

use session_keepalive::engine::{
    Body, Call, CredentialHolder, Facts, HttpAnswer, Millis, Reason, Trouble, Verdict, classify,
};
use session_keepalive::wire::ProblemCode;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, World, expired, problem, unknown, verdict};

/// What the engine is given for an answer to a check.
async fn checked(answer: &str) -> Verdict {
    let stage = Stage::started("{ trace: true }");
    stage.answer(0, answer).await;
    verdict(&stage.take())
}

/// What the engine is given for an answer to a reconnect with a credential of this page.
async fn reconnected(answer: &str) -> Verdict {
    let stage = Stage::started("{ trace: true, credential: store('secret') }");
    stage.answer(0, &unknown()).await;
    stage.take();
    stage.answer(1, answer).await;
    verdict(&stage.take())
}

fn transient(reason: Reason, status: u16) -> Verdict {
    Verdict::Transient(Trouble { reason, status: Some(status), retry_after: None })
}

fn valid(epoch: u32) -> Facts {
    Facts { epoch: Some(epoch), ..Facts::default() }
}

#[wasm_bindgen_test]
async fn a_session_answer_is_read_whole() {
    let whole = "json({ valid: true, reconnected: true, epoch: 3, subject: 'alice', idleIn: 86400, absoluteIn: 2591000, warnIn: 86100, nextCheckIn: 60 })";
    let facts = Facts {
        epoch: Some(3),
        idle_in: Some(Millis(86_400_000)),
        absolute_in: Some(Millis(2_591_000_000)),
        warn_in: Some(Millis(86_100_000)),
        next_check_in: Some(Millis(60_000)),
        reconnected: true,
    };
    assert_eq!(checked(whole).await, Verdict::Valid(facts));
    let sparse = "json({ valid: true, epoch: null, idleIn: null, absoluteIn: '5', somethingNew: {} })";
    assert_eq!(reconnected(sparse).await, Verdict::Valid(valid(1)));
}

#[wasm_bindgen_test]
async fn fields_of_another_type_are_not_there_and_huge_ones_are_400_days() {
    for odd in ["-1", "'60'", "[]", "{}", "true", "-1e300"] {
        let answer =
            format!("json({{ valid: true, epoch: {odd}, idleIn: {odd}, nextCheckIn: {odd}, reconnected: 1 }})");
        assert_eq!(checked(&answer).await, Verdict::Valid(valid(1)), "{odd}");
    }
    let days = Some(Millis(400 * 86_400_000));
    let facts = Facts { epoch: Some(u32::MAX), idle_in: days, next_check_in: days, ..Facts::default() };
    assert_eq!(
        checked("json({ valid: true, epoch: 1e300, idleIn: 1e300, nextCheckIn: 1e300 })").await,
        Verdict::Valid(facts)
    );
    let stage = Stage::started("{}");
    stage.answer(0, "json({ valid: true, nextCheckIn: 1e300, idleIn: 1e300 })").await;
    assert_eq!(stage.world.status(), "connected");
    assert_eq!(stage.world.delays(), [30_000.0]);
}

#[wasm_bindgen_test]
async fn an_answer_is_valid_only_if_it_says_so_itself() {
    let others = [
        "new Response('<!doctype html><title>Welcome to our Wi-Fi</title>', { headers: { 'content-type': 'text/html' } })",
        "new Response('{\"valid\":true}', { headers: { 'content-type': 'text/html; charset=utf-8' } })",
        "new Response('')",
        "new Response('true', { headers: { 'content-type': 'application/json' } })",
        "json(null)",
        "json([])",
        "json([{ valid: true }])",
        "json('valid')",
        "json(5)",
        "json({ valid: 'true' })",
        "json({ valid: 1 })",
        "json({ ok: true })",
        "new Response('{\"valid\": tru')",
    ];
    for answer in others {
        assert_eq!(checked(answer).await, transient(Reason::Server, 200), "{answer}");
    }
    assert_eq!(checked("cut(200)").await, transient(Reason::Network, 200), "it did not arrive whole");
    let bare = "new Response('{\"valid\":true}', { headers: { 'content-type': 'text/plain' } })";
    assert_eq!(checked(bare).await, Verdict::Valid(valid(1)), "whatever it calls itself, but a page");
}

#[wasm_bindgen_test]
async fn every_code_of_the_protocol_arrives_as_itself() {
    for code in ProblemCode::ALL {
        let answer = HttpAnswer { status: 401, code: Some(*code), body: Body::Json, ..HttpAnswer::default() };
        let expected = classify(Call::Validate, CredentialHolder::Cookie, answer.clone());
        assert_eq!(checked(&problem(401, *code)).await, expected, "{code:?}");
        let expected = classify(Call::Reconnect, CredentialHolder::Page, answer);
        assert_eq!(reconnected(&problem(401, *code)).await, expected, "{code:?}");
    }
}

#[wasm_bindgen_test]
async fn a_code_that_is_not_known_is_none() {
    for code in ["'SOMETHING_ELSE'", "'session_unknown'", "''", "null", "5", "'constructor'", "['SESSION_EXPIRED']"] {
        assert_eq!(checked(&format!("problem(403, {code})")).await, transient(Reason::Server, 403), "{code}");
        assert_eq!(checked(&format!("problem(401, {code})")).await, Verdict::Lost, "{code}");
    }
}

#[wasm_bindgen_test]
async fn who_holds_the_credential_decides_what_an_unknown_session_is() {
    for (options, status) in
        [("{}", "disconnected: session-lost"), ("{ credential: store('secret') }", "disconnected: credential-rejected")]
    {
        let stage = Stage::started(options);
        stage.answer(0, "new Response('', { status: 401 })").await;
        assert_eq!(stage.world.status(), "reconnecting: session-lost");
        stage.answer(1, &unknown()).await;
        assert_eq!(stage.world.status(), status);
    }
}

#[wasm_bindgen_test]
async fn a_status_without_a_code_is_what_the_table_says() {
    let rows = [
        (401, Verdict::Lost),
        (419, Verdict::Lost),
        (440, Verdict::Lost),
        (403, transient(Reason::Server, 403)),
        (404, transient(Reason::Misconfigured, 404)),
        (408, transient(Reason::Timeout, 408)),
        (425, transient(Reason::Server, 425)),
        (429, transient(Reason::RateLimited, 429)),
        (500, transient(Reason::Server, 500)),
        (503, transient(Reason::Server, 503)),
    ];
    for (status, expected) in rows {
        assert_eq!(checked(&format!("new Response('', {{ status: {status} }})")).await, expected, "{status}");
    }
    // An own `fetch` may say anything.
    for (odd, status) in [("0", 0), ("70000", 4_464), ("NaN", 0), ("-1", 65_535)] {
        let answer = format!("({{ status: {odd}, headers: new Headers(), text: async () => '' }})");
        assert_eq!(checked(&answer).await, transient(Reason::Server, status), "{odd}");
    }
}

#[wasm_bindgen_test]
async fn only_what_the_backend_wrote_itself_destroys_a_credential() {
    let typed = |kind: &str, body: &str| {
        format!("new Response({body}, {{ status: 401, headers: {{ 'content-type': '{kind}' }} }})")
    };
    let rejected = Verdict::Rejected(Reason::CredentialRejected);
    let (foreign, cut) = (transient(Reason::Server, 401), transient(Reason::Network, 401));
    let rows = [
        (typed("application/json", "'{\"error\":\"no\"}'"), rejected),
        (typed("application/problem+json", "'[]'"), rejected),
        (typed("application/json", "''"), rejected),
        (typed("text/html", "' \\n '"), rejected),
        ("new Response(null, { status: 401 })".to_owned(), rejected),
        (typed("text/plain; charset=utf-8", "'Unauthorized'"), rejected),
        (typed("Text/Plain", "'Unauthorized'"), rejected),
        (typed("text/plain", "'x'.repeat(1024)"), rejected),
        (typed("text/plain", "'x'.repeat(1025)"), foreign),
        (typed("text/html; charset=utf-8", "'<!doctype html>blocked'"), foreign),
        (typed("text/html", "'{\"error\":\"no\"}'"), foreign),
        (typed("Application/XHTML+xml", "'<html/>'"), foreign),
        (typed("application/xhtml+xml", "'{\"error\":\"no\"}'"), foreign),
        (typed("application/json", "'{\"error\":'"), foreign),
        (typed("image/png", "'PNG'"), foreign),
        ("new Response(new Blob(['no']), { status: 401 })".to_owned(), foreign),
        ("cut(401)".to_owned(), cut),
        ("cut(401, 'text/html')".to_owned(), cut),
    ];
    for (answer, expected) in rows {
        assert_eq!(reconnected(&answer).await, expected, "{answer}");
    }
}

#[wasm_bindgen_test]
async fn an_answer_without_a_body_is_one_all_the_same() {
    let stage = Stage::connected("{ trace: true }").await;
    let _ = stage.session.sign_out(false);
    stage.take();
    stage.answer(1, "new Response(null, { status: 204 })").await;
    assert_eq!(verdict(&stage.take()), Verdict::Valid(Facts::default()));
}

#[wasm_bindgen_test]
async fn retry_after_is_seconds_or_a_date_counted_from_the_answers_own() {
    let rows = [
        ("{}", None),
        ("{ 'retry-after': '120' }", Some(120_000)),
        ("{ 'retry-after': ' 5 ' }", Some(5_000)),
        ("{ 'retry-after': '0' }", Some(0)),
        ("{ 'retry-after': 'Tue, 05 May 2026 10:00:30 GMT', date: 'Tue, 05 May 2026 10:00:00 GMT' }", Some(30_000)),
        ("{ 'retry-after': 'Tue, 05 May 2026 12:00:00 GMT', date: 'Tue, 05 May 2026 10:00:00 GMT' }", Some(7_200_000)),
        // A date that is over asks for nothing.
        ("{ 'retry-after': 'Tue, 05 May 2026 09:59:00 GMT', date: 'Tue, 05 May 2026 10:00:00 GMT' }", Some(0)),
        // Without a Date of its own there is only our clock.
        ("{ 'retry-after': 'Wed, 01 Jan 2031 00:01:00 GMT' }", Some(60_000)),
        ("{ 'retry-after': 'soon' }", None),
        ("{ 'retry-after': '' }", None),
        ("{ 'retry-after': 'soon', date: 'Tue, 05 May 2026 10:00:00 GMT' }", None),
        ("{ 'retry-after': 'Tue, 05 May 2026 10:00:30 GMT', date: 'yesterday' }", None),
    ];
    for (headers, length) in rows {
        let world = World::new();
        world.set_wall(1_924_992_000_000.0); // 2031-01-01T00:00:00Z
        let stage = Stage::within(world, "{ trace: true }");
        stage.session.start();
        stage.take();
        stage.answer(0, &format!("problem(503, 'OVERLOADED', {headers})")).await;
        let trouble = Trouble { reason: Reason::Server, status: Some(503), retry_after: length.map(Millis) };
        assert_eq!(verdict(&stage.take()), Verdict::Transient(trouble), "{headers}");
    }
}

#[wasm_bindgen_test]
async fn seconds_beyond_all_bounds_do_no_harm() {
    for huge in ["4294967295", "4294967296", "99999999999999999999", "-1", "1e300"] {
        let stage = Stage::started("{}");
        stage.answer(0, &format!("problem(503, 'OVERLOADED', {{ 'retry-after': '{huge}' }})")).await;
        assert_eq!(stage.world.status(), "degraded: server", "{huge}");
        assert_eq!(stage.world.delays().len(), 1, "{huge}");
    }
}

#[wasm_bindgen_test]
async fn a_refusal_that_ends_the_session_leads_to_the_login_and_no_other_answer_does() {
    for answer in [&unknown()[..], "problem(503, 'OVERLOADED')", "new Response('', { status: 404 })", "json(null)"] {
        let stage = Stage::started("{}");
        stage.answer(0, answer).await;
        assert!(stage.world.visited().is_empty(), "{answer}");
    }
    let stage = Stage::started("{}");
    stage.answer(0, &expired()).await;
    assert_eq!(stage.world.visited().len(), 1);
}
