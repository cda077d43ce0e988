//! What the engine promises, as facts about a simulated world.
#![cfg(not(target_arch = "wasm32"))]

#[cfg(test)]
mod catch_up;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod end;
#[cfg(test)]
mod fetches;
#[cfg(test)]
mod life_cycle;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod schedule;
#[cfg(test)]
mod sign_out;
#[cfg(test)]
mod slow;
#[cfg(test)]
mod tab_messages;
#[cfg(test)]
mod tabs;
#[cfg(test)]
mod transient;
#[cfg(test)]
mod warning;
#[cfg(test)]
#[path = "../world/mod.rs"]
mod world;

use session_keepalive::engine::{
    Chance, Config, CredentialHolder, Event, FetchId, FetchStep, Generation, Input, Millis, Persisted, Phase, Promised,
    Reason, Refusal, Request, SnapshotError, Status,
};
use session_keepalive::wire::ProblemCode;
use world::{ServerState, World};

const MINUTE: Millis = Millis::from_secs(60);
const INTERVAL: Millis = Millis::from_secs(300);
const HOUR: Millis = Millis::from_secs(3600);

fn cookie() -> Config {
    Config::default()
}

fn page() -> Config {
    Config { credential: CredentialHolder::Page, ..Config::default() }
}

fn steady() -> Config {
    Config { jitter_permille: 0, ..Config::default() }
}

/// Runs until the next scheduled check is answered.
fn next_check(world: &mut World) {
    world.run(Millis(INTERVAL.0 + INTERVAL.0 / 9));
}
