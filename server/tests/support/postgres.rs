//! A real PostgreSQL for a test binary: a throwaway cluster on a free port of 127.0.0.1, in a temporary folder, where
//! every password is checked (SCRAM). One per binary, started when first asked for.
//!
//! A small shell guards the server. It holds the other end of a pipe from the test process; when that closes, however the
//! process came to its end, the shell stops the server by its process id and removes the folder.

use std::{
    env,
    fs::{self, File},
    io::Read,
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::{Client, Config, NoTls};

const INSTALL: &str = "these tests need a real PostgreSQL. Install its server programs (Debian: `apt-get install \
    postgresql`, macOS: `brew install postgresql`), or name the folder of `initdb` and `postgres` in POSTGRES_BIN";
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// The cluster's superuser.
const ADMIN: &str = "cluster_admin";
/// Arguments: the folder, the programs' folder, the port, the superuser. SIGINT is PostgreSQL's fast shutdown, sent until it
/// is heard: at first a server started in the background ignores it. What fails by itself leaves the folder, for its log.
const GUARD: &str = r#"
folder=$1 programs=$2 port=$3 admin=$4
cd "$folder" || exit 1
exec 3<&0 </dev/null >>log 2>&1
if [ -e password ]; then
    "$programs/initdb" -D data -U "$admin" --pwfile=password -A scram-sha-256 -E UTF8 --locale=C --no-sync 3<&- || exit 1
    rm -f password
fi
"$programs/postgres" -D data -F -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c shared_buffers=16MB -c logging_collector=off -c lc_messages=C 3<&- &
server=$!
( read -r _ <&3; : >stopping; while kill -INT "$server"; do sleep 1; done ) &
reader=$!
exec 3<&-
wait "$server"
if [ -e stopping ]; then cd / && rm -rf "$folder"; else kill "$reader"; exit 1; fi
"#;

/// A running cluster. Dropping it stops the server.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    port: u16,
    admin_password: String,
    /// Whom it runs as, if not as ourselves.
    account: Option<(u32, u32)>,
    guard: Child,
    /// Closing it makes the guard stop the server.
    pipe: Option<ChildStdin>,
}

/// Somebody who may sign in, and a database of theirs.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) database: String,
    pub(crate) port: u16,
}

/// This test binary's cluster. Panics when PostgreSQL is not installed or does not start.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

impl Cluster {
    /// Starts another cluster, for a test that needs it gone before the process ends.
    pub(crate) fn start() -> Self {
        let programs = find_programs();
        let deadline = Instant::now() + STARTS_WITHIN;
        loop {
            match Self::try_start(&programs, deadline) {
                Ok(cluster) => return cluster,
                // Somebody else took the port before the server could.
                Err(log) if log.contains("Address already in use") => {}
                Err(log) => panic!("PostgreSQL did not start:\n{log}"),
            }
        }
    }

    /// The error is what the programs wrote.
    fn try_start(programs: &Path, deadline: Instant) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir().unwrap();
        let (port, admin_password) = (free_port(), random());
        fs::write(folder.path().join("password"), &admin_password).unwrap();
        let account = unprivileged_account(folder.path());
        if let Some((user, group)) = account {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let (guard, pipe) = run(folder.path(), programs, port, account, deadline)?;
        Ok(Self { folder: folder.keep(), port, admin_password, account, guard, pipe: Some(pipe) })
    }

    /// Ends the server and all its processes as a crash would.
    pub(crate) fn crash(&mut self) {
        let children = self.signal(Signal::KILL);
        self.guard.wait().unwrap();
        drop(self.pipe.take());
        // A process that is still being ended may hold the port.
        let deadline = Instant::now() + STARTS_WITHIN;
        while children.iter().any(|child| is_running(*child)) {
            assert!(Instant::now() < deadline, "PostgreSQL's processes do not end");
            thread::sleep(Duration::from_millis(1));
        }
        // Nobody is left whom it could name, and it would say "ready" of the next one.
        fs::remove_file(self.folder.join("data/postmaster.pid")).unwrap();
    }

    /// Starts it again after a crash, at the same place.
    pub(crate) fn restart(&mut self) {
        let (guard, pipe) =
            run(&self.folder, &find_programs(), self.port, self.account, Instant::now() + STARTS_WITHIN).unwrap();
        (self.guard, self.pipe) = (guard, Some(pipe));
    }

