//! What holds of the engine in a simulated world, whatever happens in it.
#![cfg(not(target_arch = "wasm32"))]

#[cfg(test)]
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use session_keepalive::engine::{
    Config, CredentialHolder, FetchId, FetchStep, Generation, Input, Millis, Persisted, Promised, Reason, Refusal,
    Status,
};
use session_keepalive::wire::ProblemCode;
use world::{Mood, World};

/// One thing that happens to the page, its machine, its network or its server.
#[derive(Clone, Debug)]
enum Happening {
    Input(Input),
    /// An application's call is answered with a refusal.
    Refused(u32, Refusal),
    Passes(Millis),
    /// Until just before the next deadline.
    AlmostDue,
    Sleeps(Millis, bool),
    /// The wall clock is set, by so much.
    ClockSet(i32),
    Dice(u64),
    Latency(u64),
    Throttled(u64),
    Mood(Mood),
    Unhangs,
    /// The server loses its sessions.
    Forgets,
    /// Another tab, or another device, re-established the session.
    EpochGrows,
    Limits(Option<u32>, Option<u32>, Option<u32>),
    /// The ticket, or the credential, is gone.
    TicketGone,
}

fn inputs() -> impl Strategy<Value = Input> {
    prop_oneof![
        Just(Input::Stop),
        (any::<bool>(), any::<bool>()).prop_map(|(visible, online)| Input::Start {
            visible,
            online,
            persisted: Persisted::NOTHING
        }),
        any::<bool>().prop_map(|activity| Input::Check { activity }),
        Just(Input::Remembered),
        (0..4u32).prop_map(|fetch| Input::FetchStarted(FetchId(fetch))),
        (0..4u32).prop_map(|fetch| Input::FetchEnded(FetchId(fetch))),
        Just(Input::DeadlineReached),
        Just(Input::Visible),
        Just(Input::Hidden),
        Just(Input::Focused),
        Just(Input::Left),
        Just(Input::Restored { persisted: Persisted::NOTHING }),
        Just(Input::Resumed),
        Just(Input::Online),
        Just(Input::Offline),
        Just(Input::UserActive),
    ]
}

fn lengths() -> impl Strategy<Value = Millis> {
    prop_oneof![0..50u64, 0..5000u64, 0..100_000u64, 0..1_000_000u64].prop_map(Millis)
}

fn transient_moods() -> impl Strategy<Value = Mood> {
    let statuses = prop_oneof![Just(200), Just(302), Just(404), Just(408), Just(429), 500..600u16];
    let codes = [
        ProblemCode::StoreUnavailable,
        ProblemCode::Overloaded,
        ProblemCode::RateLimited,
        ProblemCode::CsrfRefused,
        ProblemCode::InvalidRequest,
    ];
    prop_oneof![
        3 => Just(Mood::Works),
        1 => Just(Mood::Down),
        2 => Just(Mood::Hangs),
        1 => (statuses, proptest::option::of(0..5000u32)).prop_map(|(status, wait)| Mood::Says(status, wait)),
        1 => proptest::sample::select(codes.to_vec()).prop_map(Mood::Refuses),
    ]
}

/// Nothing of this says that the session is over.
fn troubles() -> impl Strategy<Value = Happening> {
    let refusals = prop_oneof![Just(Refusal::SessionUnknown), Just(Refusal::Unclear)];
    let limits = || proptest::option::of(0..400u32);
    prop_oneof![
        6 => inputs().prop_map(Happening::Input),
        2 => (0..4u32, refusals).prop_map(|(fetch, refusal)| Happening::Refused(fetch, refusal)),
        6 => lengths().prop_map(Happening::Passes),
        1 => Just(Happening::AlmostDue),
        1 => (lengths(), any::<bool>()).prop_map(|(length, stops)| Happening::Sleeps(length, stops)),
        1 => any::<i32>().prop_map(Happening::ClockSet),
        1 => any::<u64>().prop_map(Happening::Dice),
        1 => prop_oneof![0..200u64, 0..100_000u64].prop_map(Happening::Latency),
        1 => prop_oneof![Just(1), Just(1000), Just(60_000)].prop_map(Happening::Throttled),
        3 => transient_moods().prop_map(Happening::Mood),
        1 => Just(Happening::Unhangs),
        2 => Just(Happening::Forgets),
        1 => Just(Happening::EpochGrows),
        1 => (limits(), limits(), limits()).prop_map(|(idle, warn, next)| Happening::Limits(idle, warn, next)),
    ]
}

/// The server, or the person, says that it is over.
fn ends() -> impl Strategy<Value = Happening> {
    let codes = [
        ProblemCode::SessionUnknown,
        ProblemCode::SessionTimeout,
        ProblemCode::SessionExpired,
        ProblemCode::SessionRevoked,
        ProblemCode::SessionEvicted,
        ProblemCode::ReconnectRefused,
        ProblemCode::ConnectionRefused,
        ProblemCode::SessionLimit,
    ];
    prop_oneof![
        4 => any::<bool>().prop_map(|everywhere| Happening::Input(Input::SignOut { everywhere })),
        3 => proptest::sample::select(codes.to_vec()).prop_map(|code| Happening::Mood(Mood::Refuses(code))),
        2 => Just(Happening::TicketGone),
        1 => Just(Happening::Input(Input::Dispose)),
    ]
}

fn configs() -> impl Strategy<Value = Config> {
    let holders = prop_oneof![Just(CredentialHolder::Cookie), Just(CredentialHolder::Page)];
    (holders, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(credential, reconnects, can_log_out, redirects)| {
            // What the page holds is of use on the reconnect call only.
            let can_reconnect = reconnects || credential == CredentialHolder::Page;
            Config { credential, can_reconnect, can_log_out, redirects, ..Config::default() }
        },
    )
}

