//! Bad input, one row each: its status and code, a message that says what to do, no password in the answer, and the
//! session that was there before is as it was.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpStream,
        os::unix::fs::symlink,
        time::{Duration, Instant},
    };

    use serde_json::json;

    use super::http::{Answer, Backend, Browser};

    const SQLITE: &str = "sqlite:sample.db";
    const PASSWORD: &str = "hunter2-correct-horse";

    fn assert_refused(what: &str, answer: &Answer, status: u16, code: &str, hint: &str) {
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{what}: {answer:?}");
        assert!(answer.detail().contains(hint), "{what}: {}", answer.detail());
        assert!(!format!("{answer:?}").contains("hunter2"), "{what}: {answer:?}");
        assert!(answer.set_cookies().is_empty(), "{what}: {answer:?}");
    }

    async fn assert_as_it_was(what: &str, alice: &mut Browser) {
        let before = alice.cookies.clone();
        let answer = alice.validate().await;
        assert_eq!(answer.json()["valid"], true, "{what}");
        assert_eq!(answer.json()["reconnected"], false, "{what}");
        assert_eq!(answer.json()["epoch"], 1, "{what}");
        assert_eq!(alice.cookies, before, "{what}");
    }

    #[tokio::test]
    async fn bodies() {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(SQLITE).await.status, 200);
        let large = format!(r#"{{"connectionString":"{}"}}"#, "x".repeat(17_000));
        let rows = [
            (
                "malformed JSON",
                "/api/connect",
                r#"{"connectionString": "sqlite:a"#,
                400,
                "INVALID_REQUEST",
                "line 1, column",
            ),
            (
                "JSON with a comma too many",
                "/api/connect",
                "{\n \"remember\": true,\n}",
                400,
                "INVALID_REQUEST",
                "line 3, column 1",
            ),
            ("two documents", "/api/logout", "{} {}", 400, "INVALID_REQUEST", "line 1, column 4"),
            ("a list", "/api/connect", r#"["postgres://u:hunter2@h/d", true]"#, 400, "INVALID_REQUEST", "JSON object"),
            ("a bare string", "/api/connect", r#""postgres://u:hunter2@h/d""#, 400, "INVALID_REQUEST", "JSON object"),
            (
                "no UTF-8 escape",
                "/api/connect",
                r#"{"connectionString":"hunter2\x"}"#,
                400,
                "INVALID_REQUEST",
                "line 1, column",
            ),
            (
                "an unknown key at connect",
                "/api/connect",
                r#"{"connectionString":"sqlite:sample.db","user":"hunter2"}"#,
                400,
                "INVALID_REQUEST",
                "'user'",
            ),
            (
                "an unknown key at validate",
                "/api/validate-session",
                r#"{"active":true}"#,
                400,
                "INVALID_REQUEST",
                "'active'",
            ),
            (
                "an unknown key at reconnect",
                "/api/reconnect",
                r#"{"ticket":"hunter2"}"#,
                400,
                "INVALID_REQUEST",
                "'ticket'",
            ),
            ("an unknown key at logout", "/api/logout", r#"{"all":true}"#, 400, "INVALID_REQUEST", "'all'"),
            (
                "a key twice",
                "/api/logout",
                r#"{"everywhere":false,"everywhere":true}"#,
                400,
                "INVALID_REQUEST",
                "'everywhere'",
            ),
            ("a missing key", "/api/connect", "{}", 400, "INVALID_REQUEST", "'connectionString'"),
            (
                "a wrong type",
                "/api/connect",
                r#"{"connectionString":"sqlite:sample.db","remember":"hunter2"}"#,
                400,
                "INVALID_REQUEST",
                "'remember'",
            ),
            (
                "a number for a string",
                "/api/connect",
                r#"{"connectionString":42}"#,
                400,
                "INVALID_REQUEST",
                "must be a string",
            ),
            ("an oversized body", "/api/connect", &large, 413, "PAYLOAD_TOO_LARGE", "16384 bytes"),
        ];
        for (what, path, body, status, code, hint) in rows {
            let answer = alice.send(alice.prepare(path, body.to_owned())).await;
            assert_refused(what, &answer, status, code, hint);
            assert_as_it_was(what, &mut alice).await;
        }
    }

    #[tokio::test]
    async fn connection_strings() {
        let backend = Backend::with(|settings| {
            settings.allow_target.push("postgres://db.internal:5432".to_owned());
        })
        .await;
        let outside = backend.folder.path().join("outside.db");
        std::fs::copy(backend.file("sample.db"), &outside).unwrap();
        symlink(&outside, backend.file("link.db")).unwrap();
        std::fs::write(backend.file("text.db"), "this is no database, but longer than a header would be".repeat(20))
            .unwrap();
        let mut alice = backend.browser();
        assert_eq!(alice.connect(SQLITE).await.status, 200);

        let pg = |rest: &str| format!("postgres://u:{PASSWORD}@{rest}");
        let rows: [(&str, String, u16, &str); 24] = [
            ("nothing", String::new(), 400, "INVALID_REQUEST"),
            ("no scheme", format!("u:{PASSWORD}@db.internal/d"), 400, "INVALID_REQUEST"),
            ("a refused scheme", format!("mysql://u:{PASSWORD}@db.internal/d"), 403, "TARGET_NOT_ALLOWED"),
            ("a refused host", pg("evil.internal:5432/d"), 403, "TARGET_NOT_ALLOWED"),
            ("a refused port", pg("db.internal:5433/d"), 403, "TARGET_NOT_ALLOWED"),
            ("a host by ?host=", pg("db.internal:5432/d?host=evil.internal"), 400, "INVALID_REQUEST"),
            ("a host by ?hostaddr=", pg("db.internal:5432/d?hostaddr=10.0.0.1"), 400, "INVALID_REQUEST"),
            ("a driver option", pg("db.internal:5432/d?options=-cstatement_timeout=0"), 400, "INVALID_REQUEST"),
            (
                "a password by query",
                format!("postgres://u@db.internal:5432/d?password={PASSWORD}"),
                400,
                "INVALID_REQUEST",
            ),
            ("a password file", pg("db.internal:5432/d?passfile=/etc/passwd"), 400, "INVALID_REQUEST"),
            ("two hosts", pg("db.internal:5432,evil.internal:5432/d"), 400, "INVALID_REQUEST"),
            ("a socket for a host", format!("postgres://u:{PASSWORD}@%2Fvar%2Frun/d"), 400, "INVALID_REQUEST"),
            ("no password", "postgres://u@db.internal:5432/d".to_owned(), 400, "INVALID_REQUEST"),
            ("an empty password", "postgres://u:@db.internal:5432/d".to_owned(), 400, "INVALID_REQUEST"),
            ("keywords and values", format!("host=evil.internal user=u password={PASSWORD}"), 400, "INVALID_REQUEST"),
            ("a path out of the folder", "sqlite:../outside.db".to_owned(), 400, "INVALID_REQUEST"),
            ("the same, encoded", "sqlite:%2e%2e/outside.db".to_owned(), 400, "INVALID_REQUEST"),
            ("an absolute path", format!("sqlite:{}", outside.display()), 400, "INVALID_REQUEST"),
            ("a URI file name", "sqlite:file:sample.db".to_owned(), 400, "INVALID_REQUEST"),
            ("a driver option of files", "sqlite:sample.db?vfs=unix-none&mode=rwc".to_owned(), 400, "INVALID_REQUEST"),
            ("a symlink out of the folder", "sqlite:link.db".to_owned(), 403, "TARGET_NOT_ALLOWED"),
            ("a file that is not there", "sqlite:none.db".to_owned(), 422, "CONNECTION_REFUSED"),
            ("a file that is no database", "sqlite:text.db".to_owned(), 422, "CONNECTION_REFUSED"),
            ("a string longer than any", pg(&format!("db.internal:5432/{}", "d".repeat(9000))), 400, "INVALID_REQUEST"),
        ];
        for (what, text, status, code) in rows {
            let connect = alice.connect(&text).await;
            assert_refused(what, &connect, status, code, "");
            let reconnect = alice.reconnect(&text, "key-1").await;
            assert_refused(what, &reconnect, status, code, "");
            assert_as_it_was(what, &mut alice).await;
        }
        assert!(!backend.file("none.db").exists(), "no file was made");
    }

    #[tokio::test]
    async fn headers_and_keys() {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(SQLITE).await.status, 200);
        let body = json!({ "connectionString": SQLITE }).to_string();
        let answer = alice.send(alice.prepare("/api/reconnect", body.clone())).await;
        assert_refused("no idempotency key", &answer, 400, "INVALID_REQUEST", "idempotency-key");
        let long = "k".repeat(129);
        for key in [&b""[..], b"two words", long.as_bytes(), b"k\xf6"] {
            let request = alice.prepare("/api/reconnect", body.clone()).header("idempotency-key", key);
            let answer = alice.send(request).await;
            assert_refused("a bad idempotency key", &answer, 400, "INVALID_REQUEST", "idempotency-key");
            let answer = alice.send(alice.prepare("/api/reconnect", "{}").header("idempotency-key", key)).await;
            assert_refused("the same where none is needed", &answer, 400, "INVALID_REQUEST", "idempotency-key");
        }
        let request = alice.prepare("/api/logout", "{}").header("x-padding", "p".repeat(30_000));
        let answer = alice.send(request).await;
        assert_refused("oversized headers", &answer, 413, "PAYLOAD_TOO_LARGE", "24576 bytes");
        assert_as_it_was("headers", &mut alice).await;
    }

    #[tokio::test]
    async fn tickets() {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(SQLITE).await.status, 200);
        let name = alice.cookie_name("ticket");
        let good = alice.cookies[&name].clone();
        let flipped: String = {
            let (head, tail) = good.split_at(good.len() / 2);
            let other = if tail.starts_with('A') { 'B' } else { 'A' };
            format!("{head}{other}{}", &tail[1..])
        };
        let rows = [
            ("tampered", flipped),
            ("truncated", good[..good.len() - 7].to_owned()),
            ("extended", format!("{good}AAAA")),
            ("rubbish", "rubbish".to_owned()),
            ("larger than any browser keeps", "A".repeat(9_000)),
        ];
        for (what, ticket) in rows {
            for path in ["/api/validate-session", "/api/reconnect"] {
                let mut mallory = backend.browser();
                mallory.cookies.insert(name.clone(), ticket.clone());
                let answer = mallory.post(path, json!({})).await;
                assert_eq!((answer.status, answer.code().as_str()), (401, "RECONNECT_REFUSED"), "{what} {path}");
                assert!(mallory.cookies.is_empty(), "{what}: the ticket is removed");
                assert!(answer.set_cookies().iter().any(|cookie| cookie.starts_with(&format!("{name}=;"))), "{what}");
                assert_eq!(mallory.get("/api/database").await.status, 401);
            }
            // Beside a session that lives, a bad ticket changes nothing.
            let mut with_session = alice.clone();
            with_session.cookies.insert(name.clone(), ticket);
            assert_eq!(with_session.validate().await.json()["epoch"], 1, "{what}");
        }
        assert_as_it_was("tickets", &mut alice).await;
    }

    #[tokio::test]
    async fn cookies_beyond_all_measure() {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(SQLITE).await.status, 200);
        let mut mallory = alice.clone();
        mallory.cookies.insert("filler".to_owned(), "f".repeat(40_000));
        let answer = mallory.validate().await;
        assert_refused("oversized cookies", &answer, 413, "PAYLOAD_TOO_LARGE", "cookies");
        mallory.cookies.insert("filler".to_owned(), "f".repeat(100_000));
        assert_eq!(mallory.validate().await.status, 431, "beyond what is read at all");
        assert_as_it_was("cookies", &mut alice).await;
    }

    /// Writes `head`, then reads until the server closes.
    fn until_closed(backend: &Backend, head: &str) -> (String, Duration) {
        let mut stream = TcpStream::connect(backend.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let started = Instant::now();
        stream.write_all(head.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        (text, started.elapsed())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn slow_clients_are_cut_off() {
        let backend = Backend::configured(
            |_| {},
            |config| {
                config.limits.head_time = Duration::from_millis(300);
                config.limits.body_time = Duration::from_millis(300);
            },
        )
        .await;
        let address = backend.address;
        tokio::task::spawn_blocking(move || {
            let (_, waited) = until_closed(&backend, "POST /api/logout HTTP/1.1\r\nhost: x\r\nx-slow");
            assert!(waited >= Duration::from_millis(290), "{waited:?}");
            let head = format!(
                "POST /api/logout HTTP/1.1\r\nhost: {address}\r\nx-session-keepalive: 1\r\n\
                 content-type: application/json\r\ncontent-length: 9\r\n\r\n{{"
            );
            let (answer, _) = until_closed(&backend, &head);
            assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        })
        .await
        .unwrap();
    }
}
