//! A person with two devices, and the ledger of what became of their sessions.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use fastrand::Rng;
use reqwest::RequestBuilder;

use super::{
    http::{Answer, Browser},
    load::Shared,
};

const DEVICES: usize = 2;
/// The longest that anybody waits for an answer, also while the store is silent.
pub(crate) const ANSWERED_WITHIN: Duration = Duration::from_secs(15);
const HEALS_WITHIN: Duration = Duration::from_secs(60);
/// Before asking again where nobody listens.
const BREATH: Duration = Duration::from_millis(2);

type Cookies = BTreeMap<String, String>;

/// What is known of a device's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There is none.
    Out,
    /// It was acknowledged, and nothing that could have ended it was asked for since.
    Live,
    /// Something that ends it was asked for, and the answer was cut or 503: it has ended, or not.
    Doubt,
}

struct Device {
    browser: Browser,
    state: State,
    handle: Option<String>,
    /// The cookies of its sign-in.
    first: Cookies,
}

pub(crate) struct Person {
    name: String,
    target: String,
    devices: Vec<Device>,
    /// Cookies of sessions that have ended for good.
    buried: Vec<Cookies>,
    rng: Rng,
    shared: Arc<Shared>,
}

impl Person {
    pub(crate) fn new(number: usize, shared: Arc<Shared>) -> Self {
        let device =
            || Device { browser: Browser::at(&shared.origin), state: State::Out, handle: None, first: Cookies::new() };
        Self {
            name: format!("person {number}"),
            target: format!("sqlite:{}", file_of(number)),
            devices: (0..DEVICES).map(|_| device()).collect(),
            buried: Vec::new(),
            rng: Rng::with_seed(shared.seed.wrapping_add(number as u64)),
            shared,
        }
    }

    /// Uses the sessions until told to stop. After each kill everything is looked at first.
    pub(crate) async fn live(mut self, number: usize) {
        let shared = self.shared.clone();
        loop {
            let generation = shared.generation.load(Ordering::Acquire);
            let stopping = shared.stopping.load(Ordering::Acquire);
            if stopping || generation != shared.checked[number].load(Ordering::Acquire) {
                self.look_at_everything().await;
                shared.checked[number].store(generation, Ordering::Release);
            }
            if stopping {
                return;
            }
            self.act().await;
        }
    }

    async fn act(&mut self) {
        let n = self.rng.usize(..DEVICES);
        let other = (n + 1) % DEVICES;
        match (self.devices[n].state, self.rng.u8(..100)) {
            (State::Out, _) | (State::Live, 0..10) => self.connect(n).await,
            (State::Doubt, _) | (State::Live, 10..45) => self.check(n).await,
            (State::Live, 45..62) => self.reconnect(n).await,
            (State::Live, 62..72) => self.list(n).await,
            (State::Live, 72..80) => self.logout(n, false).await,
            (State::Live, 80..85) => self.logout(n, true).await,
            (State::Live, 85..94) => self.revoke(n, other).await,
            (State::Live, _) => self.revoke_others(n).await,
        }
    }

    async fn connect(&mut self, n: usize) {
        let before = self.devices[n].browser.cookies.clone();
        // A store that forgets knows only those who have a ticket.
        let remember = self.shared.forgets || self.rng.bool();
        let body = serde_json::json!({ "connectionString": self.target, "remember": remember }).to_string();
        match self.ask(n, |browser| browser.prepare("/api/connect", body)).await {
            Some(answer) if answer.status == 200 => {
                if self.devices[n].state != State::Out {
                    self.bury(n, before).await;
                }
                let device = &mut self.devices[n];
                (device.state, device.handle, device.first) = (State::Live, None, device.browser.cookies.clone());
                self.shared.tally.connects.fetch_add(1, Ordering::Relaxed);
            }
            Some(answer) => self.wrong("a sign-in", n, &answer),
            None => self.doubt(n),
        }
    }

    async fn check(&mut self, n: usize) {
        if let Some(answer) = self.ask(n, |browser| browser.prepare("/api/validate-session", "{}")).await {
            self.shared.tally.checks.fetch_add(1, Ordering::Relaxed);
            self.judge("a check", n, &answer).await;
        }
    }

    async fn reconnect(&mut self, n: usize) {
        if let Some(answer) = self.ask(n, |browser| browser.prepare("/api/reconnect", "{}")).await {
            self.shared.tally.reconnects.fetch_add(1, Ordering::Relaxed);
            self.judge("a reconnect", n, &answer).await;
        }
    }

