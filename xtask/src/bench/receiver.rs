//! The customers' side: a server that treats each delivery in its endpoint's manner and notes when which message came.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::arrivals::Arrivals;
use super::manner::{Manner, Manners};
use super::message;
use super::wire::Connection;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const FAILED: &[u8] = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
/// How long a slow endpoint takes.
const SLOW: Duration = Duration::from_secs(1);
/// Pause after a failed accept (open files used up), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);
/// The discard service's port (RFC 863): nobody listens there on a machine of this century.
const REFUSING_PORT: u16 = 9;

/// A running receiver; it ends when it is dropped.
pub struct Receiver {
    port: u16,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    applications: usize,
    manners: Manners,
    arrivals: Mutex<Arrivals>,
    stopwatch: Stopwatch,
}

impl Receiver {
    /// Listens on a free port of the loopback address for all endpoints of these applications.
    pub async fn start(applications: usize, manners: Manners, stopwatch: Stopwatch) -> Result<Self, Failure> {
        let doing = "open a port for the receiver";
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Failure::while_doing(doing))?;
        let port = listener.local_addr().map_err(Failure::while_doing(doing))?.port();
        let arrivals = Mutex::new(Arrivals::new(manners.good));
        let shared = Arc::new(Shared { applications, manners, arrivals, stopwatch });
        let serving = Arc::clone(&shared);
        let accepting = tokio::spawn(async move {
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, Arc::clone(&serving)));
                } else {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        });
        Ok(Self { port, shared, accepting })
    }

    /// The URLs of an application's endpoints.
    pub fn urls(&self, application: usize) -> Vec<String> {
        let url = |endpoint| {
            let refuses = self.shared.manners.of(endpoint) == Some(Manner::Refusing);
            let port = if refuses { REFUSING_PORT } else { self.port };
            format!("http://127.0.0.1:{port}/e/{application}/{endpoint}")
        };
        (0..self.shared.manners.endpoints()).map(url).collect()
    }

    /// An URL where nobody listens.
    pub fn dead_url() -> String {
        format!("http://127.0.0.1:{REFUSING_PORT}/dead")
    }

    /// What has come in so far.
    pub fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        self.shared.arrivals()
    }

    /// Forgets what has come in: message numbers begin anew.
    pub fn forget(&self) {
        *self.arrivals() = Arrivals::new(self.shared.manners.good);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a delivery; the manner in which it is answered.
    fn take(&self, head: &[u8], body: &[u8]) -> Manner {
        let at_ns = self.stopwatch.elapsed_ns();
        let (place, message) = (place_in(head), message::index_in(body));
        let (Some((application, endpoint)), Some(message)) = (place, message) else {
            self.arrivals().foreign += 1;
            return Manner::Good;
        };
        let belongs = usize::try_from(message).is_ok_and(|m| m % self.applications == application);
        match self.manners.of(endpoint).filter(|_| belongs) {
            Some(Manner::Good) => self.arrivals().note(endpoint, message, at_ns),
            Some(manner) => return manner,
            None => self.arrivals().foreign += 1,
        }
        Manner::Good
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Without it the kernel may hold the small answer back, and the server would wait for it.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let mut connection = Connection::new(stream);
    // A broken connection is the server's to notice: it tries again, and a message that never comes counts as lost.
    while let Ok(true) = connection.read_message().await {
        let answer = match shared.take(connection.head(), connection.body()) {
            Manner::Good | Manner::Refusing => GOOD,
            Manner::Slow => {
                tokio::time::sleep(SLOW).await;
                GOOD
            }
            Manner::Failing => FAILED,
            // The next read ends when the server has had enough and closes.
            Manner::Hanging => continue,
        };
        if connection.write(answer).await.is_err() {
            return;
        }
    }
}

/// The numbers of application and endpoint in `POST /e/2/3 HTTP/1.1`.
fn place_in(head: &[u8]) -> Option<(usize, usize)> {
    let path = head.split(|byte| *byte == b' ').nth(1)?;
    let numbers = std::str::from_utf8(path.strip_prefix(b"/e/")?).ok()?;
    let (application, endpoint) = numbers.split_once('/')?;
    Some((application.parse().ok()?, endpoint.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn post(port: u16, path: &str, answer: &[u8]) {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the receiver listens");
        let body = b"{\"bench_seq\":1000000007}";
        let request = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
        for piece in request.as_bytes().chunks(7).chain(body.chunks(5)) {
            stream.write_all(piece).await.expect("the receiver reads");
            tokio::task::yield_now().await;
        }
        let mut answered = vec![0; answer.len()];
        stream.read_exact(&mut answered).await.expect("the receiver answers");
        assert_eq!(answered, answer);
    }

    #[tokio::test]
    async fn a_delivery_in_pieces_is_answered_once_and_noted_once() {
        let manners = Manners { failing: 1, ..Manners::all_good(1) };
        let receiver = Receiver::start(2, manners, Stopwatch::start()).await.expect("a port is free");
        post(receiver.port, "/e/1/0", GOOD).await;
        post(receiver.port, "/e/1/1", FAILED).await;
        post(receiver.port, "/e/0/0", GOOD).await;
        let arrivals = receiver.arrivals();
        assert_eq!(arrivals.first.iter().map(|arrival| arrival.message).collect::<Vec<_>>(), [7]);
        assert_eq!((arrivals.foreign, arrivals.duplicates), (1, 0), "message 7 is of application 1");
    }
}
