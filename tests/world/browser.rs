//! Several tabs of one browser profile: one server, one lock, one channel, one storage.

use super::page::{Network, Page, UnderWay};
use super::server::{Server, ServerState};
use session_keepalive::engine::{
    Chance, Config, CredentialHolder, Effect, Event, Facts, Input, Instant, Millis, Now, Outcome, Persisted, Reason,
    Request, RequestId, SignOut, Status, TabMessage, Verdict, WallTime,
};
use std::collections::VecDeque;

/// The latency between two processes of the browser.
const HOP: Millis = Millis(1);

/// Whether a tab runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TabState {
    Runs,
    /// Suspended; messages and answers wait.
    Frozen,
    /// Closed or crashed.
    Closed,
}

#[derive(Clone, Copy, Debug)]
enum Post {
    LockResult { granted: bool },
    Message { message: TabMessage, sent: Instant },
}

struct Tab {
    page: Page,
    state: TabState,
    /// Timers fire at multiples of this only, as in a hidden tab.
    timer_granularity: u64,
    away: bool,
    inbox: VecDeque<(Instant, Post)>,
    /// The lock is requested, and the result is pending.
    lock_requested: bool,
    /// The number of sign-outs that the tab knows of.
    sign_outs_known: u32,
}

impl Tab {
    fn runs(&self) -> bool {
        self.state == TabState::Runs
    }

    /// The time of its next step.
    fn next(&self, now: Instant) -> Option<Instant> {
        let timer = self.page.machine.deadline().map(|deadline| {
            let granularity = self.timer_granularity;
            Instant(deadline.0.div_ceil(granularity) * granularity)
        });
        let post = self.inbox.front().map(|(at, _)| *at);
        let next = self.page.arrival().into_iter().chain(timer).chain(post).min();
        next.filter(|_| self.runs()).map(|next| next.max(now))
    }
}

/// A browser with tabs of one origin and name.
pub(crate) struct Browser {
    config: Config,
    pub(crate) server: Server,
    pub(crate) latency: Millis,
    pub(crate) now: Instant,
    /// Whether broadcasts reach the other tabs.
    pub(crate) channel: bool,
    /// Whether there are locks; without them, every request for the lock is granted.
    pub(crate) locks: bool,
    tabs: Vec<Tab>,
    lock: Option<usize>,
    sign_out: Option<SignOut>,
    retry_floor: Option<(Instant, Millis)>,
    sign_outs: u32,
    seed: u64,
    received: u32,
    steps_now: u32,
}

impl Browser {
    /// Tabs with shared checks, started one after the other, all connected and at rest.
    pub(crate) fn connected(count: usize, config: Config) -> Self {
        let mut browser = Self::new(count, config);
        for tab in 0..count {
            browser.start(tab);
            browser.run(Millis(1000));
        }
        assert!(browser.all(Status::Connected), "{:?}", browser.statuses());
        browser.forget();
        browser
    }

    /// Tabs with shared checks that have not been started.
    pub(crate) fn new(count: usize, config: Config) -> Self {
        let config = Config { cross_tab: true, ..config };
        let tab = || Tab {
            page: Page::new(&config),
            state: TabState::Runs,
            timer_granularity: 1,
            away: false,
            inbox: VecDeque::new(),
            lock_requested: false,
            sign_outs_known: 0,
        };
        Self {
            tabs: (0..count).map(|_| tab()).collect(),
            config,
            server: Server::new(),
            latency: Millis(20),
            now: Instant(5000),
            channel: true,
            locks: true,
            lock: None,
            sign_out: None,
            retry_floor: None,
            sign_outs: 0,
            seed: 7,
            received: 0,
            steps_now: 0,
        }
    }

    /// Starts a tab that does not run.
    pub(crate) fn start(&mut self, tab: usize) {
        if self.tabs[tab].page.status() != Status::Inactive {
            return;
        }
        let persisted = self.persisted(tab);
        self.feed(tab, Input::Start { visible: tab == 0, online: true, persisted });
    }

    /// The page comes back out of the back/forward cache.
    pub(crate) fn restore(&mut self, tab: usize) {
        if self.tabs[tab].page.status() == Status::Inactive {
            return;
        }
        let persisted = self.persisted(tab);
        self.feed(tab, Input::Restored { persisted });
    }

    fn persisted(&self, tab: usize) -> Persisted {
        let left = |(set, length): (Instant, Millis)| Millis(length.0.saturating_sub(self.now.since(set).0));
        let signed_out = self.tabs[tab].sign_outs_known < self.sign_outs;
        Persisted { sign_out: self.sign_out, retry_floor: self.retry_floor.map(left), signed_out }
    }

