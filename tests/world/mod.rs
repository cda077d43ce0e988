//! A simulated world: clocks, a network, a server that can forget, and one page. It owns the time and steps from wake-up
//! to wake-up; more than a hundred steps at one moment, or thousands in one run, are a livelock and fail.

// Every file of tests uses a part of its own.
#![allow(dead_code)]

mod rules;

use rules::Rules;
use session_keepalive::engine::{
    Answer, Call, Chance, Config, CredentialHolder, Effect, Event, FetchId, FetchStep, Generation, Input, Instant, Kept,
    Machine, Millis, NoAnswer, Now, Outcome, Promised, Reason, Request, RequestId, Snapshot, Status, WallTime,
    classify,
};
use session_keepalive::wire::{ProblemCode, SessionAnswer};

/// How the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As the protocol says, from what it remembers.
    Works,
    /// Nothing answers.
    Down,
    /// Requests hang.
    Hangs,
    /// A status without a code, and perhaps `Retry-After` in seconds.
    Says(u16, Option<u32>),
    /// A problem with a code.
    Refuses(ProblemCode),
}

/// A backend, as far as a session sees it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) mood: Mood,
    /// It remembers the session.
    pub(crate) remembers: bool,
    /// The browser holds a good ticket, or the page a good credential.
    pub(crate) ticket: bool,
    pub(crate) epoch: u32,
    pub(crate) idle_in: Option<u32>,
    pub(crate) absolute_in: Option<u32>,
    pub(crate) warn_in: Option<u32>,
    pub(crate) next_check_in: Option<u32>,
}

impl Server {
    /// The process was killed and started again.
    pub(crate) fn restart(&mut self) {
        self.mood = Mood::Works;
        self.remembers = false;
    }

    fn reply(&mut self, config: &Config, request: Request) -> Option<Outcome> {
        let call = match request {
            Request::Validate { .. } => Call::Validate,
            Request::Reconnect { .. } => Call::Reconnect,
            Request::Logout { .. } => Call::Logout,
        };
        let answer = match self.mood {
            Mood::Down => return Some(Outcome::Verdict(NoAnswer::Network.into())),
            Mood::Hangs => return None,
            Mood::Says(status, seconds) => {
                Answer { status, retry_after: seconds.map(Millis::from_secs), ..Answer::default() }
            }
            Mood::Refuses(code) => problem(code),
            Mood::Works => self.work(config.credential, call),
        };
        Some(Outcome::Verdict(classify(call, config.credential, answer)))
    }

    fn work(&mut self, holder: CredentialHolder, call: Call) -> Answer {
        if call == Call::Logout {
            self.remembers = false;
            // What the page holds is not the server's to take.
            self.ticket &= holder == CredentialHolder::Page;
            return Answer { status: 204, ..Answer::default() };
        }
        // What the page holds is presented on the reconnect call only.
        let presented = call == Call::Reconnect || holder == CredentialHolder::Cookie;
        let reconnected = !self.remembers && self.ticket && presented;
        if reconnected {
            self.remembers = true;
            self.epoch += 1;
        }
        if !self.remembers {
            return problem(ProblemCode::SessionUnknown);
        }
        let session = SessionAnswer {
            valid: true,
            reconnected,
            epoch: self.epoch,
            subject: None,
            idle_in: self.idle_in,
            absolute_in: self.absolute_in,
            warn_in: self.warn_in,
            next_check_in: self.next_check_in,
        };
        Answer { status: 200, session: Some(session), ..Answer::default() }
    }
}

fn problem(code: ProblemCode) -> Answer {
    Answer { status: code.status(), code: Some(code), ..Answer::default() }
}

/// A request that has not come back.
#[derive(Clone, Copy, Debug)]
struct UnderWay {
    id: RequestId,
    request: Request,
    /// When it comes back; `None` while it hangs.
    at: Option<Instant>,
    /// Nobody waits for it any more; but it was not given up, because it may yet re-establish the session.
    disowned: bool,
}

/// One page, its clocks, its network and its server.
pub(crate) struct World {
    pub(crate) machine: Machine,
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
    /// With a credential of the page: whether there is one.
    pub(crate) credential: bool,
    /// Every effect, with its time.
    pub(crate) log: Vec<(Instant, Effect)>,
    under_way: Vec<UnderWay>,
    rules: Rules,
    steps_now: u32,
}

impl World {
    /// A visible, online page with a good session, not started yet.
    pub(crate) fn new(config: Config) -> Self {
        Self {
            machine: Machine::new(config.clone()),
            config,
            server: Server {
                mood: Mood::Works,
                remembers: true,
                ticket: true,
                epoch: 1,
                idle_in: Some(86_400),
                absolute_in: Some(2_592_000),
                warn_in: None,
                next_check_in: None,
            },
            latency: Millis(20),
            chance: Some(Chance(u32::MAX / 2)),
            dice: 0,
            now: Instant(5000),
            wall_ahead: 1_700_000_000_000,
            timer_granularity: 1,
            credential: true,
            log: Vec::new(),
            under_way: Vec::new(),
            rules: Rules::default(),
            steps_now: 0,
        }
    }

    /// Started, and its first check answered.
    pub(crate) fn connected(config: Config) -> Self {
        let mut world = Self::new(config);
        world.feed(Input::Start { visible: true, online: true, kept: Kept::NOTHING });
        world.run(Millis(1000));
        assert_eq!(world.status(), Status::Connected);
        world
    }

