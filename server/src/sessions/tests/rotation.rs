//! New ids for sessions in use.

use super::*;
use crate::policy::STRICT_30M;

const ROTATING: Policy = Policy { rotate_every: Some(HOUR), ..SERVERLESS_24H };

/// A browser whose session is due for a new id.
async fn due(world: &World) -> Browser {
    let browser = world.signed_in(Some("alice")).await;
    world.clock.advance(HOUR);
    browser
}

fn new_id(change: &CookieChange<SessionId>) -> bool {
    matches!(change, CookieChange::Set { .. })
}

#[tokio::test]
async fn a_session_in_use_gets_a_new_id_at_the_interval_and_no_sooner() {
    let world = World::with(ROTATING);
    let mut browser = world.signed_in(Some("alice")).await;
    for _ in 0..3 {
        world.clock.advance(HOUR - SECOND);
        let early = world.validate(&mut browser).await.unwrap();
        assert!(matches!(early.session, CookieChange::Keep), "{early:?}");
        world.clock.advance(SECOND);
        let before = browser.clone();
        let granted = world.validate(&mut browser).await.unwrap();
        assert!(new_id(&granted.session), "{granted:?}");
        assert_eq!((granted.answer.reconnected, granted.answer.epoch), (false, 1));
        world.clock.advance(ROTATING.rotation_grace);
        assert_eq!(world.refusal(&before.without_ticket()).await, SessionUnknown, "the grace has passed");
        assert!(world.validate(&mut browser).await.is_ok());
        // The interval counts from the rotation.
        world.clock.set(world.clock.now().minus(ROTATING.rotation_grace));
    }
    assert_eq!(world.live().await, 1);
}

#[tokio::test]
async fn without_the_knob_an_id_stays() {
    let world = World::new();
    let mut browser = due(&world).await;
    let granted = world.validate(&mut browser).await.unwrap();
    assert!(matches!(granted.session, CookieChange::Keep), "{granted:?}");
}

#[tokio::test]
async fn protected_work_replaces_the_id_too() {
    let world = World::with(ROTATING);
    let mut browser = due(&world).await;
    let before = browser.clone();
    let unlocked = world.sessions.unlock(&browser.presented).await.unwrap();
    assert_eq!(unlocked.data.expose_secret(), CREDENTIAL);
    assert!(new_id(&unlocked.session), "{unlocked:?}");
    browser.take(&unlocked.session, &unlocked.ticket);
    world.clock.advance(ROTATING.rotation_grace);
    assert_eq!(world.sessions.unlock(&before.presented).await.unwrap_err().code, SessionUnknown);
    assert!(world.sessions.unlock(&browser.presented).await.is_ok());
}

#[tokio::test]
async fn a_new_id_has_the_cookie_age_of_its_policy() {
    for (max_age, expected) in [
        (CookieAge::BrowserSession, None),
        (CookieAge::Fixed(DAY), Some(HOUR * 23)),
        (CookieAge::Rolling(DAY), Some(DAY)),
    ] {
        let cookie = crate::policy::CookiePolicy { max_age, ..ROTATING.cookie };
        let world = World::with(Policy { cookie, ..ROTATING });
        let granted = world.validate(&mut due(&world).await).await.unwrap();
        assert!(matches!(granted.session, CookieChange::Set { max_age, .. } if max_age == expected), "{granted:?}");
    }
}

#[tokio::test]
async fn a_browser_whose_answer_was_lost_asks_again_and_gets_an_id_that_lasts() {
    let world = World::with(Policy { reconnect: Reconnect::Off, ..ROTATING });
    let mut browser = due(&world).await;
    // The answer with the new id never arrives.
    assert!(new_id(&world.sessions.validate(&browser.presented, false).await.unwrap().session));
    world.clock.advance(SECOND * 2);
    let healed = world.validate(&mut browser).await.unwrap();
    assert!(new_id(&healed.session), "{healed:?}");
    world.clock.advance(ROTATING.rotation_grace);
    assert!(world.validate(&mut browser).await.is_ok());
}

#[tokio::test]
async fn the_rolling_cookie_of_an_alias_is_not_set_again_over_the_new_id() {
    let rolling = Policy { rotate_every: Some(HOUR), touch_every: Duration::ZERO, idle: None, ..STRICT_30M };
    let world = World::with(rolling);
    let mut browser = due(&world).await;
    let slower = browser.clone();
    world.validate(&mut browser).await.unwrap();
    let beside = world.sessions.validate(&slower.presented, true).await.unwrap();
    assert!(matches!(beside.session, CookieChange::Keep), "{beside:?}");
}

/// Twenty requests leave with one id at the same time. Their answers reach the browser in any order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_tabs_get_few_ids_and_all_of_them_work() {
    for round in 0..60 {
        let world = World::with(Policy { reconnect: Reconnect::Off, ..ROTATING });
        let browser = due(&world).await;
        let tabs: Vec<_> = (0..20)
            .map(|tab| {
                let (sessions, presented) = (world.sessions.clone(), browser.presented.clone());
                tokio::spawn(async move {
                    match tab % 2 {
                        0 => sessions.validate(&presented, true).await.unwrap().session,
                        _ => sessions.unlock(&presented).await.unwrap().session,
                    }
                })
            })
            .collect();
        let mut jars = vec![browser.clone()];
        for tab in tabs {
            let change = tab.await.unwrap();
            if new_id(&change) {
                let mut jar = browser.clone();
                jar.take(&change, &CookieChange::Keep);
                jars.push(jar);
            }
        }
        // Two threads: at most two read the record before either has replaced its id.
        assert!((2..=3).contains(&jars.len()), "{} ids", jars.len() - 1);
        for jar in &jars {
            let granted = world.sessions.validate(&jar.presented, true).await.unwrap();
            assert!(matches!(granted.session, CookieChange::Keep), "{granted:?}");
        }
        // Whichever of them the browser ends up with, also none of the new ones, goes on after the grace.
        let mut kept = jars.swap_remove(round % jars.len());
        world.clock.advance(SECOND * 10);
        world.validate(&mut kept).await.unwrap();
        world.clock.advance(ROTATING.rotation_grace);
        world.validate(&mut kept).await.unwrap();
        assert_eq!(world.live().await, 1);
    }
}

#[tokio::test]
async fn an_end_beside_a_rotation_is_final() {
    let world = World::with(ROTATING);
    let mut browser = due(&world).await;
    let before = browser.clone();
    world.validate(&mut browser).await.unwrap();
    world.sessions.logout(&before.presented, false).await.unwrap();
    assert_eq!(world.refusal(&browser).await, SessionRevoked);
}
