//! Ending and re-establishing at the same time.

use super::*;

const ROUNDS: usize = 1_000;

/// Races a sign-out against reconnects of the same ticket, each round over an empty store as after a restart.
async fn race(everywhere: bool) {
    let mut world = World::new();
    let (mut reconnected, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let browser = world.signed_in(Some("alice")).await;
        world.clock.advance(Duration::from_millis(1));
        // An empty store and the same log and keys: what a restart leaves.
        world.sessions = Sessions::new(
            world.policy,
            Arc::new(MemoryStore::new()),
            Sealer::new(
                TicketKeys::parse(&KEY.into()).unwrap(),
                "/api",
                "https://app.example",
            ),
            world.sessions.parts.revocations.clone(),
            Arc::new(world.clock.clone()),
        );
        let logout = tokio::spawn({
            let (sessions, presented) = (world.sessions.clone(), browser.presented.clone());
            async move { sessions.logout(&presented, everywhere).await }
        });
        let validate = tokio::spawn({
            let (sessions, presented) = (world.sessions.clone(), browser.presented.clone());
            async move { sessions.validate(&presented, true).await }
        });
        let reconnect = tokio::spawn({
            let (sessions, presented) =
                (world.sessions.clone(), browser.without_session().presented);
            async move { sessions.reconnect_by_ticket(&presented).await }
        });
        logout.await.unwrap().unwrap();
        let mut jars = vec![browser.clone(), browser.without_session()];
        for answer in [validate.await.unwrap(), reconnect.await.unwrap()] {
            match answer {
                Ok(granted) => {
                    reconnected += 1;
                    let mut jar = browser.clone();
                    jar.take(&granted.session, &granted.ticket);
                    jars.push(jar.without_session());
                    jars.push(jar);
                }
                Err(no) => {
                    refused += 1;
                    assert_eq!(no.code, SessionRevoked, "round {round}");
                }
            }
        }
        assert_eq!(world.live().await, 0, "round {round}");
        for jar in jars {
            assert_eq!(world.refusal(&jar).await, SessionRevoked, "round {round}");
        }
    }
    assert_eq!(reconnected + refused, 2 * ROUNDS);
    // A race that always ends the same way is none.
    assert!(refused > 0, "{reconnected} reconnected, {refused} refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_raced_by_reconnects_1000_times_never_leaves_a_live_session() {
    race(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_everywhere_raced_by_reconnects_1000_times_never_leaves_a_live_session() {
    race(true).await;
}
