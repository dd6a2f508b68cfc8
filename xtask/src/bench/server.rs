//! A program under test as a child process, on a store of its own that is deleted afterwards.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::target::Target;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;

/// How long the server may take until it says that it accepts requests.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// How long it may take to end after SIGTERM; above its own deadline for what is in flight.
const STOP_TIMEOUT: Duration = Duration::from_mins(1);
/// How often the end is looked for.
const STOP_POLL: Duration = Duration::from_millis(5);
/// Lines of the server's log that a failure shows.
const LOG_LINES_SHOWN: usize = 20;

/// What runs as a server.
#[derive(Clone, Debug)]
pub enum Program {
    /// The product.
    Klingel(PathBuf),
    /// The least code that does the same durable work: `crates/store-sqlite/examples/least_code`.
    LeastCode(PathBuf),
}

/// A store's folder and the key to its server; deleted when it is dropped.
pub struct Home {
    folder: TempDir,
    key: Option<String>,
}

impl Home {
    /// An empty one below `parent`.
    pub fn new(parent: &Path) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("bench-")
            .tempdir_in(parent)
            .map_err(Failure::while_doing(format!("make a folder below {}", parent.display())))?;
        Ok(Self { folder, key: None })
    }

    /// The database file.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("k.sqlite")
    }
}

/// A running server. Dropped without [`Server::stop`] it is killed.
pub struct Server {
    child: Child,
    log: PathBuf,
    /// From the start of the process to its line that it accepts requests.
    pub started_in: Duration,
    pub target: Target,
    /// There until [`Server::stop`] gives it back; deleted last, after the process has ended.
    home: Option<Home>,
}

impl Server {
    /// Starts the program on this store, waits until it accepts requests, and makes a key if there is none.
    pub fn start(program: &Program, home: Home) -> Result<Self, Failure> {
        let store = format!("sqlite:{}", home.store().display());
        let log = home.folder.path().join("server.log");
        let log_file = fs::File::create(&log).map_err(Failure::while_doing("create the server's log"))?;
        let mut command = match program {
            Program::Klingel(binary) => {
                let mut command = Command::new(binary);
                command.args(["serve", "--listen", "127.0.0.1:0", "--allow-private-networks"]);
                command.args(["--store", &store]);
                command
            }
            Program::LeastCode(binary) => {
                let mut command = Command::new(binary);
                command.arg(home.store());
                command
            }
        };
        let stopwatch = Stopwatch::start();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log_file)
            .spawn()
            .map_err(Failure::while_doing(format!("start {program:?}")))?;
        // From here on the process is ours to end, whatever fails; the placeholders are filled in below.
        let unknown = Target::new("http://127.0.0.1:0", "")?;
        let key = home.key.clone();
        let mut server = Self { child, log, started_in: Duration::ZERO, target: unknown, home: Some(home) };
        let url = server.wait_until_ready()?;
        server.started_in = stopwatch.elapsed();
        let key = match (key, program) {
            (Some(key), _) => key,
            (None, Program::Klingel(binary)) => make_key(binary, &store)?,
            (None, Program::LeastCode(_)) => "none".to_owned(),
        };
        server.target = Target::new(&url, &key)?;
        if let Some(home) = &mut server.home {
            home.key = Some(key);
        }
        Ok(server)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks the server to end, checks that it does so in time and in order, and gives its store back.
    pub fn stop(mut self) -> Result<Home, Failure> {
        kill_process(self.rustix_pid()?, Signal::TERM)
            .map_err(Failure::while_doing("send SIGTERM to the server"))?;
        let stopwatch = Stopwatch::start();
        while stopwatch.elapsed() < STOP_TIMEOUT {
            let ended = self.child.try_wait().map_err(Failure::while_doing("wait for the server"))?;
            match ended {
                Some(status) if status.success() => {
                    return self.home.take().ok_or_else(|| Failure::new("the server has no store"));
                }
                Some(status) => {
                    return Err(Failure::new(format!(
                        "the server ended with {status} after SIGTERM{}",
                        self.log_tail()
                    )));
                }
                None => std::thread::sleep(STOP_POLL),
            }
        }
        let waited = STOP_TIMEOUT.as_secs();
        Err(Failure::new(format!(
            "the server had not ended {waited} s after SIGTERM; it is killed{}",
            self.log_tail()
        )))
    }

    fn rustix_pid(&self) -> Result<Pid, Failure> {
        let raw = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        raw.ok_or_else(|| Failure::new("the server has no usable process id"))
    }

