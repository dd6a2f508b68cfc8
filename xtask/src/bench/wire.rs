//! The least HTTP/1.1 that a measurement needs, for both ends: keep-alive and `Content-Length`, nothing else.
//!
//! A full client and server would cost more processor time than the program under test, on the same two cores, and the
//! figures would be theirs.

use std::fmt;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest head that is read, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Longest body that is read, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How much room a read is offered, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// Why a connection is of no further use.
#[derive(Debug)]
pub enum WireError {
    /// The socket failed.
    Socket(std::io::Error),
    /// The peer closed in the middle of a message.
    Truncated,
    /// The peer speaks something this end does not read.
    Unreadable(&'static str),
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WireError::Socket(error) => write!(f, "socket: {error}"),
            WireError::Truncated => f.write_str("the peer closed the connection in the middle of a message"),
            WireError::Unreadable(what) => write!(f, "the peer's HTTP is not understood here: {what}"),
        }
    }
}

impl From<std::io::Error> for WireError {
    fn from(error: std::io::Error) -> Self {
        WireError::Socket(error)
    }
}

/// Where a message lies in the bytes read so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Frame {
    /// Start line and headers with the empty line, in bytes.
    head: usize,
    /// In bytes, after the head.
    body: usize,
}

/// Finds the message at the start of `bytes`; `None` if more bytes are needed.
fn frame(bytes: &[u8]) -> Result<Option<Frame>, WireError> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        let too_long = bytes.len() > HEAD_BYTES_MAX;
        return if too_long { Err(WireError::Unreadable("a head above 64 KiB")) } else { Ok(None) };
    };
    let mut body = 0;
    for line in bytes[..end].split(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = std::str::from_utf8(value).ok().and_then(|text| text.parse::<usize>().ok());
            body = length
                .filter(|length| *length <= BODY_BYTES_MAX)
                .ok_or(WireError::Unreadable("a Content-Length that is no number or above 16 MiB"))?;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            return Err(WireError::Unreadable("a Transfer-Encoding; only Content-Length is"));
        }
    }
    let head = end + 4;
    Ok((bytes.len() >= head + body).then_some(Frame { head, body }))
}

/// One keep-alive connection, at either end.
pub struct Connection<S> {
    stream: S,
    /// Bytes read; the current message lies at the start.
    buffer: Vec<u8>,
    current: Frame,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::with_capacity(READ_BYTES), current: Frame::default() }
    }

    /// Drops the current message and reads the next one. `false` if the peer closed between two messages.
    pub async fn read_message(&mut self) -> Result<bool, WireError> {
        self.buffer.drain(..self.current.head + self.current.body);
        self.current = Frame::default();
        loop {
            if let Some(found) = frame(&self.buffer)? {
                self.current = found;
                return Ok(true);
            }
            self.buffer.reserve(READ_BYTES);
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() { Ok(false) } else { Err(WireError::Truncated) };
            }
        }
    }

    /// Start line and headers of the current message.
    pub fn head(&self) -> &[u8] {
        &self.buffer[..self.current.head]
    }

    /// Body of the current message.
    pub fn body(&self) -> &[u8] {
        &self.buffer[self.current.head..self.current.head + self.current.body]
    }

    /// Status code of the current message, if it is an answer.
    pub fn status(&self) -> Option<u16> {
        let code = self.head().split(|byte| *byte == b' ').nth(1)?;
        std::str::from_utf8(code).ok()?.parse().ok()
    }

    /// Writes all of `bytes`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        Ok(self.stream.write_all(bytes).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[u8] =
        b"POST /e/1 HTTP/1.1\r\nHost: a\r\ncontent-length:  5\r\n\r\nhelloPOST /e/2 HTTP/1.1\r\n\r\n";

    #[test]
    fn every_prefix_of_a_message_asks_for_more() {
        let whole = frame(TWO).expect("the sample is valid").expect("the sample is whole");
        for length in 0..whole.head + whole.body {
            assert_eq!(frame(&TWO[..length]).expect("a prefix is no error"), None, "{length}");
        }
        assert_eq!(whole.body, 5);
    }

    #[test]
    fn what_is_not_read_is_refused() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let wrong = b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n";
        let huge = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
        for bytes in [&chunked[..], &wrong[..], &huge[..]] {
            assert!(matches!(frame(bytes), Err(WireError::Unreadable(_))));
        }
        assert!(matches!(frame(&vec![b'a'; HEAD_BYTES_MAX + 1]), Err(WireError::Unreadable(_))));
    }

    #[tokio::test]
    async fn messages_come_whole_out_of_reads_of_three_bytes() {
        let (mut writer, reader) = tokio::io::duplex(3);
        let writing = tokio::spawn(async move { writer.write_all(TWO).await });
        let mut connection = Connection::new(reader);
        assert!(connection.read_message().await.expect("the first is whole"));
        assert_eq!(connection.body(), b"hello");
        assert!(connection.head().starts_with(b"POST /e/1 "));
        assert!(connection.read_message().await.expect("the second is whole"));
        assert_eq!(connection.body(), b"");
        assert!(connection.head().starts_with(b"POST /e/2 "));
        assert!(!connection.read_message().await.expect("closing between two messages is fine"));
        writing.await.expect("the writer does not panic").expect("the writer writes");
    }

    #[tokio::test]
    async fn two_messages_in_one_read_are_two_messages() {
        let (mut writer, reader) = tokio::io::duplex(1024);
        writer.write_all(TWO).await.expect("the pipe has room");
        let mut connection = Connection::new(reader);
        assert!(connection.read_message().await.expect("the first is whole"));
        assert!(connection.read_message().await.expect("the second is whole"));
        assert!(connection.head().starts_with(b"POST /e/2 "));
    }

    #[tokio::test]
    async fn a_message_cut_in_the_middle_is_an_error() {
        let (mut writer, reader) = tokio::io::duplex(1024);
        writer.write_all(&TWO[..60]).await.expect("the pipe has room");
        drop(writer);
        let mut connection = Connection::new(reader);
        let first = connection.read_message().await;
        let second = if matches!(first, Ok(true)) { connection.read_message().await } else { first };
        assert!(matches!(second, Err(WireError::Truncated)), "{second:?}");
    }

    #[tokio::test]
    async fn an_answer_has_a_status() {
        let (mut writer, reader) = tokio::io::duplex(1024);
        writer
            .write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
            .await
            .expect("the pipe has room");
        let mut connection = Connection::new(reader);
        assert!(connection.read_message().await.expect("the answer is whole"));
        assert_eq!(connection.status(), Some(202));
    }
}
