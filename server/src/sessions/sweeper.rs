//! The background sweep.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Sessions, api::Refused, observe};
use crate::{
    id::{NoRandomness, fill_random},
    policy::Cleanup,
    store::Stats,
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

impl Sessions {
    /// Sweeps the store and the revocation log, in batches, until nothing is left to do.
    pub async fn sweep(&self) -> Result<Sweep, Refused> {
        let parts = &self.parts;
        let mut sweep = Sweep::default();
        loop {
            let step = parts.store.sweep(parts.terms(parts.clock.now())).await?;
            for (family, reason) in &step.ran_out {
                parts.ended(*family, *reason);
            }
            observe::swept(&step);
            sweep.ran_out += step.ran_out.len();
            sweep.dropped += step.dropped;
            if !step.more {
                break;
            }
            tokio::task::yield_now().await;
        }
        let batch = parts.policy.cleanup.batch;
        loop {
            let pruned = parts.revocations.prune(parts.clock.now(), batch).await?;
            sweep.revocations += pruned;
            if pruned < batch {
                break;
            }
        }
        sweep.stats = parts.store.stats().await?;
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
