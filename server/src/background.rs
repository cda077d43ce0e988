//! What runs beside the requests: the sweep of sessions, unused connections are closed, the metrics tidied.

use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::state::AppState;

/// How often unused connections are looked for; well below how long they are kept.
const TIDY_EVERY: Duration = Duration::from_secs(15);

/// The background work.
#[derive(Debug)]
pub(crate) struct Background {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Background {
    /// Starts it.
    pub(crate) fn start(state: &AppState, metrics: PrometheusHandle) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let sessions = state.sessions.clone();
        let stop_sweeping = stop.clone();
        tasks.spawn(async move { sessions.sweep_until(stop_sweeping).await });
        tasks.spawn(stop.clone().run_until_cancelled_owned(tidy(state.clone(), metrics)));
        tasks.close();
        Self { stop, tasks }
    }

    /// Stops it, and returns when nothing of it runs any more.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

async fn tidy(state: AppState, metrics: PrometheusHandle) {
    let mut ticks = interval(TIDY_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        state.connections.close_idle();
        // Without it, histograms keep every sample until the next scrape.
        metrics.run_upkeep();
    }
}
