//! A session's life over HTTP: sign-in, checks, re-establishment, protected work, sign-out, and what races with it.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Instant};

    use serde_json::{Value, json};
    use tokio::sync::Semaphore;

    use super::http::{Backend, Browser};

    const SQLITE: &str = "sqlite:sample.db";
    const RACES: usize = 1_000;
    /// Races at a time: enough to interleave in every way, few enough for two cores.
    const AT_A_TIME: usize = 16;

    async fn connected(backend: &Backend) -> Browser {
        let mut browser = backend.browser();
        assert_eq!(browser.connect(SQLITE).await.status, 200);
        browser
    }

    #[tokio::test]
    async fn a_sign_in_answers_what_the_module_needs() {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        let answer = alice.connect(SQLITE).await;
        assert_eq!(answer.header("content-type"), "application/json");
        let body = answer.json();
        let names: Vec<&String> = body.as_object().unwrap().keys().collect();
        let expected = ["absoluteIn", "epoch", "idleIn", "nextCheckIn", "reconnected", "subject", "valid", "warnIn"];
        assert_eq!(names, expected);
        assert_eq!((&body["valid"], &body["reconnected"], &body["epoch"]), (&json!(true), &json!(false), &json!(1)));
        assert_eq!(body["nextCheckIn"], Value::Null);
        let seconds = |name: &str| body[name].as_u64().unwrap();
        assert!((86_390..=86_400).contains(&seconds("idleIn")), "{body}");
        assert!((2_591_990..=2_592_000).contains(&seconds("absoluteIn")), "{body}");
        assert!(seconds("warnIn") < seconds("idleIn"), "{body}");
        let checked = alice.send(alice.prepare("/api/validate-session", "")).await;
        assert_eq!(checked.json()["valid"], true, "an empty body is as good as {{}}");
    }

    #[tokio::test]
    async fn protected_work_reads_the_database_through_the_session() {
        let backend = Backend::start().await;
        let mut alice = connected(&backend).await;
        for _ in 0..2 {
            let answer = alice.get("/api/database").await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let body = answer.json();
            assert_eq!(body["engine"], "SQLite");
            assert!(body["tables"].as_array().unwrap().len() >= 2, "{body}");
        }
        let mut stranger = backend.browser();
        let answer = stranger.get("/api/database").await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "SESSION_UNKNOWN"));
    }

    #[tokio::test]
    async fn a_target_that_refuses_does_not_end_the_session() {
        let backend = Backend::start().await;
        let mut alice = connected(&backend).await;
        std::fs::write(backend.file("sample.db"), "overwritten: no database any more".repeat(40)).unwrap();
        let answer = alice.get("/api/database").await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "CONNECTION_REFUSED"));
        assert_eq!(alice.validate().await.json()["epoch"], 1, "the session is as good as before");
    }

    #[tokio::test]
    async fn signing_in_again_ends_the_session_before() {
        let backend = Backend::start().await;
        let mut alice = connected(&backend).await;
        let mut copy = alice.clone();
        assert_eq!(alice.connect(SQLITE).await.status, 200);
        let answer = copy.validate().await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "SESSION_REVOKED"));
        assert_eq!(alice.validate().await.json()["valid"], true);
    }

    #[tokio::test]
    async fn a_failed_sign_in_leaves_the_session() {
        let backend = Backend::start().await;
        let mut alice = connected(&backend).await;
        let before = alice.cookies.clone();
        assert_eq!(alice.connect("sqlite:none.db").await.code(), "CONNECTION_REFUSED");
        assert_eq!(alice.reconnect("sqlite:none.db", "key-1").await.code(), "CONNECTION_REFUSED");
        assert_eq!(alice.cookies, before);
        assert_eq!(alice.validate().await.json()["epoch"], 1);
    }

    #[tokio::test]
    async fn a_check_comes_back_by_ticket_alone() {
        let backend = Backend::start().await;
        let alice = connected(&backend).await;
        let mut ticket_only = alice.with_only("ticket");
        let answer = ticket_only.validate().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["reconnected"], true);
        assert_eq!(ticket_only.validate().await.json()["reconnected"], false, "now there is a session cookie");
        assert_eq!(ticket_only.get("/api/database").await.status, 200);
        let mut nothing = backend.browser();
        assert_eq!(nothing.validate().await.code(), "SESSION_UNKNOWN");
        let by_ticket = nothing.post("/api/reconnect", json!({})).await;
        assert_eq!((by_ticket.status, by_ticket.code().as_str()), (401, "SESSION_UNKNOWN"));
    }

    #[tokio::test]
    async fn a_remembered_credential_signs_in_and_the_same_key_never_twice() {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        let first = alice.reconnect(SQLITE, "attempt-1").await;
        assert_eq!(first.status, 200, "{first:?}");
        assert_eq!((&first.json()["reconnected"], &first.json()["epoch"]), (&json!(true), &json!(1)));
        // The answer was lost: the same attempt again, without its cookies.
        let mut again = backend.browser();
        let second = again.reconnect(SQLITE, "attempt-1").await;
        assert_eq!((second.status, &second.json()["epoch"]), (200, &json!(1)));
        // One and the same session: ending one ends the other.
        assert_eq!(again.logout(false).await.status, 204);
        assert_eq!(alice.validate().await.code(), "SESSION_REVOKED");
    }

    #[tokio::test]
    async fn with_reconnect_off_no_ticket_is_issued_and_no_credential_taken() {
        let backend = Backend::with(|settings| settings.set = vec!["reconnect=off".to_owned()]).await;
        let mut alice = backend.browser();
        assert_eq!(alice.connect(SQLITE).await.status, 200);
        assert_eq!(alice.cookies.keys().filter(|name| name.starts_with("ticket")).count(), 0);
        let answer = alice.reconnect(SQLITE, "key-1").await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "RECONNECT_REFUSED"));
    }

    #[tokio::test]
    async fn without_remember_there_is_no_ticket() {
        let backend = Backend::start().await;
        let mut alice = backend.browser();
        let answer = alice.post("/api/connect", json!({ "connectionString": SQLITE, "remember": false })).await;
        assert_eq!(answer.status, 200);
        assert_eq!(alice.cookies.keys().filter(|name| name.starts_with("ticket")).count(), 0);
    }

    #[tokio::test]
    async fn signing_out_is_final_and_can_be_repeated() {
        let backend = Backend::start().await;
        let mut alice = connected(&backend).await;
        let mut stolen = alice.clone();
        for _ in 0..2 {
            assert_eq!(alice.logout(false).await.status, 204);
        }
        assert_eq!(backend.browser().logout(true).await.status, 204, "also with nothing to end");
        for base in ["session", "ticket"] {
            let mut thief = stolen.with_only(base);
            let answer = thief.validate().await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "SESSION_REVOKED"), "by {base}");
        }
        assert_eq!(stolen.get("/api/database").await.code(), "SESSION_REVOKED");
        assert_eq!(stolen.post("/api/reconnect", json!({})).await.code(), "SESSION_REVOKED");
    }

    #[tokio::test]
    async fn outside_the_demo_strangers_do_not_share_a_file_targets_subject() {
        let backend = Backend::start().await;
        let (mut alice, mut bob) = (connected(&backend).await, connected(&backend).await);
        assert_eq!(alice.logout(true).await.status, 204);
        assert_eq!(bob.validate().await.json()["valid"], true, "bob is somebody else");
    }

    #[tokio::test]
    async fn in_the_demo_a_person_has_several_devices() {
        let backend = Backend::with(|settings| settings.demo = Some(true)).await;
        let (mut phone, mut laptop) = (connected(&backend).await, connected(&backend).await);
        assert_eq!(phone.validate().await.json()["subject"], SQLITE);
        assert_eq!(laptop.logout(true).await.status, 204);
        assert_eq!(phone.validate().await.code(), "SESSION_REVOKED");
    }

    /// Sign-out against re-establishment, however they interleave: afterwards neither the old nor any new cookie lives.
    #[tokio::test(flavor = "multi_thread")]
    async fn sign_out_wins_every_race_against_reconnect() {
        let backend = Arc::new(Backend::start().await);
        let seats = Arc::new(Semaphore::new(AT_A_TIME));
        let started = Instant::now();
        let mut races = tokio::task::JoinSet::new();
        let shared = backend.browser();
        for round in 0..RACES {
            let seat = seats.clone().acquire_owned().await.unwrap();
            let mut alice = shared.clone();
            races.spawn(async move {
                assert_eq!(alice.connect(SQLITE).await.status, 200);
                // In every second round nothing is left but the ticket, as after a restart.
                let mut back = if round % 2 == 0 { alice.with_only("ticket") } else { alice.clone() };
                let mut out = alice.clone();
                let (reconnected, logged_out) = tokio::join!(
                    async {
                        match round % 4 {
                            0 | 1 => back.validate().await,
                            _ => back.post("/api/reconnect", json!({})).await,
                        }
                    },
                    out.logout(false),
                );
                assert_eq!(logged_out.status, 204);
                let lost_the_race = reconnected.status == 401;
                for mut survivor in [alice, back] {
                    let answer = survivor.validate().await;
                    assert_eq!(answer.status, 401, "a session lives: {answer:?}");
                    assert_eq!(survivor.get("/api/database").await.status, 401);
                }
                drop(seat);
                lost_the_race
            });
        }
        let mut lost = 0;
        while let Some(race) = races.join_next().await {
            lost += usize::from(race.unwrap());
        }
        println!("{RACES} races in {:?}; the reconnect came second in {lost}", started.elapsed());
        assert!(lost < RACES, "the reconnect never won, so nothing was raced");
    }
}
