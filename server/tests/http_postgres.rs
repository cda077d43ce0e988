//! Sign-in over HTTP against a real PostgreSQL: who is let in, who is not and learns nothing, and what protects it.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;
#[cfg(test)]
#[path = "support/postgres.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod postgres;
#[cfg(test)]
#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod process;

#[cfg(test)]
mod tests {
    use std::{
        net::TcpListener,
        time::{Duration, Instant},
    };

    use serde_json::json;

    use super::{
        http::{Answer, Backend, Browser},
        postgres::{Cluster, Login, cluster},
        process::Process,
    };

    const WRONG: &str = "wrong-horse-battery";

    async fn allowing(port: u16) -> Backend {
        Backend::with(|settings| settings.allow_target.push(format!("postgres://127.0.0.1:{port}"))).await
    }

    fn wrong(login: &Login) -> String {
        Login { password: WRONG.to_owned(), ..login.clone() }.connection_string()
    }

    fn assert_learned_nothing(answer: &Answer, login: &Login) {
        assert!(answer.set_cookies().is_empty(), "{answer:?}");
        for secret in [WRONG, &login.password] {
            assert!(!format!("{answer:?}").contains(secret), "{answer:?}");
        }
    }

    async fn until_async(what: &str, mut condition: impl AsyncFnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !condition().await {
            assert!(Instant::now() < deadline, "{what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The names of the people whose connections the server has open.
    async fn connections_of(cluster: &Cluster, user: &str) -> i64 {
        let admin = cluster.admin("postgres").await;
        let count = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
        admin.query_one(count, &[&user]).await.unwrap().get(0)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_right_password_signs_in_and_reads_the_tables() {
        let login = cluster().login().await;
        let backend = allowing(cluster().port()).await;
        let mut alice = backend.browser();
        let answer = alice.connect(&login.connection_string()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let subject = format!("{}@127.0.0.1:{}/{}", login.user, login.port, login.database);
        assert_eq!(answer.json()["subject"], subject);
        let database = alice.get("/api/database").await;
        assert_eq!((database.status, &database.json()["engine"]), (200, &json!("PostgreSQL")));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_wrong_or_missing_password_gives_no_session_and_nothing_is_learned() {
        let login = cluster().login().await;
        let backend = allowing(cluster().port()).await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(&login.connection_string()).await.status, 200);
        let before = alice.cookies.clone();
        let port = login.port;
        let nobody = format!("postgres://no_such_person:{WRONG}@127.0.0.1:{port}/{}", login.database);
        let nowhere = format!("postgres://{}:{WRONG}@127.0.0.1:{port}/no_such_database", login.user);
        let missing = format!("postgres://{}@127.0.0.1:{port}/{}", login.user, login.database);

        let mut refusals = Vec::new();
        for (text, status, code) in [
            (wrong(&login), 422, "CONNECTION_REFUSED"),
            (nobody, 422, "CONNECTION_REFUSED"),
            (nowhere, 422, "CONNECTION_REFUSED"),
            (missing, 400, "INVALID_REQUEST"),
        ] {
            for mut browser in [alice.clone(), backend.browser()] {
                let connect = browser.connect(&text).await;
                assert_eq!((connect.status, connect.code().as_str()), (status, code), "{connect:?}");
                let reconnect = browser.reconnect(&text, "attempt-1").await;
                assert_eq!((reconnect.status, reconnect.code().as_str()), (status, code), "{reconnect:?}");
                for answer in [&connect, &reconnect] {
                    assert_learned_nothing(answer, &login);
                }
                if status == 422 {
                    refusals.extend([connect.detail(), reconnect.detail()]);
                }
            }
        }
        refusals.dedup();
        assert_eq!(refusals.len(), 1, "who, where and why are not told apart: {refusals:?}");
        assert_eq!(alice.cookies, before);
        assert_eq!(alice.validate().await.json()["epoch"], 1, "the session is as it was");
        assert_eq!(backend.browser().validate().await.code(), "SESSION_UNKNOWN");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn failures_lock_the_source_at_this_subject_and_nobody_else() {
        let (login, neighbour) = (cluster().login().await, cluster().login().await);
        let backend = Backend::with(|settings| {
            settings.allow_target.push(format!("postgres://127.0.0.1:{}", cluster().port()));
            settings.trust_proxy = vec!["127.0.0.1".to_owned()];
        })
        .await;
        let from = async |source: &str, text: &str, reconnect: bool| {
            let mut browser = backend.browser();
            let path = if reconnect { "/api/reconnect" } else { "/api/connect" };
            let request = browser
                .prepare(path, json!({ "connectionString": text }).to_string())
                .header("x-forwarded-for", source)
                .header("idempotency-key", "attempt-1");
            browser.send(request).await
        };
        for attempt in 0..5 {
            let answer = from("192.0.2.1", &wrong(&login), attempt % 2 == 0).await;
            assert_eq!(answer.code(), "CONNECTION_REFUSED");
        }
        for reconnect in [false, true] {
            // Also with the right password: else a lock would tell which one is right.
            let answer = from("192.0.2.1", &login.connection_string(), reconnect).await;
            assert_eq!((answer.status, answer.code().as_str()), (429, "RATE_LIMITED"));
            let wait: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=30).contains(&wait), "{wait}");
            assert_learned_nothing(&answer, &login);
        }
        assert_eq!(from("192.0.2.2", &login.connection_string(), false).await.status, 200, "another source");
        assert_eq!(from("192.0.2.1", &neighbour.connection_string(), false).await.status, 200, "another subject");
        // What a client writes into the header itself does not make it another source.
        let answer = from("198.51.100.9, 192.0.2.1", &login.connection_string(), false).await;
        assert_eq!(answer.status, 429);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_connection_is_kept_for_the_family_and_closed_when_it_ends() {
        let login = cluster().login().await;
        let backend = allowing(cluster().port()).await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(&login.connection_string()).await.status, 200);
        until_async("the proof's connection is closed", async || connections_of(cluster(), &login.user).await == 0)
            .await;
        for _ in 0..3 {
            assert_eq!(alice.get("/api/database").await.status, 200);
        }
        assert_eq!(connections_of(cluster(), &login.user).await, 1, "one for all calls");
        // Cut off by the target's operator: the next call opens another.
        let admin = cluster().admin("postgres").await;
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1";
        admin.query(cut, &[&login.user]).await.unwrap();
        assert_eq!(alice.get("/api/database").await.status, 200);
        assert_eq!(alice.logout(false).await.status, 204);
        until_async("the session's connection is closed", async || connections_of(cluster(), &login.user).await == 0)
            .await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_password_changed_meanwhile_is_the_targets_refusal_not_the_sessions_end() {
        let login = cluster().login().await;
        let backend = Backend::configured(
            |settings| settings.allow_target.push(format!("postgres://127.0.0.1:{}", cluster().port())),
            |_| {},
        )
        .await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(&login.connection_string()).await.status, 200);
        let admin = cluster().admin("postgres").await;
        admin.batch_execute(&format!("ALTER ROLE {} PASSWORD 'another'", login.user)).await.unwrap();
        let answer = alice.get("/api/database").await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "CONNECTION_REFUSED"));
        assert_learned_nothing(&answer, &login);
        assert_eq!(alice.validate().await.json()["epoch"], 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_target_that_is_down_is_503_and_the_session_is_kept() {
        let own = Cluster::start();
        let login = own.login().await;
        let backend = allowing(own.port()).await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(&login.connection_string()).await.status, 200);
        assert_eq!(alice.get("/api/database").await.status, 200);
        tokio::task::spawn_blocking(move || drop(own)).await.unwrap();
        let mut stranger = backend.browser();
        let text = login.connection_string();
        for answer in [
            alice.get("/api/database").await,
            stranger.connect(&text).await,
            stranger.reconnect(&text, "attempt-1").await,
        ] {
            assert_eq!((answer.status, answer.code().as_str()), (503, "TARGET_UNAVAILABLE"));
            assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
            assert_learned_nothing(&answer, &login);
        }
        assert_eq!(alice.validate().await.json()["epoch"], 1);
        // A target that is down is nobody's failure: no lock comes of it.
        for _ in 0..10 {
            assert_eq!(stranger.connect(&text).await.status, 503);
        }
    }

    /// Neither the driver's environment nor a password file has a say.
    #[tokio::test(flavor = "multi_thread")]
    async fn the_environment_has_no_say() {
        let login = cluster().login().await;
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = elsewhere.local_addr().unwrap().port().to_string();
        let allowed = format!("postgres://127.0.0.1:{}", login.port);
        let mut process = Process::with_environment(
            &["--allow-target", &allowed],
            &[
                ("PGHOST", "127.0.0.1"),
                ("PGHOSTADDR", "127.0.0.1"),
                ("PGPORT", &port),
                ("PGUSER", &login.user),
                ("PGPASSWORD", &login.password),
                ("PGPASSFILE", "files/pgpass"),
                ("PGDATABASE", &login.database),
            ],
        );
        let pgpass = format!("*:*:*:*:{}\n", login.password);
        std::fs::write(process.folder.path().join("files/pgpass"), pgpass).unwrap();
        process.kill_and_start_again();
        let mut alice = process.browser();
        let without = format!("postgres://{}@127.0.0.1:{}/{}", login.user, login.port, login.database);
        assert_eq!(alice.connect(&without).await.code(), "INVALID_REQUEST");
        assert_eq!(alice.connect(&wrong(&login)).await.code(), "CONNECTION_REFUSED");
        assert_eq!(alice.connect(&login.connection_string()).await.status, 200, "where it says, not where PGPORT says");
        elsewhere.set_nonblocking(true).unwrap();
        assert!(elsewhere.accept().is_err(), "nobody was led elsewhere");
        let log = process.log();
        for secret in [WRONG, &login.password] {
            assert!(!log.contains(secret), "{log}");
        }
    }

    /// A target that accepts and never answers keeps the seats taken.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_crowd_is_told_when_to_come_back() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let backend = Backend::configured(
            |settings| settings.allow_target.push(format!("postgres://127.0.0.1:{port}")),
            |config| config.limits.sign_ins = 2,
        )
        .await;
        let text = format!("postgres://alice:pw@127.0.0.1:{port}/app");
        let mut inside = tokio::task::JoinSet::new();
        for _ in 0..2 {
            let (mut browser, text) = (backend.browser(), text.clone());
            inside.spawn(async move { browser.connect(&text).await });
        }
        let held: Vec<_> = (0..2).map(|_| silent.accept().unwrap()).collect();
        let mut outside: Vec<Browser> = (0..5).map(|_| backend.browser()).collect();
        let mut waits = Vec::new();
        for (number, browser) in outside.iter_mut().enumerate() {
            let answer = browser.reconnect("sqlite:sample.db", &format!("attempt-{number}")).await;
            assert_eq!((answer.status, answer.code().as_str()), (503, "OVERLOADED"), "{answer:?}");
            waits.push(answer.header("retry-after").parse::<u64>().unwrap());
        }
        assert!(waits.iter().all(|wait| (1..=60).contains(wait)) && waits.is_sorted(), "{waits:?}");
        assert_eq!(outside[0].validate().await.code(), "SESSION_UNKNOWN", "checks go on");
        drop(held);
        while let Some(answer) = inside.join_next().await {
            assert_eq!(answer.unwrap().code(), "TARGET_UNAVAILABLE");
        }
        assert_eq!(outside[0].reconnect("sqlite:sample.db", "attempt-0").await.status, 200, "there is room again");
    }

    /// The client hangs up in the middle of its sign-in; the server carries it out all the same.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_sign_in_goes_on_when_the_client_hangs_up() {
        let login = cluster().login().await;
        let gateway = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = gateway.local_addr().unwrap().port();
        let process = Process::start(&["--allow-target", &format!("postgres://127.0.0.1:{port}")]);
        let text = Login { port, ..login.clone() }.connection_string();
        let key = "attempt-cut-off";
        let (mut alice, sent) = (process.browser(), text.clone());
        let request = tokio::spawn(async move { alice.reconnect(&sent, key).await });
        // The server has begun to prove the credential; now the client goes.
        let (mut inner, _) = tokio::task::spawn_blocking(move || gateway.accept().unwrap()).await.unwrap();
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());
        // The target is reached only now.
        let mut target = std::net::TcpStream::connect(("127.0.0.1", login.port)).unwrap();
        let (mut inner_copy, mut target_copy) = (inner.try_clone().unwrap(), target.try_clone().unwrap());
        let there = std::thread::spawn(move || std::io::copy(&mut inner, &mut target));
        let back = std::thread::spawn(move || std::io::copy(&mut target_copy, &mut inner_copy));
        let mut metrics = process.browser();
        until_async("the session is created", async || {
            metrics.get("/metrics").await.text.contains("session_keepalive_sessions_created_total 1\n")
        })
        .await;
        drop((there, back));
    }
}
