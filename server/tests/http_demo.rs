//! What `--demo` adds: faults, and what can be done to a session.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpStream,
        time::{Duration, Instant, SystemTime, UNIX_EPOCH},
    };

    use reqwest::Method;
    use serde_json::{Value, json};

    use super::http::{Answer, Backend, Browser, send};

    const SQLITE: &str = "sqlite:sample.db";

    async fn with_demo() -> Backend {
        Backend::with(|settings| settings.demo = Some(true)).await
    }

    async fn connected(backend: &Backend) -> Browser {
        let mut browser = backend.browser();
        assert_eq!(browser.connect(SQLITE).await.status, 200);
        browser
    }

    /// Every call of the demo, with a body that it takes.
    fn calls() -> Vec<(Method, &'static str, Value)> {
        vec![
            (Method::POST, "/demo/restart", json!({})),
            (Method::POST, "/demo/stop", json!({ "seconds": 1 })),
            (Method::POST, "/demo/fault", json!({ "kind": "503" })),
            (Method::DELETE, "/demo/fault", json!({})),
            (Method::DELETE, "/demo/ticket", json!({})),
            (Method::POST, "/demo/session/revoke", json!({})),
            (Method::POST, "/demo/session/expire", json!({ "limit": "absolute", "seconds": 0 })),
            (Method::POST, "/demo/clock", json!({ "aheadSeconds": 86_400 })),
            (Method::GET, "/demo/state", json!({})),
            (Method::POST, "/demo/before/connect", json!({ "connectionString": SQLITE })),
            (Method::POST, "/demo/before/validate-session", json!({})),
        ]
    }

    #[tokio::test]
    async fn without_the_demo_its_controls_do_not_exist() {
        let backend = Backend::start().await;
        let mut alice = connected(&backend).await;
        let cookies = alice.cookies.clone();
        for (method, path, body) in calls() {
            let call = alice.bare(method, path).header("x-session-keepalive", "1");
            let call = call.header("content-type", "application/json").body(body.to_string());
            assert_eq!(alice.send(call).await.status, 404, "{path}");
        }
        assert_eq!(alice.validate().await.json()["epoch"], 1, "and nothing has come of asking");
        assert_eq!(alice.cookies, cookies);
    }

    #[tokio::test]
    async fn the_demo_controls_are_as_guarded_as_the_api() {
        let backend = with_demo().await;
        let browser = backend.browser();
        for (method, path, body) in calls() {
            let foreign = browser.bare(method.clone(), path).header("origin", "http://evil.example");
            let foreign = foreign.header("x-session-keepalive", "1").header("content-type", "application/json");
            let foreign = send(foreign.body(body.to_string())).await;
            assert_eq!((foreign.status, foreign.code().as_str()), (403, "CSRF_REFUSED"), "{path}");
            if method.is_safe() {
                continue;
            }
            let bare = send(browser.bare(method, path).body(body.to_string())).await;
            assert_eq!((bare.status, bare.code().as_str()), (403, "CSRF_REFUSED"), "{path}");
        }
    }

    #[tokio::test]
    async fn faults_answer_in_place_of_the_api_until_they_are_taken_back() {
        let backend = with_demo().await;
        let mut alice = connected(&backend).await;
        let rows = [
            (json!({ "kind": "503" }), 503, "OVERLOADED", "1"),
            (json!({ "kind": "503", "retryAfter": 0 }), 503, "OVERLOADED", "0"),
            (json!({ "kind": "429", "retryAfter": 7 }), 429, "RATE_LIMITED", "7"),
        ];
        for (fault, status, code, retry_after) in rows {
            assert_eq!(alice.post("/demo/fault", fault.clone()).await.status, 204);
            for _ in 0..3 {
                let answer = alice.validate().await;
                assert_eq!((answer.status, answer.code().as_str()), (status, code), "{fault}");
                assert_eq!(answer.header("retry-after"), retry_after, "{fault}");
            }
            assert_eq!(alice.get("/api/database").await.status, status);
            assert_eq!(alice.get("/healthz").await.status, 200, "only the API is faulty");
        }
        assert_eq!(alice.post("/demo/fault", json!({ "kind": "html" })).await.status, 204);
        let page = alice.validate().await;
        assert_eq!(page.status, 200);
        assert!(page.header("content-type").starts_with("text/html"), "{page:?}");

        assert_eq!(alice.delete("/demo/fault").await.status, 204);
        assert_eq!(alice.validate().await.json()["epoch"], 1, "the session was kept all along");
    }

    #[tokio::test]
    async fn faults_can_be_counted_or_timed() {
        let backend = with_demo().await;
        let mut alice = connected(&backend).await;
        alice.post("/demo/fault", json!({ "kind": "503", "requests": 2 })).await;
        let statuses = [alice.validate().await.status, alice.validate().await.status, alice.validate().await.status];
        assert_eq!(statuses, [503, 503, 200]);

        alice.post("/demo/fault", json!({ "kind": "hang", "seconds": 1 })).await;
        let started = Instant::now();
        assert_eq!(alice.validate().await.status, 200, "carried out once the fault is over");
        assert!(started.elapsed() >= Duration::from_millis(900), "{:?}", started.elapsed());

        alice.post("/demo/fault", json!({ "kind": "delay", "delayMs": 300, "requests": 1 })).await;
        let started = Instant::now();
        assert_eq!(alice.validate().await.status, 200);
        assert!(started.elapsed() >= Duration::from_millis(290), "{:?}", started.elapsed());

        let unknown = alice.post("/demo/fault", json!({ "kind": "503", "count": 2 })).await;
        assert_eq!((unknown.status, unknown.code().as_str()), (400, "INVALID_REQUEST"));
        let unknown = alice.post("/demo/fault", json!({ "kind": "500" })).await;
        assert_eq!((unknown.status, unknown.code().as_str()), (400, "INVALID_REQUEST"));
    }

    #[tokio::test]
    async fn who_hangs_is_let_go_when_the_fault_is_taken_back() {
        let backend = with_demo().await;
        let mut alice = connected(&backend).await;
        alice.post("/demo/fault", json!({ "kind": "hang" })).await;
        let mut hanging = alice.clone();
        let hanging = tokio::spawn(async move { hanging.validate().await.status });
        // Counted once it has reached the fault.
        let mut other = alice.clone();
        assert!(tokio::time::timeout(Duration::from_millis(300), other.validate()).await.is_err(), "it hangs");
        assert!(!hanging.is_finished());
        assert_eq!(alice.delete("/demo/fault").await.status, 204);
        assert_eq!(hanging.await.unwrap(), 200);
    }

    /// What a client reads that sends a whole request, until the connection is closed.
    async fn all_that_comes(backend: &Backend, path: &str) -> Vec<u8> {
        let (address, path) = (backend.address, path.to_owned());
        let read = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let request = format!(
                "POST {path} HTTP/1.1\r\nhost: {address}\r\nx-session-keepalive: 1\r\n\
                 content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
            );
            stream.write_all(request.as_bytes()).unwrap();
            let mut all = Vec::new();
            stream.read_to_end(&mut all).unwrap();
            all
        };
        tokio::task::spawn_blocking(read).await.unwrap()
    }

    #[tokio::test]
    async fn a_cut_call_has_no_answer_at_all() {
        let backend = with_demo().await;
        let mut alice = connected(&backend).await;
        alice.post("/demo/fault", json!({ "kind": "cut" })).await;
        assert_eq!(all_that_comes(&backend, "/api/validate-session").await, b"", "not a byte");
        let cut = alice.try_send(alice.prepare("/api/validate-session", "{}")).await;
        assert!(cut.is_err(), "{cut:?}");
        assert_eq!(alice.get("/healthz").await.status, 200, "only the API is faulty");
        assert_eq!(alice.delete("/demo/fault").await.status, 204);
        assert_eq!(alice.validate().await.json()["epoch"], 1);
    }

    #[tokio::test]
    async fn a_refused_reconnect_is_refused_for_good_and_live_sessions_go_on() {
        let backend = with_demo().await;
        let (mut alice, mut gone) = (connected(&backend).await, connected(&backend).await);
        let signed_out = gone.clone();
        assert_eq!(gone.logout(false).await.status, 204);
        alice.post("/demo/fault", json!({ "kind": "refuse-reconnect" })).await;

        let refused = (401, "RECONNECT_REFUSED");
        for path in ["/api/validate-session", "/api/reconnect"] {
            let mut lost = alice.with_only("ticket");
            let answer = lost.post(path, json!({})).await;
            assert_eq!((answer.status, answer.code().as_str()), refused, "{path}");
            assert!(lost.cookies.is_empty(), "{path}: what is refused for good is not kept");
        }
        let answer = backend.browser().reconnect(SQLITE, "an-attempt").await;
        assert_eq!((answer.status, answer.code().as_str()), refused, "by credential");

        assert_eq!(backend.browser().validate().await.code(), "SESSION_UNKNOWN", "nobody was to be re-established");
        assert_eq!(signed_out.clone().validate().await.code(), "SESSION_REVOKED", "who has ended is told why");
        for path in ["/api/validate-session", "/api/reconnect"] {
            assert_eq!(alice.post(path, json!({})).await.status, 200, "{path}: a live session");
        }
        assert_eq!(alice.get("/api/database").await.status, 200);
        let mut bob = connected(&backend).await;

        bob.delete("/demo/fault").await;
        let back = alice.with_only("ticket").validate().await.json();
        assert_eq!((&back["reconnected"], &back["valid"]), (&json!(true), &json!(true)));
    }

    #[tokio::test]
    async fn only_refused_reconnects_are_counted() {
        let backend = with_demo().await;
        let mut alice = connected(&backend).await;
        alice.post("/demo/fault", json!({ "kind": "refuse-reconnect", "requests": 1 })).await;
        for _ in 0..3 {
            assert_eq!(alice.validate().await.status, 200);
        }
        assert_eq!(alice.with_only("ticket").validate().await.code(), "RECONNECT_REFUSED");
        assert_eq!(alice.with_only("ticket").validate().await.json()["reconnected"], true);
    }

    #[tokio::test]
    async fn the_state_tells_the_start_and_what_is_left_of_the_fault() {
        let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let backend = with_demo().await;
        let after = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let mut alice = connected(&backend).await;
        let answer = alice.get("/demo/state").await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
        let state = answer.json();
        let started = u128::from(state["startedAt"].as_u64().unwrap());
        assert!((before..=after).contains(&started), "{before} <= {started} <= {after}");
        assert_eq!(state["fault"], Value::Null);

        alice.post("/demo/fault", json!({ "kind": "429", "retryAfter": 7, "requests": 2, "seconds": 600 })).await;
        assert_eq!(alice.validate().await.status, 429);
        let fault = alice.get("/demo/state").await.json()["fault"].clone();
        assert_eq!((&fault["kind"], &fault["retryAfter"]), (&json!("429"), &json!(7)));
        assert_eq!(fault["requests"], 1, "the state itself is no call of the API");
        assert!((590..=600).contains(&fault["seconds"].as_u64().unwrap()), "{fault}");
        assert_eq!(alice.validate().await.status, 429);
        assert_eq!(alice.get("/demo/state").await.json()["fault"], Value::Null, "it is over");

        alice.post("/demo/fault", json!({ "kind": "cut" })).await;
        let fault = alice.get("/demo/state").await.json()["fault"].clone();
        let until_taken_back = (&Value::Null, &Value::Null);
        assert_eq!((&fault["kind"], (&fault["requests"], &fault["seconds"])), (&json!("cut"), until_taken_back));
        alice.delete("/demo/fault").await;
        assert_eq!(alice.get("/demo/state").await.json()["fault"], Value::Null);
    }

    /// As `npm start` has it: an open page alone is no activity.
    async fn with_limits(knobs: &[&str]) -> Backend {
        Backend::with(|settings| {
            settings.demo = Some(true);
            settings.set = knobs.iter().map(|knob| (*knob).to_owned()).collect();
        })
        .await
    }

    const IDLE_30M: &[&str] = &["idle=30m", "touch_every=1m", "heartbeat_counts=no"];

    #[tokio::test]
    async fn a_revoked_session_is_told_so_at_its_next_check_and_its_ticket_is_no_help() {
        let backend = with_demo().await;
        let (mut alice, mut other) = (connected(&backend).await, connected(&backend).await);
        let cookies = alice.cookies.clone();
        assert_eq!(alice.post("/demo/session/revoke", json!({})).await.status, 204);
        assert_eq!(alice.cookies, cookies, "the browser has not heard of it yet");
        for mut thief in [alice.clone(), alice.with_only("ticket"), alice.with_only("session")] {
            assert_eq!(thief.validate().await.code(), "SESSION_REVOKED");
        }
        assert_eq!(other.validate().await.status, 200, "another one goes on");
    }

    #[tokio::test]
    async fn an_idle_limit_can_be_brought_near_and_staying_signed_in_helps() {
        let backend = with_limits(IDLE_30M).await;
        let mut alice = connected(&backend).await;
        let answer = alice.post("/demo/session/expire", json!({ "limit": "idle", "seconds": 600 })).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        let near = alice.validate().await.json();
        assert!((590..=600).contains(&near["idleIn"].as_u64().unwrap()), "{near}");
        assert_eq!((&near["epoch"], &near["reconnected"]), (&json!(1), &json!(false)));
        let extended = alice.post("/api/validate-session", json!({ "activity": true })).await.json();
        assert!((1_790..=1_800).contains(&extended["idleIn"].as_u64().unwrap()), "{extended}");
        assert_eq!(alice.get("/api/database").await.status, 200);
    }

    #[tokio::test]
    async fn a_limit_of_no_seconds_is_reached_and_the_ticket_is_no_help() {
        for (limit, code) in [("idle", "SESSION_TIMEOUT"), ("absolute", "SESSION_EXPIRED")] {
            let backend = with_limits(IDLE_30M).await;
            let mut alice = connected(&backend).await;
            let before = alice.clone();
            let answer = alice.post("/demo/session/expire", json!({ "limit": limit, "seconds": 0 })).await;
            assert_eq!(answer.status, 204, "{answer:?}");
            assert!(!alice.cookies.keys().any(|name| name.starts_with("ticket")), "it has run out");
            assert_eq!(alice.validate().await.code(), code);
            // Not even the ticket of before, which does not know.
            for mut earlier in [before.clone(), before.with_only("ticket")] {
                assert_eq!(earlier.validate().await.code(), code);
            }
        }
    }

    #[tokio::test]
    async fn a_limit_in_some_seconds_ends_the_session_then_and_not_before() {
        let backend = with_limits(IDLE_30M).await;
        let mut alice = connected(&backend).await;
        let asked = Instant::now();
        alice.post("/demo/session/expire", json!({ "limit": "absolute", "seconds": 2 })).await;
        let over = loop {
            let answer = alice.post("/api/validate-session", json!({ "activity": true })).await;
            if answer.status != 200 {
                break answer;
            }
            assert!(asked.elapsed() < Duration::from_secs(20), "{answer:?}");
        };
        assert_eq!(over.code(), "SESSION_EXPIRED");
        // The server counts whole milliseconds of the wall clock, which may be on its way to the right time.
        let rounding = Duration::from_millis(5);
        assert!(asked.elapsed() + rounding >= Duration::from_secs(2), "{:?}", asked.elapsed());
    }

    #[tokio::test]
    async fn what_cannot_be_brought_near_is_refused_with_its_field() {
        let invalid = (400, "INVALID_REQUEST");
        let rows: [(&[&str], _, &str); 6] = [
            (&["idle=none"], json!({ "limit": "idle", "seconds": 1 }), "'limit' must be 'absolute'"),
            (&["absolute=unbounded"], json!({ "limit": "absolute", "seconds": 1 }), "'limit' must be 'idle'"),
            (&["idle=none", "absolute=unbounded"], json!({ "limit": "idle", "seconds": 1 }), "has no limits"),
            (IDLE_30M, json!({ "limit": "idle", "seconds": 1801 }), "'seconds' must not exceed the limit itself: 1800"),
            (IDLE_30M, json!({ "limit": "idle", "seconds": 3601 }), "'seconds' at line 1, column"),
            (IDLE_30M, json!({ "limit": "both", "seconds": 1 }), "'limit' at line 1, column"),
        ];
        for (knobs, body, says) in rows {
            let backend = with_limits(knobs).await;
            let mut alice = connected(&backend).await;
            let refused = alice.post("/demo/session/expire", body.clone()).await;
            assert_eq!((refused.status, refused.code().as_str()), invalid, "{body}");
            assert!(refused.detail().contains(says), "{body}: {}", refused.detail());
            assert_eq!(alice.validate().await.json()["epoch"], 1, "and nothing has changed");
        }
        let backend = with_demo().await;
        let nobody = backend.browser().post("/demo/session/expire", json!({ "limit": "idle", "seconds": 1 })).await;
        assert_eq!((nobody.status, nobody.code().as_str()), (401, "SESSION_UNKNOWN"));
    }

    #[tokio::test]
    async fn the_clock_of_sessions_is_as_wrong_as_asked_and_right_again() {
        let backend = with_limits(&[]).await;
        let mut alice = connected(&backend).await;
        let absolute_in = async |browser: &mut Browser| browser.validate().await.json()["absoluteIn"].as_i64().unwrap();
        let right = absolute_in(&mut alice).await;
        // Not added up: each is from the right time on.
        for ahead in [3_600, 7_200, 0] {
            let answer = alice.post("/demo/clock", json!({ "aheadSeconds": ahead })).await;
            assert_eq!(answer.status, 204, "{answer:?}");
            assert_eq!(alice.get("/demo/state").await.json()["clockAheadSeconds"], ahead);
            let wrong = absolute_in(&mut alice).await;
            assert!((right - ahead - 10..=right - ahead).contains(&wrong), "{right} {ahead} {wrong}");
        }
        alice.post("/demo/clock", json!({ "aheadSeconds": -7_200 })).await;
        let mut early = connected(&backend).await;
        assert_eq!(alice.validate().await.json()["epoch"], 1, "a clock set back ends nothing");
        alice.post("/demo/clock", json!({ "aheadSeconds": 0 })).await;
        let aged = absolute_in(&mut early).await;
        assert!((right - 7_210..=right - 7_190).contains(&aged), "{right} {aged}");

        for ahead in [86_401, -86_401] {
            let refused = alice.post("/demo/clock", json!({ "aheadSeconds": ahead })).await;
            assert_eq!((refused.status, refused.code().as_str()), (400, "INVALID_REQUEST"));
            let detail = refused.detail();
            assert!(detail.contains("'aheadSeconds'") && detail.contains("from -86400 to 86400"), "{detail}");
        }
    }

    async fn connect_as_before(browser: &mut Browser, connection_string: &str) -> Answer {
        browser.post("/demo/before/connect", json!({ "connectionString": connection_string })).await
    }

    #[tokio::test]
    async fn the_session_of_before_is_in_a_cookie_of_its_own_and_gone_with_the_process() {
        let backend = with_demo().await;
        let mut alice = backend.browser();
        let validate = async |browser: &mut Browser| {
            let answer = browser.post("/demo/before/validate-session", json!({})).await;
            (answer.status, answer.text)
        };
        assert_eq!(validate(&mut alice).await.0, 401);
        let answer = connect_as_before(&mut alice, SQLITE).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"valid":true}"#));
        let name = format!("before-{}", backend.address.port());
        let [cookie] = answer.set_cookies()[..] else { panic!("{answer:?}") };
        assert!(cookie.starts_with(&format!("{name}=")), "{cookie}");
        for attribute in ["HttpOnly", "SameSite=Strict", "Path=/demo/before", "Max-Age=86400"] {
            assert!(cookie.split("; ").any(|found| found == attribute), "{attribute} in {cookie}");
        }
        assert_eq!(validate(&mut alice).await, (200, r#"{"valid":true}"#.to_owned()));
        assert_eq!(alice.validate().await.code(), "SESSION_UNKNOWN", "nothing to the API");
        let mut guess = alice.clone();
        guess.cookies.insert(name, "A".repeat(43));
        assert_eq!(validate(&mut guess).await.0, 401);

        let backend = backend.restart(|settings| settings.demo = Some(true)).await;
        let mut after = backend.browser();
        let id = alice.cookies.values().next().unwrap().clone();
        after.cookies.insert(format!("before-{}", backend.address.port()), id);
        assert_eq!(validate(&mut after).await.0, 401, "the process has forgotten it");
    }

    #[tokio::test]
    async fn a_sign_in_of_before_is_proven_as_any_other() {
        let backend = with_demo().await;
        let mut alice = backend.browser();
        for (connection_string, status, code) in [
            ("postgres://alice:hunter2@db.internal/app", 403, "TARGET_NOT_ALLOWED"),
            ("sqlite:nothing.db", 422, "CONNECTION_REFUSED"),
            ("hunter2", 400, "INVALID_REQUEST"),
        ] {
            let refused = connect_as_before(&mut alice, connection_string).await;
            assert_eq!((refused.status, refused.code().as_str()), (status, code), "{connection_string}");
            assert!(!refused.text.contains("hunter2"), "{refused:?}");
            assert!(alice.cookies.is_empty());
        }
    }

    #[tokio::test]
    async fn the_session_of_before_is_under_the_same_faults() {
        let backend = with_demo().await;
        let mut alice = backend.browser();
        connect_as_before(&mut alice, SQLITE).await;
        alice.post("/demo/fault", json!({ "kind": "503", "requests": 2 })).await;
        let mut check = async || alice.post("/demo/before/validate-session", json!({})).await.status;
        assert_eq!([check().await, check().await, check().await], [503, 503, 200]);
        alice.post("/demo/fault", json!({ "kind": "cut" })).await;
        assert_eq!(all_that_comes(&backend, "/demo/before/validate-session").await, b"");
        // Nothing is ever re-established here.
        alice.post("/demo/fault", json!({ "kind": "refuse-reconnect" })).await;
        assert_eq!(alice.post("/demo/before/validate-session", json!({})).await.status, 200);
        assert_eq!(alice.get("/demo/state").await.status, 200, "the controls themselves are under none");
    }

    #[tokio::test]
    async fn the_ticket_alone_can_be_dropped() {
        let backend = with_demo().await;
        let mut alice = connected(&backend).await;
        let answer = alice.delete("/demo/ticket").await;
        assert_eq!((answer.status, answer.set_cookies().len()), (204, 1));
        assert_eq!(alice.cookies.len(), 1, "the session is kept");
        assert_eq!(alice.validate().await.json()["epoch"], 1);
    }

    #[tokio::test]
    async fn the_demo_brings_its_own_database() {
        let backend = Backend::with(|settings| {
            settings.demo = Some(true);
            settings.allow_target = Vec::new();
            settings.files_root = Some(settings.files_root.take().unwrap().join("made/on/the/way"));
        })
        .await;
        let mut alice = connected(&backend).await;
        assert_eq!(alice.get("/api/database").await.status, 200);
    }
}