    /// Reloads the tab: a new page with the same storage.
    pub(crate) fn reload(&mut self, tab: usize) {
        self.feed(tab, Input::Left);
        self.release_lock(tab);
        // The storage keeps the credential, unless a tab that signed out has cleared it.
        let credential = self.tabs[tab].page.credential && self.tabs[tab].sign_outs_known == self.sign_outs;
        self.tabs[tab].page = Page::new(&self.config);
        self.tabs[tab].page.credential = credential;
        self.tabs[tab].sign_outs_known = self.sign_outs;
        self.tabs[tab].inbox.clear();
        (self.tabs[tab].away, self.tabs[tab].lock_requested) = (false, false);
        self.start(tab);
    }

    pub(crate) fn page(&self, tab: usize) -> &Page {
        &self.tabs[tab].page
    }

    pub(crate) fn page_mut(&mut self, tab: usize) -> &mut Page {
        &mut self.tabs[tab].page
    }

    pub(crate) fn hide(&mut self, tab: usize, timer_granularity: u64) {
        self.tabs[tab].timer_granularity = timer_granularity;
        self.feed(tab, Input::Hidden);
    }

    /// Closes or crashes a tab. No message is sent, and the browser releases its lock.
    pub(crate) fn kill(&mut self, tab: usize) {
        self.tabs[tab].state = TabState::Closed;
        self.release_lock(tab);
    }

    pub(crate) fn runs(&self, tab: usize) -> bool {
        self.tabs[tab].runs()
    }

    /// Freezes a running tab. It keeps its lock.
    pub(crate) fn freeze(&mut self, tab: usize) {
        if self.runs(tab) {
            self.tabs[tab].state = TabState::Frozen;
        }
    }

    pub(crate) fn thaw(&mut self, tab: usize) {
        if self.tabs[tab].state == TabState::Frozen {
            self.tabs[tab].state = TabState::Runs;
            self.feed(tab, Input::Resumed);
        }
    }

    /// Every request, with its time and its tab.
    pub(crate) fn sent(&self) -> Vec<(Instant, usize, Request)> {
        let mut sent: Vec<_> = self
            .tabs
            .iter()
            .enumerate()
            .flat_map(|(tab, other)| other.page.sent().into_iter().map(move |(at, request)| (at, tab, request)))
            .collect();
        sent.sort_by_key(|(at, ..)| *at);
        sent
    }

    /// The checks and reconnects sent by all tabs.
    pub(crate) fn probes(&self) -> usize {
        self.sent().iter().filter(|(.., request)| !matches!(request, Request::Logout { .. })).count()
    }

    /// Clears the logs.
    pub(crate) fn forget(&mut self) {
        for tab in &mut self.tabs {
            tab.page.log.clear();
        }
    }

    pub(crate) fn statuses(&self) -> Vec<(Status, Option<Reason>)> {
        self.tabs.iter().map(|tab| (tab.page.status(), tab.page.reason())).collect()
    }

    pub(crate) fn all(&self, status: Status) -> bool {
        self.tabs.iter().filter(|tab| tab.runs()).all(|tab| tab.page.status() == status)
    }

    pub(crate) fn events(&self, tab: usize) -> Vec<Event> {
        self.tabs[tab].page.events()
    }

    /// The sign-out in the storage.
    pub(crate) fn stored_sign_out(&self) -> Option<SignOut> {
        self.sign_out
    }

