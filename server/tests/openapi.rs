//! The description of the API: it is the code's own, it is up to date, and it says neither more nor less than what the
//! server does.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        io::{Read, Write},
        net::{SocketAddr, TcpListener, TcpStream},
        path::{Path, PathBuf},
        process::Command,
        time::Duration,
    };

    use reqwest::{Method, header::HeaderMap};
    use rusqlite::Connection;
    use serde_json::{Value, json};
    use session_keepalive_server::config::Settings;

    use super::http::{Answer, Backend, Browser};

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    const SQLITE: &str = "sqlite:sample.db";
    /// Tickets are sealed for an origin; with a port of its own each server would refuse those of the one before.
    const ORIGIN: &str = "http://localhost:4780";

    fn checked_in() -> String {
        fs::read_to_string(FILE).unwrap_or_default()
    }

    #[test]
    fn the_file_is_what_the_code_says() {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_session-keepalive-server"))
            .current_dir(folder.path())
            .env_clear()
            .args(["openapi", "--public-origin", "https://app.example"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(
            String::from_utf8(output.stdout).unwrap() == checked_in(),
            "server/openapi.json is stale; run: cargo run -p session-keepalive-server -- openapi --public-origin \
             https://app.example > server/openapi.json"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it only prints");
    }

    #[tokio::test]
    async fn a_server_serves_it_with_its_own_cookies_names() {
        let backend = Backend::start().await;
        let served = backend.browser().get("/openapi.json").await;
        assert_eq!((served.status, served.header("content-type")), (200, "application/json"));
        let mut served = served.json();
        for kind in ["session", "ticket"] {
            let name = served["components"]["securitySchemes"][kind]["name"].take();
            assert_eq!(name, format!("{kind}-{}", backend.address.port()));
            served["components"]["securitySchemes"][kind]["name"] = json!(format!("__Host-{kind}"));
        }
        served["components"]["headers"]["set-cookie"]["schema"]["pattern"] = json!("^(__Host-session|__Host-ticket)=");
        assert_eq!(served, serde_json::from_str::<Value>(&checked_in()).unwrap());
    }

    /// `Calls` takes no route without its description. This is for routes that go round it.
    #[test]
    fn no_route_goes_round_the_description() {
        fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { sources(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        let adds_one = |line: &str| line.contains(".route(") && !line.trim_start().starts_with("//");
        found.retain(|file| fs::read_to_string(file).unwrap().lines().any(adds_one));
        let is_demo = |file: &PathBuf| file.ends_with("http/demo/mod.rs");
        assert!(found.iter().any(is_demo), "the demo's controls, which are no part of the API, are found: {found:?}");
        found.retain(|file| !is_demo(file));
        assert!(found.is_empty(), "add these routes by `Calls::and(routes!(…))`: {found:?}");
    }

    /// Answers that take two requests at the same moment, or keys that change under a store which outlives the server:
    /// shown where both are in the test's hands.
    const SHOWN_ELSEWHERE: [(&str, &str, &str, &str); 5] = [
        (
            "post /api/connect",
            "SESSION_REVOKED",
            "src/sessions/tests/race.rs",
            "a_sign_in_that_a_logout_everywhere_overtakes_is_refused_whole",
        ),
        (
            "get /api/database",
            "RECONNECT_REFUSED",
            "src/sessions/tests/keys.rs",
            "a_kept_credential_whose_key_is_gone_says_so",
        ),
        (
            "get /api/sessions",
            "RECONNECT_REFUSED",
            "src/sessions/tests/keys.rs",
            "a_kept_credential_whose_key_is_gone_says_so",
        ),
        (
            "delete /api/sessions",
            "RECONNECT_REFUSED",
            "src/sessions/tests/keys.rs",
            "a_kept_credential_whose_key_is_gone_says_so",
        ),
        (
            "delete /api/sessions/{handle}",
            "RECONNECT_REFUSED",
            "src/sessions/tests/keys.rs",
            "a_kept_credential_whose_key_is_gone_says_so",
        ),
    ];

    /// What is documented, and what was seen of it: per call, status and code (empty where there is none).
    struct Answers {
        document: Value,
        documented: BTreeSet<(String, u16, String)>,
        seen: BTreeSet<(String, u16, String)>,
    }

    impl Answers {
        fn new() -> Self {
            let document: Value = serde_json::from_str(&checked_in()).unwrap();
            let mut documented = BTreeSet::new();
            for (path, calls) in document["paths"].as_object().unwrap() {
                for (method, call) in calls.as_object().unwrap() {
                    for (status, answer) in call["responses"].as_object().unwrap() {
                        let codes = answer.pointer("/content/application~1problem+json/schema/allOf/1/properties/code");
                        let codes = codes.map_or(vec![""], |code| {
                            code["enum"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect()
                        });
                        for code in codes {
                            documented.insert((format!("{method} {path}"), status.parse().unwrap(), code.to_owned()));
                        }
                    }
                }
            }
            Self { document, documented, seen: BTreeSet::new() }
        }

        /// Notes an answer, which must be a documented one.
        fn saw(&mut self, method: &str, path: &str, answer: &Answer) -> String {
            let call = format!("{method} {path}");
            let code = if answer.status < 400 { String::new() } else { answer.code() };
            let entry = (call, answer.status, code.clone());
            assert!(self.documented.contains(&entry), "not documented: {entry:?} {answer:?}");
            let documented = &self.document["paths"][path][method]["responses"][answer.status.to_string()];
            for (name, header) in documented["headers"].as_object().unwrap() {
                let header = self.document.pointer(header["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
                let needed = header["required"] == true;
                assert!(!needed || answer.headers.contains_key(name), "{entry:?} has no {name}: {answer:?}");
            }
            for sent in ["retry-after", "set-cookie", "cache-control"] {
                let told = documented["headers"].get(sent).is_some();
                assert!(told || !answer.headers.contains_key(sent), "{entry:?} does not tell of {sent}: {answer:?}");
            }
            self.seen.insert(entry);
            code
        }

        async fn get(&mut self, browser: &mut Browser, path: &str) -> String {
            let answer = browser.get(path).await;
            self.saw("get", path, &answer)
        }

        async fn post(&mut self, browser: &mut Browser, path: &str, body: Value) -> String {
            let answer = browser.post(path, body).await;
            self.saw("post", path, &answer)
        }

        /// `handle` with its slash, or nothing for all other sessions.
        async fn delete(&mut self, browser: &mut Browser, handle: &str) -> String {
            let answer = browser.delete(&format!("/api/sessions{handle}")).await;
            self.saw("delete", if handle.is_empty() { ALL } else { ONE }, &answer)
        }

        async fn connect(&mut self, browser: &mut Browser, text: &str) -> String {
            self.post(browser, "/api/connect", json!({ "connectionString": text })).await
        }

        async fn reconnect(&mut self, browser: &mut Browser, text: &str, key: &str) -> String {
            let answer = browser.reconnect(text, key).await;
            self.saw("post", "/api/reconnect", &answer)
        }

        /// With both cookies, and by the ticket alone, on every call that needs a session.
        async fn not_a_session(&mut self, browser: &Browser, code: &str) {
            assert_eq!(self.post(&mut browser.clone(), "/api/validate-session", json!({})).await, code);
            assert_eq!(self.post(&mut browser.clone(), "/api/reconnect", json!({})).await, code);
            if code != "RECONNECT_REFUSED" {
                for path in ["/api/database", "/api/sessions"] {
                    assert_eq!(self.get(&mut browser.clone(), path).await, code);
                }
                for handle in ["", "/no-such-handle"] {
                    assert_eq!(self.delete(&mut browser.clone(), handle).await, code);
                }
            }
        }
    }

    const POSTS: [&str; 4] = ["/api/connect", "/api/validate-session", "/api/reconnect", "/api/logout"];
    const ALL: &str = "/api/sessions";
    const ONE: &str = "/api/sessions/{handle}";
    const GETS: [&str; 6] = ["/api/database", "/api/sessions", "/healthz", "/readyz", "/metrics", "/openapi.json"];

    fn set<'k>(knobs: &'k [&'k str]) -> impl Fn(&mut Settings) + 'k {
        |settings| {
            settings.public_origin = Some(ORIGIN.to_owned());
            settings.set = knobs.iter().map(|knob| (*knob).to_owned()).collect();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_documented_answer_can_be_had_and_no_other() {
        let mut answers = Answers::new();
        good_answers(&mut answers).await;
        requests_that_are_wrong(&mut answers).await;
        slow_bodies(&mut answers).await;
        sessions_that_ended(&mut answers).await;
        targets_that_refuse(&mut answers).await;
        a_crowd(&mut answers).await;
        a_full_store(&mut answers).await;
        a_store_that_is_down(&mut answers).await;

        let elsewhere: BTreeMap<_, _> =
            SHOWN_ELSEWHERE.iter().map(|(call, code, file, test)| ((*call, *code), (file, test))).collect();
        let mut unseen: BTreeSet<_> = answers.documented.difference(&answers.seen).cloned().collect();
        for ((call, code), (file, test)) in elsewhere {
            let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
            assert!(source.contains(&format!("fn {test}(")), "{file} has no test {test}");
            let before = unseen.len();
            unseen.retain(|(of, _, with)| (of.as_str(), with.as_str()) != (call, code));
            assert!(unseen.len() < before, "{call} {code} need not be shown elsewhere");
        }
        assert!(unseen.is_empty(), "documented, and no request gets it: {unseen:#?}");
    }

    async fn good_answers(answers: &mut Answers) {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        assert_eq!(answers.connect(&mut alice, SQLITE).await, "");
        for path in GETS {
            answers.get(&mut alice, path).await;
        }
        let handle = format!("/{}", alice.get(ALL).await.json()["sessions"][0]["handle"].as_str().unwrap());
        assert_eq!(answers.delete(&mut alice, "").await, "");
        assert_eq!(answers.delete(&mut alice, "/no-such-handle").await, "");
        for path in ["/api/validate-session", "/api/reconnect"] {
            assert_eq!(answers.post(&mut alice, path, json!({})).await, "");
        }
        assert_eq!(answers.delete(&mut alice, &handle).await, "");
        assert_eq!(answers.post(&mut alice, "/api/logout", json!({})).await, "");
    }

    async fn requests_that_are_wrong(answers: &mut Answers) {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        for path in POSTS {
            assert_eq!(answers.post(&mut alice, path, json!({ "no": "such field" })).await, "INVALID_REQUEST");
            let large = json!({ "connectionString": "x".repeat(20_000) });
            assert_eq!(answers.post(&mut alice, path, large).await, "PAYLOAD_TOO_LARGE");
            let answer = alice.send(alice.bare(Method::POST, path)).await;
            assert_eq!(answers.saw("post", path, &answer), "CSRF_REFUSED");
        }
        for path in GETS {
            let answer = alice.send(alice.bare(Method::GET, path).header("x-padding", "p".repeat(30_000))).await;
            assert_eq!(answers.saw("get", path, &answer), "PAYLOAD_TOO_LARGE");
        }
        for path in ["/api/database", ALL] {
            let answer = alice.send(alice.bare(Method::GET, path).header("host", "evil.example")).await;
            assert_eq!(answers.saw("get", path, &answer), "CSRF_REFUSED");
        }
        for (path, name) in [(ALL, ALL), ("/api/sessions/handle", ONE)] {
            let answer = alice.send(alice.bare(Method::DELETE, path)).await;
            assert_eq!(answers.saw("delete", name, &answer), "CSRF_REFUSED");
            let answer = alice.send(alice.bare(Method::DELETE, path).header("x-padding", "p".repeat(30_000))).await;
            assert_eq!(answers.saw("delete", name, &answer), "PAYLOAD_TOO_LARGE");
        }
    }

    async fn slow_bodies(answers: &mut Answers) {
        let backend = Backend::configured(|_| {}, |config| config.limits.body_time = Duration::from_millis(100)).await;
        for path in POSTS {
            let address = backend.address;
            let answer = tokio::task::spawn_blocking(move || unfinished(address, path)).await.unwrap();
            answers.saw("post", path, &answer);
        }
    }

    /// A body that stops half-way.
    fn unfinished(address: SocketAddr, path: &str) -> Answer {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nx-session-keepalive: 1\r\n\
             content-type: application/json\r\ncontent-length: 9\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: HeaderMap = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        Answer { status, headers, text: body.to_owned() }
    }

    async fn sessions_that_ended(answers: &mut Answers) {
        for (knobs, code) in
            [(["idle=1h", "heartbeat_counts=no"], "SESSION_TIMEOUT"), (["absolute=1h", "idle=none"], "SESSION_EXPIRED")]
        {
            let (backend, clock) = Backend::clocked(set(&knobs)).await;
            let mut alice = backend.browser();
            assert_eq!(answers.connect(&mut alice, SQLITE).await, "");
            clock.advance(Duration::from_secs(3600));
            answers.not_a_session(&alice, code).await;
        }
        let backend = Backend::with(set(&["limits.total=1"])).await;
        let (mut alice, mut bob) = (backend.browser(), backend.browser());
        answers.not_a_session(&alice, "SESSION_UNKNOWN").await;
        answers.connect(&mut alice, SQLITE).await;
        answers.connect(&mut bob, SQLITE).await;
        answers.not_a_session(&alice, "SESSION_EVICTED").await;
        let signed_out = bob.clone();
        answers.post(&mut bob, "/api/logout", json!({})).await;
        answers.not_a_session(&signed_out, "SESSION_REVOKED").await;
        let mut mallory = backend.browser();
        mallory.cookies.insert("ticket-4780".to_owned(), "rubbish".to_owned());
        answers.not_a_session(&mallory, "RECONNECT_REFUSED").await;
    }

    async fn targets_that_refuse(answers: &mut Answers) {
        // Speaks just enough of the protocol to refuse a password.
        let refusing = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = refusing.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in refusing.incoming() {
                let mut stream = stream.unwrap();
                let mut greeting = [0; 1024];
                assert!(stream.read(&mut greeting).unwrap() > 0);
                let fields = b"SFATAL\0VFATAL\0C28P01\0Mno\0\0";
                let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
                stream.write_all(&[b"E".as_slice(), &length, fields].concat()).unwrap();
            }
        });
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let allow = |settings: &mut Settings| {
            set(&[])(settings);
            settings.allow_target.extend([port, closed].map(|port| format!("postgres://127.0.0.1:{port}")));
        };
        let backend = Backend::with(allow).await;
        let mut alice = backend.browser();
        let wrong = format!("postgres://alice:wrong@127.0.0.1:{port}/app");
        let down = format!("postgres://alice:wrong@127.0.0.1:{closed}/app");
        for text in ["mysql://alice:wrong@127.0.0.1/app", &wrong, &down, &wrong, &wrong, &wrong] {
            answers.connect(&mut alice, text).await;
            answers.reconnect(&mut alice, text, "attempt").await;
        }
        assert_eq!(answers.connect(&mut alice, &wrong).await, "RATE_LIMITED");
        assert_eq!(answers.reconnect(&mut alice, &wrong, "attempt").await, "RATE_LIMITED");

        answers.connect(&mut alice, SQLITE).await;
        let lock = Connection::open(backend.file("sample.db")).unwrap();
        lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
        assert_eq!(answers.get(&mut alice, "/api/database").await, "TARGET_UNAVAILABLE");
        drop(lock);
        fs::write(backend.file("sample.db"), "no database any more".repeat(40)).unwrap();
        assert_eq!(answers.get(&mut alice, "/api/database").await, "CONNECTION_REFUSED");

        let closed = backend.restart(|settings| {
            set(&[])(settings);
            settings.allow_target.clear();
        });
        let mut alice = closed.await.browser_with(&alice);
        answers.post(&mut alice, "/api/validate-session", json!({})).await;
        assert_eq!(answers.get(&mut alice, "/api/database").await, "TARGET_NOT_ALLOWED");
    }

    async fn a_crowd(answers: &mut Answers) {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let backend = Backend::configured(
            |settings| settings.allow_target.push(format!("postgres://127.0.0.1:{port}")),
            |config| config.limits.sign_ins = 1,
        )
        .await;
        let mut alice = backend.browser();
        let text = format!("postgres://alice:pw@127.0.0.1:{port}/app");
        let mut first = backend.browser();
        let inside = tokio::spawn(async move { first.connect(&text).await });
        let held = tokio::task::spawn_blocking(move || silent.accept().unwrap()).await.unwrap();
        assert_eq!(answers.connect(&mut alice, SQLITE).await, "OVERLOADED");
        assert_eq!(answers.reconnect(&mut alice, SQLITE, "attempt").await, "OVERLOADED");
        drop(held);
        assert_eq!(answers.saw("post", "/api/connect", &inside.await.unwrap()), "TARGET_UNAVAILABLE");
    }

    async fn a_full_store(answers: &mut Answers) {
        let one = ["limits.total=1", "limits.when_full=reject"];
        let backend = Backend::with(set(&one)).await;
        let mut alice = backend.browser();
        answers.connect(&mut alice, SQLITE).await;
        let backend = backend.restart(set(&one)).await;
        let (mut alice, mut bob) = (backend.browser_with(&alice), backend.browser());
        answers.connect(&mut bob, SQLITE).await;
        let mut carol = backend.browser();
        assert_eq!(answers.connect(&mut carol, SQLITE).await, "SESSION_LIMIT");
        assert_eq!(answers.post(&mut alice, "/api/validate-session", json!({})).await, "SESSION_LIMIT");
        assert_eq!(answers.post(&mut alice, "/api/reconnect", json!({})).await, "SESSION_LIMIT");
    }

    async fn a_store_that_is_down(answers: &mut Answers) {
        let backend = Backend::with(set(&["touch_every=0"])).await;
        let mut alice = backend.browser();
        answers.connect(&mut alice, SQLITE).await;
        let log = Connection::open(backend.folder.path().join("revocations.db")).unwrap();
        log.execute_batch("ALTER TABLE ended_family RENAME TO gone").unwrap();
        assert_eq!(answers.connect(&mut alice.clone(), SQLITE).await, "STORE_UNAVAILABLE");
        for path in ["/api/validate-session", "/api/reconnect", "/api/logout"] {
            let mut copy = alice.clone();
            assert_eq!(answers.post(&mut copy, path, json!({})).await, "STORE_UNAVAILABLE");
            assert_eq!(copy.cookies, alice.cookies, "{path} leaves the cookies");
        }
        for path in ["/api/database", ALL, "/readyz"] {
            assert_eq!(answers.get(&mut alice, path).await, "STORE_UNAVAILABLE");
        }
        for handle in ["", "/no-such-handle"] {
            assert_eq!(answers.delete(&mut alice, handle).await, "STORE_UNAVAILABLE");
        }
        assert_eq!(alice.get("/healthz").await.status, 200, "the process itself is well");
        log.execute_batch("ALTER TABLE gone RENAME TO ended_family").unwrap();
        assert_eq!(answers.get(&mut alice, "/readyz").await, "", "healed without a restart");
        assert_eq!(alice.validate().await.json()["epoch"], 1, "and nobody has lost a session");
    }
}
