//! Receivers that misbehave, each in one way.

mod deaf;
mod victim;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use deaf::DeafReceiver;
use victim::Victim;

/// How to misbehave, once a request has arrived.
#[derive(Debug, Clone)]
pub enum Hostile {
    /// One header line after another, without end.
    EndlessHeaders,
    /// One header line that never ends.
    EndlessHeaderLine,
    /// Many short header lines, then a proper end.
    HeaderLines(usize),
    /// `102 Processing` again and again.
    InterimStorm,
    /// A chunked body without end.
    EndlessBody,
    /// A body of this announced length, all of it sent.
    HugeBody(u64),
    /// A chunked body of one-byte chunks without end.
    CrumbledBody,
    /// A gzip body of 15 kB that would expand to 2.3 MB.
    GzipBomb,
    /// Exactly these bytes as the body.
    Body(Vec<u8>),
    /// Exactly these bytes instead of an answer, then a closed connection.
    Raw(Vec<u8>),
    /// Half of the announced body, then the end of what this side sends.
    HalfClosed,
    /// Half of the announced body, then a reset.
    ResetMidBody,
    /// A reset instead of an answer.
    Reset,
    /// The connection is closed without an answer.
    Close,
    /// The connection is closed as soon as it is there, before anything is read.
    CloseAtOnce,
    /// Exactly these bytes, one by one with a pause before each.
    Trickle(Vec<u8>, Duration),
    /// No answer, and the connection stays open.
    Silent,
    /// Status line and one header, and nothing more.
    SilentInHeaders,
    /// Status and headers and some of the body, and nothing more.
    SilentInBody,
    /// A redirect to this place.
    Redirect(String),
    /// The request is not even read; the answer comes before it.
    AnswerEarly,
}

/// A running one. It stops when it is dropped.
pub struct HostileReceiver {
    address: SocketAddr,
    counts: Arc<Counts>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Counts {
    connections: AtomicU64,
    sent_bytes: AtomicU64,
}

impl HostileReceiver {
    /// Starts one on a free port of 127.0.0.1, in the caller's runtime.
    pub async fn start(kind: Hostile) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback port can be bound");
        let address = listener.local_addr().expect("a bound listener has an address");
        let counts = Arc::new(Counts::default());
        let accepting = tokio::spawn(accept(listener, Arc::new(kind), Arc::clone(&counts)));
        Self { address, counts, accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT` and this path, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Connections that were opened since the start.
    pub fn connections(&self) -> u64 {
        self.counts.connections.load(Ordering::Relaxed)
    }

    /// Bytes that the other side, or the buffers on the way to it, took from this one.
    pub fn sent_bytes(&self) -> u64 {
        self.counts.sent_bytes.load(Ordering::Relaxed)
    }
}

impl Drop for HostileReceiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, kind: Arc<Hostile>, counts: Arc<Counts>) {
    while let Ok((stream, _)) = listener.accept().await {
        counts.connections.fetch_add(1, Ordering::Relaxed);
        let mut victim = Victim::new(stream, Arc::clone(&counts));
        let kind = Arc::clone(&kind);
        // The other side may leave at any time; that is what it is meant to do.
        tokio::spawn(async move { victim.mistreat(&kind).await.unwrap_or_default() });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::{Hostile, HostileReceiver};

    async fn connect(receiver: &HostileReceiver) -> TcpStream {
        let mut stream = TcpStream::connect(receiver.address()).await.unwrap();
        stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
        stream
    }

    #[tokio::test]
    async fn raw_bytes_come_as_they_are_and_are_counted() {
        let receiver = HostileReceiver::start(Hostile::Raw(b"not http".to_vec())).await;
        let mut answer = Vec::new();
        connect(&receiver).await.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"not http");
        assert_eq!((receiver.connections(), receiver.sent_bytes()), (1, 8));
    }

    #[tokio::test]
    async fn endless_ones_stop_when_the_other_side_leaves() {
        let receiver = HostileReceiver::start(Hostile::EndlessBody).await;
        let mut stream = connect(&receiver).await;
        let mut begin = vec![0; 64 * 1024];
        stream.read_exact(&mut begin).await.unwrap();
        assert!(begin.starts_with(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4000\r\nzzz"));
    }

    #[tokio::test]
    async fn a_trickle_comes_byte_by_byte() {
        let receiver =
            HostileReceiver::start(Hostile::Trickle(b"abc".to_vec(), Duration::from_millis(1))).await;
        let mut stream = connect(&receiver).await;
        let mut byte = [0];
        for expected in b"abc" {
            stream.read_exact(&mut byte).await.unwrap();
            assert_eq!(byte[0], *expected);
        }
    }

    #[tokio::test]
    async fn closing_at_once_reads_nothing() {
        let receiver = HostileReceiver::start(Hostile::CloseAtOnce).await;
        let mut stream = TcpStream::connect(receiver.address()).await.unwrap();
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_reset_is_one() {
        let receiver = HostileReceiver::start(Hostile::Reset).await;
        let error = connect(&receiver).await.read(&mut [0; 8]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
}
