//! What runs beside the requests: the sweep of sessions, the closing of connections that
//! nobody needs any more, the tidying of metrics.

use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::connections::Connections;
use crate::id::FamilyId;
use crate::sessions::Sessions;

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
    pub(crate) fn start(sessions: &Sessions, connections: &Connections, metrics: PrometheusHandle) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let closing = close_ended(sessions.endings(), connections.clone());
        let (sessions, stop_sweeping) = (sessions.clone(), stop.clone());
        tasks.spawn(async move { sessions.sweep_until(stop_sweeping).await });
        tasks.spawn(stop.clone().run_until_cancelled_owned(closing));
        tasks.spawn(stop.clone().run_until_cancelled_owned(tidy(connections.clone(), metrics)));
        tasks.close();
        Self { stop, tasks }
    }

    /// Stops it, and returns when nothing of it runs any more.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

async fn close_ended(mut endings: broadcast::Receiver<FamilyId>, connections: Connections) {
    loop {
        match endings.recv().await {
            Ok(family) => connections.close(family),
            // Some endings were missed: sessions that live open theirs again.
            Err(RecvError::Lagged(_)) => connections.close_all(),
            Err(RecvError::Closed) => return,
        }
    }
}

async fn tidy(connections: Connections, metrics: PrometheusHandle) {
    let mut ticks = interval(TIDY_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        connections.close_idle();
        // Without it, histograms keep every sample until the next scrape.
        metrics.run_upkeep();
    }
}
