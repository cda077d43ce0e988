//! The pages, also the one without Wasm that `--demo` adds.

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
    };

    use reqwest::Method;

    use super::http::{Backend, send};

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
}
