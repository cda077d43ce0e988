//! When to check next: jittered intervals and full-jitter backoff.
//!
//! Full jitter: a delay anywhere between zero and the step, which spreads a fleet best
//! (AWS Architecture Blog, "Exponential Backoff And Jitter").

use super::config::Config;
use super::time::{Chance, Millis};

/// The longest `Retry-After` that is honoured.
pub(super) const RETRY_AFTER_MAX: Millis = Millis::from_secs(3600);

/// The shortest check interval that a server can set. Guards against a misconfigured server turning clients into a flood.
const SHORTEST_SERVER_INTERVAL: Millis = Millis::from_secs(1);

/// The time until the next check of a good session. The server's interval replaces the client's and is never shortened
/// (0 to +10 %); the client's own interval is jittered to both sides.
pub(super) fn next_check(config: &Config, server_interval: Option<Millis>, chance: Chance) -> Millis {
    match server_interval {
        Some(server_interval) => {
            let server_interval = server_interval.max(SHORTEST_SERVER_INTERVAL);
            server_interval + chance.of(server_interval.scaled(1, 10))
        }
        None => {
            let spread = config.interval.scaled(u64::from(config.jitter_permille), 1000);
            let shortest = Millis(config.interval.0.saturating_sub(spread.0));
            shortest + chance.of(spread + spread)
        }
    }
}

/// The time until this tab checks, where another tab plans its check in `planned`: never before it, and not all tabs at once.
pub(super) fn after_another(planned: Millis, chance: Chance) -> Millis {
    planned + chance.of(planned.scaled(1, 10))
}

/// Full-jitter delay after the `failures`-th consecutive failure (1 is the first).
pub(super) fn backoff(config: &Config, failures: u32, chance: Chance) -> Millis {
    let doublings = failures.saturating_sub(1).min(32);
    let step = config.retry_base.scaled(1 << doublings, 1);
    chance.of(step.min(config.retry_cap))
}

/// The time until the retry after the `failures`-th consecutive failure. While the user waits, the backoff; otherwise the first
/// retry falls anywhere within `retry_spread`, so that a fleet does not return in one wave, and later ones at the check interval.
pub(super) fn retry(
    config: &Config,
    user_waiting: bool,
    failures: u32,
    server_interval: Option<Millis>,
    chance: Chance,
) -> Millis {
    match (user_waiting, failures) {
        (true, _) => backoff(config, failures, chance),
        (false, 0 | 1) => chance.of(config.retry_spread),
        (false, _) => next_check(config, server_interval, chance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: Chance = Chance(u32::MAX / 2);

    #[test]
    fn the_interval_is_spread_on_both_sides() {
        let config = Config::default();
        let rows = [(Chance::LOWEST, 270_000), (MIDDLE, 299_999), (Chance::HIGHEST, 330_000)];
        for (chance, millis) in rows {
            assert_eq!(next_check(&config, None, chance), Millis(millis));
        }
    }

    #[test]
    fn the_servers_interval_is_never_shortened() {
        let config = Config::default();
        let server_interval = Some(Millis::from_secs(60));
        assert_eq!(next_check(&config, server_interval, Chance::LOWEST), Millis(60_000));
        assert_eq!(next_check(&config, server_interval, Chance::HIGHEST), Millis(66_000));
    }

    #[test]
    fn backoff_doubles_up_to_the_cap() {
        let config = Config::default();
        let rows = [(1, 500), (2, 1000), (3, 2000), (6, 16_000), (7, 30_000), (8, 30_000), (u32::MAX, 30_000)];
        for (failures, millis) in rows {
            assert_eq!(backoff(&config, failures, Chance::HIGHEST), Millis(millis), "failure {failures}");
            assert_eq!(backoff(&config, failures, Chance::LOWEST), Millis::ZERO);
        }
    }

    #[test]
    fn without_a_waiting_user_the_first_retry_is_spread_and_later_ones_keep_the_interval() {
        let config = Config::default();
        assert_eq!(retry(&config, false, 1, None, Chance::HIGHEST), Millis(30_000));
        assert_eq!(retry(&config, false, 1, None, Chance::LOWEST), Millis::ZERO);
        assert_eq!(retry(&config, false, 2, None, Chance::LOWEST), Millis(270_000));
        assert_eq!(retry(&config, false, 2, Some(Millis(900_000)), Chance::LOWEST), Millis(900_000));
        assert_eq!(retry(&config, true, 2, None, Chance::HIGHEST), Millis(1000));
    }
}
