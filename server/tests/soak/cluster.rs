//! Three instances on one Redis behind the example's HAProxy, killed and started in turn under load. Nobody sees a 401, and
//! what ended at one instance has ended at the others at once: [`super::person`] asks each of them.

use std::{
    env,
    fs::{self, File},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustix::process::Signal;

use super::{
    form::{form, lasting_port},
    load::Load,
    process::{Process, until},
    redis::Redis,
};

const INSTALL: &str = "this test needs HAProxy. Install it (Debian: `apt-get install haproxy`, macOS: `brew install haproxy`), \
    or name the program in HAPROXY";
const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cluster/haproxy.cfg");

/// It ends with the test.
struct Proxy(Child);

impl Proxy {
    fn start(folder: &Path, address: &str, instances: &[String; 3]) -> Self {
        let log = folder.join("haproxy.log");
        let output = File::create(&log).unwrap();
        let [one, two, three] = instances;
        let mut child = Command::new(find_program())
            .args(["-db", "-f", CONFIGURATION])
            .env("CLUSTER_BIND", address)
            .env("CLUSTER_HOST", address)
            .envs([("CLUSTER_ONE", one), ("CLUSTER_TWO", two), ("CLUSTER_THREE", three)])
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        until("HAProxy listens", || {
            assert!(child.try_wait().unwrap().is_none(), "{}", fs::read_to_string(&log).unwrap());
            TcpStream::connect(address).ok()
        });
        Self(child)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn find_program() -> PathBuf {
    if let Some(named) = env::var_os("HAPROXY").map(PathBuf::from) {
        assert!(named.is_file(), "HAPROXY is no file: {INSTALL}");
        return named;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    // Debian keeps it where only root's search path leads.
    let folders =
        env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"].map(PathBuf::from));
    folders
        .map(|folder| folder.join("haproxy"))
        .find(|program| program.is_file())
        .unwrap_or_else(|| panic!("{INSTALL}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_behind_a_proxy_come_and_go_and_nobody_sees_a_401() {
    let form = form();
    println!("cluster: seed {}", form.seed);
    let redis = Redis::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("ticket-keys");
    let mut key = [0; 32];
    getrandom::fill(&mut key).unwrap();
    fs::write(&keys, BASE64_STANDARD.encode(key)).unwrap();

    let address = format!("127.0.0.1:{}", lasting_port());
    let origin = format!("https://{address}");
    let url = redis.url();
    let arguments = ["--demo", "--store", &url, "--ticket-keys", keys.to_str().unwrap(), "--trust-proxy", "127.0.0.1"];
    let mut instances =
        [(); 3].map(|()| Process::start_as(&format!("127.0.0.1:{}", lasting_port()), &origin, &arguments, &[]));
    let _proxy = Proxy::start(folder.path(), &address, &instances.each_ref().map(|one| one.address().to_owned()));

    let folders = instances.each_ref().map(|one| one.folder.path());
    let origins = instances.each_ref().map(Process::origin).to_vec();
    // The proxy speaks https to browsers; the test leaves that out.
    let mut load = Load::start(format!("http://{address}"), form.seed, false, origins, &folders);
    let started = Instant::now();
    let mut turns = 0;
    while started.elapsed() < form.in_turn {
        let instance = &mut instances[turns % 3];
        load.work(20).await;
        if turns % 2 == 0 {
            instance.kill();
        } else {
            instance.signal(Signal::TERM);
            assert_eq!(instance.wait().code(), Some(0), "{}", instance.last_log());
        }
        load.work(20).await;
        instance.start_again();
        load.look_at_everything().await;
        turns += 1;
    }
    let shared = load.finish().await;
    assert!(turns >= 3, "{turns} turns");
    println!("cluster: {turns} times an instance was ended and started; {}", shared.tally);
}