fn happen(world: &mut World, happening: Happening) {
    match happening {
        // A call is made once, and refused while it is under way.
        Happening::Input(Input::FetchStarted(fetch)) if world.waits(fetch) => {}
        Happening::Refused(fetch, _) if world.waits(FetchId(fetch)) => {}
        Happening::Input(input) => world.feed(input),
        Happening::Refused(number, refusal) => {
            let fetch = FetchId(number);
            let generation = match world.steps_of(fetch).last() {
                Some(FetchStep::Send(generation)) => *generation,
                // It was sent before the machine was there.
                Some(FetchStep::Deliver) | None => Generation::default(),
            };
            world.feed(Input::FetchRefused { fetch, generation, refusal });
        }
        Happening::Passes(length) => world.run(length),
        Happening::AlmostDue => {
            if let Some(deadline) = world.machine.deadline() {
                world.run(Millis(deadline.since(world.now).0.saturating_sub(1)));
            }
        }
        Happening::Sleeps(length, monotonic_stops) => world.sleep(length, monotonic_stops),
        Happening::ClockSet(by) => world.wall_ahead = world.wall_ahead.saturating_add_signed(by.into()),
        Happening::Dice(seed) => (world.chance, world.dice) = (None, seed),
        Happening::Latency(latency) => world.latency = Millis(latency),
        Happening::Throttled(granularity) => world.timer_granularity = granularity,
        Happening::Mood(mood) => world.server.mood = mood,
        Happening::Unhangs => world.unhang(),
        Happening::Forgets => world.server.remembers = false,
        Happening::EpochGrows => world.server.epoch += 1,
        Happening::Limits(idle, warn, next) => {
            (world.server.idle_in, world.server.warn_in, world.server.next_check_in) = (idle, warn, next);
        }
        Happening::TicketGone => (world.server.ticket, world.credential) = (false, false),
    }
}

/// It accepts anything, or says that the request itself is wrong.
fn takes_a_logout_for_done(happening: &Happening) -> bool {
    let Happening::Mood(mood) = happening else { return false };
    match mood {
        Mood::Works | Mood::Down | Mood::Hangs => false,
        Mood::Says(status, _) => matches!(status, 200..=299 | 404),
        Mood::Refuses(code) => matches!(code, ProblemCode::CsrfRefused | ProblemCode::InvalidRequest),
    }
}

/// The page is open, and everything works again: what hung comes back, and nobody is held off longer than an hour.
fn all_is_well(world: &mut World) {
    world.server.restart();
    world.latency = Millis(20);
    (world.server.idle_in, world.server.warn_in, world.server.next_check_in) = (Some(86_400), None, None);
    world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
    world.feed(Input::Restored { persisted: Persisted::NOTHING });
    world.feed(Input::Online);
    world.unhang();
    world.run(Millis::from_secs(3600 + 1000));
}

fn settings() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("proptest-regressions"))),
        ..ProptestConfig::with_cases(500)
    }
}

proptest! {
    #![proptest_config(settings())]

    /// The rules themselves are those of the world.
    #[test]
    fn the_rules_hold_whatever_happens(
        config in configs(),
        happenings in vec(prop_oneof![5 => troubles(), 1 => ends()], 0..60),
    ) {
        let mut world = World::new(config);
        for happening in happenings {
            happen(&mut world, happening);
        }
    }

    #[test]
    fn trouble_heals_without_the_login_page(config in configs(), happenings in vec(troubles(), 0..60)) {
        let mut world = World::new(config);
        let cookie_alone = !world.config.can_reconnect;
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        for happening in happenings {
            // Without a reconnect call an unknown session is over; a server that holds tickets never says so.
            happen(&mut world, happening);
        }
        all_is_well(&mut world);
        prop_assert_eq!(world.status(), Status::Connected, "{:?} {}", world.reason(), cookie_alone);
        prop_assert_eq!(world.redirects(), vec![]);
        prop_assert_eq!(world.cleared(), 0);
    }

    #[test]
    fn nobody_waits_for_ever(
        config in configs(),
        happenings in vec(prop_oneof![8 => troubles(), 1 => ends()], 0..60),
    ) {
        let mut world = World::new(config);
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        for happening in happenings {
            happen(&mut world, happening);
        }
        let fetch = FetchId(9);
        world.feed(Input::FetchStarted(fetch));
        world.feed(Input::Restored { persisted: Persisted::NOTHING });
        let asked = world.settled(Promised::Check);
        world.feed(Input::Check { activity: true });
        world.server.mood = Mood::Hangs;
        world.run(Millis::from_secs(100 + 60));
        if !world.disposed() {
            prop_assert!(world.settled(Promised::Check) > asked);
            prop_assert_eq!(world.steps_of(fetch).len(), 1);
        }
    }

    #[test]
    fn a_sign_out_is_final_and_is_delivered(
        config in configs(),
        before in vec(troubles(), 0..30),
        after in vec(troubles(), 0..30),
    ) {
        let mut world = World::new(Config { can_log_out: true, ..config });
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        for happening in before {
            happen(&mut world, happening);
        }
        world.server.mood = Mood::Down;
        world.feed(Input::SignOut { everywhere: false });
        for happening in after {
            let signs_in = matches!(happening, Happening::Input(Input::Check { .. } | Input::Remembered));
            if !signs_in && !takes_a_logout_for_done(&happening) {
                happen(&mut world, happening);
            }
        }
        all_is_well(&mut world);
        prop_assert!(!world.server.remembers);
        prop_assert_ne!(world.status(), Status::Connected);
        prop_assert!(world.logouts() >= 1 && world.settled(Promised::SignOut) >= 1);
        prop_assert!(world.redirects().iter().all(|reason| *reason != Reason::SignedOut));
    }
}
