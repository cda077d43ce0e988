//! What a session costs in the memory store, and how long anything waits for it: bytes per session, time of a check, and
//! the longest that checks and sign-ins are held up while everything that ran out is swept beside them.
//!
//! `cargo bench -p session-keepalive-server --bench memory_store -- --sessions 1000000` prints one line of JSON.
//! Everything goes through the `Store` trait. On a machine with other work to do, compare the longest times with those
//! under `undisturbed`, the same load without a sweep.

mod people;
mod sweep;
mod times;
mod usage;

use std::{
    error::Error,
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use serde_json::{Value, json};
use session_keepalive_server::{
    clock::Timestamp,
    id::SessionHash,
    policy::{Limits, Policy, SERVERLESS_24H},
    record::{Data, Key},
    store::{Checked, Store, Terms, memory::MemoryStore},
};
use tokio::runtime::{Builder, Runtime};

use people::{People, connection, id};
use times::{Times, each};
use usage::Usage;

const HOUR: Duration = Duration::from_secs(60 * 60);
/// When the sessions with an odd number were last used; the others an hour earlier.
pub(crate) const USED: Timestamp = Timestamp::from_millis(1_700_000_000_000);
/// Sessions that checks are spread over: too many for a processor's cache.
const CHECKED: usize = 100_000;
const ROUNDS: usize = 9;

#[derive(Parser)]
struct Flags {
    /// Sessions in the store.
    #[arg(long, default_value_t = 1_000_000)]
    sessions: u64,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Flags { sessions, bench: _ } = Flags::parse();
    let runtime = runtime()?;
    let mut report = json!({ "bench": "memory_store", "sessions": sessions });
    let mut tell = |name: &str, value: Value| {
        eprintln!("{name}: {value}");
        if let Some(report) = report.as_object_mut() {
            report.insert(name.to_owned(), value);
        }
    };
    let policy = policy(sessions);

    let keys = keys(sessions)?;
    let mut creates = Times::with_room_for(usize::try_from(sessions)?);
    let before = Usage::now()?;
    let store = MemoryStore::new();
    runtime.block_on(fill(&store, &policy, sessions, &Data::default(), &mut creates))?;
    let [asked, held, resident] = Usage::now()?.grown_since(&before, sessions);
    tell("bytes_per_session", json!({ "asked": asked, "held": held, "resident": resident }));
    tell("create_us", creates.summary());

    let each_use = Policy { touch_every: Duration::ZERO, ..policy };
    tell("check_ns", runtime.block_on(checks(&store, terms(&policy), &keys))?);
    tell("touch_ns", runtime.block_on(checks(&store, terms(&each_use), &keys))?);
    let threads = thread::available_parallelism()?.get();
    tell("checks_per_second", checks_in_parallel(&store, terms(&policy), &keys, threads)?);
    tell("sweep", sweep::measure(&store, &policy, sessions, &runtime)?);
    drop(store);

    let data = connection()?;
    let before = Usage::now()?;
    let store = MemoryStore::new();
    runtime.block_on(fill(&store, &policy, sessions, &data, &mut Times::default()))?;
    let [with_asked, with_held, _] = Usage::now()?.grown_since(&before, sessions);
    tell(
        "bytes_of_sealed_data",
        json!({ "length": data.sealed.len(), "asked": with_asked - asked, "held": with_held - held }),
    );
    println!("{report}");
    Ok(())
}

pub(crate) fn runtime() -> Result<Runtime, std::io::Error> {
    Builder::new_current_thread().build()
}

/// Nobody is evicted, however many sign in beside a sweep.
fn policy(sessions: u64) -> Policy {
    let total = usize::try_from(sessions * 2).unwrap_or(usize::MAX);
    Policy { limits: Limits { total, ..SERVERLESS_24H.limits }, ..SERVERLESS_24H }
}

fn terms(policy: &Policy) -> Terms<'_> {
    Terms { now: USED, policy }
}

/// When a session was used last.
fn used(number: u64) -> Timestamp {
    if number.is_multiple_of(2) { USED.minus(HOUR) } else { USED }
}

async fn fill(
    store: &MemoryStore,
    policy: &Policy,
    sessions: u64,
    data: &Data,
    creates: &mut Times,
) -> Result<(), Box<dyn Error>> {
    let people = People::new(sessions);
    for number in 0..sessions {
        let (record, id) = (people.record(number, used(number), data.clone())?, id(number)?);
        let started = Instant::now();
        let created = store.create(terms(policy), record, id, None).await?;
        creates.note(started.elapsed());
        drop(created);
    }
    let live = store.stats().await?.live;
    if u64::try_from(live)? == sessions { Ok(()) } else { Err(format!("{live} of {sessions} are live").into()) }
}

/// Ids of sessions used last, all over the store.
fn keys(sessions: u64) -> Result<Vec<SessionHash>, Box<dyn Error>> {
    let half = sessions / 2;
    (0..CHECKED as u64).map(|at| id(at * 7_919 % half * 2 + 1)).collect()
}

async fn check_all(store: &MemoryStore, terms: Terms<'_>, keys: &[SessionHash]) -> Result<Duration, Box<dyn Error>> {
    let started = Instant::now();
    for id in keys {
        let checked = store.check_and_touch(terms, Key::Session(*id), true).await?;
        if !matches!(black_box(checked), Checked::Valid { .. }) {
            return Err("a session is lost".into());
        }
    }
    Ok(started.elapsed())
}

async fn checks(store: &MemoryStore, terms: Terms<'_>, keys: &[SessionHash]) -> Result<Value, Box<dyn Error>> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(check_all(store, terms, keys).await?);
    }
    Ok(each(&mut rounds, keys.len()))
}

/// Of all threads together, each at its own sessions.
fn checks_in_parallel(
    store: &MemoryStore,
    terms: Terms<'_>,
    keys: &[SessionHash],
    threads: usize,
) -> Result<Value, Box<dyn Error>> {
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        thread::scope(|scope| {
            let work: Vec<_> = keys
                .chunks(keys.len().div_ceil(threads))
                .map(|keys| {
                    scope.spawn(move || {
                        let checked = || runtime()?.block_on(check_all(store, terms, keys));
                        checked().map(|_| ()).map_err(|error| error.to_string())
                    })
                })
                .collect();
            work.into_iter().try_for_each(|work| work.join().unwrap_or_else(|_| Err("a thread panicked".to_owned())))
        })?;
        rates.push((keys.len() as f64 / started.elapsed().as_secs_f64()).round());
    }
    rates.sort_unstable_by(f64::total_cmp);
    Ok(json!({ "threads": threads, "most": rates.last(), "median": rates.get(ROUNDS / 2) }))
}