    fn wait_until_ready(&mut self) -> Result<String, Failure> {
        let stdout =
            self.child.stdout.take().ok_or_else(|| Failure::new("the server's output is not connected"))?;
        let (found, ready) = mpsc::sync_channel(1);
        std::thread::spawn(move || watch_output(stdout, &found));
        match ready.recv_timeout(START_TIMEOUT) {
            Ok(url) => Ok(url),
            Err(RecvTimeoutError::Timeout) => Err(Failure::new(format!(
                "the server printed no line with http://127.0.0.1:PORT within {} s{}",
                START_TIMEOUT.as_secs(),
                self.log_tail()
            ))),
            Err(RecvTimeoutError::Disconnected) => {
                Err(Failure::new(format!("the server ended before it accepted requests{}", self.log_tail())))
            }
        }
    }

    fn log_tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let shown = lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n  ");
        if shown.is_empty() {
            "; its log is empty".to_owned()
        } else {
            format!("; its log ends with:\n  {shown}")
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if the process has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reports the first URL and reads on to the end, so that the server never blocks on a full pipe.
fn watch_output(stdout: ChildStdout, found: &mpsc::SyncSender<String>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        if let Some(url) = url_in(&line) {
            // Full after the first one; later lines are of no interest.
            let _ = found.try_send(url);
        }
    }
}

/// `http://127.0.0.1:PORT` in the line by which the server says that it accepts requests.
fn url_in(line: &str) -> Option<String> {
    const START: &str = "http://127.0.0.1:";
    let rest = &line[line.find(START)? + START.len()..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let port: u16 = rest[..digits].parse().ok()?;
    Some(format!("{START}{port}"))
}

fn make_key(binary: &Path, store: &str) -> Result<String, Failure> {
    let output = Command::new(binary)
        .args(["key", "create", "--environment", "bench", "--store", store])
        .stdin(Stdio::null())
        .output()
        .map_err(Failure::while_doing("start `klingel key create`"))?;
    let key = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() || key.is_empty() || key.contains(char::is_whitespace) {
        // Standard output is not shown: it may hold the key.
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Failure::new(format!(
            "`klingel key create` ended with {} and no key: {said}",
            output.status
        )));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_port_is_found_anywhere_in_the_line() {
        assert_eq!(
            url_in("accepting requests on http://127.0.0.1:4711/docs").as_deref(),
            Some("http://127.0.0.1:4711")
        );
        assert_eq!(url_in("http://127.0.0.1:80").as_deref(), Some("http://127.0.0.1:80"));
        assert_eq!(url_in("http://127.0.0.1:x"), None);
        assert_eq!(url_in("starting"), None);
    }

    /// A program that behaves as `klingel serve` and `klingel key create` do towards the bench.
    fn stand_in(folder: &Path, on_term: &str) -> Program {
        let path = folder.join("klingel");
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = key ]; then echo key_1; exit 0; fi\ntrap '{on_term}' TERM\n\
             echo 'a reason' >&2\necho 'listening on http://127.0.0.1:4711'\nwhile :; do read -r _ < \"$0.fifo\"; done\n"
        );
        fs::write(&path, script).expect("the folder is writable");
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&path, executable).expect("the file is ours");
        let made = Command::new("mkfifo").arg(folder.join("klingel.fifo")).status();
        assert!(made.expect("mkfifo is there").success());
        Program::Klingel(path)
    }

    #[test]
    fn a_server_is_started_asked_to_end_and_its_exit_code_is_judged() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let home = Home::new(folder.path()).expect("a folder can be made");
        let server = Server::start(&stand_in(folder.path(), "exit 0"), home).expect("the stand-in starts");
        assert_eq!(server.target, Target::new("http://127.0.0.1:4711", "key_1").expect("the URL is valid"));
        let home = server.stop().expect("exit code 0 is in order");
        assert_eq!(home.key.as_deref(), Some("key_1"), "the next start needs no new key");

        let folder = tempfile::tempdir().expect("a folder can be made");
        let home = Home::new(folder.path()).expect("a folder can be made");
        let server = Server::start(&stand_in(folder.path(), "exit 7"), home).expect("the stand-in starts");
        let failure = server.stop().err().expect("exit code 7 is not in order").to_string();
        assert!(failure.contains('7') && failure.contains("a reason"), "{failure}");
    }

    #[test]
    fn a_server_that_ends_at_once_is_reported() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let home = Home::new(folder.path()).expect("a folder can be made");
        let failure = Server::start(&Program::Klingel("/bin/false".into()), home)
            .err()
            .expect("it never listens")
            .to_string();
        assert!(failure.contains("ended before it accepted requests"), "{failure}");
    }
}
