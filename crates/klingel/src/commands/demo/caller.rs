//! Calls to the demo's own server, of any method. Only ever to that server, on this machine; customers are reached by
//! the transport alone.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use klingel_dialects::demo::Call;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// For a whole call.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 1024 * 1024;

/// Calls one server.
#[derive(Debug, Clone)]
pub struct Caller {
    server: SocketAddr,
    /// What shows the operator's key.
    authorization: String,
}

impl Caller {
    /// A caller who holds this key to the management API.
    pub fn new(server: SocketAddr, key: &str) -> Self {
        Self { server, authorization: format!("Bearer {}", key.trim()) }
    }

    /// Makes a call: its status and JSON answer, `null` for none. `Err` without an answer.
    pub async fn call(&self, call: &Call) -> Result<(u16, Value), String> {
        let answer = tokio::time::timeout(TIMEOUT, self.exchange(call)).await;
        let answer =
            answer.map_err(|_| format!("the server did not answer within {} s", TIMEOUT.as_secs()))?;
        let answer = answer.map_err(|error| format!("the server cannot be reached: {error}"))?;
        parts(&answer).ok_or_else(|| "the server's answer is no HTTP with JSON".to_owned())
    }

    /// A connection for each call keeps this plain: the answer ends where the connection does.
    async fn exchange(&self, call: &Call) -> std::io::Result<Bytes> {
        let body = call.body.as_ref().map_or_else(String::new, Value::to_string);
        let authorization = call.authorization.as_ref().unwrap_or(&self.authorization);
        let request = format!(
            "{} {} HTTP/1.1\r\nhost: {}\r\nauthorization: {authorization}\r\ncontent-type: application/json\r\n\
             accept: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            call.method,
            call.path,
            self.server,
            body.len()
        );
        let mut stream = TcpStream::connect(self.server).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
        Ok(answer.into())
    }
}

/// Status and body of an answer.
fn parts(answer: &[u8]) -> Option<(u16, Value)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let status = std::str::from_utf8(&answer[..end]).ok()?.split(' ').nth(1)?.parse().ok()?;
    let body = &answer[end + 4..];
    let value = if body.is_empty() { Value::Null } else { serde_json::from_slice(body).ok()? };
    Some((status, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_taken_apart() {
        let answer = b"HTTP/1.1 201 Created\r\ncontent-length: 8\r\n\r\n{\"a\": 1}";
        assert_eq!(parts(answer), Some((201, serde_json::json!({"a": 1}))));
        assert_eq!(parts(b"HTTP/1.1 204 No Content\r\n\r\n"), Some((204, Value::Null)));
        assert_eq!(parts(b"HTTP/1.1 200 OK\r\n\r\n<html>"), None);
        assert_eq!(parts(b"HTTP/1.1"), None);
    }
}
