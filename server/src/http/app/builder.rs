//! From an application's choices to its sessions.

use std::fmt;
use std::sync::Arc;

use ipnet::IpNet;
use tokio_util::task::TaskTracker;

use super::SessionKeepalive;
use crate::clock::{Clock, SystemClock};
use crate::config::{ConfigError, Limits, Origin, another_site, sent_same_site};
use crate::http::API;
use crate::http::admission::{Begun, Gate, Lockout};
use crate::http::authenticate::{Authenticate, Checked, Closed, Door};
use crate::http::cookies::Cookies;
use crate::http::csrf::OriginRules;
use crate::http::state::{AppState, Parts};
use crate::policy::Policy;
use crate::revocations::Revocations;
use crate::sessions::Sessions;
use crate::store::Store;
use crate::ticket::{Sealer, TicketKeys};

/// What sessions are made of. Keys and an origin are needed; the rest has defaults.
#[must_use]
pub struct Builder {
    policy: Policy,
    store: Arc<dyn Store>,
    keys: Option<TicketKeys>,
    origin: Option<Origin>,
    aliases: Vec<Origin>,
    listened_on: Option<Origin>,
    allow_origin: Vec<Origin>,
    trust_proxy: Vec<IpNet>,
    revocations: Option<Revocations>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    door: Arc<dyn Door>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("policy", &self.policy).field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl SessionKeepalive {
    /// Starts with a policy and the store that sessions live in, which may be one of the application's own.
    pub fn builder(policy: Policy, store: Arc<dyn Store>) -> Builder {
        Builder {
            policy,
            store,
            keys: None,
            origin: None,
            aliases: Vec::new(),
            listened_on: None,
            allow_origin: Vec::new(),
            trust_proxy: Vec::new(),
            revocations: None,
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            door: Arc::new(Closed),
        }
    }
}

impl Builder {
    /// The keys that tickets, and what sessions keep, are sealed under. The same for all instances.
    pub fn keys(mut self, keys: TicketKeys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Where browsers find the application: decides what its cookies look like, and who may call.
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Another origin whose script may call.
    pub fn allow_origin(mut self, origin: Origin) -> Self {
        self.allow_origin.push(origin);
        self
    }

    /// A proxy whose `x-forwarded-for` is believed. One that is not named is itself the source of all that comes through
    /// it: then everybody's failures, and unfinished sign-ins, are counted as one person's.
    pub fn trust_proxy(mut self, proxy: IpNet) -> Self {
        self.trust_proxy.push(proxy);
        self
    }

    /// Where ended families are remembered beside a store that forgets; without it, that is forgotten too (ASVS 5.0
    /// 7.4.1). A durable store remembers them itself, and takes no log.
    pub fn revocations(mut self, revocations: Revocations) -> Self {
        self.revocations = Some(revocations);
        self
    }

    /// The time; by default the system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Bounds that protect the server. Of these, `sign_ins` and `body_time` are for the routes, and `begun` is for
    /// [`Visit::begin`](super::Visit::begin); the others are for whoever accepts connections.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Who checks credentials. Without it `connect` does not exist, and handlers sign people in by
    /// [`Visit::sign_in`](super::Visit::sign_in).
    pub fn authenticate(mut self, by: impl Authenticate) -> Self {
        self.door = Arc::new(Checked(Arc::new(by)));
        self
    }

    /// The address listened on, and other names of this machine, where that is how people get there.
    pub(crate) fn on_this_machine(mut self, listened_on: Option<Origin>, aliases: Vec<Origin>) -> Self {
        self.listened_on = listened_on;
        self.aliases = aliases;
        self
    }

    /// # Errors
    /// When something is missing, or cannot be together. The text names it.
    pub fn build(self) -> Result<SessionKeepalive, ConfigError> {
        let missing = |what: &str, wants: &str| ConfigError::new(what, wants);
        let keys = self.keys.ok_or_else(|| missing("keys", "are needed: TicketKeys::load, or TicketKeys::parse"))?;
        let origin = self.origin.ok_or_else(|| missing("origin", "is needed, such as https://app.example"))?;
        if !origin.is_secure() && !origin.is_loopback() {
            return Err(ConfigError::new("origin", "wants https:// beyond this machine"));
        }
        self.policy.validate().map_err(|error| ConfigError::new("policy", error.to_string()))?;
        let same_site = sent_same_site(&self.policy, origin.is_secure());
        if let Some(wants) = another_site(same_site, &origin, &self.allow_origin) {
            return Err(ConfigError::new("allow_origin", wants));
        }
        let revocations = match self.revocations {
            Some(log) if self.store.is_durable() && !log.is_by_store() => {
                let wants = "are for a store that forgets; this one itself remembers what ended, for all instances: leave \
                             it out";
                return Err(ConfigError::new("revocations", wants));
            }
            Some(by_store) if by_store.is_by_store() && !self.store.is_durable() => {
                let wants = "by_store() wants a store that outlives the process; take Revocations::sqlite";
                return Err(ConfigError::new("revocations", wants));
            }
            Some(revocations) => revocations,
            None if self.store.is_durable() => Revocations::by_store(),
            None => Revocations::none().map_err(|error| ConfigError::new("revocations", error.to_string()))?,
        };
        let sealer = Sealer::new(keys, API, &origin.to_string());
        let cookies = Cookies::new(&origin, same_site, self.policy.cookie.partitioned && origin.is_secure());
        let own = std::iter::once(origin).chain(self.aliases).collect();
        Ok(SessionKeepalive {
            state: AppState::new(Parts {
                sessions: Sessions::new(self.policy, self.store, sealer, revocations, self.clock),
                door: self.door,
                gate: Gate::new(self.limits.sign_ins),
                lockout: Lockout::default(),
                begun: Begun::new(self.limits.begun),
                cookies,
                rules: Arc::new(OriginRules::new(own, self.allow_origin, self.listened_on)),
                trusted_proxies: self.trust_proxy,
                limits: self.limits,
                tasks: TaskTracker::new(),
            }),
        })
    }
}
