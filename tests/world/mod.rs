//! A simulated world: clocks, a network, a server and pages. It owns the time and steps from one wake-up to the next. Every step
//! is held to the engine's invariants. More than a hundred steps at one time, or thousands in one run, fail as a livelock.

// Each integration test uses a different part.
#![allow(dead_code)]

mod browser;
mod page;
mod server;

#[allow(unused_imports)]
pub(crate) use browser::Browser;
pub(crate) use page::Page;
use page::{Network, UnderWay};
pub(crate) use server::{Server, ServerState};
use session_keepalive::engine::{
    Chance, Config, CredentialHolder, FetchId, FetchStep, Generation, Input, Instant, Millis, Now, Outcome, Persisted,
    Request, Status, WallTime,
};
use std::ops::{Deref, DerefMut};

/// One page, its clocks, its network and its server.
pub(crate) struct World {
    page: Page,
    pub(crate) config: Config,
    pub(crate) server: Server,
    /// Time between sending and answer.
    pub(crate) latency: Millis,
    /// The random number of every input; `None`: drawn from the generator.
    pub(crate) chance: Option<Chance>,
    /// The state of the random number generator.
    pub(crate) seed: u64,
    pub(crate) now: Instant,
    /// The wall clock minus the monotonic clock.
    pub(crate) wall_ahead: u64,
    /// Timers fire at multiples of this only, as in a browser that throttles them.
    pub(crate) timer_granularity: u64,
    steps_now: u32,
}

impl World {
    /// A page with a valid session, not started yet.
    pub(crate) fn new(config: Config) -> Self {
        Self {
            page: Page::new(&config),
            config,
            server: Server::new(),
            latency: Millis(20),
            chance: Some(Chance(u32::MAX / 2)),
            seed: 0,
            now: Instant(5000),
            wall_ahead: 1_700_000_000_000,
            timer_granularity: 1,
            steps_now: 0,
        }
    }

    /// A started, visible page whose first check is answered.
    pub(crate) fn connected(config: Config) -> Self {
        let mut world = Self::new(config);
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        world.run(Millis(1000));
        assert_eq!(world.status(), Status::Connected);
        world
    }

    /// Feeds one input and carries out its effects.
    pub(crate) fn feed(&mut self, input: Input) {
        let chance = self.chance.unwrap_or_else(|| self.random());
        let now = Now { instant: self.now, wall: WallTime(self.now.0 + self.wall_ahead), chance };
        let network = Network { hangs: self.server.state == ServerState::Hangs, latency: self.latency };
        self.page.take(&self.config, now, network, input);
    }

    /// The generator of Knuth's MMIX: sufficiently uniform, and reproducible.
    fn random(&mut self) -> Chance {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Chance((self.seed >> 32) as u32)
    }

    /// Answers the hanging requests now.
    pub(crate) fn unhang(&mut self) {
        let now = self.now;
        self.page.unhang(now);
    }

    /// Runs for this time.
    pub(crate) fn run(&mut self, length: Millis) {
        let end = self.now + length;
        for _ in 0..20_000 {
            let arrival = self.arrival();
            let timer = self.machine.deadline().map(|deadline| self.throttled(deadline));
            let Some(next) = arrival.into_iter().chain(timer).min().filter(|next| *next <= end) else {
                self.now = end;
                return;
            };
            self.steps_now = if next > self.now { 0 } else { self.steps_now + 1 };
            assert!(self.steps_now < 100, "livelock at {:?}: {:?}", self.now, self.machine);
            self.now = self.now.max(next);
            match arrival {
                Some(at) if at <= next => self.deliver(at),
                Some(_) | None => self.feed(Input::DeadlineReached),
            }
        }
        panic!("more than 20,000 steps in {length:?}");
    }

    fn throttled(&self, deadline: Instant) -> Instant {
        Instant(deadline.0.div_ceil(self.timer_granularity) * self.timer_granularity).max(self.now)
    }

    fn deliver(&mut self, at: Instant) {
        let index = self.under_way.iter().position(|request| request.at == Some(at)).unwrap();
        let arrived = self.under_way.remove(index);
        let UnderWay { id, request, .. } = arrived;
        let missing = matches!(request, Request::Reconnect { .. })
            && self.config.credential == CredentialHolder::Page
            && !self.credential;
        let outcome = if missing { Some(Outcome::NoCredential) } else { self.server.reply(&self.config, request) };
        match outcome {
            Some(outcome) => self.feed(Input::Replied { id, outcome }),
            None => self.under_way.push(UnderWay { at: None, ..arrived }),
        }
    }

    /// The computer sleeps: wall time passes, the monotonic clock may stop, and nothing runs.
    pub(crate) fn sleep(&mut self, length: Millis, monotonic_stops: bool) {
        if monotonic_stops {
            self.wall_ahead += length.0;
        } else {
            self.now = self.now + length;
        }
    }

    pub(crate) fn generation(&mut self) -> Generation {
        let probe = FetchId(u32::MAX);
        self.feed(Input::FetchStarted(probe));
        match self.steps_of(probe).last() {
            Some(FetchStep::Send(generation)) => *generation,
            other => panic!("no generation: {other:?}"),
        }
    }
}

impl Deref for World {
    type Target = Page;
    fn deref(&self) -> &Page {
        &self.page
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Page {
        &mut self.page
    }
}
