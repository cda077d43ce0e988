//! A store that is stopped, slow, silent or locked: 503 with `retry-after` in good time, never 401, and healed without a
//! restart of the server.

use std::time::{Duration, Instant};

use reqwest::Method;
use rusqlite::Connection;
use serde_json::json;

use super::{
    database::Database,
    forwarder::{Forwarder, Way},
    http::{Answer, Browser},
    outage::{assert_in_good_time, assert_told_to_come_later, healed},
    postgres::Cluster,
    process::{ORIGIN, Process},
    redis::Redis,
};

/// Requests at a time: nobody has to wait for the others' limits first.
const AT_ONCE: usize = 12;
const SLOW: Duration = Duration::from_secs(2);

/// A check, a reconnect, a list, protected work, a sign-in, a sign-out of nobody's, and readiness; how long each took.
async fn everything(browser: &Browser) -> Vec<(Duration, Answer)> {
    let ask = |n: usize| {
        let mut browser = browser.clone();
        tokio::spawn(async move {
            let started = Instant::now();
            let answer = match n % 6 {
                0 => browser.validate().await,
                1 => browser.post("/api/reconnect", json!({})).await,
                2 => browser.get("/api/sessions").await,
                3 => browser.get("/api/database").await,
                4 => browser.with_only("ticket").validate().await,
                _ => browser.get("/readyz").await,
            };
            (started.elapsed(), answer)
        })
    };
    let mut answers = Vec::new();
    for asked in (0..AT_ONCE).map(ask).collect::<Vec<_>>() {
        answers.push(asked.await.unwrap());
    }
    answers
}

/// `may_answer`: what is slow may be answered all the same.
fn all_told_to_come_later(trouble: &str, answers: &[(Duration, Answer)], may_answer: bool) {
    for (took, answer) in answers {
        match may_answer && answer.status == 200 {
            true => assert_in_good_time(trouble, *took, answer),
            false => assert_told_to_come_later(trouble, *took, answer),
        }
    }
}

async fn every_trouble(mut database: impl Database) {
    let url = database.url().await;
    let port: u16 = url::Url::parse(&url).unwrap().port().unwrap();
    let forwarder = Forwarder::start(port);
    let store = url.replace(&format!(":{port}"), &format!(":{}", forwarder.port()));
    let server = Process::start(&["--store", &store]);
    let mut alice = server.browser();
    assert_eq!(alice.connect("sqlite:sample.db").await.status, 200);

    for way in [Way::Closed, Way::Silent, Way::Slow(SLOW)] {
        let trouble = format!("{way:?}");
        forwarder.make(way);
        all_told_to_come_later(&trouble, &everything(&alice).await, way == Way::Slow(SLOW));
        forwarder.make(Way::Open);
        healed(&trouble, &mut alice).await;
    }
    database.freeze();
    let answers = everything(&alice).await;
    database.thaw();
    all_told_to_come_later("frozen", &answers, false);
    healed("frozen", &mut alice).await;

    database.crash();
    let answers = everything(&alice).await;
    database.restart();
    all_told_to_come_later("gone", &answers, false);
    healed("gone", &mut alice).await;
    assert_eq!(alice.logout(false).await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_that_cannot_be_reached_costs_nobody_a_session() {
    every_trouble(Redis::start(&[])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_that_cannot_be_reached_costs_nobody_a_session() {
    every_trouble(Cluster::start()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_file_locked_for_too_long_costs_nobody_a_session() {
    let server =
        Process::start_as("127.0.0.1:0", ORIGIN, &["--store", "sqlite:sessions.db", "--set", "touch_every=0"], &[]);
    let mut alice = server.browser();
    assert_eq!(alice.connect("sqlite:sample.db").await.status, 200);

    let other = Connection::open(server.folder.path().join("sessions.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let ask = |n: usize| {
        let mut browser = alice.clone();
        tokio::spawn(async move {
            let started = Instant::now();
            let answer = match n % 4 {
                0 => browser.validate().await,
                1 => browser.post("/api/reconnect", json!({})).await,
                2 => browser.logout(false).await,
                _ => {
                    browser.send(browser.bare(Method::DELETE, "/api/sessions").header("x-session-keepalive", "1")).await
                }
            };
            (started.elapsed(), answer)
        })
    };
    let asked: Vec<_> = (0..AT_ONCE).map(ask).collect();
    let mut answers = Vec::new();
    for asked in asked {
        answers.push(asked.await.unwrap());
    }
    all_told_to_come_later("locked", &answers, false);
    other.execute_batch("ROLLBACK").unwrap();
    healed("locked", &mut alice).await;
}
