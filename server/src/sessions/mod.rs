//! The service: sign-in, check, re-establishment and sign-out, over one store, one revocation log and one policy.
//!
//! Failure semantics: when the store or the log fails, the answer is `STORE_UNAVAILABLE` with a time to ask again,
//! never "signed out". Work that changes more than one thing runs in its own task to its end, also when the caller is
//! dropped half-way; [`Sessions::finish`] waits for such tasks.
//!
//! Order when ending: log, store, answer. Order when re-establishing: create, read the log again; if the family was
//! ended meanwhile, end it and say so. Whichever way the two race, nothing live is left.

mod api;
mod check;
mod data;
mod ending;
mod grant;
mod load;
mod nearer;
pub mod observe;
mod person;
mod reconnect;
mod sign_in;
mod sweeper;

use std::{future::Future, sync::Arc, time::Duration};

use secrecy::SecretString;
use tokio::sync::broadcast;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

pub use api::{
    CookieChange, CookieChanges, Granted, IdempotencyKey, Listed, Presented, Refused, Revoked, SignedIn, Unlocked,
};
pub use load::{Held, Load};
pub use sweeper::{Sweep, SweepError, Sweeper};

use crate::{
    clock::{Clock, Timestamp},
    id::FamilyId,
    policy::{Policy, RanOut, Reconnect},
    record::EndReason,
    revocations::Revocations,
    store::{Stats, Store, Terms},
    ticket::Sealer,
};
use observe::By;
use sign_in::SignIn;

/// Endings that a slow listener may fall behind by before it misses any.
const ENDINGS_KEPT: usize = 1024;

/// The service. Clones share everything.
#[derive(Clone, Debug)]
pub struct Sessions {
    parts: Arc<Parts>,
    under_way: TaskTracker,
}

#[derive(Debug)]
struct Parts {
    policy: Policy,
    store: Arc<dyn Store>,
    sealer: Sealer,
    revocations: Revocations,
    clock: Arc<dyn Clock>,
    endings: broadcast::Sender<FamilyId>,
    load: Load,
}

impl Parts {
    /// A family is over: for the log, the metrics, and whoever keeps something for it.
    fn ended(&self, family: FamilyId, reason: EndReason) {
        observe::ended(family, reason);
        // An error means that nobody keeps anything.
        let _ = self.endings.send(family);
    }