    pub(crate) fn disposed(&self) -> bool {
        self.rules.disposed()
    }

    /// This call may not go on yet.
    pub(crate) fn waits(&self, fetch: FetchId) -> bool {
        self.rules.waits(fetch)
    }

    /// Feeds one input and carries out its effects.
    pub(crate) fn feed(&mut self, input: Input) {
        let chance = self.chance.unwrap_or_else(|| self.roll());
        let now = Now { instant: self.now, wall: WallTime(self.now.0 + self.wall_ahead), chance };
        if matches!(input, Input::Dispose | Input::Left | Input::SignOut { .. }) {
            for other in &mut self.under_way {
                other.disowned |= !matches!(other.request, Request::Logout { .. });
            }
        }
        let effects = self.machine.handle(now, input);
        self.rules.hold(&self.config, self.now, input, &effects);
        if let Some(deadline) = self.machine.deadline() {
            assert!(deadline > self.now, "the deadline {deadline:?} is not after {:?}: {:?}", self.now, self.machine);
        }
        for effect in effects {
            match effect {
                Effect::Send { id, request, .. } => self.send(id, request),
                Effect::Abort(id) => self.under_way.retain(|other| other.id != id),
                Effect::ClearCredential => self.credential = false,
                Effect::Redirect(reason) => assert!(self.machine.may_redirect(reason)),
                Effect::TakeTurn { .. } | Effect::Tell(_) => panic!("{effect:?} of a page that is alone"),
                Effect::Change(_)
                | Effect::Emit(_)
                | Effect::Settle(_)
                | Effect::Fetch { .. }
                | Effect::YieldTurn
                | Effect::KeepSignOut(_)
                | Effect::KeepFloor(_) => {}
            }
            self.log.push((self.now, effect));
        }
    }

    /// The generator of Knuth's MMIX: even enough for dice, and the same again in every run.
    fn roll(&mut self) -> Chance {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Chance((self.dice >> 32) as u32)
    }

    fn send(&mut self, id: RequestId, request: Request) {
        assert!(
            self.under_way.iter().all(|other| other.disowned || !same_kind(other.request, request)),
            "two requests of one kind are under way"
        );
        let hangs = self.server.mood == Mood::Hangs;
        let at = (!hangs).then(|| self.now + self.latency);
        self.under_way.push(UnderWay { id, request, at, disowned: false });
    }

    /// Lets what hangs come back now.
    pub(crate) fn unhang(&mut self) {
        for request in &mut self.under_way {
            request.at = request.at.or(Some(self.now));
        }
    }

    /// Runs until this much time has passed.
    pub(crate) fn run(&mut self, length: Millis) {
        let end = self.now + length;
        for _ in 0..20_000 {
            let arrival = self.under_way.iter().filter_map(|request| request.at).min();
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

    pub(crate) fn snapshot(&self) -> &Snapshot {
        self.machine.snapshot()
    }

    pub(crate) fn status(&self) -> Status {
        self.snapshot().status
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        self.snapshot().reason
    }

    /// Every request sent, with its time.
    pub(crate) fn sent(&self) -> Vec<(Instant, Request)> {
        let request = |(at, effect): &(Instant, Effect)| match effect {
            Effect::Send { request, .. } => Some((*at, *request)),
            _ => None,
        };
        self.log.iter().filter_map(request).collect()
    }

    pub(crate) fn validates(&self) -> usize {
        self.sent().iter().filter(|(_, request)| matches!(request, Request::Validate { .. })).count()
    }

    pub(crate) fn reconnects(&self) -> usize {
        self.sent().iter().filter(|(_, request)| matches!(request, Request::Reconnect { .. })).count()
    }

    pub(crate) fn logouts(&self) -> usize {
        self.sent().iter().filter(|(_, request)| matches!(request, Request::Logout { .. })).count()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        let event = |(_, effect): &(Instant, Effect)| match effect {
            Effect::Emit(event) => Some(*event),
            _ => None,
        };
        self.log.iter().filter_map(event).collect()
    }

    pub(crate) fn redirects(&self) -> Vec<Reason> {
        let redirect = |(_, effect): &(Instant, Effect)| match effect {
            Effect::Redirect(reason) => Some(*reason),
            _ => None,
        };
        self.log.iter().filter_map(redirect).collect()
    }

    pub(crate) fn settled(&self, promised: Promised) -> usize {
        self.log.iter().filter(|(_, effect)| *effect == Effect::Settle(promised)).count()
    }

    pub(crate) fn cleared(&self) -> usize {
        self.log.iter().filter(|(_, effect)| *effect == Effect::ClearCredential).count()
    }

    pub(crate) fn aborts(&self) -> usize {
        self.log.iter().filter(|(_, effect)| matches!(effect, Effect::Abort(_))).count()
    }

    /// What the machine let this call do, in order.
    pub(crate) fn steps_of(&self, fetch: FetchId) -> Vec<FetchStep> {
        let step = |(_, effect): &(Instant, Effect)| match effect {
            Effect::Fetch { fetch: other, step } if *other == fetch => Some(*step),
            _ => None,
        };
        self.log.iter().filter_map(step).collect()
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

fn same_kind(one: Request, other: Request) -> bool {
    core::mem::discriminant(&one) == core::mem::discriminant(&other)
}
