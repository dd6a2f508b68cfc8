//! The first part of a connection's life: while it sends nothing but plain publish calls, they are read and answered
//! here. What hyper does for any request was a third of the instructions of such a call.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use klingel_api::{PublishDoor, Received, read_call};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::reply::Writer;
use super::time_limit::TimeLimit;
use super::{KEPT_BYTES_MAX, Limits, too_slow};

/// Room that a read is offered, in bytes.
const READ_BYTES: usize = 4 * 1024;
/// Longest body that is read here, in bytes. With a larger one, what hyper costs no longer counts.
const BODY_BYTES_MAX: usize = 128 * 1024;
/// How long the rest of a call is waited for: clients that write head and body apart write one right after the other.
/// Who is slower is left to hyper, whose limits are made for that.
const REST_TIMEOUT: Duration = Duration::from_millis(100);

/// Who answers a connection's publish calls, and how long.
#[derive(Debug, Clone)]
pub(super) struct BeforeHyper {
    pub(super) door: PublishDoor,
    pub(super) limits: Limits,
    pub(super) stop: CancellationToken,
}

impl BeforeHyper {
    /// Answers the publish calls that a connection begins with. Gives the bytes of the first request that is none;
    /// `None`: the connection has ended, or is to be.
    pub(super) async fn answer_calls(self, stream: &mut TcpStream) -> Option<Vec<u8>> {
        let mut stopped = pin!(self.stop.cancelled());
        let (mut received, mut writer) = (Vec::new(), Writer::default());
        let mut limit = TimeLimit::new(self.limits.header_read_timeout);
        let bytes_max = self.door.body_bytes_max().min(BODY_BYTES_MAX);
        let mut rest_until = None;
        loop {
            if received.is_empty() {
                received.shrink_to(KEPT_BYTES_MAX);
                received.reserve(READ_BYTES);
                limit.set(self.limits.header_read_timeout);
                let arrived = tokio::select! {
                    biased;
                    read = stream.read_buf(&mut received) => read,
                    () = stopped.as_mut() => return None,
                    () = limit.over() => return None,
                };
                // How a client ends its connection is its own business.
                arrived.ok().filter(|&bytes| bytes > 0)?;
            }
            let (target, call, bytes) = match read_call(&received, bytes_max) {
                Received::Call { target, call, bytes } => (target, call, bytes),
                Received::Part => {
                    let until = *rest_until.get_or_insert_with(|| Instant::now() + REST_TIMEOUT);
                    if more(stream, &mut received, until).await {
                        continue;
                    }
                    return Some(received);
                }
                Received::Other => return Some(received),
            };
            rest_until = None;
            limit.set(self.limits.request_timeout);
            let answer = tokio::select! {
                biased;
                answer = self.door.answer(target, call) => answer,
                () = limit.over() => too_slow(),
            };
            received.drain(..bytes);
            if !self.reply(stream, &mut writer, &answer, &mut limit).await? {
                return None;
            }
        }
    }

    /// Writes an answer within what is left of the time. Gives whether the connection goes on; `None`: it has ended.
    async fn reply(
        &self,
        stream: &mut TcpStream,
        writer: &mut Writer,
        answer: &Response<Bytes>,
        limit: &mut TimeLimit,
    ) -> Option<bool> {
        let last = self.stop.is_cancelled();
        let text = writer.write(answer, self.door.clock().now(), last);
        tokio::select! {
            biased;
            written = stream.write_all(text) => written.ok()?,
            () = limit.over() => return None,
        }
        Some(!last)
    }
}

/// Waits for more of a call. `false`: none came.
async fn more(stream: &mut TcpStream, received: &mut Vec<u8>, until: Instant) -> bool {
    received.reserve(READ_BYTES.max(received.len()));
    let read = tokio::time::timeout_at(until, stream.read_buf(received)).await;
    matches!(read, Ok(Ok(1..)))
}
