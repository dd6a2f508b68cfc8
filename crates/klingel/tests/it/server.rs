//! A server under test: the real binary in a process of its own, its output caught.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::api::Api;

/// How long anything may take before the test is declared failed.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Asks again and again until there is an answer, for what can be seen from outside only by asking.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        let mut turns = tokio::time::interval(Duration::from_millis(20));
        loop {
            turns.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("never seen: {what}"))
}

/// The binary, without what the environment of whoever runs the tests might say to it.
pub fn klingel() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_klingel"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KLINGEL_") {
            command.env_remove(name);
        }
    }
    command.kill_on_drop(true);
    command
}

/// Runs a command to its end: exit code, standard output, standard error.
pub async fn run(arguments: &[&str]) -> (i32, String, String) {
    run_in(Path::new("."), arguments, &[]).await
}

/// As [`run`], in this folder and with these variables.
pub async fn run_in(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String, String) {
    let ended = klingel().args(arguments).envs(variables.iter().copied()).current_dir(folder).output();
    let ended =
        tokio::time::timeout(PATIENCE, ended).await.expect("the command ends").expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("its output is text");
    (ended.status.code().expect("it ends by itself"), text(ended.stdout), text(ended.stderr))
}

/// A folder with a store, in which servers are started one after the other.
pub struct House {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
    launcher: Vec<String>,
    served: PathBuf,
}

impl House {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let served = folder.path().join("k.sqlite");
        Self { folder, variables: Vec::new(), launcher: Vec::new(), served }
    }

    /// Servers are started by this shell script, which runs `exec "$0" "$@"` at its end. `$FOLDER` is the house's.
    pub fn launched_by(mut self, program: &[&str], script: &str) -> Self {
        let script = format!("{script} && exec \"$0\" \"$@\"");
        let words = program.iter().copied().chain(["sh", "-ec", &script]);
        self.launcher = words.map(str::to_owned).collect();
        self
    }

    /// Servers are started as the binary itself again.
    pub fn launched_plainly(&mut self) {
        self.launcher.clear();
    }

    /// Servers keep their store in this folder of the house, into which a launcher copies it.
    pub fn served_in(mut self, folder: &str) -> Self {
        self.served = self.folder.path().join(folder).join("k.sqlite");
        self
    }

    /// The house's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Every server here gets this variable.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Servers started from now on get this variable.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.variables.push((name, value.into()));
    }

    /// The setting `store`.
    pub fn store(&self) -> String {
        format!("sqlite:{}", self.store_path().display())
    }

    /// The store's file.
    pub fn store_path(&self) -> PathBuf {
        self.folder.path().join("k.sqlite")
    }

    /// A house with a copy of what lies in this one's store at this moment.
    pub fn copy(&self) -> Self {
        let copy = Self { variables: self.variables.clone(), ..Self::new() };
        for suffix in ["", "-wal", ".key"] {
            let name = format!("k.sqlite{suffix}");
            std::fs::copy(self.folder.path().join(&name), copy.folder.path().join(&name))
                .expect("the store's files can be read");
        }
        copy
    }

    /// Keeps everybody else from writing to the store, as another process in a long transaction does, until it is
    /// dropped.
    pub fn lock(&self) -> rusqlite::Connection {
        let other = rusqlite::Connection::open(self.store_path()).expect("the store exists");
        other.busy_timeout(PATIENCE).expect("a patience can be set");
        other.execute_batch("BEGIN IMMEDIATE").expect("its turn comes");
        other
    }

    /// Makes a key to the environment `test`.
    pub async fn key(&self, role: &str) -> String {
        let store = self.store();
        let arguments = ["key", "create", "--environment", "test", "--role", role, "--store", &store];
        let (code, key, errors) = run(&arguments).await;
        assert_eq!(code, 0, "{errors}");
        key.trim_end().to_owned()
    }

    fn launch(&self) -> Command {
        let mut command = klingel();
        if let Some((program, words)) = self.launcher.split_first() {
            let binary = command.as_std().get_program().to_owned();
            command = Command::new(program);
            command.args(words).arg(binary).env("FOLDER", self.folder()).kill_on_drop(true);
        }
        let store = format!("sqlite:{}", self.served.display());
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--allow-private-networks", "--store", &store])
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts a server that cannot start: exit code and what it says.
    pub async fn cannot_serve(&self) -> (Option<i32>, String) {
        let ended = tokio::time::timeout(PATIENCE, self.launch().output()).await.expect("it ends");
        let ended = ended.expect("the binary runs");
        (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
    }

    /// Starts a server on a free port and waits until it accepts requests.
    pub async fn serve(&self) -> Server {
        let mut child = self.launch().spawn().expect("the binary runs");
        let output = Output::default();
        let errors = output.collect(child.stderr.take().expect("it was piped"));
        let mut lines = BufReader::new(child.stdout.take().expect("it was piped"));
        let mut first = String::new();
        let reading = tokio::time::timeout(PATIENCE, lines.read_line(&mut first)).await;
        reading.expect("it says that it accepts requests").expect("its output can be read");
        let base = first.split_whitespace().find(|word| word.starts_with("http://"));
        let base = base.unwrap_or_else(|| panic!("{first:?}: {}", output.text())).to_owned();
        output.add(&mut first.clone().into_bytes());
        let rest = output.collect(lines);
        Server { child, base, first, output, readers: [errors, rest] }
    }
}

/// What a server wrote, both streams.
#[derive(Clone, Default)]
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    news: watch::Sender<()>,
}

