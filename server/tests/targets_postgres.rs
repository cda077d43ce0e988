//! `postgres:` targets against a real server.

#[cfg(test)]
#[path = "support/postgres.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod postgres;

#[cfg(test)]
mod tests {
    use std::{
        env, fs,
        io::{BufRead, BufReader, Write},
        net::TcpListener,
        os::unix::fs::PermissionsExt,
        process::{Command, Stdio},
        thread,
        time::{Duration, Instant},
    };

    use secrecy::SecretString;
    use session_keepalive::wire::ProblemCode;
    use session_keepalive_server::targets::{Connection, MAX_TABLES, Target, TargetError, TargetRules, Targets};
    use tokio::time::sleep;

    use super::postgres::{Cluster, Login, cluster};

    fn target(text: &str, port: u16, timeout: Duration) -> Target {
        let allow = vec![format!("postgres://127.0.0.1:{port}")];
        let targets = Targets::new(TargetRules { allow, timeout, ..TargetRules::default() }).unwrap();
        targets.parse(&SecretString::from(text)).unwrap()
    }

    fn target_of(login: &Login) -> Target {
        target(&login.connection_string(), login.port, Duration::from_secs(10))
    }

    async fn refusal(target: &Target) -> TargetError {
        target.open().await.map(|_| ()).unwrap_err()
    }

    async fn execute(login: &Login, script: &str) {
        cluster().admin(&login.database).await.batch_execute(script).await.unwrap();
    }

