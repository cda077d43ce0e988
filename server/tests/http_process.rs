//! The real binary: killed and started again, stopped gracefully, and what it writes into its log.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;
#[cfg(test)]
#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod process;

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{ErrorKind, Read, Write},
        net::TcpStream,
        time::{Duration, Instant},
    };

    use rustix::process::Signal;
    use serde_json::json;

    use super::{
        http::{Answer, Browser, send},
        process::{ORIGIN, Process, until},
    };

    const SQLITE: &str = "sqlite:sample.db";

    async fn connected(process: &Process) -> Browser {
        let mut browser = process.browser();
        assert_eq!(browser.connect(SQLITE).await.status, 200);
        browser
    }

    #[tokio::test]
    async fn a_session_outlives_a_killed_server() {
        let mut process = Process::start(&[]);
        let alice = connected(&process).await;
        process.kill_and_start_again();

        let mut alice = process.follow(&alice);
        let lost = alice.get("/api/database").await;
        assert_eq!((lost.status, lost.code().as_str()), (401, "SESSION_UNKNOWN"), "the server did forget it");
        let back = alice.validate().await;
        assert_eq!(back.status, 200, "{back:?}");
        assert_eq!((&back.json()["reconnected"], &back.json()["epoch"]), (&json!(true), &json!(2)));
        assert_eq!(alice.get("/api/database").await.status, 200);
        let after = alice.validate().await.json();
        assert_eq!((&after["reconnected"], &after["epoch"]), (&json!(false), &json!(2)));
    }

    #[tokio::test]
    async fn a_reconnect_call_does_the_same_and_epochs_count_restarts() {
        let mut process = Process::start(&[]);
        let mut alice = connected(&process).await;
        for epoch in 2..5 {
            process.kill_and_start_again();
            alice = process.follow(&alice);
            let back = alice.post("/api/reconnect", json!({})).await;
            assert_eq!((back.status, &back.json()["epoch"]), (200, &json!(epoch)), "{back:?}");
        }
    }

    #[tokio::test]
    async fn signed_out_stays_signed_out_over_a_restart() {
        let mut process = Process::start(&[]);
        let mut alice = connected(&process).await;
        let stolen = alice.clone();
        assert_eq!(alice.logout(false).await.status, 204);
        process.kill_and_start_again();
        for mut thief in [stolen.with_only("ticket"), stolen] {
            thief = process.follow(&thief);
            for path in ["/api/validate-session", "/api/reconnect"] {
                let answer = thief.clone().post(path, json!({})).await;
                assert_eq!((answer.status, answer.code().as_str()), (401, "SESSION_REVOKED"), "{path}");
            }
        }
    }

    /// A call with the browser's cookies, in one header behind a cookie of another application that is not ASCII.
    async fn call_beside_a_neighbour(browser: &Browser, neighbour: &[u8], path: &str) -> Answer {
        let mut cookies = neighbour.to_vec();
        for (name, value) in &browser.cookies {
            cookies.extend_from_slice(format!("; {name}={value}").as_bytes());
        }
        let mut without = browser.clone();
        without.cookies.clear();
        send(without.prepare(path, "{}").header("cookie", cookies)).await
    }

    #[tokio::test]
    async fn a_neighbours_cookie_costs_no_session_and_no_sign_out() {
        let mut process = Process::start(&[]);
        for neighbour in [&b"city=K\xf6ln"[..], "city=Köln".as_bytes()] {
            let alice = connected(&process).await;
            let checked = call_beside_a_neighbour(&alice, neighbour, "/api/validate-session").await;
            assert_eq!((checked.status, &checked.json()["epoch"]), (200, &json!(1)), "{checked:?}");
            let signed_out = call_beside_a_neighbour(&alice, neighbour, "/api/logout").await;
            assert_eq!(signed_out.status, 204, "{signed_out:?}");
            for mut old in [alice.with_only("session"), alice.with_only("ticket"), alice.clone()] {
                assert_eq!(old.validate().await.code(), "SESSION_REVOKED", "{:?}", old.cookies.keys());
            }

            let lost = connected(&process).await;
            process.kill_and_start_again();
            let lost = process.follow(&lost);
            let back = call_beside_a_neighbour(&lost, neighbour, "/api/validate-session").await;
            assert_eq!((back.status, &back.json()["epoch"]), (200, &json!(2)), "{back:?}");
        }
    }

    #[tokio::test]
    async fn a_sign_out_after_the_restart_counts_by_the_ticket_alone() {
        let mut process = Process::start(&[]);
        let alice = connected(&process).await;
        process.kill_and_start_again();
        let mut late = process.follow(&alice);
        assert_eq!(late.logout(false).await.status, 204);
        let mut thief = process.follow(&alice);
        assert_eq!(thief.validate().await.code(), "SESSION_REVOKED");
    }

    #[tokio::test]
    async fn everywhere_after_a_restart_ends_the_other_devices_ticket() {
        let mut process = Process::start(&["--demo"]);
        let (phone, laptop) = (connected(&process).await, connected(&process).await);
        process.kill_and_start_again();
        let (mut phone, mut laptop) = (process.follow(&phone), process.follow(&laptop));
        assert_eq!(laptop.validate().await.json()["epoch"], 2);
        assert_eq!(laptop.logout(true).await.status, 204);
        assert_eq!(phone.validate().await.code(), "SESSION_REVOKED");
        process.kill_and_start_again();
        assert_eq!(process.follow(&phone).validate().await.code(), "SESSION_REVOKED", "and it stays so");
        let mut new = connected(&process).await;
        assert_eq!(new.validate().await.json()["valid"], true, "a new sign-in is none of it");
    }

    #[tokio::test]
    async fn other_keys_open_no_ticket() {
        let mut process = Process::start(&[]);
        let alice = connected(&process).await;
        process.kill();
        fs::remove_dir_all(process.folder.path().join(".session-keepalive")).unwrap();
        process.start_again();
        let mut alice = process.follow(&alice);
        let answer = alice.validate().await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "RECONNECT_REFUSED"));
        assert!(alice.cookies.keys().all(|name| !name.starts_with("ticket")), "it is removed");
    }

    #[tokio::test]
    async fn keys_are_rotated_while_people_are_signed_in() {
        const OLD: &str = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";
        const NEW: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        let mut process = Process::start(&["--ticket-keys", "keys"]);
        let mut with_keys = async |keys: &str, browser: Option<&Browser>| {
            process.kill();
            fs::write(process.folder.path().join("keys"), keys).unwrap();
            process.start_again();
            browser.map_or_else(|| process.browser(), |browser| process.follow(browser))
        };
        let mut alice = with_keys(OLD, None).await;
        assert_eq!(alice.connect(SQLITE).await.status, 200);
        let old = alice.clone();
        let mut alice = with_keys(&format!("{NEW}\n{OLD}\n"), Some(&alice)).await;
        assert_eq!(alice.validate().await.json()["epoch"], 2, "the second key opens");
        assert_ne!(alice.cookies["ticket-4780"], old.cookies["ticket-4780"]);
        let mut alice = with_keys(NEW, Some(&alice)).await;
        assert_eq!(alice.validate().await.json()["epoch"], 3, "the first one had sealed");
        assert_eq!(alice.get("/api/database").await.status, 200, "and the credential in it");
        let mut old = with_keys(NEW, Some(&old)).await;
        assert_eq!(old.validate().await.code(), "RECONNECT_REFUSED");
    }

    #[tokio::test]
    async fn the_demo_restart_ends_the_process_after_its_answer() {
        use std::os::unix::process::ExitStatusExt;
        let mut process = Process::start(&["--demo"]);
        let mut alice = connected(&process).await;
        let answer = alice.post("/demo/restart", json!({})).await;
        assert_eq!((answer.status, answer.text.as_str()), (202, r#"{"restarting":true}"#));
        assert_eq!(process.wait().signal(), Some(9));
        process.start_again();
        assert_eq!(process.follow(&alice).validate().await.json()["epoch"], 2);
    }

    /// A request whose body is not all there yet; the rest is to be sent later.
    fn half_a_request(process: &Process) -> TcpStream {
        let mut stream = TcpStream::connect(process.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "POST /api/logout HTTP/1.1\r\nhost: {}\r\nx-session-keepalive: 1\r\nexpect: 100-continue\r\n\
             content-type: application/json\r\ncontent-length: 2\r\n\r\n",
            process.address()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The handler has begun to read: the request is in flight.
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).unwrap();
        assert!(interim.starts_with(b"HTTP/1.1 100 Continue"));
        stream
    }

    #[tokio::test]
    async fn the_demo_stop_closes_the_port_and_every_connection_before_the_process_ends() {
        use std::os::unix::process::ExitStatusExt;
        let mut process = Process::start(&["--demo"]);
        let mut alice = connected(&process).await;
        let (mut kept, mut in_flight) = (answered_and_kept(&process), half_a_request(&process));
        let asked = Instant::now();
        let answer = alice.post("/demo/stop", json!({ "seconds": 3 })).await;
        assert_eq!((answer.status, answer.text.as_str()), (202, r#"{"stoppedFor":3}"#));
        for stream in [&mut kept, &mut in_flight] {
            let more = stream.read(&mut [0; 1]);
            assert!(matches!(&more, Ok(0)) || more.as_ref().is_err_and(is_reset), "{more:?}");
        }
        until("the port is closed", || {
            TcpStream::connect(process.address()).err().filter(|error| error.kind() == ErrorKind::ConnectionRefused)
        });
        assert_eq!(process.has_ended(), None, "it has some time left");
        assert_eq!(process.wait().signal(), Some(9));
        assert!(asked.elapsed() >= Duration::from_secs(3), "{:?}", asked.elapsed());
        process.start_again();
        assert_eq!(process.follow(&alice).validate().await.json()["epoch"], 2);
    }

    #[tokio::test]
    async fn a_stopped_demo_still_heeds_a_termination() {
        let mut process = Process::start(&["--demo"]);
        assert_eq!(process.browser().post("/demo/stop", json!({ "seconds": 60 })).await.status, 202);
        until("the port is closed", || TcpStream::connect(process.address()).err());
        process.signal(Signal::TERM);
        assert_eq!(process.wait().code(), Some(0));
    }

    #[tokio::test]
    async fn a_stop_of_no_or_too_many_seconds_is_none() {
        let process = Process::start(&["--demo"]);
        let mut alice = connected(&process).await;
        for seconds in [json!(0), json!(61), json!(1.5), json!(null)] {
            let refused = alice.post("/demo/stop", json!({ "seconds": seconds })).await;
            assert_eq!((refused.status, refused.code().as_str()), (400, "INVALID_REQUEST"));
            let detail = refused.detail();
            assert!(detail.contains("'seconds'") && detail.contains("from 1 to 60"), "{seconds}: {detail}");
        }
        let refused = alice.post("/demo/stop", json!({})).await;
        assert_eq!((refused.status, refused.detail().as_str()), (400, "The field 'seconds' is missing."));
        assert_eq!(alice.validate().await.status, 200);
    }

    /// A connection whose one request was answered, and that both sides keep.
    fn answered_and_kept(process: &Process) -> TcpStream {
        let mut stream = TcpStream::connect(process.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "GET /demo/state HTTP/1.1\r\nhost: {}\r\n\r\n", process.address()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            let mut some = [0; 1024];
            let length = stream.read(&mut some).unwrap();
            assert!(length > 0, "it is kept");
            answer.extend_from_slice(&some[..length]);
        }
        stream
    }

    fn is_reset(error: &std::io::Error) -> bool {
        error.kind() == ErrorKind::ConnectionReset
    }

    #[tokio::test]
    async fn a_termination_finishes_what_is_in_flight() {
        for signal in [Signal::TERM, Signal::INT] {
            let mut process = Process::start(&[]);
            let mut idle = connected(&process).await;
            let mut stream = half_a_request(&process);
            process.signal(signal);
            until("it stops accepting", || TcpStream::connect(process.address()).err());
            assert_eq!(process.has_ended(), None, "a request is in flight");
            stream.write_all(b"{}").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
            assert_eq!(process.wait().code(), Some(0));
            assert!(process.log().contains("stopped"), "{}", process.log());
            // And what was acknowledged before is there afterwards.
            process.start_again();
            idle = process.follow(&idle);
            assert_eq!(idle.validate().await.json()["epoch"], 2);
        }
    }

    #[tokio::test]
    async fn a_second_termination_stops_at_once() {
        let mut process = Process::start(&[]);
        let _stream = half_a_request(&process);
        process.signal(Signal::TERM);
        until("it stops accepting", || TcpStream::connect(process.address()).err());
        process.signal(Signal::TERM);
        assert_eq!(process.wait().code(), Some(130));
    }

    #[tokio::test]
    async fn the_log_and_the_metrics_hold_no_secret() {
        let mut process = Process::start(&["--allow-target", "postgres://127.0.0.1:1", "--log-level", "debug"]);
        let mut alice = process.browser();
        let mut secrets = vec!["hunter2".to_owned(), "attempt-of-alice".to_owned(), "query-secret".to_owned()];
        let mut answers = String::new();
        let mut see = |answer: &super::http::Answer| answers.push_str(&answer.text);

        // Sign-ins that fail in every way, each with a password.
        for text in [
            "postgres://alice:hunter2@127.0.0.1:1/app",
            "postgres://alice:hunter2@127.0.0.1:2/app",
            "postgres://alice:hunter2@127.0.0.1:1/app?sslmode=off",
            "mysql://alice:hunter2@127.0.0.1:1/app",
            "hunter2",
        ] {
            see(&alice.connect(text).await);
            see(&alice.reconnect(text, "attempt-of-alice").await);
        }
        see(&alice.send(alice.prepare("/api/connect", r#"{"connectionString":"hunter2"#)).await);
        see(&alice.send(alice.prepare("/api/connect", r#"{"connectionString":["hunter2"]}"#)).await);
        see(&alice.get("/api/database?token=query-secret").await);
        see(&alice.get("/query-secret").await);
        // A life with everything in it.
        see(&alice.connect(SQLITE).await);
        secrets.extend(alice.cookies.values().cloned());
        see(&alice.get("/api/database").await);
        process.kill_and_start_again();
        let mut alice = process.follow(&alice);
        see(&alice.validate().await);
        secrets.extend(alice.cookies.values().cloned());
        see(&alice.reconnect(SQLITE, "attempt-of-alice").await);
        secrets.extend(alice.cookies.values().cloned());
        let metrics = alice.get("/metrics").await.text;
        see(&alice.logout(true).await);
        process.signal(Signal::TERM);
        assert_eq!(process.wait().code(), Some(0));

        let log = process.log();
        for told in ["serving", "answered", "session created", "session re-established", "session revoked", "stopped"] {
            assert!(log.contains(told), "{told} is not in the log:\n{log}");
        }
        for line in log.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "not JSON: {line}");
        }
        assert!(log.contains(r#""route":"/api/database""#), "{log}");
        assert!(secrets.len() >= 7, "{}", secrets.len());
        for secret in &secrets {
            for (place, text) in [("the log", &log), ("the metrics", &metrics), ("an answer", &answers)] {
                assert!(!text.contains(secret.as_str()), "{secret} is in {place}:\n{text}");
            }
        }
    }

    #[tokio::test]
    async fn the_log_has_a_line_for_each_refusal_and_for_other_answers_only_where_they_are_asked_for() {
        for (level, good) in [("debug", 1), ("info", 0)] {
            let mut process = Process::start(&["--log-level", level]);
            let mut alice = process.browser();
            assert_eq!(alice.get("/healthz").await.status, 200);
            assert_eq!(alice.validate().await.status, 401);
            process.signal(Signal::TERM);
            process.wait();
            let lines: Vec<serde_json::Value> = process
                .log()
                .lines()
                .map(|line| serde_json::from_str(line).expect("JSON"))
                .filter(|line: &serde_json::Value| line["message"] == "answered")
                .collect();
            let of = |status: u16| lines.iter().filter(|line| line["status"] == status).collect::<Vec<_>>();
            assert_eq!((of(200).len(), of(401).len()), (good, 1), "{level}: {lines:?}");
            for line in of(401) {
                assert_eq!(line["route"], "/api/validate-session");
                assert!(line["span"]["request_id"].is_string(), "{line}");
            }
        }
    }

    #[tokio::test]
    async fn the_metrics_tell_what_happened() {
        let process = Process::start(&[]);
        let mut alice = connected(&process).await;
        assert_eq!(alice.validate().await.status, 200);
        let mut back = alice.with_only("ticket");
        assert_eq!(back.validate().await.status, 200);
        assert_eq!(process.browser().validate().await.status, 401);
        let answer = alice.get("/metrics").await;
        assert!(answer.header("content-type").starts_with("text/plain"), "{answer:?}");
        for line in [
            "session_keepalive_sessions_active 1",
            "session_keepalive_validations_total{outcome=\"valid\"} 1",
            "session_keepalive_validations_total{outcome=\"SESSION_UNKNOWN\"} 1",
            "session_keepalive_http_requests_total{method=\"POST\",route=\"/api/connect\",status=\"200\"} 1",
            "session_keepalive_http_request_seconds_count{route=\"/api/validate-session\"} 3",
        ] {
            assert!(answer.text.lines().any(|found| found == line), "no {line} in\n{}", answer.text);
        }
    }

    #[tokio::test]
    async fn a_restarted_server_counts_its_reconnects() {
        let mut process = Process::start(&[]);
        let alice = connected(&process).await;
        process.kill_and_start_again();
        let mut alice = process.follow(&alice);
        assert_eq!(alice.validate().await.json()["epoch"], 2);
        let metrics = alice.get("/metrics").await.text;
        let line = "session_keepalive_reconnects_total{by=\"ticket\",outcome=\"reconnected\"} 1";
        assert!(metrics.lines().any(|found| found == line), "no {line} in\n{metrics}");
    }

    #[tokio::test]
    async fn warnings_at_the_start_name_the_requirement() {
        let process = Process::start(&["--revocations", "none"]);
        let log = process.log();
        assert!(log.contains("7.4.1"), "{log}");
        let line = log.lines().find(|line| line.contains("\"serving\"")).unwrap();
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["store"], &line["revocations"]), (&json!("memory:"), &json!("none")));
        assert_eq!(line["public_origin"], ORIGIN);
        assert!(line["policy"].as_str().unwrap().contains("idle=1d"), "{line}");
    }
}
