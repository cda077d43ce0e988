//! States in little memory, while they wait for their visit. There are millions of states, but few distinct values of each of their
//! parts. Every such value is stored once, and a state is the numbers of its parts.

use super::super::fetches::Fetches;
use super::super::known_session::KnownSession;
use super::super::lifecycle::Lifecycle;
use super::super::persisted::Stored;
use super::super::probing::Probe;
use super::super::sign_out::Logout;
use super::super::tabs::Tabs;
use super::super::{Machine, Outage, Page, Schedule, SessionState};
use super::explore::State;
use super::shell::Shell;
use super::visited::Mixing;
use crate::engine::{Config, RequestId, Snapshot};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash};

/// The numbers of the parts of a state.
pub(super) type Packed = [u32; 7];

/// The check in flight, the oldest one that counts, the id and the key of the next one; the logout, and what waits for both.
type Requests = (Option<Probe>, RequestId, RequestId, u32, Logout, bool, bool);

/// The values of the parts. The config is the same in every state.
#[derive(Debug)]
pub(super) struct Parts {
    config: Config,
    page: Values<(Lifecycle, Page, Tabs)>,
    session: Values<(SessionState, KnownSession, Outage)>,
    schedule: Values<(Schedule, Stored)>,
    requests: Values<Requests>,
    fetches: Values<Fetches>,
    announced: Values<Snapshot>,
    shell: Values<Shell>,
}

impl Parts {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            page: Values::default(),
            session: Values::default(),
            schedule: Values::default(),
            requests: Values::default(),
            fetches: Values::default(),
            announced: Values::default(),
            shell: Values::default(),
        }
    }

    pub(super) fn pack(&mut self, state: State) -> Packed {
        let State { machine, shell } = state;
        let Machine {
            config: _,
            lifecycle,
            page,
            state,
            session,
            outage,
            schedule,
            probe,
            fresh_from,
            logout,
            check_after_logout,
            persisted,
            tabs,
            fetches,
            check_promised,
            next_request,
            key,
            announced,
        } = machine;
        [
            self.page.number((lifecycle, page, tabs)),
            self.session.number((state, session, outage)),
            self.schedule.number((schedule, persisted)),
            self.requests.number((probe, fresh_from, next_request, key, logout, check_after_logout, check_promised)),
            self.fetches.number(fetches),
            self.announced.number(announced),
            self.shell.number(shell),
        ]
    }

    pub(super) fn unpack(&self, packed: &Packed) -> State {
        let [page, session, schedule, requests, fetches, announced, shell] = *packed;
        let (lifecycle, page, tabs) = self.page.value(page);
        let (state, session, outage) = self.session.value(session);
        let (schedule, persisted) = self.schedule.value(schedule);
        let (probe, fresh_from, next_request, key, logout, check_after_logout, check_promised) =
            self.requests.value(requests);
        let machine = Machine {
            config: self.config.clone(),
            lifecycle,
            page,
            state,
            session,
            outage,
            schedule,
            probe,
            fresh_from,
            logout,
            check_after_logout,
            persisted,
            tabs,
            fetches: self.fetches.value(fetches),
            check_promised,
            next_request,
            key,
            announced: self.announced.value(announced),
        };
        State { machine, shell: self.shell.value(shell) }
    }
}

/// Every distinct value of one part, by its number.
#[derive(Debug)]
struct Values<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32, BuildHasherDefault<Mixing>>,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: Clone + Eq + Hash> Values<T> {
    fn number(&mut self, value: T) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let number = u32::try_from(self.values.len()).unwrap();
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        number
    }

    fn value(&self, number: u32) -> T {
        self.values[number as usize].clone()
    }
}
