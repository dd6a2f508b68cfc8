//! A wire that does as it is told: no clock, no socket.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of the request that one write takes.
const WRITE_BYTES: usize = 7;

/// What comes after the pieces of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Then {
    Silence,
    End,
    Reset,
}

pub(super) struct Script {
    pub pieces: VecDeque<Vec<u8>>,
    pub then: Then,
    /// After so many bytes writes wait, or fail.
    pub write_max: usize,
    pub write_fails: bool,
    pub written: Vec<u8>,
    pub flushed: bool,
}

impl Script {
    pub(super) fn new(pieces: &[&[u8]], then: Then) -> Self {
        let pieces = pieces.iter().map(|piece| piece.to_vec()).collect();
        Self { pieces, then, write_fails: false, write_max: usize::MAX, written: Vec::new(), flushed: false }
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        assert!(buf.remaining() > 0, "nothing is asked for");
        match (self.pieces.pop_front(), self.then) {
            (Some(mut piece), _) => {
                let rest = piece.split_off(piece.len().min(buf.remaining()));
                if !rest.is_empty() {
                    self.pieces.push_front(rest);
                }
                buf.put_slice(&piece);
                Poll::Ready(Ok(()))
            }
            (None, Then::Silence) => Poll::Pending,
            (None, Then::End) => Poll::Ready(Ok(())),
            (None, Then::Reset) => Poll::Ready(Err(ErrorKind::ConnectionReset.into())),
        }
    }
}

impl AsyncWrite for Script {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let room = self.write_max - self.written.len();
        if room == 0 {
            return if self.write_fails {
                Poll::Ready(Err(ErrorKind::BrokenPipe.into()))
            } else {
                Poll::Pending
            };
        }
        let taken = buf.len().min(WRITE_BYTES).min(room);
        self.written.extend_from_slice(&buf[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.flushed = true;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