    /// Feeds an input to every running tab, at the same time.
    pub(crate) fn feed_all(&mut self, input: Input) {
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].runs() {
                self.feed(tab, input);
            }
        }
    }

    pub(crate) fn feed(&mut self, tab: usize, input: Input) {
        let now = Now { instant: self.now, wall: WallTime(self.now.0 + 1_700_000_000_000), chance: self.random() };
        let network = Network { hangs: self.server.state == ServerState::Hangs, latency: self.latency };
        match input {
            Input::Left | Input::Stop => self.tabs[tab].away = true,
            Input::Restored { .. } | Input::Start { .. } => {
                self.tabs[tab].away = false;
                self.tabs[tab].sign_outs_known = self.sign_outs;
            }
            Input::Received { message: TabMessage::SignedOut, .. } if !self.tabs[tab].away => {
                self.tabs[tab].sign_outs_known = self.sign_outs;
            }
            _ => {}
        }
        for effect in self.tabs[tab].page.take(&self.config, now, network, input) {
            self.carry_out(tab, effect);
        }
    }

    fn carry_out(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::AcquireLock { steal } => {
                let granted = steal || !self.locks || self.lock.is_none();
                if granted {
                    self.lock = Some(tab);
                }
                self.tabs[tab].lock_requested = true;
                self.post(tab, Post::LockResult { granted });
            }
            Effect::ReleaseLock => {
                self.tabs[tab].lock_requested = false;
                self.release_lock(tab);
            }
            Effect::Broadcast(message) if self.channel => {
                if message == TabMessage::SignedOut {
                    self.sign_outs += 1;
                    self.tabs[tab].sign_outs_known = self.sign_outs;
                }
                for other in (0..self.tabs.len()).filter(|other| *other != tab) {
                    self.post(other, Post::Message { message, sent: self.now });
                }
            }
            Effect::PersistSignOut(sign_out) => self.sign_out = sign_out,
            Effect::PersistRetryFloor(retry_floor) => self.retry_floor = retry_floor.map(|length| (self.now, length)),
            // The page's own.
            _ => {}
        }
    }

    fn post(&mut self, tab: usize, post: Post) {
        // A page that is away has closed its channel.
        let closed = self.tabs[tab].away && matches!(post, Post::Message { .. });
        if self.tabs[tab].state != TabState::Closed && !closed {
            self.tabs[tab].inbox.push_back((self.now + HOP, post));
        }
    }

    fn release_lock(&mut self, tab: usize) {
        if self.lock == Some(tab) {
            self.lock = None;
        }
    }

    fn random(&mut self) -> Chance {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Chance((self.seed >> 32) as u32)
    }

    /// Answers the hanging requests now.
    pub(crate) fn unhang(&mut self) {
        for tab in &mut self.tabs {
            tab.page.unhang(self.now);
        }
    }

    /// Runs for this time.
    pub(crate) fn run(&mut self, length: Millis) {
        let end = self.now + length;
        for _ in 0..200_000 {
            let next = self.tabs.iter().enumerate().filter_map(|(tab, other)| Some((other.next(self.now)?, tab))).min();
            let Some((at, tab)) = next.filter(|(at, _)| *at <= end) else {
                self.now = end;
                return;
            };
            // The messages that a thawed tab receives at once are as many as were sent, so they are no livelock.
            let receives = self.tabs[tab].inbox.front().is_some_and(|(due, _)| *due <= at);
            self.steps_now = if at > self.now { 0 } else { self.steps_now + u32::from(!receives) };
            assert!(self.steps_now < 100 * self.tabs.len() as u32, "livelock at {at:?}: {:?}", self.statuses());
            self.now = at;
            self.step(tab);
        }
        panic!("more than 200,000 steps in {length:?}");
    }

    fn step(&mut self, tab: usize) {
        let now = self.now;
        let due = |(at, post): (Instant, Post)| (at <= now).then_some(post);
        if let Some(post) = self.tabs[tab].inbox.front().copied().and_then(due) {
            self.tabs[tab].inbox.pop_front();
            self.deliver(tab, post);
        } else if let Some(index) =
            self.tabs[tab].page.under_way.iter().position(|request| request.at.is_some_and(|at| at <= now))
        {
            self.answer(tab, index);
        } else {
            self.feed(tab, Input::DeadlineReached);
        }
    }

    fn deliver(&mut self, tab: usize, post: Post) {
        match post {
            Post::LockResult { granted } => {
                if core::mem::take(&mut self.tabs[tab].lock_requested) {
                    self.feed(tab, Input::LockResult { granted });
                }
            }
            Post::Message { message: TabMessage::CredentialWanted, .. } if !self.tabs[tab].page.credential => {}
            Post::Message { mut message, sent } => {
                if let TabMessage::CheckFinished(answered) = &mut message {
                    self.received += 1;
                    answered.request = RequestId((1 << 31) + self.received);
                }
                self.feed(tab, Input::Received { message, age: self.now.since(sent) });
            }
        }
    }

    fn answer(&mut self, tab: usize, index: usize) {
        let page = &mut self.tabs[tab].page;
        let arrived = page.under_way.remove(index);
        let UnderWay { id, request, .. } = arrived;
        let missing = matches!(request, Request::Reconnect { .. })
            && self.config.credential == CredentialHolder::Page
            && !page.credential;
        let outcome = if missing {
            Some(Outcome::NoCredential)
        } else if matches!(request, Request::Logout { .. }) && self.sign_out.is_none() {
            // Another tab has delivered the sign-out, or the user has signed in again.
            Some(Outcome::Verdict(Verdict::Valid(Facts::default())))
        } else {
            self.server.reply(&self.config, request)
        };
        match outcome {
            Some(outcome) => self.feed(tab, Input::Replied { id, outcome }),
            None => self.tabs[tab].page.under_way.push(UnderWay { at: None, ..arrived }),
        }
    }
}
