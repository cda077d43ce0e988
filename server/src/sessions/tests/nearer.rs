//! A limit brought nearer: all that it means for the session, and that nothing else changes.

use super::*;

/// An open page alone keeps nothing alive, so that a limit stays where it is.
const PERSON_COUNTS: Policy = Policy { heartbeat_counts: false, ..SERVERLESS_24H };
const IDLE: (RanOut, Duration) = (RanOut::Idle, DAY);
const ABSOLUTE: (RanOut, Duration) = (RanOut::Absolute, Duration::from_secs(30 * 24 * 3600));

async fn bring_nearer(world: &World, browser: &mut Browser, limit: (RanOut, Duration)) {
    let cookies = world.sessions.bring_nearer(&browser.presented, limit, MINUTE).await.unwrap();
    browser.take(&cookies.session, &cookies.ticket);
}

#[tokio::test]
async fn an_idle_limit_is_as_near_as_asked_and_a_use_moves_it_away_again() {
    let world = World::with(PERSON_COUNTS);
    let mut browser = world.signed_in(Some("alice")).await;
    bring_nearer(&world, &mut browser, IDLE).await;
    let answer = world.validate(&mut browser).await.unwrap().answer;
    assert_eq!((answer.idle_in, answer.absolute_in, answer.warn_in), (Some(60), Some(2_592_000), Some(0)));
    assert_eq!((answer.epoch, answer.reconnected), (1, false));
    let used = world.sessions.validate(&browser.presented, true).await.unwrap();
    assert_eq!(used.answer.idle_in, Some(86_400));
}

#[tokio::test]
async fn no_use_moves_an_absolute_limit() {
    let world = World::with(PERSON_COUNTS);
    let mut browser = world.signed_in(Some("alice")).await;
    bring_nearer(&world, &mut browser, ABSOLUTE).await;
    let used = world.sessions.validate(&browser.presented, true).await.unwrap();
    assert_eq!((used.answer.absolute_in, used.answer.idle_in), (Some(60), Some(86_400)));
}

#[tokio::test]
async fn once_reached_the_session_is_over_and_its_ticket_brings_nothing_back() {
    for (limit, code) in [(IDLE, SessionTimeout), (ABSOLUTE, SessionExpired)] {
        let mut world = World::with(PERSON_COUNTS);
        let mut browser = world.signed_in(Some("alice")).await;
        bring_nearer(&world, &mut browser, limit).await;
        world.clock.advance(MINUTE - SECOND);
        assert!(world.validate(&mut browser.clone()).await.is_ok());
        world.clock.advance(SECOND);
        for over in [&browser, &browser.without_session(), &browser.without_ticket()] {
            assert_eq!(world.refusal(over).await, code);
        }
        // The ticket itself knows of it: nobody else remembers here.
        world.restart();
        assert_eq!(world.refusal(&browser).await, code);
    }
}

#[tokio::test]
async fn a_restart_before_it_is_reached_moves_nothing() {
    for limit in [IDLE, ABSOLUTE] {
        let mut world = World::with(PERSON_COUNTS);
        let mut browser = world.signed_in(Some("alice")).await;
        bring_nearer(&world, &mut browser, limit).await;
        world.restart();
        let answer = world.validate(&mut browser).await.unwrap().answer;
        assert!(answer.reconnected);
        assert_eq!([answer.idle_in, answer.absolute_in].into_iter().flatten().min(), Some(60));
    }
}

#[tokio::test]
async fn nothing_else_becomes_of_it() {
    let policy = Policy { limits: Limits { total: 2, per_subject: 1, ..SERVERLESS_24H.limits }, ..PERSON_COUNTS };
    let world = World::with(policy);
    let (mut browser, mut other) = (world.signed_in(Some("alice")).await, world.signed_in(Some("bob")).await);
    let family = world.sessions.unlock(&browser.presented).await.unwrap().family;
    let mut endings = world.sessions.endings();
    bring_nearer(&world, &mut browser, IDLE).await;
    assert!(endings.try_recv().is_err(), "nothing has ended");
    assert_eq!(world.live().await, 2);
    assert!(world.validate(&mut other).await.is_ok(), "nobody had to make room");
    let unlocked = world.sessions.unlock(&browser.presented).await.unwrap();
    assert_eq!((unlocked.family, unlocked.data.expose_secret()), (family, CREDENTIAL));
    assert_eq!(unlocked.subject.as_deref(), Some("alice"));
}

#[tokio::test]
async fn who_has_ended_or_never_was_stays_so() {
    let world = World::with(PERSON_COUNTS);
    let browser = world.signed_in(Some("alice")).await;
    world.sessions.logout(&browser.presented, false).await.unwrap();
    for (presented, code) in [(browser.presented.clone(), SessionRevoked), (Presented::default(), SessionUnknown)] {
        let refused = world.sessions.bring_nearer(&presented, IDLE, MINUTE).await.unwrap_err();
        assert_eq!(refused.code, code);
    }
    assert_eq!(world.refusal(&browser).await, SessionRevoked);
}

/// Each check in between may find it gone, and its ticket brings it back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_beside_it_lose_nothing() {
    let world = World::with(PERSON_COUNTS);
    let mut browser = world.signed_in(Some("alice")).await;
    for _ in 0..50 {
        let (sessions, presented) = (world.sessions.clone(), browser.presented.clone());
        let beside = tokio::spawn(async move { sessions.validate(&presented, false).await.is_ok() });
        bring_nearer(&world, &mut browser, ABSOLUTE).await;
        assert!(beside.await.unwrap());
        assert_eq!(world.validate(&mut browser).await.unwrap().answer.absolute_in, Some(60));
    }
    assert_eq!(world.live().await, 1);
}
