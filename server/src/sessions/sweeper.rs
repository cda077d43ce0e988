//! Sweeping: in the background, and on demand.

use std::{fmt, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{Parts, Sessions, api::Refused, observe};
use crate::{
    clock::Clock,
    id::{NoRandomness, fill_random},
    policy::{Cleanup, Policy},
    revocations::{RevocationError, Revocations},
    store::{Stats, Store, StoreError, Swept, Terms},
};

/// What a whole sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Live sessions that had run into a limit.
    pub ran_out: usize,
    /// Ended sessions whose reason was kept long enough.
    pub dropped: usize,
    /// Revocations that no ticket can contradict any more.
    pub revocations: usize,
    /// How full the store is now.
    pub stats: Stats,
}

/// A sweep failed half-way; what it did until then stays done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepError {
    /// The store did.
    Store(StoreError),
    /// The revocation log did.
    Revocations(RevocationError),
}

impl fmt::Display for SweepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Revocations(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SweepError {}

impl From<StoreError> for SweepError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<RevocationError> for SweepError {
    fn from(error: RevocationError) -> Self {
        Self::Revocations(error)
    }
}

/// What is swept, and by which rules.
#[derive(Clone, Copy, Debug)]
pub struct Sweeper<'a> {
    /// Where sessions are kept.
    pub store: &'a dyn Store,
    /// Where endings are remembered.
    pub revocations: &'a Revocations,
    /// The limits that end a session, how long endings are kept, and how much is done in a step.
    pub policy: &'a Policy,
    /// The time.
    pub clock: &'a dyn Clock,
}

impl Sweeper<'_> {
    /// Sweeps the store and the log, in batches, until nothing is left to do. `told` hears of each step, and of the
    /// whole so far.
    ///
    /// # Errors
    /// When the store or the log fails.
    pub async fn run(self, mut told: impl FnMut(&Swept, &Sweep)) -> Result<Sweep, SweepError> {
        let Self { store, revocations, policy, clock } = self;
        let mut sweep = Sweep::default();
        loop {
            let step = store.sweep(Terms { now: clock.now(), policy }).await?;
            sweep.ran_out += step.ran_out.len();
            sweep.dropped += step.dropped;
            told(&step, &sweep);
            if !step.more {
                break;
            }
            tokio::task::yield_now().await;
        }
        let batch = policy.cleanup.batch;
        loop {
            let pruned = revocations.prune(clock.now(), batch).await?;
            sweep.revocations += pruned;
            if pruned < batch {
                break;
            }
        }
        sweep.stats = store.stats().await?;
        Ok(sweep)
    }
}

impl Sessions {
    /// Sweeps the store and the revocation log, in batches, until nothing is left to do.
    pub async fn sweep(&self) -> Result<Sweep, Refused> {
        let Parts { store, revocations, policy, clock, .. } = &*self.parts;
        let sweeper = Sweeper { store: &**store, revocations, policy, clock: &**clock };
        let tell = |step: &Swept, _: &Sweep| {
            for (family, reason) in &step.ran_out {
                self.parts.ended(*family, *reason);
            }
            observe::swept(step);
        };
        let sweep = sweeper.run(tell).await.map_err(|error| Refused::unavailable(&error))?;
        observe::sweep_done(&sweep);
        Ok(sweep)
    }

    /// Sweeps at the policy's interval until `stop`; a sweep under way then comes to its end. A sweep that fails is
    /// logged, and the next one does its work.
    pub async fn sweep_until(&self, stop: CancellationToken) {
        let Cleanup { every, jitter: percent, .. } = self.policy().cleanup;
        while let Some(()) = stop.run_until_cancelled(tokio::time::sleep(every + jitter(every, percent))).await {
            if let Err(refused) = self.sweep().await {
                tracing::warn!(code = refused.code.as_str(), "a sweep failed; the next one will do its work");
            }
        }
    }
}

/// Up to so many percent, so that instances which started together don't sweep in step.
fn jitter(every: Duration, percent: u8) -> Duration {
    let mut byte = [0];
    match fill_random(&mut byte) {
        Ok(()) => every / 100 * u32::from(percent) * u32::from(byte[0]) / 255,
        Err(NoRandomness) => Duration::ZERO,
    }
}