    /// What the answer to a check or a reconnect means.
    async fn judge(&mut self, what: &str, n: usize, answer: &Answer) {
        match (self.devices[n].state, answer.status) {
            (State::Live | State::Doubt, 200) => self.devices[n].state = State::Live,
            (State::Doubt, 401) => {
                let cookies = self.devices[n].browser.cookies.clone();
                self.told_that_it_ended(what, n, answer);
                self.bury(n, cookies).await;
            }
            (State::Out, 401) => {}
            (State::Live | State::Doubt | State::Out, _) => self.wrong(what, n, answer),
        }
    }

    async fn list(&mut self, n: usize) {
        let Some(answer) = self.ask(n, |browser| browser.bare(reqwest::Method::GET, "/api/sessions")).await else {
            return;
        };
        if self.is_to_be_re_established(&answer) {
            return self.check(n).await;
        }
        if answer.status != 200 {
            self.wrong("a list", n, &answer);
        }
        let sessions = answer.json()["sessions"].as_array().unwrap().clone();
        let current = sessions.iter().find(|session| session["current"] == true).expect("the current one");
        self.devices[n].handle = current["handle"].as_str().map(str::to_owned);
        let missing = |device: &&Device| {
            let known = device.handle.as_deref().filter(|_| device.state == State::Live);
            known.is_some_and(|handle| sessions.iter().all(|session| session["handle"] != handle))
        };
        // A store that forgets lists again who came back.
        if !self.shared.forgets && self.devices.iter().any(|device| missing(&device)) {
            self.wrong("a list without a live session", n, &answer);
        }
    }

    async fn logout(&mut self, n: usize, everywhere: bool) {
        let before = self.devices[n].browser.cookies.clone();
        let body = serde_json::json!({ "everywhere": everywhere }).to_string();
        let answer = self.ask(n, |browser| browser.prepare("/api/logout", body)).await;
        let concerned: Vec<usize> = (0..DEVICES).filter(|&m| m == n || everywhere).collect();
        match answer {
            Some(answer) if answer.status == 204 => {
                for m in concerned {
                    let cookies = if m == n { before.clone() } else { self.devices[m].browser.cookies.clone() };
                    self.acknowledge_end(m, cookies).await;
                }
            }
            Some(answer) => self.wrong("a sign-out", n, &answer),
            None => concerned.into_iter().for_each(|m| self.doubt(m)),
        }
    }

    async fn revoke(&mut self, n: usize, other: usize) {
        if self.devices[other].state != State::Live {
            return self.check(n).await;
        }
        if self.devices[other].handle.is_none() {
            self.list(other).await;
        }
        let Some(path) = self.devices[other].handle.as_ref().map(|handle| format!("/api/sessions/{handle}")) else {
            return;
        };
        let cookies = self.devices[other].browser.cookies.clone();
        match self.delete(n, &path).await {
            Some(answer) if answer.status == 204 => self.acknowledge_end(other, cookies).await,
            Some(answer) if self.is_to_be_re_established(&answer) => self.check(n).await,
            // The other device's session is known again when it comes back.
            Some(answer) if answer.status == 404 && self.shared.forgets => {}
            Some(answer) => self.wrong("a revocation", n, &answer),
            None => self.doubt(other),
        }
    }

    async fn revoke_others(&mut self, n: usize) {
        let others = (0..DEVICES).filter(|&m| m != n);
        match self.delete(n, "/api/sessions").await {
            Some(answer) if answer.status == 204 => {
                for m in others {
                    let cookies = self.devices[m].browser.cookies.clone();
                    self.acknowledge_end(m, cookies).await;
                }
            }
            Some(answer) if self.is_to_be_re_established(&answer) => self.check(n).await,
            Some(answer) => self.wrong("a revocation of the others", n, &answer),
            None => others.for_each(|m| self.doubt(m)),
        }
    }

    async fn delete(&mut self, n: usize, path: &str) -> Option<Answer> {
        let request =
            |browser: &Browser| browser.bare(reqwest::Method::DELETE, path).header("x-session-keepalive", "1");
        self.ask(n, request).await
    }

    /// Where a store forgets, work is answered so until the client has checked.
    fn is_to_be_re_established(&self, answer: &Answer) -> bool {
        self.shared.forgets && answer.status == 401 && answer.code() == "SESSION_UNKNOWN"
    }

    /// An answer, seen whole. `None`: cut, or 503, and nobody knows what came of it.
    async fn ask(&mut self, n: usize, request: impl FnOnce(&Browser) -> RequestBuilder) -> Option<Answer> {
        let device = &mut self.devices[n];
        let request = request(&device.browser).timeout(ANSWERED_WITHIN);
        let answer = device.browser.try_send(request).await;
        self.weigh(answer).await
    }

