//! A sweep of half of all sessions beside people who go on working.

use std::{
    error::Error,
    future::poll_fn,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use session_keepalive_server::{
    clock::Timestamp,
    policy::Policy,
    record::{Data, Key},
    store::{Checked, Store, Terms, memory::MemoryStore},
};
use tokio::runtime::Runtime;

use crate::{
    USED,
    people::{People, id},
    runtime,
    times::Times,
};

/// Uses that are timed, at most.
const ROOM: usize = 4_000_000;
/// How long the same load runs without a sweep.
const UNDISTURBED: Duration = Duration::from_secs(3);

/// How long each kind of use took.
struct Load {
    checks: Times,
    touches: Times,
    creates: Times,
}

impl Load {
    fn summary(self) -> Value {
        json!({
            "check_us": self.checks.summary(), "touch_us": self.touches.summary(), "create_us": self.creates.summary()
        })
    }
}

/// Half of the sessions run out and are swept; then what was kept of them is dropped.
pub(crate) fn measure(
    store: &MemoryStore,
    policy: &Policy,
    sessions: u64,
    runtime: &Runtime,
) -> Result<Value, Box<dyn Error>> {
    let idle = policy.idle.ok_or("the policy has no idle limit")?;
    // The half that was used an hour earlier has just run out; the other half has an hour left.
    let ran_out = USED.plus(idle).minus(Duration::from_secs(60));
    let mut news = sessions;
    let undisturbed = beside(store, policy, ran_out, &mut news, sessions, || {
        thread::sleep(UNDISTURBED);
        Ok(json!(null))
    })?;
    let ending = beside(store, policy, ran_out, &mut news, sessions, || sweep_all(store, policy, ran_out, runtime))?;
    // Time enough that their reasons need not be told any longer. Who works goes on as if it were then.
    let dropping = beside(store, policy, ran_out, &mut news, sessions, || {
        sweep_all(store, &Policy { end: session_keepalive_server::policy::End::Delete, ..*policy }, ran_out, runtime)
    })?;
    Ok(json!({ "undisturbed": undisturbed, "ending": ending, "dropping": dropping }))
}

/// Does `work` while people go on working.
fn beside(
    store: &MemoryStore,
    policy: &Policy,
    now: Timestamp,
    news: &mut u64,
    sessions: u64,
    work: impl FnOnce() -> Result<Value, Box<dyn Error>>,
) -> Result<Value, Box<dyn Error>> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let load = scope.spawn(|| load(store, policy, now, news, sessions, &stop).map_err(|error| error.to_string()));
        let done = work();
        stop.store(true, Ordering::Relaxed);
        let load = load.join().map_err(|_| "the load panicked")??;
        Ok(json!({ "work": done?, "load": load.summary() }))
    })
}

/// Of a hundred uses, 90 are checks, nine are written down, and one is a sign-in.
fn load(
    store: &MemoryStore,
    policy: &Policy,
    now: Timestamp,
    news: &mut u64,
    sessions: u64,
    stop: &AtomicBool,
) -> Result<Load, Box<dyn Error>> {
    let runtime = runtime()?;
    let people = People::new(sessions);
    let (seldom, each_use) =
        (Policy { touch_every: Duration::MAX, ..*policy }, Policy { touch_every: Duration::ZERO, ..*policy });
    let mut load = Load {
        checks: Times::with_room_for(ROOM),
        touches: Times::with_room_for(ROOM / 10),
        creates: Times::with_room_for(ROOM / 100),
    };
    let half = sessions / 2;
    let mut at = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        at += 1;
        let key = Key::Session(id(at * 7_919 % half * 2 + 1)?);
        match at % 100 {
            0 => {
                let (record, id) = (people.record(*news, now, Data::default())?, id(*news)?);
                *news += 1;
                let started = Instant::now();
                runtime.block_on(store.create(Terms { now, policy }, record, id, None))?;
                load.creates.note(started.elapsed());
            }
            kind => {
                let (policy, times) =
                    if kind < 10 { (&each_use, &mut load.touches) } else { (&seldom, &mut load.checks) };
                let started = Instant::now();
                let checked = runtime.block_on(store.check_and_touch(Terms { now, policy }, key, true))?;
                times.note(started.elapsed());
                if !matches!(checked, Checked::Valid { .. }) {
                    return Err("a session in use is lost".into());
                }
            }
        }
    }
    Ok(load)
}

/// Steps until nothing is left, as the sweeper does. Also answers the longest that it kept a thread to itself, which is
/// what others wait for where there is only one.
fn sweep_all(store: &MemoryStore, policy: &Policy, now: Timestamp, runtime: &Runtime) -> Result<Value, Box<dyn Error>> {
    let (mut ran_out, mut dropped, mut longest) = (0, 0, Duration::ZERO);
    let started = Instant::now();
    runtime.block_on(async {
        loop {
            let mut step = pin!(store.sweep(Terms { now, policy }));
            let step = poll_fn(|context| {
                let started = Instant::now();
                let polled = step.as_mut().poll(context);
                longest = longest.max(started.elapsed());
                polled
            })
            .await?;
            ran_out += step.ran_out.len();
            dropped += step.dropped;
            if !step.more {
                return Ok(json!({
                    "ran_out": ran_out,
                    "dropped": dropped,
                    "seconds": started.elapsed().as_secs_f64(),
                    "longest_turn_us": longest.as_micros(),
                }));
            }
            tokio::task::yield_now().await;
        }
    })
}
