//! The service: sign-in, check, re-establishment and sign-out, over one store, one revocation log and one policy.

mod api;

use std::sync::Arc;

use secrecy::SecretString;
use session_keepalive::wire::ProblemCode;

pub use api::{CookieChange, Granted, IdempotencyKey, LoggedOut, Presented, Refused, Unlocked};

use crate::{
    clock::Clock,
    policy::Policy,
    revocations::Revocations,
    store::{Stats, Store, StoreError},
    ticket::Sealer,
};

/// The service. Clones share everything.
#[derive(Clone, Debug)]
pub struct Sessions(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    policy: Policy,
    store: Arc<dyn Store>,
    sealer: Sealer,
    revocations: Revocations,
    clock: Arc<dyn Clock>,
}

impl Sessions {
    /// The policy should have passed [`Policy::validate`].
    pub fn new(
        policy: Policy,
        store: Arc<dyn Store>,
        sealer: Sealer,
        revocations: Revocations,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self(Arc::new(Parts { policy, store, sealer, revocations, clock }))
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Signs in. The caller has proven `credential` against the target. Ends the session presented, if there is one.
    pub async fn connect(
        &self,
        _presented: &Presented,
        _credential: SecretString,
        _subject: Option<String>,
        _remember: bool,
    ) -> Result<Granted, Refused> {
        Err(self.thin())
    }

    /// Checks, and re-establishes by ticket where the session is lost. `activity`: the person did something.
    pub async fn validate(&self, _presented: &Presented, _activity: bool) -> Result<Granted, Refused> {
        Err(self.thin())
    }

    /// Re-establishes by the ticket presented.
    pub async fn reconnect_by_ticket(&self, _presented: &Presented) -> Result<Granted, Refused> {
        Err(self.thin())
    }

    /// May a remembered credential sign in at all? To be asked before the target is opened.
    pub fn may_reconnect(&self) -> Result<(), Refused> {
        Err(self.thin())
    }

    /// Signs in with a credential that the page remembered and the caller has proven against the target.
    pub async fn reconnect_by_credential(
        &self,
        _presented: &Presented,
        _key: &IdempotencyKey,
        _credential: SecretString,
        _subject: Option<String>,
    ) -> Result<Granted, Refused> {
        Err(self.thin())
    }

    /// Ends the session presented, or all of its subject's. Idempotent.
    pub async fn logout(&self, _presented: &Presented, _everywhere: bool) -> Result<LoggedOut, Refused> {
        Err(self.thin())
    }

    /// What protected work needs. Counts as a use of the session.
    pub async fn credential(&self, _presented: &Presented) -> Result<Unlocked, Refused> {
        Err(self.thin())
    }

    /// How full the store is; also refreshes the gauge of active sessions.
    pub async fn stats(&self) -> Result<Stats, StoreError> {
        self.0.store.stats().await
    }

    /// Are the store and the revocation log there?
    pub async fn ping(&self) -> Result<(), Refused> {
        Err(self.thin())
    }

    /// Waits until every state change under way has come to its end, for a graceful stop.
    pub async fn settle(&self) {}

    fn thin(&self) -> Refused {
        Refused::new(ProblemCode::StoreUnavailable, "the session store is not ready")
    }
}
