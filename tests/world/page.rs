//! One page: its machine, its requests in flight, and the log of its effects.

use session_keepalive::engine::invariants::{Observer, Step};
use session_keepalive::engine::{
    Config, Effect, Event, FetchId, FetchStep, Input, Instant, Machine, Millis, Now, Promised, Reason, Request,
    RequestId, Snapshot, Status,
};

/// A request in flight.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnderWay {
    pub(super) id: RequestId,
    pub(super) request: Request,
    /// When it is answered; `None` while it hangs.
    pub(super) at: Option<Instant>,
}

/// One page.
pub(crate) struct Page {
    pub(crate) machine: Machine,
    /// The page holds a credential, where pages do.
    pub(crate) credential: bool,
    /// Every effect, with its time.
    pub(crate) log: Vec<(Instant, Effect)>,
    pub(super) under_way: Vec<UnderWay>,
    observer: Observer,
}

/// The state of the network for a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Network {
    /// Requests are not answered.
    pub(super) hangs: bool,
    /// Time between sending and answer.
    pub(super) latency: Millis,
}

impl Page {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            machine: Machine::new(config.clone()),
            credential: true,
            log: Vec::new(),
            under_way: Vec::new(),
            observer: Observer::default(),
        }
    }

    /// Feeds one input, holds the step to the invariants, and carries out the effects on this page. Returns all effects; the
    /// caller carries out the rest.
    pub(super) fn take(&mut self, config: &Config, now: Now, network: Network, input: Input) -> Vec<Effect> {
        let before = *self.machine.snapshot();
        let effects = self.machine.handle(now, input);
        let step = Step::new(config, now, input, &effects, before, &self.machine);
        if let Err(violation) = self.observer.observe(&step) {
            panic!("{violation}\n{:?}", self.machine);
        }
        for effect in &effects {
            match *effect {
                Effect::Send { id, request, .. } => self.send(now.instant, network, id, request),
                Effect::Abort(id) => self.under_way.retain(|other| other.id != id),
                Effect::ClearCredential => self.credential = false,
                // Only written down.
                _ => {}
            }
            self.log.push((now.instant, *effect));
        }
        effects
    }

    fn send(&mut self, now: Instant, network: Network, id: RequestId, request: Request) {
        let at = (!network.hangs).then(|| now + network.latency);
        self.under_way.push(UnderWay { id, request, at });
    }

    /// Answers the hanging requests now.
    pub(super) fn unhang(&mut self, now: Instant) {
        for request in &mut self.under_way {
            request.at = request.at.or(Some(now));
        }
    }

    /// When the next answer arrives.
    pub(super) fn arrival(&self) -> Option<Instant> {
        self.under_way.iter().filter_map(|request| request.at).min()
    }

    pub(crate) fn disposed(&self) -> bool {
        self.observer.disposed
    }

    /// The call waits.
    pub(crate) fn waits(&self, fetch: FetchId) -> bool {
        self.observer.waits(fetch)
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

    /// The number of broadcast messages.
    pub(crate) fn broadcasts(&self) -> usize {
        self.log.iter().filter(|(_, effect)| matches!(effect, Effect::Broadcast(_))).count()
    }

    pub(crate) fn aborts(&self) -> usize {
        self.log.iter().filter(|(_, effect)| matches!(effect, Effect::Abort(_))).count()
    }

    /// The steps of this call, in order.
    pub(crate) fn steps_of(&self, fetch: FetchId) -> Vec<FetchStep> {
        let step = |(_, effect): &(Instant, Effect)| match effect {
            Effect::Fetch { fetch: other, step } if *other == fetch => Some(*step),
            _ => None,
        };
        self.log.iter().filter_map(step).collect()
    }
}
