//! A connection's bytes, plain or under TLS, with a meter that stops a receiver from sending without end.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// How much of an answer may still be read. Shared by the stream, inside hyper, and the exchange, outside.
///
/// One task at a time touches it, so relaxed order is enough.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    allowance_bytes: AtomicUsize,
    touched: AtomicBool,
    exhausted: AtomicBool,
}

impl Meter {
    /// A new answer, of which nothing has come yet.
    pub(crate) fn begin(&self, allowance_bytes: usize) {
        self.allow(allowance_bytes);
        self.touched.store(false, Relaxed);
    }

    /// From here on this much may be read.
    pub(crate) fn allow(&self, allowance_bytes: usize) {
        self.allowance_bytes.store(allowance_bytes, Relaxed);
        self.exhausted.store(false, Relaxed);
    }

    /// Whether any byte has come since the beginning.
    pub(crate) fn touched(&self) -> bool {
        self.touched.load(Relaxed)
    }

    /// Whether the receiver sent more than it may.
    pub(crate) fn exhausted(&self) -> bool {
        self.exhausted.load(Relaxed)
    }

    fn count(&self, bytes: usize) {
        if bytes > 0 {
            self.touched.store(true, Relaxed);
            self.allowance_bytes.fetch_sub(bytes, Relaxed);
        }
    }
}

#[derive(Debug)]
pub(crate) enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    fn read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

/// What hyper reads from and writes to.
#[derive(Debug)]
pub(crate) struct Stream {
    wire: Wire,
    meter: Arc<Meter>,
}

impl Stream {
    pub(crate) fn new(wire: Wire, meter: Arc<Meter>) -> Self {
        Self { wire, meter }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { wire, meter } = &mut *self;
        let left = meter.allowance_bytes.load(Relaxed);
        if left >= buf.remaining() {
            let before = buf.filled().len();
            ready!(wire.read(cx, buf))?;
            meter.count(buf.filled().len() - before);
        } else if left > 0 {
            let mut scratch = vec![0; left];
            let mut short = ReadBuf::new(&mut scratch);
            ready!(wire.read(cx, &mut short))?;
            meter.count(short.filled().len());
            buf.put_slice(short.filled());
        } else {
            meter.exhausted.store(true, Relaxed);
            return Poll::Ready(Err(io::Error::other("the answer is longer than may be read")));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Wire::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_write_vectored(cx, bufs),
            Wire::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.wire {
            Wire::Plain(tcp) => tcp.is_write_vectored(),
            Wire::Tls(tls) => tls.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Wire::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Wire::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
