//! What every request and answer has to look like: cross-site rules, CORS, cookies, headers, methods.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use serde_json::json;

    use super::http::{Backend, send};

    const STATE_CHANGING: &[&str] = &["/api/connect", "/api/validate-session", "/api/reconnect", "/api/logout"];
    const SQLITE: &str = "sqlite:sample.db";

    #[tokio::test]
    async fn a_request_that_another_site_could_send_is_refused_and_leaves_the_session() {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(SQLITE).await.status, 200);
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("content-type", "application/json")], "x-session-keepalive: 1"),
            (&[("content-type", "application/json"), ("x-session-keepalive", "2")], "x-session-keepalive: 1"),
            (&[("x-session-keepalive", "1")], "content-type: application/json"),
            (&[("x-session-keepalive", "1"), ("content-type", "text/plain")], "content-type: application/json"),
            (&[("origin", "https://evil.example")], "--allow-origin"),
            (&[("origin", "null")], "--allow-origin"),
            (&[("origin", "http://127.0.0.1:1")], "--allow-origin"),
            (&[("sec-fetch-site", "cross-site")], "sec-fetch-site"),
            (&[("sec-fetch-site", "same-site")], "sec-fetch-site"),
            (&[("host", "evil.example")], "host"),
        ];
        for path in STATE_CHANGING {
            for (headers, hint) in cases {
                let names_both = headers.iter().any(|(name, _)| name.starts_with("x-") || *name == "content-type");
                let mut request =
                    if names_both { alice.bare(Method::POST, path).body("{}") } else { alice.prepare(path, "{}") };
                for (name, value) in *headers {
                    request = request.header(*name, *value);
                }
                let answer = alice.send(request).await;
                assert_eq!((answer.status, answer.code().as_str()), (403, "CSRF_REFUSED"), "{path} {headers:?}");
                assert!(answer.detail().contains(hint), "{path} {headers:?}: {}", answer.detail());
                assert!(answer.set_cookies().is_empty());
            }
        }
        let mut read = backend.browser();
        read.cookies = alice.cookies.clone();
        for (name, value) in [("origin", "https://evil.example"), ("host", "evil.example")] {
            let answer = send(read.bare(Method::GET, "/api/database").header(name, value)).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "CSRF_REFUSED"), "{name}");
        }
        let still = alice.validate().await.json();
        assert_eq!((still["valid"].as_bool(), still["epoch"].as_u64()), (Some(true), Some(1)));
    }

    #[tokio::test]
    async fn the_page_itself_and_programs_are_accepted() {
        let backend = Backend::start().await;
        let port = backend.address.port();
        let accepted: &[&[(&str, &str)]] = &[
            &[],
            &[("origin", &backend.origin()), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("host", &format!("localhost:{port}")), ("origin", &format!("http://localhost:{port}"))],
            &[("content-type", "application/json; charset=utf-8")],
        ];
        for headers in accepted {
            let browser = backend.browser();
            let mut request = browser.prepare("/api/logout", "");
            for (name, value) in *headers {
                let replaced = [((*name).parse().unwrap(), (*value).parse().unwrap())].into_iter().collect();
                request = request.headers(replaced);
            }
            assert_eq!(send(request).await.status, 204, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn a_listed_origin_may_call_and_read_also_what_went_wrong() {
        let other = "http://127.0.0.1:9";
        let backend = Backend::with(|settings| settings.allow_origin = vec![other.to_owned()]).await;
        let browser = backend.browser();

        let preflight = browser
            .bare(Method::OPTIONS, "/api/reconnect")
            .header("origin", other)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,idempotency-key,x-session-keepalive");
        let answer = send(preflight).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("access-control-allow-origin"), other);
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert_eq!(answer.header("access-control-allow-methods"), "GET, POST, DELETE");
        let allowed = "content-type, x-session-keepalive, idempotency-key";
        assert_eq!(answer.header("access-control-allow-headers"), allowed);

        let errors = [
            ("a lost session", browser.prepare("/api/validate-session", ""), 401),
            ("bad JSON", browser.prepare("/api/validate-session", "{"), 400),
            ("a missing header", browser.bare(Method::POST, "/api/logout"), 403),
            ("no such call", browser.bare(Method::GET, "/api/nothing"), 404),
            ("a wrong method", browser.bare(Method::GET, "/api/logout"), 405),
            ("a body too large", browser.prepare("/api/logout", " ".repeat(20_000)), 413),
            ("headers too large", browser.prepare("/api/logout", "").header("x-padding", "p".repeat(30_000)), 413),
            ("a success", browser.prepare("/api/logout", ""), 204),
        ];
        for (what, request, status) in errors {
            let answer = send(request.header("origin", other)).await;
            assert_eq!(answer.status, status, "{what}");
            assert_eq!(answer.header("access-control-allow-origin"), other, "{what}");
            assert_eq!(answer.header("access-control-allow-credentials"), "true", "{what}");
            assert_eq!(answer.header("access-control-expose-headers"), "retry-after, date", "{what}");
            assert!(answer.header("vary").contains("origin"), "{what}");
        }
    }

    #[tokio::test]
    async fn other_origins_are_told_nothing() {
        let backend = Backend::start().await;
        let browser = backend.browser();
        for method in [Method::OPTIONS, Method::GET] {
            let request = browser
                .bare(method, "/api/database")
                .header("origin", "https://evil.example")
                .header("access-control-request-method", "GET");
            let answer = send(request).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "CSRF_REFUSED"));
            assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{answer:?}");
        }
    }

    #[tokio::test]
    async fn cookies_over_plain_http_carry_the_port() {
        let backend = Backend::start().await;
        let port = backend.address.port();
        let mut alice = backend.browser();
        let connected = alice.connect(SQLITE).await;
        let cookies = connected.set_cookies();
        assert_eq!(cookies.len(), 2, "{cookies:?}");
        let session = cookies.iter().find(|cookie| cookie.starts_with(&format!("session-{port}="))).unwrap();
        assert!(session.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{session}");
        let ticket = cookies.iter().find(|cookie| cookie.starts_with(&format!("ticket-{port}="))).unwrap();
        // What remains of the nearer limit, which is a day of idling.
        assert!(ticket.contains("; HttpOnly; SameSite=Strict; Path=/; Max-Age=86"), "{ticket}");
        assert!(!connected.text.contains(&alice.cookies[&format!("session-{port}")]), "not in a body");

        let out = alice.logout(false).await;
        assert_eq!(out.status, 204);
        let removals = out.set_cookies();
        assert_eq!(removals.len(), 2);
        for removal in removals {
            assert!(removal.contains("=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"), "{removal}");
        }
        assert!(alice.cookies.is_empty());
    }

    #[tokio::test]
    async fn cookies_over_https_are_bound_to_the_host() {
        let backend = Backend::with(|settings| {
            settings.public_origin = Some("https://app.example".to_owned());
            // Over https no key is made on the spot.
            std::fs::write(settings.ticket_keys.as_ref().unwrap(), "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")
                .unwrap();
        })
        .await;
        let mut proxied = backend.browser();
        let body = json!({ "connectionString": SQLITE }).to_string();
        let request = proxied.prepare("/api/connect", body).header("host", "app.example");
        let answer = proxied.send(request.header("origin", "https://app.example")).await;
        assert_eq!(answer.status, 200);
        for (cookie, name) in answer.set_cookies().iter().zip(["__Host-session=", "__Host-ticket="]) {
            assert!(cookie.starts_with(name), "{cookie}");
            assert!(cookie.contains("; HttpOnly; SameSite=Strict; Secure; Path=/"), "{cookie}");
        }
        assert_eq!(proxied.validate().await.json()["valid"], true);
        let out = proxied.logout(false).await;
        for removal in out.set_cookies() {
            assert!(removal.contains("=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0"), "{removal}");
        }
    }

    #[tokio::test]
    async fn api_answers_are_never_stored_and_types_never_guessed() {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        let answers = [
            alice.connect(SQLITE).await,
            alice.validate().await,
            alice.get("/api/database").await,
            alice.get("/api/nothing").await,
            alice.logout(false).await,
            alice.validate().await,
        ];
        let ids: std::collections::BTreeSet<&str> =
            answers.iter().map(|answer| answer.header("x-request-id")).collect();
        assert_eq!(ids.len(), answers.len(), "each has a number of its own");
        for answer in &answers {
            assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer:?}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{answer:?}");
        }
    }

    #[tokio::test]
    async fn unknown_paths_and_methods_are_problems_that_say_what_is_allowed() {
        let backend = Backend::start().await;
        let browser = backend.browser();
        for path in ["/api", "/api/", "/api/nothing", "/api/connect/more"] {
            let answer = send(browser.bare(Method::GET, path)).await;
            assert_eq!((answer.status, answer.code().as_str()), (404, ""), "{path}");
        }
        for (method, path, allow) in [
            (Method::GET, "/api/connect", "POST"),
            (Method::DELETE, "/api/logout", "POST"),
            (Method::POST, "/api/database", "GET,HEAD"),
        ] {
            let request = browser.bare(method, path).header("x-session-keepalive", "1");
            let answer = send(request.header("content-type", "application/json")).await;
            assert_eq!((answer.status, answer.code().as_str()), (405, ""), "{path}");
            assert_eq!(answer.header("allow"), allow, "{path}");
        }
        let options = send(browser.bare(Method::OPTIONS, "/api/connect")).await;
        assert_eq!((options.status, options.header("allow")), (204, "POST"));
        for path in ["/healthz", "/readyz"] {
            let head = send(browser.bare(Method::HEAD, path)).await;
            assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
            let get = send(browser.bare(Method::GET, path)).await;
            assert_eq!(head.header("content-length"), get.header("content-length"), "{path}");
        }
    }
}
