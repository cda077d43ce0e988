//! A Redis that is gone, slow, silent, full, or new to the scripts.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::*;

/// To connect and to be answered, with room for a busy machine.
const A_FEW_SECONDS: Duration = Duration::from_secs(5);

/// Asks until there is an answer.
async fn healed(store: &RedisStore, key: Key) -> &'static str {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match try_state(store, key).await {
            Ok(state) => return state,
            Err(error) => assert!(Instant::now() < deadline, "it did not heal: {error}"),
        }
    }
}

/// Asks until there is none, then again a hundredfold: each fails within a few seconds, and none says anything else.
async fn fails_soon(store: &Arc<RedisStore>, key: Key) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while try_state(store, key).await.is_ok() {
        assert!(Instant::now() < deadline, "it does not fail");
    }
    let requests: Vec<_> = (0..100)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { (Instant::now(), try_state(&store, key).await) })
        })
        .collect();
    for request in requests {
        let (asked, answer) = request.await.unwrap();
        let error = answer.unwrap_err().to_string();
        assert!(asked.elapsed() < A_FEW_SECONDS, "{:?}", asked.elapsed());
        assert!(error.contains("redis://127.0.0.1:"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_redis_fails_soon_and_heals() {
    let mut redis = Redis::start(&[]);
    let store = Arc::new(apart(&redis));
    let (_, id) = sign_in(&store, Some("alice")).await;
    redis.crash();
    fails_soon(&store, Key::Session(id)).await;
    redis.restart();
    assert_eq!(healed(&store, Key::Session(id)).await, "live");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_redis_fails_soon_and_heals() {
    let redis = Redis::start(&[]);
    let store = Arc::new(apart(&redis));
    let (_, id) = sign_in(&store, Some("alice")).await;
    redis.freeze();
    fails_soon(&store, Key::Session(id)).await;
    redis.thaw();
    assert_eq!(healed(&store, Key::Session(id)).await, "live");
}

/// What a firewall that forgets does: the connection is there, and nothing passes any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_leads_nowhere_fails_soon_and_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, redis_port) = (listener.local_addr().unwrap().port(), shared().port());
    let (cut, connections) = (watch::Sender::new(false), Arc::new(AtomicUsize::new(0)));
    tokio::spawn({
        let (cut, connections) = (cut.clone(), connections.clone());
        async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                let (first, mut cut) = (!*cut.borrow(), cut.subscribe());
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(("127.0.0.1", redis_port)).await.unwrap();
                    let cut = async { cut.wait_for(|cut| *cut).await.map(drop) };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => return,
                        _ = cut, if first => {}
                    }
                    // Held open, and read no more.
                    std::future::pending::<()>().await;
                });
            }
        }
    });
    let url = shared().url().replace(&format!(":{redis_port}"), &format!(":{port}"));
    let store = RedisStore::named(address(&url), "behind a wire");
    let (_, id) = sign_in(&store, None).await;
    cut.send_replace(true);
    let asked = Instant::now();
    let error = try_state(&store, Key::Session(id)).await.unwrap_err();
    assert!(error.0.contains("timed out") && asked.elapsed() < A_FEW_SECONDS, "{error}");
    assert_eq!(state(&store, Key::Session(id)).await, "live");
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_redis_that_takes_two_seconds_fails_and_heals() {
    let redis = Redis::start(&[]);
    let store = apart(&redis);
    let (_, id) = sign_in(&store, Some("alice")).await;
    store.link.send(cmd("CLIENT").arg("PAUSE").arg(2_000)).await.unwrap();
    let error = try_state(&store, Key::Session(id)).await.unwrap_err();
    assert!(error.0.contains("timed out"), "{error}");
    assert_eq!(healed(&store, Key::Session(id)).await, "live");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_under_load_loses_nothing_that_was_answered() {
    let mut redis = Redis::start(&[]);
    let store = Arc::new(apart(&redis));
    let answered = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let load: Vec<_> = (0..8)
        .map(|_| {
            let (store, answered) = (store.clone(), answered.clone());
            tokio::spawn(async move {
                loop {
                    let made = record(Some("alice"));
                    let (family, id) = (made.family, some_id());
                    let created = store.create(terms(&SERVERLESS_24H), made, id, None).await;
                    if created.is_err() {
                        return;
                    }
                    answered.lock().push((family, id, "live"));
                    if store.end(terms(&SERVERLESS_24H), family, EndReason::Revoked).await.is_err() {
                        // It may have ended, or not.
                        answered.lock().retain(|(other, ..)| *other != family);
                        return;
                    }
                    answered.lock().push((family, id, "revoked"));
                }
            })
        })
        .collect();
    let deadline = Instant::now() + Duration::from_secs(30);
    while answered.lock().len() < 500 {
        assert!(Instant::now() < deadline, "there is no load");
        tokio::task::yield_now().await;
    }
    redis.crash();
    for task in load {
        task.await.unwrap();
    }
    redis.restart();
    let answered: std::collections::HashMap<_, _> =
        answered.lock().iter().map(|(family, id, state)| ((*family, *id), *state)).collect();
    for ((family, id), expected) in answered {
        assert_eq!(healed(&store, Key::Session(id)).await, expected);
        assert_eq!(state(&store, Key::Family(family)).await, expected);
    }
}

#[tokio::test]
async fn forgotten_scripts_are_told_again() {
    let redis = Redis::start(&[]);
    let store = apart(&redis);
    let (family, id) = sign_in(&store, Some("alice")).await;
    for _ in 0..2 {
        assert_eq!(redis.call(&["SCRIPT", "FLUSH"]), "+OK");
        assert_eq!(state(&store, Key::Session(id)).await, "live");
    }
    assert_eq!(redis.call(&["SCRIPT", "FLUSH"]), "+OK");
    assert!(store.end(terms(&SERVERLESS_24H), family, EndReason::Revoked).await.unwrap());
}

#[tokio::test]
async fn a_replica_refuses_in_its_own_words_and_heals() {
    let redis = Redis::start(&[]);
    let store = apart(&redis);
    let (family, _) = sign_in(&store, Some("alice")).await;
    assert_eq!(redis.call(&["REPLICAOF", "127.0.0.1", "1"]), "+OK");
    let error = store.end(terms(&SERVERLESS_24H), family, EndReason::Revoked).await.unwrap_err();
    assert!(error.0.contains("READONLY") || error.0.contains("ReadOnly"), "{error}");
    assert_eq!(redis.call(&["REPLICAOF", "NO", "ONE"]), "+OK");
    assert!(store.end(terms(&SERVERLESS_24H), family, EndReason::Revoked).await.unwrap());
}

#[tokio::test]
async fn a_full_redis_refuses_sign_ins_and_still_checks_and_signs_out() {
    let redis = Redis::start(&[]);
    let store = apart(&redis);
    let (family, id) = sign_in(&store, Some("alice")).await;
    assert_eq!(redis.call(&["CONFIG", "SET", "maxmemory", "1"]), "+OK");
    let refused = record(Some("alice"));
    let error = store.create(terms(&SERVERLESS_24H), refused.clone(), some_id(), None).await.unwrap_err();
    assert!(error.0.contains("OOM"), "{error}");
    assert_eq!(state(&store, Key::Family(refused.family)).await, "unknown");
    assert_eq!(store.stats().await.unwrap().live, 1);
    assert_eq!(state(&store, Key::Session(id)).await, "live");
    assert!(store.end(terms(&SERVERLESS_24H), family, EndReason::Revoked).await.unwrap());
    assert_eq!(state(&store, Key::Session(id)).await, "revoked");
}

#[tokio::test]
async fn nothing_tells_the_password() {
    let redis = Redis::start(&[]);
    let wrong = format!("{}-not", redis.password());
    let url = redis.url().replace(redis.password(), &wrong);
    let store = RedisStore::new(address(&url));
    let mut told = vec![store.ping().await.unwrap_err().to_string(), format!("{store:?}")];
    for bad in [url.replace("redis:", "rediss:"), url.replace("redis:", "http:"), url.replace("127.0.0.1:", "[:")] {
        told.push(RedisAddress::parse(&SecretString::from(bad)).unwrap_err().to_string());
    }
    for text in told {
        assert!(text.contains("Redis ") || text.contains("redis://127.0.0.1:"), "{text}");
        assert!(!text.contains(redis.password()), "{text}");
    }
}

#[test]
fn a_password_that_a_server_repeats_is_hidden() {
    let address = address("redis://me:s3cret@127.0.0.1/2");
    assert_eq!(address.censor("unknown command 'AUTH' with 's3cret'".to_owned()), "unknown command 'AUTH' with '…'");
    assert_eq!(address.to_string(), "redis://127.0.0.1:6379/2");
}

#[tokio::test]
async fn settings_that_can_lose_sessions_are_warned_of() {
    let redis = Redis::start(&[]);
    let store = apart(&redis);
    assert!(store.warnings().await.unwrap().is_empty());
    for (setting, value, expected) in [
        ("maxmemory-policy", "allkeys-lru", "noeviction"),
        ("appendfsync", "everysec", "appendfsync always"),
        ("appendonly", "no", "appendonly yes"),
    ] {
        assert_eq!(redis.call(&["CONFIG", "SET", setting, value]), "+OK");
        let warnings = store.warnings().await.unwrap();
        assert!(warnings.iter().any(|warning| warning.contains(expected)), "{warnings:?}");
    }
    assert_eq!(store.warnings().await.unwrap().len(), 2);
}
