//! A simulated world: clocks, a network, a server that can forget, and pages. It owns the time and steps from wake-up to
//! wake-up; more than a hundred steps at one moment, or thousands in one run, are a livelock and fail.

// Every file of tests uses a part of its own.
#![allow(dead_code)]

mod browser;
mod page;
mod server;

#[allow(unused_imports)]
pub(crate) use browser::Browser;
pub(crate) use page::Page;
use page::{Network, UnderWay};
pub(crate) use server::{Mood, Server};
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
    /// Between sending and answer.
    pub(crate) latency: Millis,
    /// What every roll of the dice shows, or nothing: then they roll.
    pub(crate) chance: Option<Chance>,
    /// Where the dice are in their sequence.
    pub(crate) dice: u64,
    pub(crate) now: Instant,
    /// What the wall clock is ahead of the monotonic one.
    pub(crate) wall_ahead: u64,
    /// A browser that throttles timers wakes the page at multiples of this only.
    pub(crate) timer_granularity: u64,
    steps_now: u32,
}

impl World {
    /// A visible, online page with a good session, not started yet.
    pub(crate) fn new(config: Config) -> Self {
        Self {
            page: Page::new(&config),
            config,
            server: Server::new(),
            latency: Millis(20),
            chance: Some(Chance(u32::MAX / 2)),
            dice: 0,
            now: Instant(5000),
            wall_ahead: 1_700_000_000_000,
            timer_granularity: 1,
            steps_now: 0,
        }
    }

    /// Started, and its first check answered.
    pub(crate) fn connected(config: Config) -> Self {
        let mut world = Self::new(config);
        world.feed(Input::Start { visible: true, online: true, persisted: Persisted::NOTHING });
        world.run(Millis(1000));
        assert_eq!(world.status(), Status::Connected);
        world
    }

    /// Feeds one input and carries out its effects.
    pub(crate) fn feed(&mut self, input: Input) {
        let chance = self.chance.unwrap_or_else(|| self.roll());
        let now = Now { instant: self.now, wall: WallTime(self.now.0 + self.wall_ahead), chance };
        let network = Network { hangs: self.server.mood == Mood::Hangs, latency: self.latency };
        self.page.take(&self.config, now, network, input);
    }

    /// The generator of Knuth's MMIX: even enough for dice, and the same again in every run.
    fn roll(&mut self) -> Chance {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Chance((self.dice >> 32) as u32)
    }

    /// Lets what hangs come back now.
    pub(crate) fn unhang(&mut self) {
        let now = self.now;
        self.page.unhang(now);
    }

    /// Runs until this much time has passed.
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

    /// The machine sleeps: wall time passes, the monotonic clock may stand still, nothing runs.
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
