//! The real server binary: started, killed and started again on the same files.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use session_keepalive_server::targets::sample;
use tempfile::TempDir;

use super::http::Browser;

/// Where browsers find it, whatever port it listens on: tickets are sealed for this origin.
pub(crate) const ORIGIN: &str = "http://localhost:4780";
const WITHIN: Duration = Duration::from_secs(30);

/// The server's files, its process and all that its processes have printed.
pub(crate) struct Process {
    pub(crate) folder: TempDir,
    listen: String,
    public_origin: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    child: Option<Child>,
    logs: Vec<PathBuf>,
    address: String,
}

/// The binary, with nothing of this process's own settings.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_session-keepalive-server"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// Asks again and again, until `condition` answers.
pub(crate) fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + WITHIN;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within {WITHIN:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Process {
    /// With the sample database as `sqlite:sample.db`, and `arguments` besides.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::with_environment(arguments, &[])
    }

    pub(crate) fn with_environment(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_as("127.0.0.1:0", ORIGIN, arguments, environment)
    }

    /// At one address, also when it is started again, and found by browsers at `public_origin`.
    pub(crate) fn start_as(
        listen: &str,
        public_origin: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("files")).unwrap();
        sample::write(&folder.path().join("files/sample.db")).unwrap();
        let owned = |text: &&str| (*text).to_owned();
        let mut process = Self {
            folder,
            listen: listen.to_owned(),
            public_origin: public_origin.to_owned(),
            arguments: arguments.iter().map(owned).collect(),
            environment: environment.iter().map(|(name, value)| (owned(name), owned(value))).collect(),
            child: None,
            logs: Vec::new(),
            address: String::new(),
        };
        process.start_again();
        process
    }

    /// Starts it, and waits until it serves.
    pub(crate) fn start_again(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let log = self.folder.path().join(format!("log-{}", self.logs.len()));
        let output = File::create(&log).unwrap();
        let mut command = command(self.folder.path());
        command
            .args(["--listen", &self.listen, "--public-origin", &self.public_origin, "--log", "json"])
            .args(["--files-root", "files", "--allow-target", "sqlite:"])
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdout(output.try_clone().unwrap())
            .stderr(output);
        self.child = Some(command.spawn().unwrap());
        self.logs.push(log);
        self.address = until("the server says where it serves", || {
            let log = self.last_log();
            assert!(self.has_ended().is_none(), "it ended at its start:\n{log}");
            let line = log.lines().find(|line| line.contains("\"serving\""))?;
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            line["address"].as_str().map(str::to_owned)
        });
    }

    /// A browser that reaches it now. After a restart: [`Process::follow`].
    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.origin())
    }

    /// `browser` with its cookies, at the port that the server has now.
    pub(crate) fn follow(&self, browser: &Browser) -> Browser {
        let mut here = self.browser();
        here.cookies = browser.cookies.clone();
        here
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn kill_and_start_again(&mut self) {
        self.kill();
        self.start_again();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let child = self.child.as_ref().unwrap();
        let id = rustix::process::Pid::from_child(child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// Its exit status, once it has ended.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().unwrap().try_wait().unwrap()
    }

    /// Waits for it to end by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let status = until("the server ends", || self.has_ended());
        self.child = None;
        status
    }

    pub(crate) fn last_log(&self) -> String {
        self.logs.last().map(|log| fs::read_to_string(log).unwrap()).unwrap_or_default()
    }

    /// All that its processes have printed.
    pub(crate) fn log(&self) -> String {
        self.logs.iter().map(|log| fs::read_to_string(log).unwrap()).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself meanwhile.
            drop(child.kill());
            drop(child.wait());
        }
    }
}