    /// Waits until this many of the login's connections are open and at work as `state` says.
    async fn wait_for_backends(login: &Login, condition: &str, expected: i64) {
        let admin = cluster().admin("postgres").await;
        let query = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND {condition}");
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let found: i64 = admin.query_one(&query, &[&login.user]).await.unwrap().get(0);
            if found == expected {
                return;
            }
            assert!(Instant::now() < deadline, "{found} connections where {condition}, expected {expected}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    #[tokio::test]
    async fn the_right_credentials_open_the_database_and_tell_its_tables() {
        let login = cluster().login().await;
        let user = &login.user;
        execute(
            &login,
            &format!(
                "CREATE TABLE public.orders (id int); ALTER TABLE public.orders OWNER TO {user};
                 CREATE TABLE public.\"Änderungen\" (id int); GRANT SELECT ON public.\"Änderungen\" TO {user};
                 CREATE TABLE public.secret (id int);
                 CREATE VIEW public.view AS SELECT 1; GRANT SELECT ON public.view TO {user};
                 CREATE SCHEMA shop AUTHORIZATION {user};
                 CREATE TABLE shop.parts (id int) PARTITION BY LIST (id); ALTER TABLE shop.parts OWNER TO {user};
                 CREATE TABLE shop.parts_1 PARTITION OF shop.parts FOR VALUES IN (1); GRANT SELECT ON shop.parts_1 TO {user};
                 CREATE TABLE shop.half (shown int, hidden int); GRANT SELECT (shown) ON shop.half TO {user};"
            ),
        )
        .await;
        let info = target_of(&login).open().await.unwrap().describe().await.unwrap();
        assert_eq!(info.engine, "PostgreSQL");
        let number: i32 = {
            let admin = cluster().admin("postgres").await;
            admin.query_one("SELECT current_setting('server_version_num')::int", &[]).await.unwrap().get(0)
        };
        assert_eq!(info.version, format!("{}.{}", number / 10_000, number % 10_000));
        assert_eq!(info.tables, ["orders", "shop.half", "shop.parts", "Änderungen"]);
        assert!(!info.truncated);
    }

    #[tokio::test]
    async fn only_the_first_tables_are_listed() {
        let login = cluster().login().await;
        let create = |count: usize| {
            format!(
                "DO $$ BEGIN FOR i IN 1..{count} LOOP EXECUTE format('CREATE TABLE t%s (); ALTER TABLE t%s OWNER TO {}', i, i); END LOOP; END $$",
                login.user
            )
        };
        execute(&login, &create(MAX_TABLES)).await;
        let mut connection = target_of(&login).open().await.unwrap();
        let info = connection.describe().await.unwrap();
        assert_eq!((info.tables.len(), info.truncated), (MAX_TABLES, false));
        execute(&login, &format!("CREATE TABLE last (); ALTER TABLE last OWNER TO {}", login.user)).await;
        let info = connection.describe().await.unwrap();
        assert_eq!((info.tables.len(), info.truncated), (MAX_TABLES, true));
    }

    #[tokio::test]
    async fn whatever_is_wrong_with_the_credentials_the_answer_is_the_same() {
        let login = cluster().login().await;
        let (closed, no_login) = (cluster().login().await, cluster().login().await);
        execute(
            &login,
            &format!(
                "REVOKE CONNECT ON DATABASE {} FROM PUBLIC; ALTER ROLE {} NOLOGIN",
                closed.database, no_login.user
            ),
        )
        .await;
        let wrong = [
            Login { password: "wr0ng-pass".to_owned(), ..login.clone() },
            Login { password: login.password.to_uppercase(), ..login.clone() },
            Login { user: "nobody_of_that_name".to_owned(), ..login.clone() },
            Login { database: "nothing_of_that_name".to_owned(), ..login.clone() },
            Login { database: closed.database, ..login.clone() },
            no_login,
        ];
        let mut messages = Vec::new();
        for login in &wrong {
            let error = refusal(&target_of(login)).await;
            assert_eq!(error.code(), ProblemCode::ConnectionRefused, "{login:?}: {error}");
            assert!(!format!("{error} {error:?}").contains(&login.password), "{error}");
            messages.push(error.to_string());
        }
        messages.dedup();
        let expected = format!(
            "the PostgreSQL server at 127.0.0.1:{} refused the connection. Check user, password and database",
            login.port
        );
        assert_eq!(messages, [expected]);
        // None of which has closed the door for the right ones.
        target_of(&login).open().await.unwrap();
    }

    #[tokio::test]
    async fn names_and_passwords_with_separators_arrive_as_they_are() {
        let admin = cluster().admin("postgres").await;
        admin.batch_execute(r#"CREATE ROLE "a@b:c/d?e#f%41 ü" LOGIN PASSWORD 'p@ss:w/rd?#%41 ß'"#).await.unwrap();
        admin.batch_execute(r#"CREATE DATABASE "x@y:z/0?1#2%41 ü""#).await.unwrap();
        let port = cluster().port();
        let text = format!("postgres://a%40b:p@127.0.0.1:{port}/x")
            .replace("a%40b", "a%40b%3Ac%2Fd%3Fe%23f%2541%20%C3%BC")
            .replace(":p@", ":p%40ss%3Aw%2Frd%3F%23%2541%20%C3%9F@");
        let text = text.replace("/x", "/x%40y%3Az%2F0%3F1%232%2541%20%C3%BC");
        let target = target(&text, port, Duration::from_secs(10));
        target.open().await.unwrap();
        let allow = vec![format!("postgres://127.0.0.1:{port}")];
        let targets = Targets::new(TargetRules { allow, ..TargetRules::default() }).unwrap();
        targets.parse(&target.connection_string()).unwrap().open().await.unwrap();
    }

    /// The part of [`the_environment_and_a_password_file_have_no_say`] that runs with the environment set.
    async fn within_the_environment(text: &str) {
        let port: u16 = text.rsplit_once(':').unwrap().1.split('/').next().unwrap().parse().unwrap();
        let allow = vec![format!("postgres://127.0.0.1:{port}")];
        let targets = Targets::new(TargetRules { allow, ..TargetRules::default() }).unwrap();
        let parse = |text: &str| targets.parse(&SecretString::from(text));

        let mut connection = parse(text).unwrap().open().await.unwrap();
        assert_eq!(connection.describe().await.unwrap().engine, "PostgreSQL");

        let (front, rest) = text.rsplit_once('@').unwrap();
        let (user, password) = front.rsplit_once(':').unwrap();
        assert_eq!(env::var("PGPASSWORD").unwrap(), password);
        let error = refusal(&parse(&format!("{user}:wrong@{rest}")).unwrap()).await;
        assert_eq!(error.code(), ProblemCode::ConnectionRefused, "{error}");
        for (text, missing) in [
            (format!("{user}@{rest}"), "password is missing"),
            (format!("{user}:@{rest}"), "password is missing"),
            (format!("postgres://:{password}@{rest}"), "user is missing"),
            (format!("{front}@/app"), "host is missing"),
            (format!("{front}@127.0.0.1:{port}"), "database is missing"),
        ] {
            let error = parse(&text).unwrap_err();
            assert_eq!(error.code(), ProblemCode::InvalidRequest);
            assert!(error.to_string().contains(missing), "{error}");
        }
    }

    #[tokio::test]
    async fn the_environment_and_a_password_file_have_no_say() {
        if let Ok(text) = env::var("TARGET_IN_CHILD") {
            return within_the_environment(&text).await;
        }
        let (login, home) = (cluster().login().await, tempfile::tempdir().unwrap());
        let password_file = home.path().join(".pgpass");
        fs::write(&password_file, format!("*:*:*:*:{}\n", login.password)).unwrap();
        fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600)).unwrap();
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "tests::the_environment_and_a_password_file_have_no_say"])
            .env("TARGET_IN_CHILD", login.connection_string())
            .env("HOME", home.path())
            .env("PGPASSFILE", &password_file)
            .env("PGPASSWORD", &login.password)
            .env("PGUSER", &login.user)
            .env("PGDATABASE", &login.database)
            .env("PGHOST", "192.0.2.1")
            .env("PGHOSTADDR", "192.0.2.1")
            .env("PGPORT", "1")
            .env("PGSSLMODE", "verify-full")
            .env("PGOPTIONS", "-c no_such_setting=1")
            .env("PGSERVICE", "no_such_service")
            .env("PGCONNECT_TIMEOUT", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && said.contains("1 passed"), "{said}");
    }

