//! Properties of the engine in a simulated world, under random actions.
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
use world::{ServerState, World};

/// One action on the page, its machine, its network or its server.
#[derive(Clone, Debug)]
enum Action {
    Input(Input),
    /// A `session.fetch` call is refused.
    Refused(u32, Refusal),
    Passes(Millis),
    /// Time passes until just before the next deadline.
    AlmostDue,
    Sleeps(Millis, bool),
    /// The wall clock is set forward or back, in milliseconds.
    ClockSet(i32),
    Seed(u64),
    Latency(u64),
    Throttled(u64),
    ServerState(ServerState),
    Unhangs,
    /// The server loses its sessions.
    Forgets,
    /// Another tab, or another device, re-established the session.
    EpochGrows,
    Limits(Option<u32>, Option<u32>, Option<u32>),
    /// The ticket, or the page's credential, is lost.
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

fn transient_states() -> impl Strategy<Value = ServerState> {
    let statuses = prop_oneof![Just(200), Just(302), Just(404), Just(408), Just(429), 500..600u16];
    let codes = [
        ProblemCode::StoreUnavailable,
        ProblemCode::Overloaded,
        ProblemCode::RateLimited,
        ProblemCode::CsrfRefused,
        ProblemCode::InvalidRequest,
    ];
    prop_oneof![
        3 => Just(ServerState::Works),
        1 => Just(ServerState::Down),
        2 => Just(ServerState::Hangs),
        1 => (statuses, proptest::option::of(0..5000u32)).prop_map(|(status, wait)| ServerState::Says(status, wait)),
        1 => proptest::sample::select(codes.to_vec()).prop_map(ServerState::Refuses),
    ]
}

/// Actions of which none ends the session.
fn transient_actions() -> impl Strategy<Value = Action> {
    let refusals = prop_oneof![Just(Refusal::SessionUnknown), Just(Refusal::Unclear)];
    let limits = || proptest::option::of(0..400u32);
    prop_oneof![
        6 => inputs().prop_map(Action::Input),
        2 => (0..4u32, refusals).prop_map(|(fetch, refusal)| Action::Refused(fetch, refusal)),
        6 => lengths().prop_map(Action::Passes),
        1 => Just(Action::AlmostDue),
        1 => (lengths(), any::<bool>()).prop_map(|(length, stops)| Action::Sleeps(length, stops)),
        1 => any::<i32>().prop_map(Action::ClockSet),
        1 => any::<u64>().prop_map(Action::Seed),
        1 => prop_oneof![0..200u64, 0..100_000u64].prop_map(Action::Latency),
        1 => prop_oneof![Just(1), Just(1000), Just(60_000)].prop_map(Action::Throttled),
        3 => transient_states().prop_map(Action::ServerState),
        1 => Just(Action::Unhangs),
        2 => Just(Action::Forgets),
        1 => Just(Action::EpochGrows),
        1 => (limits(), limits(), limits()).prop_map(|(idle, warn, next)| Action::Limits(idle, warn, next)),
    ]
}

/// Actions by which the server or the user ends the session.
fn ending_actions() -> impl Strategy<Value = Action> {
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
        4 => any::<bool>().prop_map(|everywhere| Action::Input(Input::SignOut { everywhere })),
        3 => proptest::sample::select(codes.to_vec()).prop_map(|code| Action::ServerState(ServerState::Refuses(code))),
        2 => Just(Action::TicketGone),
        1 => Just(Action::Input(Input::Dispose)),
    ]
}

fn configs() -> impl Strategy<Value = Config> {
    let holders = prop_oneof![Just(CredentialHolder::Cookie), Just(CredentialHolder::Page)];
    (holders, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(credential, reconnects, can_log_out, redirects)| {
            // The page's credential is presented on the reconnect call only.
            let can_reconnect = reconnects || credential == CredentialHolder::Page;
            Config { credential, can_reconnect, can_log_out, redirects, ..Config::default() }
        },
    )
}

