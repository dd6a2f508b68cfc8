//! The customer's side: a server that answers every delivery with an empty 200 and notes when which message came.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::message;
use super::wire::Connection;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
/// Pause after a failed accept (open files used up), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// The first arrival of a message at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub message: u64,
    /// On the run's stopwatch.
    pub at_ns: u64,
}

/// What has come in so far.
#[derive(Default)]
pub struct Arrivals {
    /// Per endpoint: one bit per message.
    seen: Vec<Vec<u64>>,
    /// First arrivals in their order; at most messages times endpoints of them.
    pub first: Vec<Arrival>,
    /// Deliveries of a message that an endpoint had already.
    pub duplicates: u64,
    /// Requests that no endpoint of this run should get.
    pub foreign: u64,
}

impl Arrivals {
    fn note(&mut self, endpoint: usize, message: u64, at_ns: u64) {
        let Some(seen) = self.seen.get_mut(endpoint) else {
            self.foreign += 1;
            return;
        };
        let word = usize::try_from(message / 64).expect("messages are bounded by MESSAGES_MAX");
        if seen.len() <= word {
            seen.resize(word + 1, 0);
        }
        let bit = 1 << (message % 64);
        if seen[word] & bit != 0 {
            self.duplicates += 1;
            return;
        }
        seen[word] |= bit;
        self.first.push(Arrival { message, at_ns });
    }

    /// How many endpoints have this message.
    pub fn endpoints_with(&self, message: u64) -> usize {
        let word = usize::try_from(message / 64).expect("messages are bounded by MESSAGES_MAX");
        self.seen
            .iter()
            .filter(|seen| seen.get(word).is_some_and(|bits| bits & (1 << (message % 64)) != 0))
            .count()
    }
}

/// A running receiver; it ends when it is dropped.
pub struct Receiver {
    port: u16,
    endpoints: usize,
    arrivals: Arc<Mutex<Arrivals>>,
    accepting: JoinHandle<()>,
}

impl Receiver {
    /// Listens on a free port of the loopback address.
    pub async fn start(endpoints: usize, stopwatch: Stopwatch) -> Result<Self, Failure> {
        let doing = "open a port for the receiver";
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Failure::while_doing(doing))?;
        let port = listener.local_addr().map_err(Failure::while_doing(doing))?.port();
        let arrivals =
            Arc::new(Mutex::new(Arrivals { seen: vec![Vec::new(); endpoints], ..Arrivals::default() }));
        let shared = Arc::clone(&arrivals);
        let accepting = tokio::spawn(async move {
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, Arc::clone(&shared), stopwatch));
                } else {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        });
        Ok(Self { port, endpoints, arrivals, accepting })
    }

    /// One URL per endpoint.
    pub fn urls(&self) -> Vec<String> {
        (0..self.endpoints).map(|endpoint| format!("http://127.0.0.1:{}/e/{endpoint}", self.port)).collect()
    }

    /// What has come in so far.
    pub fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(stream: TcpStream, arrivals: Arc<Mutex<Arrivals>>, stopwatch: Stopwatch) {
    // Without it the kernel may hold the small answer back, and the server would wait for it.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let mut connection = Connection::new(stream);
    // A broken connection is the server's to notice: it tries again, and a message that never comes counts as lost.
    while let Ok(true) = connection.read_message().await {
        let at_ns = stopwatch.elapsed_ns();
        let endpoint = endpoint_in(connection.head());
        let index = message::index_in(connection.body());
        {
            let mut arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
            match (endpoint, index) {
                (Some(endpoint), Some(index)) => arrivals.note(endpoint, index, at_ns),
                _ => arrivals.foreign += 1,
            }
        }
        if connection.write(ANSWER).await.is_err() {
            return;
        }
    }
}

/// The endpoint's number in `POST /e/3 HTTP/1.1`.
fn endpoint_in(head: &[u8]) -> Option<usize> {
    let path = head.split(|byte| *byte == b' ').nth(1)?;
    std::str::from_utf8(path.strip_prefix(b"/e/")?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[test]
    fn arrivals_tell_first_from_second_by_endpoint() {
        let mut arrivals = Arrivals { seen: vec![Vec::new(); 2], ..Arrivals::default() };
        arrivals.note(0, 70, 5);
        arrivals.note(1, 70, 6);
        arrivals.note(0, 70, 7);
        arrivals.note(2, 70, 8);
        assert_eq!(arrivals.first, [Arrival { message: 70, at_ns: 5 }, Arrival { message: 70, at_ns: 6 }]);
        assert_eq!((arrivals.duplicates, arrivals.foreign), (1, 1));
        assert_eq!((arrivals.endpoints_with(70), arrivals.endpoints_with(6)), (2, 0));
    }

    #[tokio::test]
    async fn a_delivery_in_pieces_is_answered_once_and_noted_once() {
        let receiver = Receiver::start(1, Stopwatch::start()).await.expect("a port is free");
        let mut stream =
            TcpStream::connect(("127.0.0.1", receiver.port)).await.expect("the receiver listens");
        let body = b"{\"bench_seq\":1000000007}";
        let request = format!("POST /e/0 HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
        for piece in request.as_bytes().chunks(7).chain(body.chunks(5)) {
            stream.write_all(piece).await.expect("the receiver reads");
            tokio::task::yield_now().await;
        }
        let mut answer = vec![0; ANSWER.len()];
        stream.read_exact(&mut answer).await.expect("the receiver answers");
        assert_eq!(answer, ANSWER);
        let arrivals = receiver.arrivals();
        assert_eq!(arrivals.first.iter().map(|arrival| arrival.message).collect::<Vec<_>>(), [7]);
    }
}
