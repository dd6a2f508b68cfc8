//! One request and its answer over a connection (RFC 9112).
//!
//! The task that waits for the answer drives the connection itself. A task of its own for each connection, which is
//! the usual way, would cost two wake-ups between tasks per request.
//!
//! Each read goes into the stack. As a rule the first one brings the whole answer, so that no buffer is allocated; only
//! a head that comes in pieces is put together in one.

use std::io::{self, IoSlice};
use std::mem::{self, MaybeUninit};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::answer::{Broken, Limits, Progress, Stage};
use crate::body::Decoder;
use crate::head::{self, Head};
use crate::request::Written;

#[cfg(test)]
mod script;
#[cfg(test)]
mod tests;

/// Bytes that one read takes at most.
const READ_BYTES: usize = 4096;

/// The conversation; a future of whether the whole answer was read, and no more than it, and the connection may stay.
pub(crate) struct Exchange<'a, W> {
    wire: &'a mut W,
    sending: Sending<'a>,
    reading: Reading,
    /// Bytes of the head, or of the body with its framing, that have come.
    came: usize,
    limits: &'a Limits,
    progress: &'a mut Progress,
}

/// What is left of the request.
struct Sending<'a> {
    text: Vec<u8>,
    text_sent: usize,
    body: &'a [u8],
    state: Sent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Partly,
    Whole,
    /// The rest cannot be written. An answer may have come all the same, or tell why.
    Failed,
}

enum Reading {
    /// What has come of a head that is not whole.
    Head(Vec<u8>),
    Body {
        decoder: Decoder,
        /// Whether the head lets the connection be used again.
        persistent: bool,
    },
}

impl<'a, W: AsyncRead + AsyncWrite + Unpin> Exchange<'a, W> {
    pub(crate) fn new(
        wire: &'a mut W,
        request: Written<'a>,
        limits: &'a Limits,
        progress: &'a mut Progress,
    ) -> Self {
        let Written { text, rest } = request;
        let sending = Sending { text, text_sent: 0, body: rest, state: Sent::Partly };
        Self { wire, sending, reading: Reading::Head(Vec::new()), came: 0, limits, progress }
    }

    /// Bytes that may still be read, of the head or of the body.
    fn room(&self) -> usize {
        match self.reading {
            Reading::Head(_) => self.limits.head_bytes_max.saturating_sub(self.came),
            Reading::Body { .. } => self.limits.read_bytes_max.saturating_sub(self.came),
        }
    }

    /// Takes in what has come. The outcome, if it was the last of it.
    fn take(&mut self, bytes: &[u8]) -> Option<Result<bool, Broken>> {
        match &mut self.reading {
            Reading::Head(begun) => {
                let begun = mem::take(begun);
                self.take_head(begun, bytes)
            }
            Reading::Body { .. } => self.take_body(bytes),
        }
    }

    fn take_head(&mut self, mut begun: Vec<u8>, bytes: &[u8]) -> Option<Result<bool, Broken>> {
        self.came += bytes.len();
        let known = if begun.is_empty() {
            bytes
        } else {
            begun.extend_from_slice(bytes);
            // Only the end of a line can be the end of a head, and to read it from the start for every byte of a
            // receiver that sends one at a time would cost the square of its length.
            if !bytes.contains(&b'\n') {
                self.reading = Reading::Head(begun);
                return None;
            }
            &begun
        };
        match head::parse(known, self.limits.headers_max) {
            Err(broken) => Some(Err(broken)),
            Ok((read, Some(head))) => self.begin_body(head, &known[read..]),
            Ok((read, None)) => {
                if begun.is_empty() {
                    begun.extend_from_slice(&bytes[read..]);
                } else {
                    begun.drain(..read);
                }
                self.reading = Reading::Head(begun);
                None
            }
        }
    }

    fn begin_body(&mut self, head: Head, rest: &[u8]) -> Option<Result<bool, Broken>> {
        self.progress.stage = Stage::Body;
        self.progress.status = head.status;
        self.progress.headers = head.headers;
        self.reading =
            Reading::Body { decoder: Decoder::new(head.framing.length), persistent: head.framing.persistent };
        self.came = 0;
        self.take_body(rest)
    }

