//! People at work beside the test, and what they have counted.

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use session_keepalive_server::targets::sample;
use tokio::task::JoinSet;

use super::person::{Person, file_of};

pub(crate) const PEOPLE: usize = 16;
const WITHIN: Duration = Duration::from_secs(120);

/// What the people and the test tell each other.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Where the people ask.
    pub(crate) origin: String,
    pub(crate) seed: u64,
    /// The store is lost with the process; tickets bring the sessions back.
    pub(crate) forgets: bool,
    /// A proxy stands in between, which has words of its own for a server that is gone.
    pub(crate) behind_proxy: bool,
    /// Each is asked whether it knows of an end, as soon as that was acknowledged.
    pub(crate) instances: Vec<String>,
    /// Grows with each kill that is over.
    pub(crate) generation: AtomicU64,
    /// The generation that each person has looked at.
    pub(crate) checked: Vec<AtomicU64>,
    pub(crate) stopping: AtomicBool,
    pub(crate) tally: Tally,
}

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) connects: AtomicUsize,
    pub(crate) reconnects: AtomicUsize,
    pub(crate) ends: AtomicUsize,
    pub(crate) checks: AtomicUsize,
    pub(crate) ends_checked: AtomicUsize,
    pub(crate) in_doubt: AtomicUsize,
    pub(crate) cut: AtomicUsize,
    pub(crate) refused: AtomicUsize,
}

impl Tally {
    pub(crate) fn acknowledged(&self) -> usize {
        [&self.connects, &self.reconnects, &self.ends].map(|count| count.load(Ordering::Relaxed)).iter().sum()
    }

    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        write!(
            f,
            "acknowledged: {} connects, {} reconnects, {} ends; {} checks; {} ends looked at again; in doubt: {} ends of \
             {} requests cut; {} answered 503; lost: 0",
            of(&self.connects),
            of(&self.reconnects),
            of(&self.ends),
            of(&self.checks),
            of(&self.ends_checked),
            of(&self.in_doubt),
            of(&self.cut),
            of(&self.refused)
        )
    }
}

/// The people at work.
pub(crate) struct Load {
    pub(crate) shared: Arc<Shared>,
    people: JoinSet<()>,
}

impl Load {
    /// `folders`: of the servers' processes, where the databases that people sign in to are made.
    pub(crate) fn start(origin: String, seed: u64, forgets: bool, instances: Vec<String>, folders: &[&Path]) -> Self {
        for folder in folders {
            for number in 0..PEOPLE {
                sample::write(&folder.join("files").join(file_of(number))).unwrap();
            }
        }
        let shared = Arc::new(Shared {
            origin,
            seed,
            forgets,
            behind_proxy: !instances.is_empty(),
            instances,
            generation: AtomicU64::new(0),
            checked: (0..PEOPLE).map(|_| AtomicU64::new(0)).collect(),
            stopping: AtomicBool::new(false),
            tally: Tally::default(),
        });
        let mut people = JoinSet::new();
        for number in 0..PEOPLE {
            people.spawn(Person::new(number, shared.clone()).live(number));
        }
        Self { shared, people }
    }

    /// Waits; fails as soon as one of the people does.
    pub(crate) async fn until(&mut self, what: &str, condition: impl Fn(&Shared) -> bool) {
        let deadline = Instant::now() + WITHIN;
        while !condition(&self.shared) {
            if let Some(ended) = self.people.try_join_next() {
                ended.unwrap();
                panic!("a person has left");
            }
            assert!(Instant::now() < deadline, "{what}: not within {WITHIN:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits until so much more was acknowledged.
    pub(crate) async fn work(&mut self, more: usize) {
        let goal = self.shared.tally.acknowledged() + more;
        self.until("people work", |shared| shared.tally.acknowledged() >= goal).await;
    }

    /// What was killed is there again: everybody looks at everything.
    pub(crate) async fn look_at_everything(&mut self) {
        let generation = self.shared.generation.fetch_add(1, Ordering::AcqRel) + 1;
        let looked = |shared: &Shared| shared.checked.iter().all(|seen| seen.load(Ordering::Acquire) == generation);
        self.until("people look at everything", looked).await;
    }

    /// Everybody looks at everything once more, and leaves.
    pub(crate) async fn finish(mut self) -> Arc<Shared> {
        self.shared.stopping.store(true, Ordering::Release);
        while let Some(ended) = self.people.join_next().await {
            ended.unwrap();
        }
        self.shared
    }
}
