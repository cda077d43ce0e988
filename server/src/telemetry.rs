//! Logs and metrics. `server/metrics.md` lists the metrics for those who watch them.
//!
//! Neither ever holds a cookie, an id, a ticket or a password; other crates' logs are let through from warnings on,
//! because what they write in detail is not ours to vouch for.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, fmt};

use crate::config::LogFormat;

/// The names of the metrics that HTTP adds to those of the [sessions](crate::sessions::observe).
pub mod names {
    /// Counter by `method`, `route` (template) and `status`: requests answered.
    pub const HTTP_REQUESTS: &str = "session_keepalive_http_requests_total";
    /// Histogram by `route` (template): seconds from the request's head to the answer's head.
    pub const HTTP_SECONDS: &str = "session_keepalive_http_request_seconds";
    /// Counter by `reason` (`overloaded`, `rate-limited`): requests refused by admission control.
    pub const REFUSED: &str = "session_keepalive_admission_refused_total";
}

/// Seconds; from a memory store's answer to a target that is waking up.
const BUCKETS: &[f64] = &[0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Starts logging to standard output. Once per process.
///
/// # Errors
/// When the process has a subscriber already.
pub fn init_logs(format: LogFormat, level: LevelFilter) -> Result<(), TryInitError> {
    let others = level.min(LevelFilter::WARN);
    let ours = Targets::new().with_default(others).with_target(env!("CARGO_CRATE_NAME"), level);
    let layer = match format {
        LogFormat::Json => fmt::layer().json().flatten_event(true).boxed(),
        LogFormat::Text => {
            use std::io::IsTerminal;
            let colours = std::io::stdout().is_terminal();
            fmt::layer().with_ansi(colours).boxed()
        }
    };
    tracing_subscriber::registry().with(layer.with_filter(ours)).try_init()
}

/// The process's metrics. A process has one set, whatever number of servers it runs.
///
/// # Errors
/// When the process has installed another recorder already; then the metrics are that recorder's.
pub fn metrics() -> Result<PrometheusHandle, MetricsError> {
    static INSTALLED: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    INSTALLED.get_or_init(|| install().ok()).clone().ok_or(MetricsError)
}

fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)?
        .install_recorder()?;
    describe();
    Ok(handle)
}

/// Another metrics recorder is installed in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricsError;

impl std::fmt::Display for MetricsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("another metrics recorder is installed in this process")
    }
}

impl std::error::Error for MetricsError {}

fn describe() {
    use crate::revocations::REVOCATION_ERRORS;
    use crate::sessions::observe;
    use crate::store::timed::{STORE_ERRORS, STORE_SECONDS};
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_counter!(names::HTTP_REQUESTS, "Requests answered");
    describe_histogram!(names::HTTP_SECONDS, "Seconds from a request's head to its answer's");
    describe_counter!(names::REFUSED, "Requests refused by admission control");
    describe_histogram!(STORE_SECONDS, "Seconds that one operation of the session store took");
    describe_counter!(STORE_ERRORS, "Operations of the session store that failed");
    describe_counter!(REVOCATION_ERRORS, "Operations of the revocation log that failed");
    describe_gauge!(observe::SESSIONS_ACTIVE, "Live sessions");
    describe_counter!(observe::SESSIONS_CREATED, "Sessions created, re-established ones included");
    describe_counter!(observe::SESSIONS_ENDED, "Sessions ended, by reason");
    describe_counter!(observe::VALIDATIONS, "Session checks, by outcome");
    describe_counter!(observe::RECONNECTS, "Re-establishments, by means and outcome");
    describe_counter!(observe::SWEEPS, "Sweeps that came to their end");
    describe_counter!(observe::SWEPT, "What sweeps cleaned up");
}