    fn take_body(&mut self, bytes: &[u8]) -> Option<Result<bool, Broken>> {
        let allowed = &bytes[..bytes.len().min(self.room())];
        self.came += allowed.len();
        let Reading::Body { decoder, persistent } = &mut self.reading else { return None };
        let (kept, kept_max) = (&mut self.progress.body, self.limits.kept_bytes_max);
        let decoded = decoder.decode(allowed, |data| {
            let room = kept_max.saturating_sub(kept.len());
            kept.extend_from_slice(&data[..data.len().min(room)]);
        });
        match decoded {
            Err(_) => Some(Err(Broken::Body)),
            // What follows an answer belongs to none, and must not be taken for the next one.
            Ok(read) if decoder.is_done() => {
                Some(Ok(*persistent && read == bytes.len() && self.sending.state == Sent::Whole))
            }
            Ok(_) => None,
        }
    }

    /// The outcome where no more may be read. A receiver that talks on and on loses only its connection once it has
    /// said the status.
    fn full(&self) -> Result<bool, Broken> {
        match &self.reading {
            Reading::Head(begun) => {
                Err(head::parse(begun, self.limits.headers_max).err().unwrap_or(Broken::HeadTooLarge))
            }
            Reading::Body { .. } => Ok(false),
        }
    }

    /// The outcome where the receiver has ended the connection, in good order or not.
    fn ended(&self, orderly: bool) -> Result<bool, Broken> {
        match &self.reading {
            Reading::Head(_) if self.came == 0 => Err(Broken::Unanswered),
            Reading::Head(begun) => {
                Err(head::parse(begun, self.limits.headers_max).err().unwrap_or(Broken::HeadCut))
            }
            Reading::Body { decoder, .. } if orderly && decoder.ends_with_connection() => Ok(false),
            Reading::Body { .. } => Err(Broken::Body),
        }
    }
}

impl<W: AsyncRead + AsyncWrite + Unpin> Future for Exchange<'_, W> {
    type Output = Result<bool, Broken>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // A receiver may answer before it has read the request, so the answer is read whatever becomes of this.
        this.sending.send(this.wire, cx);
        loop {
            let room = this.room();
            if room == 0 {
                return Poll::Ready(this.full());
            }
            let mut space = [MaybeUninit::uninit(); READ_BYTES];
            let mut came = ReadBuf::uninit(&mut space[..room.min(READ_BYTES)]);
            let outcome = match ready!(Pin::new(&mut *this.wire).poll_read(cx, &mut came)) {
                Ok(()) if came.filled().is_empty() => Some(this.ended(true)),
                Ok(()) => this.take(came.filled()),
                Err(_) => Some(this.ended(false)),
            };
            if let Some(outcome) = outcome {
                return Poll::Ready(outcome);
            }
        }
    }
}

impl Sending<'_> {
    /// Writes as far as it goes without waiting.
    fn send<W: AsyncWrite + Unpin>(&mut self, wire: &mut W, cx: &mut Context<'_>) {
        if self.state != Sent::Partly {
            return;
        }
        match self.poll_written(wire, cx) {
            Poll::Pending => return,
            Poll::Ready(Ok(())) => self.state = Sent::Whole,
            Poll::Ready(Err(_)) => self.state = Sent::Failed,
        }
        // The answer may be long in coming.
        *self = Self { text: Vec::new(), text_sent: 0, body: &[], state: self.state };
    }

    fn poll_written<W: AsyncWrite + Unpin>(
        &mut self,
        wire: &mut W,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.text_sent < self.text.len() || !self.body.is_empty() {
            let text = &self.text[self.text_sent..];
            let wire = Pin::new(&mut *wire);
            let sent = ready!(if self.body.is_empty() {
                wire.poll_write(cx, text)
            } else {
                wire.poll_write_vectored(cx, &[IoSlice::new(text), IoSlice::new(self.body)])
            })?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            let of_text = sent.min(text.len());
            self.text_sent += of_text;
            self.body = &self.body[sent - of_text..];
        }
        Pin::new(wire).poll_flush(cx)
    }
}
