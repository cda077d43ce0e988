//! A database that is stopped, slow or silent: an error in time, and no restart when it is back.

use std::sync::atomic::{AtomicU8, Ordering};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
};

use super::*;

const FAST: u8 = 0;
const SLOW: u8 = 1;
const SILENT: u8 = 2;

/// A way to the database on which something can go wrong.
struct Way {
    login: Login,
    mood: Arc<AtomicU8>,
    cut: watch::Sender<bool>,
}

impl Way {
    async fn to(login: &Login) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let through = Login { port: listener.local_addr().unwrap().port(), ..login.clone() };
        let (mood, database, (cut, _)) = (Arc::new(AtomicU8::new(FAST)), login.port, watch::channel(false));
        let (moods, cuts) = (mood.clone(), cut.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *cuts.borrow() {
                    continue;
                }
                let server = TcpStream::connect(("127.0.0.1", database)).await.unwrap();
                let (up, down) = (client.into_split(), server.into_split());
                tokio::spawn(carry(up.0, down.1, moods.clone(), cuts.subscribe()));
                tokio::spawn(carry(down.0, up.1, moods.clone(), cuts.subscribe()));
            }
        });
        Self { login: through, mood, cut }
    }

    fn is(&self, mood: u8) {
        self.mood.store(mood, Ordering::SeqCst);
    }
}

async fn carry(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    mood: Arc<AtomicU8>,
    mut cut: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 65_536];
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read.unwrap_or(0),
            _ = cut.wait_for(|cut| *cut) => return,
        };
        match mood.load(Ordering::SeqCst) {
            // What was swallowed is gone: nothing on this connection makes sense any more.
            SILENT => std::future::pending().await,
            // A slow network, not a wait for something to happen.
            SLOW => tokio::time::sleep(SECOND).await,
            _ => {}
        }
        if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// Every operation a client waits for comes back in time, and is never "unknown".
async fn assert_fails_in_time(store: &PostgresStore, family: FamilyId, id: SessionHash) {
    let started = Instant::now();
    let results = tokio::join!(
        store.check_and_touch(terms(start()), Key::Session(id), true),
        store.create(terms(start()), record(Some("alice")), some_id(), None),
        store.end(terms(start()), family, EndReason::Revoked),
        store.ping(),
    );
    assert!(started.elapsed() < PATIENCE + SECOND, "{:?}", started.elapsed());
    for error in [results.0.unwrap_err(), results.1.unwrap_err(), results.2.unwrap_err(), results.3.unwrap_err()] {
        assert!(error.0.contains("at postgres://person_"), "{error}");
    }
}

async fn assert_healed(store: &PostgresStore, id: SessionHash) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match store.check_and_touch(terms(start()), Key::Session(id), true).await {
            Ok(Checked::Valid { .. }) => return,
            Ok(other) => panic!("{other:?}"),
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_database_fails_in_time_and_heals() {
    let way = Way::to(&cluster().login().await).await;
    let store = on(&way.login).await;
    let (family, id) = sign_in(&store, "alice").await;
    way.cut.send_replace(true);
    assert_fails_in_time(&store, family, id).await;
    way.cut.send_replace(false);
    assert_healed(&store, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_database_fails_in_time_and_heals() {
    let way = Way::to(&cluster().login().await).await;
    let store = on(&way.login).await;
    let (family, id) = sign_in(&store, "alice").await;
    way.is(SILENT);
    assert_fails_in_time(&store, family, id).await;
    assert_fails_in_time(&store, family, id).await;
    way.is(FAST);
    assert_healed(&store, id).await;
}

/// Two seconds a round trip: what takes several of them fails, and nothing waits longer than it should.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_database_answers_or_fails_in_time_and_heals() {
    let way = Way::to(&cluster().login().await).await;
    let store = on(&way.login).await;
    let (_, id) = sign_in(&store, "alice").await;
    check(&store, Key::Session(id)).await;
    way.is(SLOW);
    let started = Instant::now();
    let (checked, created) = tokio::join!(
        store.check_and_touch(terms(start()), Key::Session(id), true),
        store.create(terms(start()), record(Some("alice")), some_id(), None),
    );
    assert!(started.elapsed() < PATIENCE + SECOND, "{:?}", started.elapsed());
    assert!(matches!(checked, Ok(Checked::Valid { .. }) | Err(StoreError(_))), "{checked:?}");
    assert!(created.unwrap_err().0.contains("no answer within 3 s"));
    way.is(FAST);
    assert_healed(&store, id).await;
    // What failed is whole or not there.
    let stats = store.stats().await.unwrap();
    assert_eq!(stats.live, store.list(terms(start()), "alice").await.unwrap().len());
}
