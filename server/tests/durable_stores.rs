//! The real binary over stores that last: killed and started again, over SQLite and PostgreSQL.

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
    use serde_json::json;

    use super::{
        http::Browser,
        postgres::cluster,
        process::{Process, command},
    };

    const TARGET: &str = "sqlite:sample.db";

    /// The same rules over each; the password comes by the environment.
    async fn stores() -> [String; 2] {
        ["sqlite:sessions.db".to_owned(), cluster().login().await.connection_string()]
    }

    fn over(store: &str) -> Process {
        Process::with_environment(&[], &[("SESSION_KEEPALIVE_STORE", store)])
    }

    async fn connected(process: &Process) -> Browser {
        let mut browser = process.browser();
        assert_eq!(browser.connect(TARGET).await.status, 200);
        browser
    }

    #[tokio::test]
    async fn a_session_outlives_a_killed_server_without_its_ticket() {
        for store in stores().await {
            let mut process = over(&store);
            let alice = connected(&process).await.with_only("session");
            process.kill_and_start_again();
            let mut alice = process.follow(&alice);
            let there = alice.validate().await;
            assert_eq!(there.status, 200, "{store}: {there:?}");
            assert_eq!((&there.json()["reconnected"], &there.json()["epoch"]), (&json!(false), &json!(1)));
            assert_eq!(alice.get("/api/database").await.status, 200);
        }
    }

    #[tokio::test]
    async fn signed_out_stays_signed_out_over_a_restart() {
        for store in stores().await {
            let mut process = over(&store);
            let mut alice = connected(&process).await;
            let stolen = alice.clone();
            assert_eq!(alice.logout(false).await.status, 204);
            process.kill_and_start_again();
            for thief in [stolen.with_only("ticket"), stolen] {
                for path in ["/api/validate-session", "/api/reconnect"] {
                    let answer = process.follow(&thief).post(path, json!({})).await;
                    assert_eq!((answer.status, answer.code().as_str()), (401, "SESSION_REVOKED"), "{store} {path}");
                }
            }
        }
    }

    #[tokio::test]
    async fn two_servers_share_one_database_and_a_sign_out_holds_on_both_at_once() {
        let login = cluster().login().await;
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let store = login.connection_string();
        let environment = [("SESSION_KEEPALIVE_STORE", &*store), ("KEY", key)];
        let start = || Process::with_environment(&["--ticket-keys", "env:KEY"], &environment);
        let (one, other) = (start(), start());
        let mut alice = connected(&one).await;
        assert_eq!(other.follow(&alice).validate().await.json()["reconnected"], false);
        let before = alice.clone();
        assert_eq!(alice.logout(false).await.status, 204);
        assert_eq!(other.follow(&before).validate().await.code(), "SESSION_REVOKED");
    }

    #[tokio::test]
    async fn the_log_names_the_store_and_not_its_password() {
        let login = cluster().login().await;
        let process = over(&login.connection_string());
        connected(&process).await;
        let log = process.log();
        let line = log.lines().find(|line| line.contains("\"serving\"")).unwrap();
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let shown = format!("postgres://{}@127.0.0.1:{}/{}", login.user, login.port, login.database);
        assert_eq!((&line["store"], &line["revocations"]), (&json!(shown), &json!("by the store")));
        assert!(!log.contains(&login.password));
    }

    #[tokio::test]
    async fn migrate_makes_the_tables_and_a_database_out_of_reach_is_told() {
        let login = cluster().login().await;
        let folder = tempfile::tempdir().unwrap();
        let migrate = |store: &str| {
            let mut command = command(folder.path());
            let output = command.arg("migrate").env("SESSION_KEEPALIVE_STORE", store).output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            (output.status.code(), String::from_utf8(said).unwrap())
        };
        for _ in 0..2 {
            let (code, said) = migrate(&login.connection_string());
            assert_eq!(code, Some(0), "{said}");
            assert!(said.starts_with("the tables are there: postgres://") && !said.contains(&login.password), "{said}");
        }
        let tables = "SELECT count(*) FROM keepalive_session";
        let admin = cluster().admin(&login.database).await;
        assert_eq!(admin.query_one(tables, &[]).await.unwrap().get::<_, i64>(0), 0);

        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (code, said) = migrate(&format!("postgres://alice:hunter2@{nobody}/app"));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("--store: cannot") && said.contains(&nobody.to_string()), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