    /// Its connections stay open, and nothing is answered: as when its machine is gone.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// It goes on.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// To the server and all its processes, each of which leads a group of its own; answers which these are.
    fn signal(&self, signal: Signal) -> Vec<Pid> {
        let status = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let server = pid(status.lines().next().unwrap());
        // So that it starts no more of them meanwhile.
        kill_process(server, Signal::STOP).unwrap();
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", server.as_raw_pid())).unwrap();
        let children: Vec<Pid> = children.split_whitespace().map(pid).collect();
        for child in &children {
            // One may have ended by itself.
            let _ = kill_process(*child, signal);
        }
        kill_process(server, signal).unwrap();
        children
    }

    /// Where it listens, on 127.0.0.1.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A superuser's connection.
    pub(crate) async fn admin(&self, database: &str) -> Client {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user(ADMIN).password(&self.admin_password).dbname(database);
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Makes a role with a password, and a database that it owns.
    pub(crate) async fn login(&self) -> Login {
        let name = random();
        let (user, database) = (format!("person_{name}"), format!("base_{name}"));
        let login = Login { user, password: random(), database, port: self.port };
        let admin = self.admin("postgres").await;
        let Login { user, password, database, .. } = &login;
        admin.batch_execute(&format!("CREATE ROLE {user} LOGIN PASSWORD '{password}'")).await.unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {database} OWNER {user}")).await.unwrap();
        login
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.pipe.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("the PostgreSQL in {} was not waited for: {error}", self.folder.display());
        }
    }
}

impl Login {
    /// `postgres://user:password@127.0.0.1:port/database`.
    pub(crate) fn connection_string(&self) -> String {
        let Self { user, password, database, port } = self;
        format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}")
    }
}

/// The folder named by the environment, those of the search path, and where Debian, Red Hat and Homebrew put them.
fn find_programs() -> PathBuf {
    let complete = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    if let Some(named) = env::var_os("POSTGRES_BIN").map(PathBuf::from) {
        assert!(complete(&named), "POSTGRES_BIN has no `initdb` and `postgres`: {INSTALL}");
        return named;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut candidates: Vec<PathBuf> = env::split_paths(&path).collect();
    for (parent, programs) in [("/usr/lib/postgresql", "bin"), ("/opt/homebrew/opt", "bin"), ("/usr/local/opt", "bin")]
    {
        let mut versions: Vec<PathBuf> =
            fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        versions.sort();
        candidates.extend(versions.into_iter().rev().map(|version| version.join(programs)));
    }
    candidates.push("/usr/pgsql/bin".into());
    candidates.into_iter().find(complete).unwrap_or_else(|| panic!("{INSTALL}"))
}

/// PostgreSQL refuses to run as root: then somebody else's user and group, else none.
fn unprivileged_account(own: &Path) -> Option<(u32, u32)> {
    if fs::metadata(own).unwrap().uid() != 0 {
        return None;
    }
    let id = |flag: &str, name: &str| -> Option<u32> {
        let output = Command::new("id").args([flag, name]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let account = ["postgres", "nobody"].into_iter().find_map(|name| Some((id("-u", name)?, id("-g", name)?)));
    assert!(account.is_some(), "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`");
    account
}

fn pid(text: &str) -> Pid {
    Pid::from_raw(text.trim().parse().unwrap()).unwrap()
}

/// Not so, when only its parent has not heard of its end.
fn is_running(process: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_pid())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

/// The guard of a server that takes connections, and its pipe. The error is what the programs wrote.
fn run(
    folder: &Path,
    programs: &Path,
    port: u16,
    account: Option<(u32, u32)>,
    deadline: Instant,
) -> Result<(Child, ChildStdin), String> {
    let mut shell = Command::new("/bin/sh");
    if let Some((user, group)) = account {
        shell.uid(user).gid(group);
    }
    shell.args(["-c", GUARD, "guard"]).args([folder, programs]).args([&port.to_string(), ADMIN]);
    // A group of its own: Ctrl-C reaches the tests, and the closing pipe the server.
    shell.current_dir("/").process_group(0).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut guard = shell.spawn().unwrap();
    let pipe = guard.stdin.take().unwrap();
    match is_ready(&mut guard, folder, deadline) {
        true => Ok((guard, pipe)),
        false => Err(fs::read_to_string(folder.join("log")).unwrap_or_default()),
    }
}

/// Waits until the server says that it takes connections; false when it ended instead.
fn is_ready(guard: &mut Child, folder: &Path, deadline: Instant) -> bool {
    loop {
        // The eighth line of this file is the server's status.
        let status = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
        if status.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return true;
        }
        if guard.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(Instant::now() < deadline, "PostgreSQL was not ready within {STARTS_WITHIN:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn random() -> String {
    let mut bytes = [0; 12];
    File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
