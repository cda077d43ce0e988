//! The pages, and what `--demo` adds: faults, the dropped ticket, the page without Wasm.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{Read, Write},
        net::TcpStream,
        time::{Duration, Instant},
    };

    use reqwest::Method;
    use serde_json::json;

    use super::http::{Backend, Browser, send};

    const SQLITE: &str = "sqlite:sample.db";

    /// A site in two folders, as the demo has it.
    async fn with_site(demo: bool) -> (Backend, tempfile::TempDir) {
        let site = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("www/index.html", "<title>index</title>"),
            ("www/connect.html", "<title>connect</title>"),
            ("www/js/main.js", "export {};"),
            ("www/style.css", "body {}"),
            ("www/icon.svg", "<svg/>"),
            ("www/.env", "SECRET=1"),
            ("dist/index.js", "export {};"),
            ("dist/index-3f2a9c1b.js", "export {};"),
            ("dist/session_keepalive_bg.wasm", "\0asm"),
            ("secret.txt", "outside"),
        ] {
            let file = site.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let (www, dist) = (site.path().join("www"), site.path().join("dist"));
        let backend = Backend::with(|settings| {
            settings.site = vec![www.display().to_string(), format!("/dist={}", dist.display())];
            settings.demo = Some(demo);
        })
        .await;
        (backend, site)
    }

    #[tokio::test]
    async fn serves_pages_and_assets_with_their_types() {
        let (backend, _site) = with_site(false).await;
        let mut browser = backend.browser();
        let rows = [
            ("/", "text/html", "<title>index</title>", "no-cache"),
            ("/?interval=2s", "text/html", "<title>index</title>", "no-cache"),
            ("/connect", "text/html", "<title>connect</title>", "no-cache"),
            ("/connect?returnTo=%2F", "text/html", "<title>connect</title>", "no-cache"),
            ("/js/main.js", "text/javascript", "export {};", "no-cache"),
            ("/style.css", "text/css", "body {}", "no-cache"),
            ("/icon.svg", "image/svg+xml", "<svg/>", "no-cache"),
            ("/dist/index.js", "text/javascript", "export {};", "no-cache"),
            ("/dist/index-3f2a9c1b.js", "text/javascript", "export {};", "public, max-age=31536000, immutable"),
            ("/dist/session_keepalive_bg.wasm", "application/wasm", "\0asm", "no-cache"),
        ];
        for (path, kind, text, lifetime) in rows {
            let answer = browser.get(path).await;
            assert_eq!((answer.status, answer.text.as_str()), (200, text), "{path}");
            assert!(answer.header("content-type").starts_with(kind), "{path}: {answer:?}");
            assert_eq!(answer.header("cache-control"), lifetime, "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            let head = send(browser.bare(Method::HEAD, path)).await;
            assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
            let is_page = kind == "text/html";
            assert_eq!(answer.header("content-security-policy").contains("'wasm-unsafe-eval'"), is_page, "{path}");
        }
        browser.get("/nothing-here").await;
        let metrics = browser.get("/metrics").await.text;
        for (route, status) in [("site", 200), ("unmatched", 404)] {
            let series = format!("http_requests_total{{method=\"GET\",route=\"{route}\",status=\"{status}\"}}");
            assert!(metrics.contains(&series), "{series} in {metrics}");
        }
    }

    #[tokio::test]
    async fn serves_nothing_else() {
        let (backend, _site) = with_site(false).await;
        let mut browser = backend.browser();
        for path in [
            "/nothing",
            "/nothing.js",
            "/js",
            "/js/",
            "/dist/",
            "/.env",
            "/%2eenv",
            "/js/%2e%2e/.env",
            "/demo",
            "/no-wasm/",
        ] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, 404, "{path}: {answer:?}");
        }
        // A client library would tidy these up before sending.
        for path in
            ["/../secret.txt", "/..%2fsecret.txt", "/js/../../secret.txt", "/dist/..%5c..%5csecret.txt", "//secret.txt"]
        {
            let mut stream = TcpStream::connect(backend.address).unwrap();
            let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", backend.address);
            let text = tokio::task::spawn_blocking(move || {
                stream.write_all(head.as_bytes()).unwrap();
                let mut text = String::new();
                stream.read_to_string(&mut text).unwrap();
                text
            })
            .await
            .unwrap();
            assert!(text.starts_with("HTTP/1.1 404 ") && !text.contains("outside"), "{path}: {text}");
        }
    }

    #[tokio::test]
    async fn without_the_demo_its_controls_do_not_exist() {
        let (backend, _site) = with_site(false).await;
        let mut alice = backend.browser();
        assert_eq!(alice.post("/demo/restart", json!({})).await.status, 404);
        assert_eq!(alice.post("/demo/fault", json!({ "kind": "503" })).await.status, 404);
        assert_eq!(alice.delete("/demo/fault").await.status, 404);
        assert_eq!(alice.delete("/demo/ticket").await.status, 404);
        assert_eq!(alice.validate().await.code(), "SESSION_UNKNOWN");
    }

    #[tokio::test]
    async fn the_demo_has_a_page_whose_policy_forbids_wasm() {
        let (backend, _site) = with_site(true).await;
        let mut browser = backend.browser();
        for (path, text) in
            [("/no-wasm/", "index"), ("/no-wasm/?interval=500", "index"), ("/no-wasm/connect", "connect")]
        {
            let answer = browser.get(path).await;
            assert!(answer.text.contains(text), "{path}: {answer:?}");
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("script-src 'self';") && !policy.contains("wasm"), "{path}: {policy}");
        }
    }

    async fn connected(backend: &Backend) -> Browser {
        let mut browser = backend.browser();
        assert_eq!(browser.connect(SQLITE).await.status, 200);
        browser
    }

    #[tokio::test]
    async fn the_demo_controls_are_as_guarded_as_the_api() {
        let (backend, _site) = with_site(true).await;
        let browser = backend.browser();
        for (method, path) in [
            (Method::POST, "/demo/restart"),
            (Method::POST, "/demo/fault"),
            (Method::DELETE, "/demo/fault"),
            (Method::DELETE, "/demo/ticket"),
        ] {
            let bare = send(browser.bare(method.clone(), path)).await;
            assert_eq!((bare.status, bare.code().as_str()), (403, "CSRF_REFUSED"), "{path}");
            let foreign =
                browser.bare(method, path).header("x-session-keepalive", "1").header("origin", "http://evil.example");
            let foreign = send(foreign.header("content-type", "application/json")).await;
            assert_eq!((foreign.status, foreign.code().as_str()), (403, "CSRF_REFUSED"), "{path}");
        }
    }

    #[tokio::test]
    async fn faults_answer_in_place_of_the_api_until_they_are_taken_back() {
        let (backend, _site) = with_site(true).await;
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
        let (backend, _site) = with_site(true).await;
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
        let (backend, _site) = with_site(true).await;
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

    #[tokio::test]
    async fn the_ticket_alone_can_be_dropped() {
        let (backend, _site) = with_site(true).await;
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
