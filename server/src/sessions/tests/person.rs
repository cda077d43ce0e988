//! The sessions of one person: what they see, and what they end.

use session_keepalive::wire::SessionEntry;

use super::*;
use crate::{
    record::EndReason,
    revocations::{EndedFamily, Outdated},
};

impl World {
    async fn list(&self, browser: &Browser) -> Vec<SessionEntry> {
        self.sessions.list(&browser.presented).await.unwrap().answer.sessions
    }

    /// The handle by which this browser's session is named.
    async fn handle(&self, browser: &Browser) -> String {
        let list = self.list(browser).await;
        list.into_iter().find(|entry| entry.current).unwrap().handle
    }

    async fn revoke_others(&self, browser: &mut Browser) -> Result<(), ProblemCode> {
        let cookies = self.sessions.revoke_others(&browser.presented).await.map_err(|refused| refused.code)?;
        browser.take(&cookies.session, &cookies.ticket);
        Ok(())
    }

    /// Whether that many sessions were found by the handle: one or none.
    async fn revoke(&self, browser: &mut Browser, handle: &str) -> bool {
        let (found, cookies) = match self.sessions.revoke(&browser.presented, handle).await.unwrap() {
            Revoked::Done(cookies) => (true, cookies),
            Revoked::NoSuch(cookies) => (false, cookies),
        };
        browser.take(&cookies.session, &cookies.ticket);
        found
    }
}

#[tokio::test]
async fn a_person_sees_their_sessions_and_nobody_elses() {
    let world = World::new();
    let mut phone = Browser { subject: Some("alice"), ..Browser::default() };
    phone.presented.user_agent = Some(Arc::from("a phone"));
    world.connect(&mut phone).await;
    world.signed_in(Some("bob")).await;
    world.clock.advance(HOUR);
    let laptop = world.signed_in(Some("alice")).await;
    world.clock.advance(MINUTE);

    let [current, other] = world.list(&laptop).await.try_into().unwrap();
    assert!(current.current && !other.current);
    assert_eq!((current.age, current.idle_in, current.absolute_in), (60, Some(86_340), Some(2_591_940)));
    assert_eq!((other.age, other.last_seen_ago, other.last_activity_ago), (3_660, 3_660, 3_660));
    assert_eq!((other.idle_in, other.absolute_in), (Some(86_400 - 3_660), Some(2_592_000 - 3_660)));
    assert_eq!((current.user_agent, other.user_agent.as_deref()), (None, Some("a phone")));
    assert_ne!(current.handle, other.handle);
}

#[tokio::test]
async fn whoever_has_no_subject_sees_only_itself() {
    let world = World::new();
    let (mut one, other) = (world.signed_in(None).await, world.signed_in(None).await);
    let [only] = world.list(&one).await.try_into().unwrap();
    assert!(only.current);
    let theirs = world.handle(&other).await;
    assert!(!world.revoke(&mut one, &theirs).await);
    world.revoke_others(&mut one).await.unwrap();
    assert!(world.validate(&mut other.clone()).await.is_ok());
}

#[tokio::test]
async fn looking_counts_as_a_use_and_a_lost_session_sees_nothing() {
    let mut world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    world.clock.advance(HOUR * 23);
    let listed = world.sessions.list(&browser.presented).await.unwrap();
    assert!(matches!(listed.cookies.ticket, CookieChange::Set { .. }));
    browser.take(&listed.cookies.session, &listed.cookies.ticket);
    world.clock.advance(HOUR * 23);
    assert!(world.validate(&mut browser).await.is_ok());
    world.restart();
    for code in [
        world.sessions.list(&browser.presented).await.unwrap_err().code,
        world.sessions.revoke(&browser.presented, "any").await.unwrap_err().code,
        world.sessions.revoke_others(&browser.presented).await.unwrap_err().code,
    ] {
        assert_eq!(code, SessionUnknown);
    }
}

#[tokio::test]
async fn a_handle_stays_through_new_ids_and_restarts_and_opens_nothing() {
    let mut world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    let handle = world.handle(&browser).await;
    world.reconnect(&mut browser).await.unwrap();
    assert_eq!(world.handle(&browser).await, handle);
    world.restart();
    world.validate(&mut browser).await.unwrap();
    assert_eq!(world.handle(&browser).await, handle);
    assert_ne!(handle, browser.presented.session.as_ref().unwrap().reveal());
    assert!(SessionId::parse(&handle).is_none());
}