    #[tokio::test]
    async fn a_port_where_nobody_listens_is_unavailable() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!("postgres://alice:s3cret@127.0.0.1:{port}/app");
        let error = refusal(&target(&text, port, Duration::from_secs(10))).await;
        assert_eq!(error.code(), ProblemCode::TargetUnavailable, "{error}");
        let expected = format!("the PostgreSQL server at 127.0.0.1:{port} can't be reached. Try again in a moment");
        assert_eq!(error.to_string(), expected);
    }

    #[tokio::test]
    async fn a_server_that_never_answers_is_given_up_in_time() {
        // The system accepts the connection; nobody ever reads from it.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let text = format!("postgres://alice:s3cret@127.0.0.1:{port}/app");
        let started = Instant::now();
        let error = refusal(&target(&text, port, Duration::from_millis(300))).await;
        assert_eq!(error.code(), ProblemCode::TargetUnavailable, "{error}");
        assert!(error.to_string().contains("did not answer within 0.3 s"), "{error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }

    #[tokio::test]
    async fn a_server_that_speaks_something_else_is_unavailable() {
        for greeting in ["", "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n"] {
            let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = stranger.local_addr().unwrap().port();
            let answering = thread::spawn(move || stranger.accept().unwrap().0.write_all(greeting.as_bytes()).unwrap());
            let text = format!("postgres://alice:s3cret@127.0.0.1:{port}/app");
            let error = refusal(&target(&text, port, Duration::from_secs(10))).await;
            assert_eq!(error.code(), ProblemCode::TargetUnavailable, "{greeting:?}: {error}");
            answering.join().unwrap();
        }
    }

    #[tokio::test]
    async fn a_dropped_connection_ends_at_the_server() {
        let login = cluster().login().await;
        let connections: Vec<Connection> = {
            let target = target_of(&login);
            vec![target.open().await.unwrap(), target.open().await.unwrap()]
        };
        wait_for_backends(&login, "application_name = 'session-keepalive'", 2).await;
        drop(connections);
        wait_for_backends(&login, "true", 0).await;
    }

    #[tokio::test]
    async fn a_connection_that_the_server_ended_is_unavailable() {
        let login = cluster().login().await;
        let mut connection = target_of(&login).open().await.unwrap();
        execute(
            &login,
            &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{}'", login.user),
        )
        .await;
        wait_for_backends(&login, "true", 0).await;
        let error = connection.describe().await.unwrap_err();
        assert_eq!(error.code(), ProblemCode::TargetUnavailable, "{error}");
    }

    #[tokio::test]
    async fn what_the_role_has_in_its_search_path_does_not_change_the_answer() {
        let login = cluster().login().await;
        let user = &login.user;
        execute(
            &login,
            &format!(
                "CREATE SCHEMA evil AUTHORIZATION {user}; ALTER ROLE {user} SET search_path = evil, pg_catalog;
                 CREATE TABLE evil.pg_class AS SELECT * FROM pg_catalog.pg_class; ALTER TABLE evil.pg_class OWNER TO {user};
                 UPDATE evil.pg_class SET relname = 'forged';
                 CREATE TABLE public.real (); ALTER TABLE public.real OWNER TO {user}"
            ),
        )
        .await;
        let info = target_of(&login).open().await.unwrap().describe().await.unwrap();
        assert_eq!(info.tables, ["evil.pg_class", "real"]);
    }

    #[tokio::test]
    async fn a_question_that_takes_too_long_is_stopped_at_the_server_too() {
        let login = cluster().login().await;
        let mut connection =
            target(&login.connection_string(), login.port, Duration::from_millis(500)).open().await.unwrap();
        connection.describe().await.unwrap();
        let admin = cluster().admin(&login.database).await;
        admin.batch_execute("BEGIN; LOCK TABLE pg_catalog.pg_namespace IN ACCESS EXCLUSIVE MODE").await.unwrap();
        let error = connection.describe().await.unwrap_err();
        assert_eq!(error.code(), ProblemCode::TargetUnavailable, "{error}");
        wait_for_backends(&login, "state = 'active'", 0).await;
        admin.batch_execute("ROLLBACK").await.unwrap();
    }

    #[test]
    fn a_killed_test_process_leaves_no_server_behind() {
        if env::var_os("CLUSTER_IN_CHILD").is_some() {
            let cluster = Cluster::start();
            // Not captured, as `println!` would be.
            let mut out = std::io::stdout();
            writeln!(out, "{}\n{}", cluster.folder().display(), cluster.port()).unwrap();
            loop {
                thread::park();
            }
        }
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "tests::a_killed_test_process_leaves_no_server_behind", "--nocapture"])
            .env("CLUSTER_IN_CHILD", "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut told = lines.skip_while(|line| !line.starts_with('/'));
        let (folder, port) = (told.next().unwrap(), told.next().unwrap().parse::<u16>().unwrap());
        assert!(fs::exists(&folder).unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while fs::exists(&folder).unwrap() {
            assert!(Instant::now() < deadline, "{folder} is still there");
            thread::sleep(Duration::from_millis(20));
        }
        // Free again: the server is gone.
        TcpListener::bind(("127.0.0.1", port)).unwrap();
    }
}
