//! The server and its database killed as by `kill -9`, at random moments under load.

use std::time::Duration;

use fastrand::Rng;

use super::{
    database::Database,
    form::{Form, form, lasting_port},
    load::Load,
    postgres::Cluster,
    process::{ORIGIN, Process},
    redis::Redis,
};

/// Uses are written down every second, and ids replaced as often as their grace allows.
const BUSY: [&str; 5] = ["--demo", "--set", "touch_every=1s", "--set", "rotate_every=61s"];

/// A server that keeps its port, and people who use it.
fn start(form: Form, name: &str, store: &str) -> (Process, Load) {
    println!("{name}: seed {}", form.seed);
    let listen = format!("127.0.0.1:{}", lasting_port());
    let arguments: Vec<&str> = ["--store", store].into_iter().chain(BUSY).collect();
    let server = Process::start_as(&listen, ORIGIN, &arguments, &[]);
    let forgets = store == "memory:";
    let load = Load::start(server.origin(), form.seed, forgets, Vec::new(), &[server.folder.path()]);
    (server, load)
}

/// Somewhere in the middle of what is going on.
async fn some_moment(load: &mut Load, rng: &mut Rng) {
    load.work(rng.usize(30..150)).await;
    let moment = Duration::from_micros(rng.u64(..5_000));
    tokio::time::sleep(moment).await;
}

async fn the_server_is_killed(name: &str, store: &str) {
    let form = form();
    let (mut server, mut load) = start(form, name, store);
    let mut rng = Rng::with_seed(form.seed);
    for kill in 1..=form.kills {
        some_moment(&mut load, &mut rng).await;
        server.kill_and_start_again();
        load.look_at_everything().await;
        if kill % 10 == 0 {
            println!("{name}: {kill} kills of the server; {}", load.shared.tally);
        }
    }
    let shared = load.finish().await;
    println!("{name}: the server was killed {} times; {}", form.kills, shared.tally);
}

async fn the_database_is_killed(name: &str, mut database: impl Database) {
    let form = form();
    let (server, mut load) = start(form, name, &database.url().await);
    let mut rng = Rng::with_seed(form.seed);
    for _ in 0..form.database_kills {
        some_moment(&mut load, &mut rng).await;
        let refused = load.shared.tally.refused();
        database.crash();
        load.until("people are told to come later", |shared| shared.tally.refused() >= refused + 20).await;
        database.restart();
        load.look_at_everything().await;
    }
    let shared = load.finish().await;
    println!("{name} was killed {} times; {}", form.database_kills, shared.tally);
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_with_a_killed_server_over_memory() {
    the_server_is_killed("memory", "memory:").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_with_a_killed_server_over_sqlite() {
    the_server_is_killed("SQLite", "sqlite:sessions.db").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_with_a_killed_server_over_redis() {
    let redis = Redis::start(&[]);
    the_server_is_killed("Redis", &Redis::url(&redis)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_with_a_killed_redis() {
    the_database_is_killed("Redis", Redis::start(&[])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_with_a_killed_server_over_postgresql() {
    let cluster = Cluster::start();
    the_server_is_killed("PostgreSQL", &cluster.url().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_with_a_killed_postgresql() {
    the_database_is_killed("PostgreSQL", Cluster::start()).await;
}