#[tokio::test]
async fn revoking_one_ends_it_for_good_and_only_it() {
    let mut world = World::new();
    let (mut laptop, mut phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    let stolen = world.signed_in(Some("alice")).await;
    let handle = world.handle(&stolen).await;
    assert!(world.revoke(&mut laptop, &handle).await);
    assert!(!world.revoke(&mut laptop, &handle).await, "it is gone");
    for way_back in [&stolen, &stolen.without_session(), &stolen.without_ticket()] {
        assert_eq!(world.refusal(way_back).await, SessionRevoked);
    }
    world.restart();
    assert_eq!(world.refusal(&stolen).await, SessionRevoked);
    for browser in [&mut laptop, &mut phone] {
        assert!(world.validate(browser).await.is_ok());
    }
}

#[tokio::test]
async fn nobody_revokes_what_is_not_theirs() {
    let world = World::new();
    let (mut mallory, mut alice) = (world.signed_in(Some("mallory")).await, world.signed_in(Some("alice")).await);
    let handle = world.handle(&alice).await;
    for not_hers in [handle.as_str(), "", "no such handle"] {
        assert!(!world.revoke(&mut mallory, not_hers).await);
    }
    assert!(world.validate(&mut alice).await.is_ok());
}

#[tokio::test]
async fn revoking_the_current_one_is_signing_out() {
    let mut world = World::new();
    let mut browser = world.signed_in(Some("alice")).await;
    let (before, handle) = (browser.clone(), world.handle(&browser).await);
    assert!(world.revoke(&mut browser, &handle).await);
    assert!(browser.presented.session.is_none() && browser.presented.ticket.is_none());
    world.restart();
    assert_eq!(world.refusal(&before).await, SessionRevoked);
}

#[tokio::test]
async fn revoking_the_others_ends_also_those_that_only_a_ticket_knows_of() {
    let mut world = World::new();
    let (mut laptop, phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    let (lost, mut bob) = (world.signed_in(Some("alice")).await, world.signed_in(Some("bob")).await);
    world.restart();
    for browser in [&mut laptop, &mut phone.clone()] {
        world.validate(browser).await.unwrap();
    }
    assert_eq!(world.list(&laptop).await.len(), 2, "the third has not come back yet");
    world.revoke_others(&mut laptop).await.unwrap();
    assert_eq!(world.list(&laptop).await.len(), 1);
    for other in [&phone, &lost] {
        assert_eq!(world.refusal(other).await, SessionRevoked);
    }
    world.restart();
    for other in [&phone, &lost] {
        assert_eq!(world.refusal(other).await, SessionRevoked);
    }
    assert!(world.validate(&mut laptop).await.unwrap().answer.reconnected);
    assert!(world.validate(&mut bob).await.is_ok());
}

#[tokio::test]
async fn the_survivor_gets_a_ticket_that_is_not_outdated() {
    let mut world = World::new();
    let mut laptop = world.signed_in(Some("alice")).await;
    let before = laptop.presented.ticket.clone().unwrap();
    world.revoke_others(&mut laptop).await.unwrap();
    let after = laptop.presented.ticket.clone().unwrap();
    assert_ne!(after.reveal(), before.reveal());
    let proven = |cookie| world.sessions.parts.sealer.open_ticket(cookie).unwrap().proven;
    assert!(proven(&after) > proven(&before));
    // Signing out everywhere still ends it.
    let other = world.signed_in(Some("alice")).await;
    world.sessions.logout(&other.presented, true).await.unwrap();
    world.restart();
    assert_eq!(world.refusal(&laptop).await, SessionRevoked);
}

#[tokio::test]
async fn a_lost_answer_to_revoking_the_others_costs_the_survivor_nothing() {
    let mut world = World::new();
    let (mut laptop, phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    world.sessions.revoke_others(&laptop.presented).await.unwrap();
    world.restart();
    assert!(world.validate(&mut laptop).await.unwrap().answer.reconnected);
    assert_eq!(world.refusal(&phone).await, SessionRevoked);
}

#[tokio::test]
async fn a_check_between_the_log_and_the_store_leaves_the_survivor() {
    let world = World::new();
    let (mut laptop, phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
    let record = world.sessions.parts.used(&laptop.presented, world.clock.now()).await.unwrap().0;
    let others = Outdated { subject: "alice", not_before: world.clock.now(), until: None };
    let over = world.sessions.parts.revocations.spare(record.family, record.proven, others).await.unwrap();
    assert_eq!(over, None);
    // Both are touched, so that the log is read.
    world.clock.advance(HOUR);
    assert!(world.validate(&mut laptop).await.is_ok());
    assert_eq!(world.refusal(&phone).await, SessionRevoked);
}

#[tokio::test]
async fn whoever_is_over_by_the_log_revokes_nobody() {
    for others in [false, true] {
        let world = World::new();
        let (thief, mut owner) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
        let handle = world.handle(&owner).await;
        // Revoked by another instance, of which this one's store has not heard.
        let family = world.sessions.parts.used(&thief.presented, world.clock.now()).await.unwrap().0.family;
        let ended = EndedFamily { family, reason: EndReason::Revoked, until: None };
        world.sessions.parts.revocations.record(vec![ended], None).await.unwrap();
        let code = match others {
            true => world.sessions.revoke_others(&thief.presented).await.unwrap_err().code,
            false => world.sessions.revoke(&thief.presented, &handle).await.unwrap_err().code,
        };
        assert_eq!(code, SessionRevoked);
        assert!(world.validate(&mut owner).await.is_ok());
        assert_eq!(world.live().await, 1, "and now the store has heard");
    }
}

/// `restart`: what a restart leaves of it.
pub(super) async fn race_of_two_that_revoke_each_other(mut world: World, restart: impl Fn(&mut World)) {
    for _ in 0..100 {
        let (laptop, phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
        let [one, other] = [&laptop, &phone].map(|browser| {
            let (sessions, presented) = (world.sessions.clone(), browser.presented.clone());
            tokio::spawn(async move { sessions.revoke_others(&presented).await })
        });
        let refusals =
            [one.await.unwrap(), other.await.unwrap()].map(|answer| answer.err().map(|refused| refused.code));
        let (mut stays, ended) = match refusals {
            [None, Some(SessionRevoked)] => (laptop, phone),
            [Some(SessionRevoked), None] => (phone, laptop),
            other => panic!("{other:?}"),
        };
        assert!(world.validate(&mut stays).await.is_ok());
        assert_eq!((world.refusal(&ended).await, world.live().await), (SessionRevoked, 1));
        restart(&mut world);
        assert!(world.validate(&mut stays).await.is_ok());
        assert_eq!(world.refusal(&ended).await, SessionRevoked);
        world.sessions.logout(&stays.presented, false).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_revoke_each_other_one_stays() {
    race_of_two_that_revoke_each_other(World::new(), World::restart).await;
}

/// Races the laptop's revoking of the phone against the phone's coming back, by whatever it has.
async fn race(others: bool) {
    let mut world = World::new();
    let (mut came_first, mut came_second) = (0, 0);
    for round in 0..300 {
        let (mut laptop, phone) = (world.signed_in(Some("alice")).await, world.signed_in(Some("alice")).await);
        let handle = world.handle(&phone).await;
        if others {
            world.restart();
            world.validate(&mut laptop).await.unwrap();
        }
        let revoke = tokio::spawn({
            let (sessions, presented) = (world.sessions.clone(), laptop.presented.clone());
            async move {
                match others {
                    true => drop(sessions.revoke_others(&presented).await.unwrap()),
                    false => drop(sessions.revoke(&presented, &handle).await.unwrap()),
                }
            }
        });
        let back = [phone.presented.clone(), phone.without_session().presented].map(|presented| {
            let sessions = world.sessions.clone();
            tokio::spawn(async move { sessions.reconnect_by_ticket(&presented).await })
        });
        revoke.await.unwrap();
        let mut jars = vec![phone.clone(), phone.without_session()];
        for answer in back {
            let answer = answer.await.unwrap();
            match answer {
                Ok(granted) => {
                    came_first += 1;
                    let mut jar = phone.clone();
                    jar.take(&granted.session, &granted.ticket);
                    jars.push(jar.without_session());
                    jars.push(jar);
                }
                Err(refused) => {
                    came_second += 1;
                    assert_eq!(refused.code, SessionRevoked, "round {round}");
                }
            }
        }
        for jar in &jars {
            assert_eq!(world.refusal(jar).await, SessionRevoked, "round {round}");
        }
        world.restart();
        for jar in &jars {
            assert_eq!(world.refusal(jar).await, SessionRevoked, "round {round}");
        }
        world.validate(&mut laptop).await.unwrap();
        world.sessions.logout(&laptop.presented, true).await.unwrap();
    }
    assert!(came_second > 0, "{came_first} came first, {came_second} second: nothing was raced");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_one_wins_every_race_against_its_coming_back() {
    race(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_the_others_wins_every_race_against_their_coming_back() {
    race(true).await;
}