    fn terms(&self, now: Timestamp) -> Terms<'_> {
        Terms { now, policy: &self.policy }
    }
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
        let (endings, load) = (broadcast::Sender::new(ENDINGS_KEPT), Load::default());
        let parts = Parts { policy, store, sealer, revocations, clock, endings, load };
        Self { parts: Arc::new(parts), under_way: TaskTracker::new() }
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.parts.policy
    }

    /// How busy the server is, for whoever serves to tell: clients are asked to come later for it.
    pub fn load(&self) -> &Load {
        &self.parts.load
    }

    /// The families that end from now on in this process, so that what is kept for them can be let go. Whoever falls
    /// behind is told so, and misses some.
    pub fn endings(&self) -> broadcast::Receiver<FamilyId> {
        self.parts.endings.subscribe()
    }

    /// Signs in with a new family. The caller has made sure who it is: `subject`, or `None` where nobody knows, or where
    /// nobody has signed in yet ([`Self::sign_in`] will say who). `data` is what the session keeps, sealed, for its work,
    /// such as the credential for its target. Ends the session presented. `remember`: a ticket may be issued; not for a
    /// session that is still to be signed in on.
    ///
    /// Refuses with `PAYLOAD_TOO_LARGE` (the data, or the ticket, which would not fit a cookie), `SESSION_LIMIT`, `STORE_UNAVAILABLE`, or
    /// `SESSION_REVOKED` when the subject is signed out everywhere at the same time. A refusal leaves the session
    /// presented as it was, except for the last one.
    pub async fn connect(
        &self,
        presented: &Presented,
        data: SecretString,
        subject: Option<String>,
        remember: bool,
    ) -> Result<Granted, Refused> {
        let sign_in = SignIn { presented: presented.clone(), data, subject };
        self.to_the_end(async move |parts| parts.connect(sign_in, remember).await).await
    }

    /// Signs in on the session presented, where it began without a subject and without `remember`: it goes on under a new
    /// id, no id from before finds it any more (ASVS 5.0 7.2.4), its times begin anew and `data` replace what it kept.
    /// Any other session presented is replaced as by [`Self::connect`], with the same refusals.
    pub async fn sign_in(
        &self,
        presented: &Presented,
        data: SecretString,
        subject: String,
        remember: bool,
    ) -> Result<SignedIn, Refused> {
        let sign_in = SignIn { presented: presented.clone(), data, subject: Some(subject) };
        self.to_the_end(async move |parts| parts.sign_in(sign_in, remember).await).await
    }

    /// Checks the session, and re-establishes it by ticket where it is lost. `activity`: the person did something.
    ///
    /// First match wins: live session; ended session; ticket of an ended family; ticket past its idle limit; past its
    /// absolute one; unreadable ticket (which removes the cookies); good ticket; else `SESSION_UNKNOWN`.
    pub async fn validate(&self, presented: &Presented, activity: bool) -> Result<Granted, Refused> {
        let checked = match self.parts.check(presented, activity).await {
            Ok(None) => self.by_ticket(presented, activity).await,
            Ok(Some(granted)) => Ok(granted),
            Err(refused) => Err(refused),
        };
        match &checked {
            Ok(granted) => observe::validated(granted.answer.reconnected),
            Err(refused) => observe::validation_refused(presented, refused),
        }
        checked
    }

    /// Is the session presented there, without a ticket's help? Refuses where it has ended. For the demo.
    pub(crate) async fn is_live(&self, presented: &Presented) -> Result<bool, Refused> {
        self.parts.is_live(presented).await
    }

    /// Re-establishes by the ticket presented. Without one, a live session is simply good.
    pub async fn reconnect_by_ticket(&self, presented: &Presented) -> Result<Granted, Refused> {
        let reconnected = match self.may_reconnect() {
            Err(off) => Err(off),
            Ok(()) if presented.ticket.is_some() => return self.by_ticket(presented, false).await,
            Ok(()) => self.parts.check(presented, false).await.and_then(|live| live.ok_or_else(Refused::unknown)),
        };
        reconnected.inspect_err(|refused| observe::reconnect_refused(By::Ticket, refused))
    }

    /// Does the policy allow reconnecting at all? To be asked before a remembered credential is tried on its target.
    pub fn may_reconnect(&self) -> Result<(), Refused> {
        match self.policy().reconnect {
            Reconnect::Ticket => Ok(()),
            Reconnect::Off => Err(Refused::reconnect_off()),
        }
    }

    /// Signs in with a credential that the page remembered and the caller has proven: a new family, but the same one for
    /// the same key and subject (without a subject: and data).
    pub async fn reconnect_by_credential(
        &self,
        presented: &Presented,
        key: &IdempotencyKey,
        data: SecretString,
        subject: Option<String>,
    ) -> Result<Granted, Refused> {
        let reconnected = match self.may_reconnect() {
            Err(off) => Err(off),
            Ok(()) => {
                let sign_in = SignIn { presented: presented.clone(), data, subject };
                let key = key.clone();
                self.to_the_end(async move |parts| parts.reconnect_by_credential(sign_in, &key).await).await
            }
        };
        reconnected.inspect_err(|refused| observe::reconnect_refused(By::Credential, refused))
    }

    /// Ends the session presented for good, or all of its subject's; also where only the ticket is known. Idempotent.
    /// Both cookies go.
    pub async fn logout(&self, presented: &Presented, everywhere: bool) -> Result<CookieChanges, Refused> {
        let presented = presented.clone();
        self.to_the_end(async move |parts| parts.logout(&presented, everywhere).await).await
    }

    /// The sessions of the person who presents one. Counts as a use of it.
    pub async fn list(&self, presented: &Presented) -> Result<Listed, Refused> {
        self.parts.list(presented).await
    }

    /// Ends one of the person's sessions for good, by its handle. The current one is signed out as by [`Self::logout`].
    pub async fn revoke(&self, presented: &Presented, handle: &str) -> Result<Revoked, Refused> {
        let (presented, handle) = (presented.clone(), handle.to_owned());
        self.to_the_end(async move |parts| parts.revoke(&presented, &handle).await).await
    }

    /// Ends all of the person's sessions but the current one for good. What the current one presented as a ticket is
    /// renewed, so that it is not outdated either. Of two sessions that do this to each other only the first one stays;
    /// the other is refused with `SESSION_REVOKED`.
    pub async fn revoke_others(&self, presented: &Presented) -> Result<CookieChanges, Refused> {
        let presented = presented.clone();
        self.to_the_end(async move |parts| parts.revoke_others(&presented).await).await
    }

    /// What protected work needs. Counts as a use of the session. Does not re-establish: a lost session is
    /// `SESSION_UNKNOWN`, and the client reconnects.
    pub async fn unlock(&self, presented: &Presented) -> Result<Unlocked, Refused> {
        self.parts.unlock(presented).await
    }

    /// Changes what the session keeps. Counts as a use of it. `change` gets the data and answers the new ones; where
    /// another request changes them meanwhile it is asked again with those, so it should change nothing else.
    ///
    /// Refuses with what `change` refuses with, `PAYLOAD_TOO_LARGE` as [`Self::connect`], `OVERLOADED` after many tries,
    /// and as [`Self::unlock`].
    pub async fn update(
        &self,
        presented: &Presented,
        change: impl FnMut(SecretString) -> Result<SecretString, Refused> + Send + 'static,
    ) -> Result<Unlocked, Refused> {
        let presented = presented.clone();
        self.to_the_end(async move |parts| parts.update(&presented, change).await).await
    }

    /// Brings a limit of the session presented nearer, which is as long as the policy has it: it is `left` away now. For the demo.
    pub(crate) async fn bring_nearer(
        &self,
        presented: &Presented,
        limit: (RanOut, Duration),
        left: Duration,
    ) -> Result<CookieChanges, Refused> {
        let presented = presented.clone();
        self.to_the_end(async move |parts| parts.bring_nearer(&presented, limit, left).await).await
    }

    /// How full the store is; also refreshes the gauge of active sessions.
    pub async fn stats(&self) -> Result<Stats, Refused> {
        let stats = self.parts.store.stats().await?;
        observe::active(stats);
        Ok(stats)
    }

    /// Are the store and the revocation log there?
    pub async fn ping(&self) -> Result<(), Refused> {
        self.parts.store.ping().await?;
        Ok(self.parts.revocations.ping().await?)
    }

    /// Waits until all work under way has come to its end. For a graceful stop, once no new requests come in.
    pub async fn finish(&self) {
        self.under_way.close();
        self.under_way.wait().await;
    }

    async fn by_ticket(&self, presented: &Presented, activity: bool) -> Result<Granted, Refused> {
        let (Reconnect::Ticket, Some(ticket)) = (self.policy().reconnect, presented.ticket.clone()) else {
            return Err(Refused::unknown());
        };
        let presented = presented.clone();
        self.to_the_end(async move |parts| parts.re_establish(&presented, &ticket, activity).await)
            .await
            .inspect_err(|refused| observe::reconnect_refused(By::Ticket, refused))
    }

    /// Runs work in a task of its own, which goes on when the caller is dropped.
    async fn to_the_end<Work, Done, Answer>(&self, work: Work) -> Result<Answer, Refused>
    where
        Work: FnOnce(Arc<Parts>) -> Done,
        Done: Future<Output = Result<Answer, Refused>> + Send + 'static,
        Answer: Send + 'static,
    {
        let task = self.under_way.spawn(work(self.parts.clone()).instrument(tracing::Span::current()));
        // The task is never cancelled, so only a defect ends it early; then nothing is known of the session.
        task.await.unwrap_or_else(|error| Err(Refused::unavailable(&error)))
    }
}

#[cfg(test)]
mod tests;
