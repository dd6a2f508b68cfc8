//! What a hostile receiver does with one connection.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::interval;

use super::{Counts, Hostile};
use crate::deflate;

/// Bytes of a request that are read before the misbehaviour begins.
const REQUEST_BYTES_MAX: usize = 1024 * 1024;
/// Bytes that are written at once where there is no end to it.
const CHUNK_BYTES: usize = 16 * 1024;

/// A connection, and what its sender has to put up with.
pub(super) struct Victim {
    stream: TcpStream,
    counts: Arc<Counts>,
}

impl Victim {
    pub(super) fn new(stream: TcpStream, counts: Arc<Counts>) -> Self {
        Self { stream, counts }
    }

    pub(super) async fn mistreat(&mut self, kind: &Hostile) -> io::Result<()> {
        match kind {
            Hostile::AnswerEarly => {}
            Hostile::CloseAtOnce => return Ok(()),
            _ => self.read_request().await?,
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
            Hostile::Trickle(bytes, every) => self.trickle(bytes, *every).await,
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

    async fn trickle(&mut self, bytes: &[u8], every: Duration) -> io::Result<()> {
        let mut turns = interval(every);
        turns.tick().await; // The first tick comes at once.
        for byte in bytes {
            turns.tick().await;
            self.write(&[*byte]).await?;
        }
        self.wait_for_the_end().await
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
