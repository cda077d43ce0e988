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

    use super::http::{Backend, Browser, send};

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
            (Method::GET, "/demo/state", json!({})),
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
