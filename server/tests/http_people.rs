//! The sessions of one person over HTTP: the list, revoking one or the others, and the limits of number.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use serde_json::{Value, json};
    use session_keepalive_server::http::Server;

    use super::http::{Backend, Browser, send, settings};

    const SQLITE: &str = "sqlite:sample.db";

    /// The demo has one person on several devices; `set` are policy knobs.
    async fn demo(set: &[&str]) -> Backend {
        let set = set.iter().map(|knob| (*knob).to_owned()).collect();
        Backend::with(|settings| {
            settings.demo = Some(true);
            settings.set = set;
        })
        .await
    }

    async fn connected(backend: &Backend) -> Browser {
        let mut browser = backend.browser();
        assert_eq!(browser.connect(SQLITE).await.status, 200);
        browser
    }

    /// Waits for the clock to move: of two sign-ins in one millisecond neither is the older.
    fn next_millisecond() {
        let now = || std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let before = now();
        while now() == before {
            std::thread::yield_now();
        }
    }

    async fn list(browser: &mut Browser) -> Vec<Value> {
        let answer = browser.get("/api/sessions").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["sessions"].as_array().unwrap().clone()
    }

    async fn handle(browser: &mut Browser, current: bool) -> String {
        let entry = list(browser).await.into_iter().find(|entry| entry["current"] == current).unwrap();
        entry["handle"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_person_sees_their_sessions() {
        let backend = demo(&[]).await;
        let mut phone = backend.browser();
        let body = json!({ "connectionString": SQLITE }).to_string();
        let request = phone.prepare("/api/connect", body).header("user-agent", "a phone");
        assert_eq!(phone.send(request).await.status, 200);
        let mut laptop = connected(&backend).await;

        let answer = laptop.get("/api/sessions").await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
        let body = answer.json();
        assert_eq!(body["sessions"].as_array().unwrap().len(), 2, "{body}");
        for entry in body["sessions"].as_array().unwrap() {
            let names: Vec<&String> = entry.as_object().unwrap().keys().collect();
            let expected =
                ["absoluteIn", "age", "current", "handle", "idleIn", "lastActivityAgo", "lastSeenAgo", "userAgent"];
            assert_eq!(names, expected);
            let is_phone = entry["userAgent"] == "a phone";
            assert_eq!(entry["current"], !is_phone, "{entry}");
            assert!(entry["age"].as_u64().unwrap() < 60, "{entry}");
            assert!((86_340..=86_400).contains(&entry["idleIn"].as_u64().unwrap()), "{entry}");
            // What is in the list opens nothing.
            let mut thief = backend.browser();
            for name in [laptop.cookie_name("session"), laptop.cookie_name("ticket")] {
                thief.cookies.insert(name, entry["handle"].as_str().unwrap().to_owned());
            }
            assert_eq!(thief.validate().await.status, 401);
        }
        let stranger = backend.browser().get("/api/sessions").await;
        assert_eq!((stranger.status, stranger.code().as_str()), (401, "SESSION_UNKNOWN"));
    }

    #[tokio::test]
    async fn outside_the_demo_a_file_target_knows_nobody_else() {
        let backend = Backend::start().await;
        let (mut alice, _bob) = (connected(&backend).await, connected(&backend).await);
        let own = list(&mut alice).await;
        assert_eq!((own.len(), &own[0]["current"]), (1, &json!(true)));
    }

    #[tokio::test]
    async fn revoking_one_ends_it_there() {
        let backend = demo(&[]).await;
        let (mut phone, mut laptop) = (connected(&backend).await, connected(&backend).await);
        let handle = handle(&mut laptop, false).await;
        let answer = laptop.delete(&format!("/api/sessions/{handle}")).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
        for base in ["session", "ticket"] {
            assert_eq!(phone.with_only(base).validate().await.code(), "SESSION_REVOKED", "by {base}");
        }
        assert_eq!(phone.get("/api/sessions").await.code(), "SESSION_REVOKED");
        assert_eq!(list(&mut laptop).await.len(), 1);
        for gone in [handle.as_str(), "no-such-handle", "%FF", "a%2Fb"] {
            let answer = laptop.delete(&format!("/api/sessions/{gone}")).await;
            assert_eq!((answer.status, answer.code().as_str()), (404, ""), "{gone}");
            assert!(answer.detail().contains("list the sessions again"), "{answer:?}");
        }
        assert_eq!(laptop.validate().await.json()["valid"], true);
    }

    #[tokio::test]
    async fn revoking_the_current_one_removes_its_cookies() {
        let backend = demo(&[]).await;
        let mut laptop = connected(&backend).await;
        let mut before = laptop.clone();
        let handle = handle(&mut laptop, true).await;
        let answer = laptop.delete(&format!("/api/sessions/{handle}")).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.set_cookies().iter().filter(|cookie| cookie.contains("Max-Age=0")).count(), 2, "{answer:?}");
        assert!(laptop.cookies.is_empty());
        assert_eq!(before.validate().await.code(), "SESSION_REVOKED");
    }

    #[tokio::test]
    async fn revoking_the_others_leaves_one_that_outlives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path());
        settings.demo = Some(true);
        let (address, handle) = Server::bind(settings.clone().resolve().unwrap()).await.unwrap();
        let origin = format!("http://{address}");
        let (mut phone, mut laptop) = (Browser::at(&origin), Browser::at(&origin));
        for browser in [&mut phone, &mut laptop] {
            assert_eq!(browser.connect(SQLITE).await.status, 200);
        }
        let answer = laptop.delete("/api/sessions").await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
        let cookies = answer.set_cookies();
        assert!(
            cookies.iter().any(|cookie| cookie.starts_with("ticket-") && !cookie.contains("Max-Age=0")),
            "{cookies:?}"
        );
        assert_eq!(phone.validate().await.code(), "SESSION_REVOKED");
        assert_eq!(list(&mut laptop).await.len(), 1);

        handle.stop().await;
        settings.listen = Some(address.to_string());
        let (_, _handle) = Server::bind(settings.resolve().unwrap()).await.unwrap();
        assert_eq!(laptop.validate().await.json()["reconnected"], true);
        assert_eq!(phone.validate().await.code(), "SESSION_REVOKED");
    }

    #[tokio::test]
    async fn another_site_can_revoke_nothing() {
        let backend = demo(&[]).await;
        let (mut phone, mut laptop) = (connected(&backend).await, connected(&backend).await);
        let handle = handle(&mut laptop, false).await;
        for path in ["/api/sessions".to_owned(), format!("/api/sessions/{handle}")] {
            for (name, value) in
                [("accept", "*/*"), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]
            {
                let mut request = laptop.bare(Method::DELETE, &path).header(name, value);
                if name != "accept" {
                    request = request.header("x-session-keepalive", "1");
                }
                let answer = send(request).await;
                assert_eq!((answer.status, answer.code().as_str()), (403, "CSRF_REFUSED"), "{path} {name}");
            }
            assert_eq!(
                send(
                    laptop
                        .bare(Method::POST, &path)
                        .header("x-session-keepalive", "1")
                        .header("content-type", "application/json")
                )
                .await
                .status,
                405
            );
        }
        assert_eq!(phone.validate().await.json()["valid"], true);
    }

    #[tokio::test]
    async fn a_full_subject_evicts_its_oldest_session_and_that_device_is_told() {
        let backend = demo(&["limits.per_subject=2"]).await;
        let mut oldest = connected(&backend).await;
        next_millisecond();
        let (mut second, mut third) = (connected(&backend).await, connected(&backend).await);
        for base in ["session", "ticket"] {
            let answer = oldest.with_only(base).validate().await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "SESSION_EVICTED"), "by {base}");
        }
        assert_eq!(oldest.post("/api/reconnect", json!({})).await.code(), "SESSION_EVICTED");
        for browser in [&mut second, &mut third] {
            assert_eq!(browser.validate().await.json()["valid"], true);
        }
    }

    #[tokio::test]
    async fn a_full_server_evicts_the_oldest_session_of_all() {
        let backend = Backend::with(|settings| settings.set = vec!["limits.total=2".to_owned()]).await;
        let mut oldest = connected(&backend).await;
        next_millisecond();
        let (mut second, mut third) = (connected(&backend).await, connected(&backend).await);
        assert_eq!(oldest.validate().await.code(), "SESSION_EVICTED");
        for browser in [&mut second, &mut third] {
            assert_eq!(browser.validate().await.json()["valid"], true);
        }
    }

    #[tokio::test]
    async fn a_rejecting_policy_answers_409_and_leaves_everybody() {
        for (limit, is_demo) in [("limits.per_subject=1", true), ("limits.total=1", false)] {
            let backend = Backend::with(|settings| {
                settings.demo = Some(is_demo);
                settings.set = vec![limit.to_owned(), "limits.when_full=reject".to_owned()];
            })
            .await;
            let mut first = connected(&backend).await;
            let mut second = backend.browser();
            let answer = second.connect(SQLITE).await;
            assert_eq!((answer.status, answer.code().as_str()), (409, "SESSION_LIMIT"), "{limit}");
            assert!(second.cookies.is_empty(), "{answer:?}");
            let answer = second.reconnect(SQLITE, "key-1").await;
            assert_eq!((answer.status, answer.code().as_str()), (409, "SESSION_LIMIT"), "{limit}");
            assert_eq!(first.validate().await.json()["valid"], true, "{limit}");
            // Whoever signs in again from the one session replaces it, and signing out makes room.
            assert_eq!(first.connect(SQLITE).await.status, 200, "{limit}");
            assert_eq!(first.logout(false).await.status, 204);
            assert_eq!(second.connect(SQLITE).await.status, 200, "{limit}");
        }
    }
}