    async fn weigh(&self, answer: reqwest::Result<Answer>) -> Option<Answer> {
        let tally = &self.shared.tally;
        match answer {
            Ok(answer) if answer.status == 503 => {
                assert!(!answer.header("retry-after").is_empty(), "{}: 503 without retry-after: {answer:?}", self.name);
                tally.refused.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(BREATH).await;
                None
            }
            // The proxy's word for a connection that was cut.
            Ok(answer) if self.shared.behind_proxy && [502, 504].contains(&answer.status) => {
                tally.cut.fetch_add(1, Ordering::Relaxed);
                None
            }
            Ok(answer) => Some(answer),
            Err(error) => {
                assert!(!error.is_timeout(), "{}: no answer within {ANSWERED_WITHIN:?}", self.name);
                tally.cut.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(BREATH).await;
                None
            }
        }
    }

    fn doubt(&mut self, n: usize) {
        if self.devices[n].state == State::Live {
            self.devices[n].state = State::Doubt;
            self.shared.tally.in_doubt.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn acknowledge_end(&mut self, n: usize, cookies: Cookies) {
        if self.devices[n].state != State::Out {
            self.shared.tally.ends.fetch_add(1, Ordering::Relaxed);
            self.bury(n, cookies).await;
        }
    }

    /// It has ended for good: at every instance, at once.
    async fn bury(&mut self, n: usize, cookies: Cookies) {
        let device = &mut self.devices[n];
        (device.state, device.handle) = (State::Out, None);
        let first = std::mem::take(&mut device.first);
        // After a sign-in in its place the browser has other cookies already.
        if device.browser.cookies == cookies {
            device.browser.cookies.clear();
        }
        for instance in self.shared.instances.clone() {
            self.is_over_at(&instance, &cookies).await;
        }
        self.buried.extend([first, cookies].into_iter().filter(|cookies| !cookies.is_empty()));
    }

    /// False: nobody answered.
    async fn is_over_at(&self, origin: &str, cookies: &Cookies) -> bool {
        let mut thief = Browser::at(origin);
        thief.cookies = cookies.clone();
        for path in ["/api/validate-session", "/api/reconnect"] {
            thief.cookies = cookies.clone();
            let request = thief.prepare(path, "{}").timeout(ANSWERED_WITHIN);
            let Some(answer) = self.weigh(thief.try_send(request).await).await else {
                return false;
            };
            assert_eq!(answer.status, 401, "{}: a session that ended is back at {origin}{path}: {answer:?}", self.name);
            let code = answer.code();
            let known = ["SESSION_REVOKED", "SESSION_UNKNOWN"].contains(&code.as_str());
            assert!(known, "{}: a session that ended is answered {code} at {origin}{path}", self.name);
        }
        true
    }

    /// Until each device and each session that ended has been answered.
    async fn look_at_everything(&mut self) {
        let deadline = Instant::now() + HEALS_WITHIN;
        for n in 0..DEVICES {
            loop {
                if let Some(answer) = self.ask(n, |browser| browser.prepare("/api/validate-session", "{}")).await {
                    self.judge("a check after a restart", n, &answer).await;
                    break;
                }
                assert!(Instant::now() < deadline, "{}: no answer within {HEALS_WITHIN:?}", self.name);
            }
        }
        // The latest ones, some of the others, and in the end all.
        let all = self.shared.stopping.load(Ordering::Acquire);
        let recent = self.buried.len().saturating_sub(8);
        for place in 0..self.buried.len() {
            if all || place >= recent || self.rng.usize(..self.buried.len()) < 8 {
                while !self.is_over_at(&self.shared.origin, &self.buried[place]).await {
                    assert!(Instant::now() < deadline, "{}: no answer within {HEALS_WITHIN:?}", self.name);
                }
                self.shared.tally.ends_checked.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn told_that_it_ended(&self, what: &str, n: usize, answer: &Answer) {
        if !["SESSION_REVOKED", "SESSION_UNKNOWN"].contains(&answer.code().as_str()) {
            self.wrong(what, n, answer);
        }
    }

    fn wrong(&self, what: &str, n: usize, answer: &Answer) -> ! {
        let Self { name, devices, shared, .. } = self;
        let cookies: Vec<&String> = devices[n].browser.cookies.keys().collect();
        panic!(
            "{name}, seed {}: {what} on device {n}, {:?} with {cookies:?}, was answered {} {}",
            shared.seed, devices[n].state, answer.status, answer.text
        )
    }
}

/// The database that a person signs in to.
pub(crate) fn file_of(number: usize) -> String {
    format!("person-{number}.db")
}
