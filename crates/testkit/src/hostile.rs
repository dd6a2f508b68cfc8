//! Receivers that misbehave, each in one way.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::deflate;

/// Bytes of a request that are read before the misbehaviour begins.
const REQUEST_BYTES_MAX: usize = 1024 * 1024;
/// Bytes that are written at once where there is no end to it.
const CHUNK_BYTES: usize = 16 * 1024;

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
        let mut victim = Victim { stream, counts: Arc::clone(&counts) };
        let kind = Arc::clone(&kind);
        // The other side may leave at any time; that is what it is meant to do.
        tokio::spawn(async move { victim.mistreat(&kind).await.unwrap_or_default() });
    }
}

struct Victim {
    stream: TcpStream,
    counts: Arc<Counts>,
}

impl Victim {
    async fn mistreat(&mut self, kind: &Hostile) -> io::Result<()> {
        if !matches!(kind, Hostile::AnswerEarly) {
            self.read_request().await?;
        }
        match kind {
            Hostile::EndlessHeaders => {
                self.write(b"HTTP/1.1 200 OK\r\n").await?;
                self.write_for_ever(&b"x-more: and more\r\n".repeat(100)).await
            }
            Hostile::EndlessHeaderLine => {
                self.write(b"HTTP/1.1 200 OK\r\nx-long: ").await?;
                self.write_for_ever(&[b'a'; CHUNK_BYTES]).await
            }
            Hostile::HeaderLines(lines) => {
                let head =
                    format!("HTTP/1.1 200 OK\r\n{}content-length: 0\r\n\r\n", "a: b\r\n".repeat(*lines));
                self.write(head.as_bytes()).await
            }
            Hostile::InterimStorm => {
                self.write_for_ever(&b"HTTP/1.1 102 Processing\r\n\r\n".repeat(20)).await
            }
            Hostile::EndlessBody => {
                self.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
                let chunk = [b"4000\r\n".to_vec(), vec![b'z'; CHUNK_BYTES], b"\r\n".to_vec()].concat();
                self.write_for_ever(&chunk).await
            }
            Hostile::CrumbledBody => {
                self.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
                self.write_for_ever(&b"1\r\nc\r\n".repeat(100)).await
            }
            Hostile::HugeBody(bytes) => {
                self.write(format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n").as_bytes()).await?;
                self.write_zeros(*bytes).await
            }
            Hostile::GzipBomb => self.answer("content-encoding: gzip\r\n", &deflate::gzip_of_zeros()).await,
            Hostile::Body(body) => self.answer("", body).await,
            Hostile::Redirect(to) => {
                let head =
                    format!("HTTP/1.1 301 Moved Permanently\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
                self.write(head.as_bytes()).await
            }
            Hostile::AnswerEarly => self.answer("", b"early").await,
            unfinished => self.leave_unfinished(unfinished).await,
        }
    }

    async fn leave_unfinished(&mut self, kind: &Hostile) -> io::Result<()> {
        const HALF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf!";
        match kind {
            Hostile::Raw(bytes) => self.write(bytes).await,
            Hostile::HalfClosed => {
                self.write(HALF).await?;
                self.stream.shutdown().await?;
                self.wait_for_the_end().await
            }
            Hostile::ResetMidBody => {
                self.write(HALF).await?;
                self.reset()
            }
            Hostile::Reset => self.reset(),
            Hostile::SilentInHeaders => {
                self.write(b"HTTP/1.1 200 OK\r\nx-begun: yes\r\n").await?;
                self.wait_for_the_end().await
            }
            Hostile::SilentInBody => {
                self.write(HALF).await?;
                self.wait_for_the_end().await
            }
            Hostile::Silent => self.wait_for_the_end().await,
            // Closed by being dropped.
            _ => Ok(()),
        }
    }

    async fn answer(&mut self, headers: &str, body: &[u8]) -> io::Result<()> {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n", body.len());
        self.write(&[head.as_bytes(), body].concat()).await?;
        self.wait_for_the_end().await
    }

    /// Reads up to the end of the body that `content-length` announces.
    async fn read_request(&mut self) -> io::Result<()> {
        let mut request = Vec::new();
        while !is_complete(&request) && request.len() < REQUEST_BYTES_MAX {
            if self.stream.read_buf(&mut request).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.counts.sent_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    async fn write_for_ever(&mut self, bytes: &[u8]) -> io::Result<()> {
        loop {
            self.write(bytes).await?;
        }
    }

    async fn write_zeros(&mut self, mut bytes: u64) -> io::Result<()> {
        static ZEROS: [u8; CHUNK_BYTES] = [0; CHUNK_BYTES];
        while bytes > 0 {
            let now = usize::try_from(bytes).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            self.write(&ZEROS[..now]).await?;
            bytes -= now as u64;
        }
        Ok(())
    }

    async fn wait_for_the_end(&mut self) -> io::Result<()> {
        let mut ignored = [0; 1024];
        while self.stream.read(&mut ignored).await? > 0 {}
        Ok(())
    }

    /// Closing with a lingering time of zero is what makes the system send a reset.
    fn reset(&self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }
}

fn is_complete(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    request.len() >= end + 4 + length.unwrap_or(0)
}

#[cfg(test)]
mod tests {
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
    async fn a_reset_is_one() {
        let receiver = HostileReceiver::start(Hostile::Reset).await;
        let error = connect(&receiver).await.read(&mut [0; 8]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
}
