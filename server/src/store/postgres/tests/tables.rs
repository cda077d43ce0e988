//! The tables: who makes them, who may use them, and what is in them.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_start_at_once_on_an_empty_database_make_the_tables_once() {
    let login = cluster().login().await;
    let starts: Vec<_> = (0..16)
        .map(|_| {
            let login = login.clone();
            tokio::spawn(async move { on(&login).await })
        })
        .collect();
    let mut stores = Vec::new();
    for start in starts {
        stores.push(start.await.unwrap());
    }
    let (_, id) = sign_in(&stores[0], "alice").await;
    // Starting again changes nothing.
    assert!(matches!(check(&on(&login).await, Key::Session(id)).await, Checked::Valid { .. }));
}

#[tokio::test]
async fn a_role_that_may_not_make_tables_is_told_to_migrate_and_then_starts() {
    let owner = cluster().login().await;
    let server = Login { database: owner.database.clone(), ..cluster().login().await };
    let error = PostgresStore::connect(&address(&server)).await.unwrap_err().0;
    assert!(error.contains("session-keepalive-server migrate"), "{error}");
    assert!(!error.contains(&server.password), "{error}");

    PostgresStore::migrate(&address(&owner)).await.unwrap();
    PostgresStore::migrate(&address(&owner)).await.unwrap();
    let error = PostgresStore::connect(&address(&server)).await.unwrap_err().0;
    assert!(error.contains("GRANT SELECT"), "{error}");

    let admin = cluster().admin(&owner.database).await;
    let grant = format!(
        "GRANT SELECT ON keepalive_layout TO {0};
         GRANT SELECT, INSERT, UPDATE ON keepalive_session, keepalive_session_id TO {0}",
        server.user
    );
    admin.batch_execute(&grant).await.unwrap();
    let error = PostgresStore::connect(&address(&server)).await.unwrap_err().0;
    assert!(error.contains("GRANT SELECT"), "{error}");
    let grant = format!("GRANT DELETE ON keepalive_session, keepalive_session_id TO {}", server.user);
    admin.batch_execute(&grant).await.unwrap();
    let store = on(&server).await;
    let (family, id) = sign_in(&store, "alice").await;
    store.rotate(terms(start()), family, some_id(), None).await.unwrap();
    assert!(matches!(check(&store, Key::Session(id)).await, Checked::Valid { alias: true, .. }));
}

#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone() {
    let login = cluster().login().await;
    on(&login).await;
    cluster().admin(&login.database).await.batch_execute("UPDATE keepalive_layout SET number = 2").await.unwrap();
    let address = address(&login);
    for error in
        [PostgresStore::connect(&address).await.unwrap_err(), PostgresStore::migrate(&address).await.unwrap_err()]
    {
        assert!(error.0.contains("a newer version made them"), "{error}");
    }
}

#[tokio::test]
async fn the_applications_pool_can_be_handed_in() {
    let login = cluster().login().await;
    cluster()
        .admin(&login.database)
        .await
        .batch_execute("CREATE SCHEMA theirs; GRANT ALL ON SCHEMA theirs TO PUBLIC")
        .await
        .unwrap();
    let mut config = Config::new();
    // An application's own settings: other tables first in the path, and stricter transactions.
    config
        .host("127.0.0.1")
        .port(login.port)
        .user(&login.user)
        .password(&login.password)
        .dbname(&login.database)
        .options("-c search_path=theirs -c default_transaction_isolation=serializable");
    let pool = Pool::builder(Manager::new(config, NoTls)).max_size(2).build().unwrap();
    let store = PostgresStore::with_pool(pool.clone()).await.unwrap();
    let sign_ins = (0..10).map(|_| async { sign_in(&store, "alice").await });
    for (_, id) in futures_of(sign_ins).await {
        assert!(matches!(check(&store, Key::Session(id)).await, Checked::Valid { .. }));
    }
    let own = "SELECT count(*) FROM theirs.keepalive_session";
    assert_eq!(pool.get().await.unwrap().query_one(own, &[]).await.unwrap().get::<_, i64>(0), 10);
}

/// Runs them side by side.
async fn futures_of<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut pinned: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(move |context| {
        for (future, done) in &mut pinned {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *done = Some(output);
            }
        }
        if pinned.iter().all(|(_, done)| done.is_some()) {
            std::task::Poll::Ready(pinned.iter_mut().filter_map(|(_, done)| done.take()).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn an_ended_record_holds_no_secret_and_no_name() {
    let login = cluster().login().await;
    let store = on(&login).await;
    let (family, _) = sign_in(&store, "alice").await;
    store.end(terms(start()), family, EndReason::Revoked).await.unwrap();
    let admin = cluster().admin(&login.database).await;
    let row = admin.query_one("SELECT sealed, subject, user_agent FROM keepalive_session", &[]).await.unwrap();
    assert_eq!(
        (row.get::<_, Vec<u8>>(0), row.get::<_, Option<String>>(1), row.get::<_, Option<String>>(2)),
        (vec![], None, None)
    );
}

#[tokio::test]
async fn touches_are_heap_only_updates() {
    let login = cluster().login().await;
    let store = on(&login).await;
    let (_, id) = sign_in(&store, "alice").await;
    let policy = Policy { touch_every: Duration::ZERO, ..SERVERLESS_24H };
    for passed in 1..=200 {
        let now = start().plus(SECOND * passed);
        let checked = store.check_and_touch(Terms { now, policy: &policy }, Key::Session(id), true).await.unwrap();
        assert!(matches!(checked, Checked::Valid { touched: true, .. }), "{checked:?}");
    }
    // A connection reports what it did when it ends, at the latest.
    drop(store);
    let admin = cluster().admin(&login.database).await;
    let counts = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'keepalive_session'";
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let row = admin.query_one(counts, &[]).await.unwrap();
        let (updates, heap_only): (i64, i64) = (row.get(0), row.get(1));
        if updates >= 200 {
            // With an index on what it changes there would be none. A page that is full for a moment moves a row.
            assert!(heap_only * 10 >= updates * 9, "{heap_only} of {updates}");
            return;
        }
        assert!(Instant::now() < deadline, "only {updates} updates were reported");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// It takes the index that is there for it, and no more than that one page of the table.
#[tokio::test]
async fn a_check_that_is_not_due_writes_nothing() {
    let login = cluster().login().await;
    let store = on(&login).await;
    let (_, id) = sign_in(&store, "alice").await;
    // A write would have to wait for this one, and fail.
    let mut admin = cluster().admin(&login.database).await;
    let locked = admin.transaction().await.unwrap();
    locked.batch_execute("LOCK TABLE keepalive_session, keepalive_session_id IN EXCLUSIVE MODE").await.unwrap();
    assert!(matches!(check(&store, Key::Session(id)).await, Checked::Valid { touched: false, .. }));
    locked.rollback().await.unwrap();
}
