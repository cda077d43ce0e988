//! What a policy means over HTTP: new ids, cookies, limits and the time of the next check, by a clock that the test moves.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::{Value, json};
    use session_keepalive_server::{clock::ManualClock, policy::PRESETS};

    use super::http::{Answer, Backend, Browser};

    const SQLITE: &str = "sqlite:sample.db";
    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);
    /// Far more than the thing waited for takes, so that only a defect reaches it.
    const PATIENCE: Duration = Duration::from_secs(20);

    async fn started(preset: &str, knobs: &[&str]) -> (Backend, ManualClock) {
        Backend::clocked(|settings| {
            settings.preset = Some(preset.to_owned());
            settings.set = knobs.iter().map(|knob| (*knob).to_owned()).collect();
        })
        .await
    }

    async fn connected(backend: &Backend) -> Browser {
        let mut browser = backend.browser();
        assert_eq!(browser.connect(SQLITE).await.status, 200);
        browser
    }

    fn session_cookie(answer: &Answer) -> Option<String> {
        answer.set_cookies().into_iter().find(|cookie| cookie.starts_with("session-")).map(str::to_owned)
    }

    #[tokio::test]
    async fn a_due_id_is_replaced_in_the_answer_and_works_for_its_grace() {
        let (backend, clock) = started("strict-30m", &["rotate_every=10m", "heartbeat_counts=yes"]).await;
        for path in ["/api/validate-session", "/api/database"] {
            let mut alice = connected(&backend).await;
            clock.advance(MINUTE * 10);
            let mut before = alice.clone();
            let answer = match path {
                "/api/database" => alice.get(path).await,
                _ => alice.validate().await,
            };
            assert_eq!(answer.status, 200, "{answer:?}");
            let cookie = session_cookie(&answer).unwrap();
            assert!(cookie.contains("; HttpOnly") && cookie.contains("; Max-Age=3600"), "{cookie}");
            assert_ne!(alice.cookies, before.cookies);
            // A tab whose request left at the same time.
            assert_eq!(before.clone().validate().await.status, 200);
            clock.advance(MINUTE);
            assert_eq!(before.validate().await.code(), "SESSION_UNKNOWN");
            assert_eq!(alice.validate().await.status, 200);
        }
    }

    #[tokio::test]
    async fn a_page_that_only_asks_runs_into_the_idle_limit_of_strict_30m() {
        let (backend, clock) = started("strict-30m", &[]).await;
        let mut left_open = connected(&backend).await;
        let mut used = connected(&backend).await;
        for _ in 0..5 {
            clock.advance(MINUTE * 5);
            assert_eq!(left_open.validate().await.status, 200);
            assert_eq!(used.post("/api/validate-session", json!({ "activity": true })).await.status, 200);
        }
        clock.advance(MINUTE * 5 - SECOND);
        let last = left_open.validate().await;
        assert_eq!((&last.json()["idleIn"], &last.json()["warnIn"]), (&json!(1), &json!(0)));
        clock.advance(SECOND);
        let answer = left_open.validate().await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "SESSION_TIMEOUT"));
        // Whoever does something lives until the absolute limit, 12 hours after the sign-in.
        for _ in 6..144 {
            let answer = used.post("/api/validate-session", json!({ "activity": true })).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            clock.advance(MINUTE * 5);
        }
        let answer = used.post("/api/validate-session", json!({ "activity": true })).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "SESSION_EXPIRED"));
    }

    #[tokio::test]
    async fn protected_work_counts_as_activity_also_where_a_heartbeat_does_not() {
        let (backend, clock) = started("strict-30m", &[]).await;
        let mut alice = connected(&backend).await;
        for _ in 0..3 {
            clock.advance(MINUTE * 20);
            assert_eq!(alice.get("/api/database").await.status, 200);
        }
        assert_eq!(alice.validate().await.json()["idleIn"], 1800);
    }

    #[tokio::test]
    async fn each_preset_sets_its_cookies() {
        for (preset, attributes) in [
            ("serverless-24h", "HttpOnly; SameSite=Strict; Path=/"),
            ("until-logout", "HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000"),
            // Over plain http, which can have neither None nor Partitioned.
            ("express-pg-24h", "HttpOnly; SameSite=Lax; Path=/; Max-Age=86400"),
            ("oidc-1h", "HttpOnly; SameSite=Lax; Path=/"),
            ("strict-30m", "HttpOnly; SameSite=Strict; Path=/; Max-Age=3600"),
        ] {
            let (backend, _clock) = started(preset, &[]).await;
            let answer = backend.browser().connect(SQLITE).await;
            let (_, found) =
                session_cookie(&answer).unwrap().split_once("; ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
            assert_eq!(found, attributes, "{preset}");
            let ticket = answer
                .set_cookies()
                .iter()
                .any(|cookie| cookie.starts_with("ticket-") && !cookie.contains("Max-Age=0"));
            assert_eq!(ticket, preset == "serverless-24h", "{preset}");
        }
    }

    #[tokio::test]
    async fn a_policy_without_tickets_neither_gives_nor_takes_one() {
        // A ticket from before the policy was changed.
        let giving = Backend::start().await;
        let ticket = connected(&giving).await.with_only("ticket").cookies.into_values().next().unwrap();
        for preset in PRESETS.iter().map(|preset| preset.name).filter(|name| *name != "serverless-24h") {
            let (backend, clock) = Backend::clocked(|settings| {
                settings.preset = Some(preset.to_owned());
                settings.ticket_keys = Some(giving.folder.path().join("ticket-keys").display().to_string());
            })
            .await;
            let mut alice = backend.browser();
            let body = json!({ "connectionString": SQLITE, "remember": true });
            assert_eq!(alice.post("/api/connect", body).await.status, 200, "remember is a wish");
            assert_eq!(alice.cookies.len(), 1, "{preset}: no ticket");
            assert_eq!(alice.post("/api/reconnect", json!({})).await.code(), "RECONNECT_REFUSED");
            assert_eq!(alice.reconnect(SQLITE, "key").await.code(), "RECONNECT_REFUSED");
            assert_eq!(alice.validate().await.status, 200, "{preset}: the session is as it was");
            // A touch gives none either.
            clock.advance(MINUTE * 2);
            alice.cookies.insert(format!("ticket-{}", backend.address.port()), ticket.clone());
            assert_eq!(alice.get("/api/database").await.status, 200);
            let mut lost = alice.with_only("ticket");
            assert_eq!(lost.validate().await.code(), "SESSION_UNKNOWN");
            assert_eq!(lost.post("/api/reconnect", json!({})).await.code(), "RECONNECT_REFUSED");
            assert_eq!(alice.logout(false).await.status, 204);
            assert!(alice.cookies.is_empty(), "{preset}: both cookies are removed");
        }
    }

    #[tokio::test]
    async fn a_fixed_time_of_the_next_check_is_in_every_answer() {
        let (backend, _clock) = started("serverless-24h", &["next_check_in=90s"]).await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(SQLITE).await.json()["nextCheckIn"], 90);
        assert_eq!(alice.validate().await.json()["nextCheckIn"], 90);
        assert_eq!(alice.post("/api/reconnect", json!({})).await.json()["nextCheckIn"], 90);
    }

    /// Asks until the answer is `expected`: connections are accepted and noticed to be gone a moment after the fact.
    async fn until_next_check_in(alice: &mut Browser, expected: Value) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let told = alice.validate().await.json()["nextCheckIn"].clone();
            if told == expected {
                return;
            }
            assert!(Instant::now() < deadline, "nextCheckIn stays {told}, expected {expected}");
        }
    }

    #[tokio::test]
    async fn checks_are_put_off_while_connections_run_out() {
        let backend = Backend::configured(|_| {}, |config| config.limits.connections = 8).await;
        let mut alice = connected(&backend).await;
        assert_eq!(alice.validate().await.json()["nextCheckIn"], Value::Null);
        let hold = || std::net::TcpStream::connect(backend.address).unwrap();
        let mut held: Vec<_> = (0..6).map(|_| hold()).collect();
        until_next_check_in(&mut alice, json!(750)).await;
        held.push(hold());
        until_next_check_in(&mut alice, json!(1200)).await;
        held.clear();
        until_next_check_in(&mut alice, Value::Null).await;
    }
}
