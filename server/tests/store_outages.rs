//! Each call of the API while the store is stopped for real, and after it was started again: the server, which is not, asks
//! everybody to come later, and nobody loses a session.

#[cfg(test)]
#[path = "soak/database.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod database;
#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;
#[cfg(test)]
#[path = "support/outage.rs"]
mod outage;
#[cfg(test)]
#[path = "support/postgres.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod postgres;
#[cfg(test)]
#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod process;
#[cfg(test)]
#[path = "support/redis.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod redis;

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serde_json::{Value, json};

    use super::{
        database::Database,
        http::{Answer, Browser},
        outage::{assert_told_to_come_later, healed},
        postgres::Cluster,
        process::Process,
        redis::Redis,
    };

    const TARGET: &str = "sqlite:sample.db";

    #[derive(Clone, Copy, Debug)]
    enum Call {
        Connect,
        ConnectAnew,
        Validate,
        ValidateByTicket,
        ReconnectByTicket,
        ReconnectByCredential,
        Work,
        List,
        Revoke,
        RevokeOthers,
        Logout,
        LogoutByTicket,
        LogoutEverywhere,
        Ready,
    }

    const CALLS: [Call; 14] = [
        Call::Connect,
        Call::ConnectAnew,
        Call::Validate,
        Call::ValidateByTicket,
        Call::ReconnectByTicket,
        Call::ReconnectByCredential,
        Call::Work,
        Call::List,
        Call::Revoke,
        Call::RevokeOthers,
        Call::Logout,
        Call::LogoutByTicket,
        Call::LogoutEverywhere,
        Call::Ready,
    ];

    impl Call {
        /// `others`: the handle of another session of the same person.
        async fn make(self, browser: &mut Browser, others: &str) -> Answer {
            match self {
                Self::Connect => browser.connect(TARGET).await,
                Self::ConnectAnew => {
                    browser.cookies.clear();
                    browser.connect(TARGET).await
                }
                Self::Validate => browser.validate().await,
                Self::ValidateByTicket => browser.with_only("ticket").validate().await,
                Self::ReconnectByTicket => browser.post("/api/reconnect", json!({})).await,
                Self::ReconnectByCredential => browser.reconnect(TARGET, "attempt").await,
                Self::Work => browser.get("/api/database").await,
                Self::List => browser.get("/api/sessions").await,
                Self::Revoke => browser.delete(&format!("/api/sessions/{others}")).await,
                Self::RevokeOthers => browser.delete("/api/sessions").await,
                Self::Logout => browser.logout(false).await,
                Self::LogoutByTicket => browser.with_only("ticket").logout(false).await,
                Self::LogoutEverywhere => browser.logout(true).await,
                Self::Ready => browser.get("/readyz").await,
            }
        }
    }

    async fn connected(server: &Process) -> Browser {
        let mut browser = server.browser();
        let answer = browser.connect(TARGET).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        browser
    }

    async fn every_call_while_it_is_stopped_and_after(mut store: impl Database) {
        // The demo has one person on several devices.
        let server = Process::with_environment(&["--demo"], &[("SESSION_KEEPALIVE_STORE", &store.url().await)]);
        let (mut laptop, mut phone) = (connected(&server).await, connected(&server).await);
        let others = handle(&mut phone).await;

        store.crash();
        let asked: Vec<_> = CALLS
            .into_iter()
            .map(|call| {
                let (mut browser, others) = (laptop.clone(), others.clone());
                tokio::spawn(async move {
                    let started = Instant::now();
                    let answer = call.make(&mut browser, &others).await;
                    (call, started.elapsed(), answer)
                })
            })
            .collect();
        for asked in asked {
            let (call, took, answer) = asked.await.unwrap();
            assert_told_to_come_later(&format!("{call:?}"), took, &answer);
        }
        assert_eq!(laptop.get("/healthz").await.status, 200, "the server itself is fine");

        store.restart();
        for browser in [&mut laptop, &mut phone] {
            healed("started again", browser).await;
        }
        for call in [Call::Ready, Call::Work, Call::ValidateByTicket, Call::ReconnectByTicket, Call::List] {
            assert_eq!(call.make(&mut laptop, &others).await.status, 200, "{call:?}");
        }
        assert_eq!(Call::Revoke.make(&mut laptop, &others).await.status, 204);
        assert_eq!(phone.validate().await.code(), "SESSION_REVOKED");
        let mut phone = connected(&server).await;
        assert_eq!(Call::RevokeOthers.make(&mut laptop, &others).await.status, 204);
        assert_eq!(phone.validate().await.code(), "SESSION_REVOKED");
        assert_eq!(Call::ReconnectByCredential.make(&mut phone, &others).await.status, 200);
        let stolen = laptop.clone();
        assert_eq!(Call::LogoutEverywhere.make(&mut laptop, &others).await.status, 204);
        for mut browser in [phone, stolen] {
            assert_eq!(browser.validate().await.code(), "SESSION_REVOKED");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_stopped_postgresql_costs_nobody_a_session() {
        every_call_while_it_is_stopped_and_after(Cluster::start()).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_stopped_redis_costs_nobody_a_session() {
        every_call_while_it_is_stopped_and_after(Redis::start(&[])).await;
    }

    /// The handle by which this browser's session is named.
    async fn handle(browser: &mut Browser) -> String {
        let list: Value = browser.get("/api/sessions").await.json();
        let sessions = list["sessions"].as_array().unwrap();
        let own = sessions.iter().find(|session| session["current"] == true).unwrap();
        own["handle"].as_str().unwrap().to_owned()
    }
}
