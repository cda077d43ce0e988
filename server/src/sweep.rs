//! The subcommand `sweep`: the store swept once, from outside the server.

use std::fmt;
use std::time::{Duration, Instant};

use crate::clock::SystemClock;
use crate::config::{Config, ConfigError};
use crate::http::StartError;
use crate::policy::{Policy, read_duration};
use crate::sessions::{Sweep, SweepError, Sweeper};
use crate::start;

/// How often a long sweep says how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// The sweep could not be made, or failed half-way.
#[derive(Debug)]
pub enum SweepFailed {
    /// A setting cannot be, or the store cannot be reached.
    Start(StartError),
    /// The store or the revocation log failed.
    Sweep(SweepError),
}

impl fmt::Display for SweepFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::Sweep(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SweepFailed {}

impl From<StartError> for SweepFailed {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<ConfigError> for SweepFailed {
    fn from(error: ConfigError) -> Self {
        Self::Start(error.into())
    }
}

impl From<SweepError> for SweepFailed {
    fn from(error: SweepError) -> Self {
        Self::Sweep(error)
    }
}

/// Sweeps what `config` names. `idle_for`: also ends what nobody has used for so long, though the policy would not.
/// `progress` hears now and then of a sweep that takes long; the line for the end is answered.
///
/// # Errors
/// When a setting cannot be, or the store or the revocation log fails.
pub async fn sweep(
    config: &Config,
    idle_for: Option<&str>,
    mut progress: impl FnMut(String),
) -> Result<String, SweepFailed> {
    let policy = policy(config, idle_for)?;
    let (store, _) = start::store(config).await?;
    let revocations = start::revocations_to_sweep(config)?;
    if !config.store.is_durable() {
        progress(
            "--store memory: keeps its sessions in the server that runs, which sweeps them itself; from outside there is \
             only the revocation log to sweep"
                .to_owned(),
        );
    }
    let mut told = Instant::now();
    let sweeper = Sweeper { store: &*store, revocations: &revocations, policy: &policy, clock: &SystemClock };
    let sweep = sweeper
        .run(|_, so_far| {
            if told.elapsed() >= TOLD_EVERY {
                told = Instant::now();
                let Sweep { ran_out, dropped, .. } = so_far;
                progress(format!("sweeping: ran_out={ran_out} dropped={dropped} so far"));
            }
        })
        .await?;
    let Sweep { ran_out, dropped, revocations, stats } = sweep;
    Ok(format!(
        "swept: ran_out={ran_out} dropped={dropped} revocations={revocations} live={} ended={}",
        stats.live, stats.ended
    ))
}

/// The policy in force, with the nearer of the two idle limits.
fn policy(config: &Config, idle_for: Option<&str>) -> Result<Policy, ConfigError> {
    let Some(text) = idle_for else {
        return Ok(config.policy);
    };
    let refuse = |wants: String| ConfigError::new("--idle-for", wants);
    let limit = read_duration(text).ok_or_else(|| refuse("wants a duration such as 12h or 90d".to_owned()))?;
    let idle = config.policy.idle.map_or(limit, |idle| idle.min(limit));
    let policy = Policy { idle: Some(idle), ..config.policy };
    // A use is written down a touch interval late, so a limit near it would end sessions that are in use.
    policy.validate().map_err(|error| refuse(format!("as idle it cannot be: {error}")))?;
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn config(preset: &str) -> Config {
        Settings { preset: Some(preset.to_owned()), ..Settings::default() }.resolve().unwrap()
    }

    #[test]
    fn the_nearer_idle_limit_holds() {
        let hours = |hours: u64| Some(Duration::from_secs(3600 * hours));
        for (preset, idle_for, idle) in [
            ("until-logout", None, None),
            ("until-logout", Some("90d"), hours(90 * 24)),
            ("serverless-24h", Some("12h"), hours(12)),
            ("serverless-24h", Some("48h"), hours(24)),
        ] {
            assert_eq!(policy(&config(preset), idle_for).unwrap().idle, idle, "{preset} {idle_for:?}");
        }
    }

    #[test]
    fn a_limit_that_would_end_sessions_in_use_is_refused() {
        for (idle_for, hint) in [("2m", "touch_every"), ("0", "1 s"), ("none", "wants a duration"), ("", "wants")] {
            let refusal = policy(&config("until-logout"), Some(idle_for)).unwrap_err().to_string();
            assert!(refusal.starts_with("--idle-for: ") && refusal.contains(hint), "{refusal}");
        }
    }
}