fn apply(world: &mut World, action: Action) {
    match action {
        // A waiting call is neither started nor refused again.
        Action::Input(Input::FetchStarted(fetch)) if world.waits(fetch) => {}
        Action::Refused(fetch, _) if world.waits(FetchId(fetch)) => {}
        Action::Input(input) => world.feed(input),
        Action::Refused(number, refusal) => {
            let fetch = FetchId(number);
            let generation = match world.steps_of(fetch).last() {
                Some(FetchStep::Send(generation)) => *generation,
                // The call was sent before the machine was started.
                Some(FetchStep::Deliver) | None => Generation::default(),
            };
            world.feed(Input::FetchRefused { fetch, generation, refusal });
        }
        Action::Passes(length) => world.run(length),
        Action::AlmostDue => {
            if let Some(deadline) = world.machine.deadline() {
                world.run(Millis(deadline.since(world.now).0.saturating_sub(1)));
            }
        }
        Action::Sleeps(length, monotonic_stops) => world.sleep(length, monotonic_stops),
        Action::ClockSet(by) => world.wall_ahead = world.wall_ahead.saturating_add_signed(by.into()),
        Action::Seed(seed) => (world.chance, world.seed) = (None, seed),
        Action::Latency(latency) => world.latency = Millis(latency),
        Action::Throttled(granularity) => world.timer_granularity = granularity,
        Action::ServerState(state) => world.server.state = state,
        Action::Unhangs => world.unhang(),
        Action::Forgets => world.server.remembers = false,
        Action::EpochGrows => world.server.epoch += 1,
        Action::Limits(idle, warn, next) => {
            (world.server.idle_in, world.server.warn_in, world.server.next_check_in) = (idle, warn, next);
        }
        Action::TicketGone => (world.server.ticket, world.credential) = (false, false),
    }
}

/// The server answers every logout as done, or as malformed.
fn accepts_any_logout(action: &Action) -> bool {
    let Action::ServerState(state) = action else { return false };
    match state {
        ServerState::Works | ServerState::Down | ServerState::Hangs => false,
        ServerState::Says(status, _) => matches!(status, 200..=299 | 404),
        ServerState::Refuses(code) => matches!(code, ProblemCode::CsrfRefused | ProblemCode::InvalidRequest),
    }
}

/// The page is open, the server works again, and hanging requests are answered. More than the longest `Retry-After` passes.
fn recover(world: &mut World) {
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

    /// The world holds every step to the invariants.
    #[test]
    fn the_invariants_hold_for_any_actions(
        config in configs(),
        actions in vec(prop_oneof![5 => transient_actions(), 1 => ending_actions()], 0..60),
    ) {
        let mut world = World::new(config);
        for action in actions {
            apply(&mut world, action);
        }
    }

    #[test]
    fn a_session_recovers_from_any_outage_without_the_login_page(config in configs(), actions in vec(transient_actions(), 0..60)) {
        let mut world = World::new(config);
        let cookie_alone = !world.config.can_reconnect;
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        for action in actions {
            // The server re-establishes the session by its ticket, so it is never unknown without a reconnect call.
            apply(&mut world, action);
        }
        recover(&mut world);
        prop_assert_eq!(world.status(), Status::Connected, "{:?} {}", world.reason(), cookie_alone);
        prop_assert_eq!(world.redirects(), vec![]);
        prop_assert_eq!(world.cleared(), 0);
    }

    #[test]
    fn no_promise_or_fetch_waits_for_ever(
        config in configs(),
        actions in vec(prop_oneof![8 => transient_actions(), 1 => ending_actions()], 0..60),
    ) {
        let mut world = World::new(config);
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        for action in actions {
            apply(&mut world, action);
        }
        let fetch = FetchId(9);
        world.feed(Input::FetchStarted(fetch));
        world.feed(Input::Restored { persisted: Persisted::NOTHING });
        let settled = world.settled(Promised::Check);
        world.feed(Input::Check { activity: true });
        world.server.state = ServerState::Hangs;
        world.run(Millis::from_secs(100 + 60));
        if !world.disposed() {
            prop_assert!(world.settled(Promised::Check) > settled);
            prop_assert_eq!(world.steps_of(fetch).len(), 1);
        }
    }

    #[test]
    fn a_sign_out_is_final_and_is_delivered(
        config in configs(),
        before in vec(transient_actions(), 0..30),
        after in vec(transient_actions(), 0..30),
    ) {
        let mut world = World::new(Config { can_log_out: true, ..config });
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        for action in before {
            apply(&mut world, action);
        }
        world.server.state = ServerState::Down;
        world.feed(Input::SignOut { everywhere: false });
        for action in after {
            let signs_in = matches!(action, Action::Input(Input::Check { .. } | Input::Remembered));
            if !signs_in && !accepts_any_logout(&action) {
                apply(&mut world, action);
            }
        }
        recover(&mut world);
        prop_assert!(!world.server.remembers);
        prop_assert_ne!(world.status(), Status::Connected);
        prop_assert!(world.logouts() >= 1 && world.settled(Promised::SignOut) >= 1);
        prop_assert!(world.redirects().iter().all(|reason| *reason != Reason::SignedOut));
    }
}