impl Output {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().expect("nothing panics under it")).into_owned()
    }

    fn add(&self, bytes: &mut Vec<u8>) {
        self.bytes.lock().expect("nothing panics under it").append(bytes);
        self.news.send_replace(());
    }

    fn collect(&self, mut source: impl AsyncRead + Unpin + Send + 'static) -> JoinHandle<()> {
        let output = self.clone();
        tokio::spawn(async move {
            let mut bytes = Vec::new();
            while source.read_buf(&mut bytes).await.is_ok_and(|count| count > 0) {
                output.add(&mut bytes);
            }
        })
    }
}

/// A running server. It is killed when it is dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    /// The line with which it began.
    pub first: String,
    output: Output,
    readers: [JoinHandle<()>; 2],
}

impl Server {
    /// A connection to it, for what no client would send.
    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.base.trim_start_matches("http://")).await.expect("it listens")
    }

    /// Waits until its output holds this text.
    pub async fn wrote(&self, wanted: &str) {
        let mut news = self.output.news.subscribe();
        let waiting = news.wait_for(|()| self.output.text().contains(wanted));
        tokio::time::timeout(PATIENCE, waiting).await.expect("it writes that").expect("it is read");
    }

    /// Waits until its output holds this text so many times.
    pub async fn wrote_times(&self, wanted: &str, times: usize) {
        let mut news = self.output.news.subscribe();
        let waiting = news.wait_for(|()| self.output.text().matches(wanted).count() >= times);
        tokio::time::timeout(PATIENCE, waiting).await.expect("it writes that").expect("it is read");
    }

    /// A file below `/proc` that is about it; `root` is the file system as it sees it.
    pub fn proc(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.child.id().expect("it runs")))
    }

    /// The most memory that it has held so far, in KiB.
    pub fn memory_peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(self.proc("status")).expect("the system tells");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it has a peak");
        line.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
    }

    /// A caller of its API.
    pub fn api(&self, key: &str) -> Api {
        Api::new(&self.base, key)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        kill_process(id.expect("it runs"), signal).expect("it can be signalled");
    }

    /// Cuts its life short, as a power cut does for a process: no handler runs.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Waits until it has ended by itself: how, and everything it wrote.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = status.expect("it ends in time").expect("its end can be waited for");
        for reader in self.readers {
            reader.await.expect("reading does not panic");
        }
        (status, self.output.text())
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(self) -> String {
        self.signal(Signal::TERM);
        let (status, output) = self.ended().await;
        assert!(status.success(), "{status}: {output}");
        output
    }
}
