//! A real Redis (or Valkey) for a test: on a free port of 127.0.0.1, in a temporary folder, behind a password, with every
//! write on the disk before it is answered. One per binary, started when first asked for; or one of a test's own.
//!
//! A small shell guards the server. It holds the other end of a pipe from the test process; when that closes, however the
//! process came to its end, the shell stops the server by its process id and removes the folder.

use std::{
    env, fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

const INSTALL: &str = "these tests need a real Redis. Install its server program (Debian: `apt-get install redis-server`, \
    macOS: `brew install redis`), or name `redis-server` or `valkey-server` in REDIS_SERVER";
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// Arguments: the folder, the program and its arguments. A server that ends by itself leaves the folder: for its log, and
/// to be started in again.
const GUARD: &str = r#"
folder=$1
shift
cd "$folder" || exit 1
exec 3<&0 </dev/null >>log 2>&1
"$@" 3<&- &
server=$!
echo "$server" >pid
( read -r _ <&3; : >stopping; kill -TERM "$server"; kill -CONT "$server" ) &
reader=$!
exec 3<&-
wait "$server"
if [ -e stopping ]; then cd / && rm -rf "$folder"; else kill "$reader"; exit 1; fi
"#;

/// A running server. Dropping it stops the server.
#[derive(Debug)]
pub(crate) struct Redis {
    folder: PathBuf,
    port: u16,
    password: String,
    arguments: Vec<String>,
    guard: Child,
}

impl Redis {
    /// Starts one with these arguments besides what every one has. Panics when there is none, or it does not start.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_behind(format!("{:016x}{:016x}", rand(), rand()), arguments)
    }

    fn start_behind(password: String, arguments: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("redis-").tempdir().unwrap().keep();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        loop {
            let port = free_port();
            match run(&folder, port, &password, &arguments) {
                Ok(guard) => return Self { folder, port, password, arguments, guard },
                // Somebody else took the port before the server could.
                Err(log) if log.contains("Address already in use") => {
                    fs::write(folder.join("log"), "").unwrap();
                }
                Err(log) => panic!("Redis did not start:\n{log}"),
            }
        }
    }

    /// One that is a cluster of its own, with all slots.
    pub(crate) fn start_cluster() -> Self {
        let redis = Self::start(&["--cluster-enabled", "yes", "--cluster-port", &free_port().to_string()]);
        let slots: Vec<String> = (0..16_384).map(|slot| slot.to_string()).collect();
        let slots: Vec<&str> = ["CLUSTER", "ADDSLOTS"].into_iter().chain(slots.iter().map(String::as_str)).collect();
        assert_eq!(redis.call(&slots), "+OK");
        redis.wait_for_cluster();
        redis
    }

    /// One more node of a cluster, without slots.
    pub(crate) fn join(&self) -> Self {
        let bus = free_port().to_string();
        let node = Self::start_behind(self.password.clone(), &["--cluster-enabled", "yes", "--cluster-port", &bus]);
        assert_eq!(self.call(&["CLUSTER", "MEET", "127.0.0.1", &node.port.to_string(), &bus]), "+OK");
        node.wait_for_cluster();
        node
    }

    fn wait_for_cluster(&self) {
        let deadline = Instant::now() + STARTS_WITHIN;
        while !self.call(&["CLUSTER", "INFO"]).contains("cluster_state:ok") {
            assert!(Instant::now() < deadline, "the cluster did not come up within {STARTS_WITHIN:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// `redis://:password@127.0.0.1:port`.
    pub(crate) fn url(&self) -> String {
        format!("redis://:{}@127.0.0.1:{}", self.password, self.port)
    }

    /// A command of plain words and its answer, as it comes: for small answers, and for what no client is needed.
    pub(crate) fn call(&self, words: &[&str]) -> String {
        ask(self.port, &self.password, words).unwrap()
    }

    /// Ends it as a crash would.
    pub(crate) fn crash(&mut self) {
        self.signal(Signal::KILL);
        // Waiting would close the pipe, which stands for the end of the tests.
        let pipe = self.guard.stdin.take();
        self.guard.wait().unwrap();
        drop(pipe);
    }

    /// Starts it again after a crash, at the same place.
    pub(crate) fn restart(&mut self) {
        self.guard = run(&self.folder, self.port, &self.password, &self.arguments).unwrap();
    }

    /// Its connections stay open, and nothing is answered: as when its machine is gone.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// It goes on.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = fs::read_to_string(self.folder.join("pid")).unwrap().trim().parse().unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("the Redis in {} was not waited for: {error}", self.folder.display());
        }
    }
}

/// The guard of a server that answers. The error is what it wrote.
fn run(folder: &Path, port: u16, password: &str, arguments: &[String]) -> Result<Child, String> {
    let port_text = port.to_string();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", GUARD, "guard"]).args([folder, &find_program()]);
    shell.args(["--port", &port_text, "--bind", "127.0.0.1", "--requirepass", password, "--save", ""]);
    shell.args(["--appendonly", "yes", "--appendfsync", "always"]).args(arguments);
    // A group of its own: Ctrl-C reaches the tests, and the closing pipe the server.
    shell.current_dir("/").process_group(0).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut guard = shell.spawn().unwrap();
    let deadline = Instant::now() + STARTS_WITHIN;
    // Only this server knows the password.
    while ask(port, password, &["PING"]).is_none_or(|answer| answer != "+PONG") {
        if guard.try_wait().unwrap().is_some() {
            return Err(fs::read_to_string(folder.join("log")).unwrap_or_default());
        }
        assert!(Instant::now() < deadline, "Redis did not answer within {STARTS_WITHIN:?}");
        thread::sleep(Duration::from_millis(10));
    }
    Ok(guard)
}

/// The answer up to where it pauses, without the one to the password.
fn ask(port: u16, password: &str, words: &[&str]) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut request = Vec::new();
    for words in [&["AUTH", password], words, &["QUIT"]] {
        write!(request, "*{}\r\n", words.len()).ok()?;
        for word in words {
            write!(request, "${}\r\n{word}\r\n", word.len()).ok()?;
        }
    }
    stream.write_all(&request).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    Some(answer.strip_prefix("+OK\r\n")?.strip_suffix("\r\n+OK\r\n")?.to_owned())
}

/// The one named by the environment, else the first on the search path.
fn find_program() -> PathBuf {
    if let Some(named) = env::var_os("REDIS_SERVER").map(PathBuf::from) {
        assert!(named.is_file(), "REDIS_SERVER is no file: {INSTALL}");
        return named;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from));
    let candidates = folders.flat_map(|folder| ["redis-server", "valkey-server"].map(|name| folder.join(name)));
    candidates.into_iter().find(|program| program.is_file()).unwrap_or_else(|| panic!("{INSTALL}"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn rand() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_ne_bytes(bytes)
}
