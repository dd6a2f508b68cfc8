//! One HTTP/1.1 connection and the exchange of a request for an answer over it.
//!
//! The task that waits for the answer drives the connection itself. A task of its own for each connection, which is
//! the usual way, would cost two wake-ups between tasks per request.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request};
use http_body::Body as _;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use crate::config::ClientConfig;
use crate::stream::{Meter, Stream, Wire};

type Driver = http1::Connection<TokioIo<Stream>, Full<Bytes>>;

/// The parser's own maximum of header lines. To set any, this one too, makes it clear memory for each answer.
const PARSER_HEADERS_MAX: usize = 100;

/// How much of an answer is taken.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "each is a maximum, and a maximum's name says so")]
pub(crate) struct Limits {
    head_bytes_max: usize,
    headers_max: usize,
    read_bytes_max: usize,
    kept_bytes_max: usize,
}

impl Limits {
    pub(crate) fn new(config: &ClientConfig) -> Self {
        Self {
            head_bytes_max: config.answer_head_bytes_max,
            headers_max: config.answer_headers_max,
            read_bytes_max: config.answer_read_bytes_max,
            kept_bytes_max: config.answer_kept_bytes_max,
        }
    }
}

/// How far an attempt has come. It outlives the exchange, so that a time-out can tell what there was.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub stage: Stage,
    /// 0 before the answer's head.
    pub status: u16,
    pub headers: HeaderMap,
    /// What is kept of the body.
    pub body: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    #[default]
    Connecting,
    Waiting,
    Body,
}

/// Why there is no complete answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The connection ended before the first byte of an answer.
    Unanswered,
    /// Bytes came, but they are no HTTP/1 answer.
    NotHttp,
    /// More bytes or lines before the body than may be read.
    HeadTooLarge,
    /// The connection ended within status line and headers.
    HeadCut,
    /// The connection ended within the body, or its framing is wrong.
    Body,
}

pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: Driver,
    ended: bool,
    meter: Arc<Meter>,
    remote: SocketAddr,
    opened: Instant,
}

impl Connection {
    /// Makes ready for requests; nothing is sent yet.
    pub(crate) async fn start(wire: Wire, remote: SocketAddr, limits: &Limits) -> Result<Self, Broken> {
        let meter = Arc::new(Meter::default());
        let stream = TokioIo::new(Stream::new(wire, Arc::clone(&meter)));
        let mut http = http1::Builder::new();
        http.max_buf_size(limits.head_bytes_max).max_header_size(limits.head_bytes_max);
        if limits.headers_max != PARSER_HEADERS_MAX {
            http.max_headers(limits.headers_max);
        }
        let (sender, driver) = http.handshake(stream).await.map_err(|_| Broken::Unanswered)?;
        Ok(Self { sender, driver, ended: false, meter, remote, opened: Instant::now() })
    }

    pub(crate) fn remote(&self) -> SocketAddr {
        self.remote
    }

    pub(crate) fn opened(&self) -> Instant {
        self.opened
    }

    /// Whether another request can go over it: still open, and nothing has come unasked.
    pub(crate) async fn is_ready(&mut self) -> bool {
        poll_fn(|cx| {
            self.drive(cx);
            Poll::Ready(!self.ended && self.sender.is_ready())
        })
        .await
    }

    /// Sends the request and reads the answer into `progress`. Says whether the connection can be used again.
    pub(crate) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
        limits: &Limits,
        progress: &mut Progress,
    ) -> Result<bool, Broken> {
        progress.stage = Stage::Waiting;
        self.meter.begin(limits.head_bytes_max);
        let mut body = self.head(request, progress).await?;
        progress.stage = Stage::Body;
        self.meter.allow(limits.read_bytes_max);
        let whole = self.body(&mut body, limits.kept_bytes_max, progress).await?;
        drop(body);
        // Whatever comes now belongs to no answer and ends the connection; reading it is how it is noticed.
        self.meter.allow(limits.head_bytes_max);
        Ok(whole && self.is_ready().await)
    }

    async fn head(
        &mut self,
        request: Request<Full<Bytes>>,
        progress: &mut Progress,
    ) -> Result<Incoming, Broken> {
        let mut answering = pin!(self.sender.try_send_request(request));
        let (driver, ended) = (&mut self.driver, &mut self.ended);
        let answer = poll_fn(|cx| {
            drive(driver, ended, cx);
            match answering.as_mut().poll(cx) {
                Poll::Pending if *ended => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
            }
        })
        .await;
        match answer {
            Some(Ok(answer)) => {
                let (parts, body) = answer.into_parts();
                progress.status = parts.status.as_u16();
                progress.headers = copied(parts.headers);
                Ok(body)
            }
            Some(Err(mut failed)) => {
                // Handed back means not a byte of it was written.
                let unsent = failed.take_message().is_some();
                Err(self.broken_head(failed.error(), unsent))
            }
            None => Err(Broken::Unanswered),
        }
    }

    fn broken_head(&self, error: &hyper::Error, unsent: bool) -> Broken {
        if unsent {
            Broken::Unanswered
        } else if self.meter.exhausted() || error.is_parse_too_large() {
            Broken::HeadTooLarge
        } else if error.is_parse() {
            Broken::NotHttp
        } else if self.meter.touched() {
            Broken::HeadCut
        } else {
            Broken::Unanswered
        }
    }

    /// Reads to the end of the body (`true`) or as far as may be read (`false`).
    async fn body(
        &mut self,
        body: &mut Incoming,
        kept_bytes_max: usize,
        progress: &mut Progress,
    ) -> Result<bool, Broken> {
        while !body.is_end_stream() {
            let frame = poll_fn(|cx| {
                self.drive(cx);
                match Pin::new(&mut *body).poll_frame(cx) {
                    Poll::Pending if self.ended => Poll::Ready(Some(Err(Broken::Body))),
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(frame) => Poll::Ready(frame.map(|frame| frame.map_err(|_| Broken::Body))),
                }
            })
            .await;
            match frame {
                None => return Ok(true),
                // The status decides; a receiver that talks on and on loses only its connection.
                Some(Err(_)) if self.meter.exhausted() => return Ok(false),
                Some(Err(broken)) => return Err(broken),
                Some(Ok(frame)) => {
                    let data = frame.data_ref().map_or(&[][..], |data| &data[..]);
                    let room = kept_bytes_max - progress.body.len();
                    progress.body.extend_from_slice(&data[..data.len().min(room)]);
                }
            }
        }
        Ok(true)
    }

    fn drive(&mut self, cx: &mut Context<'_>) {
        drive(&mut self.driver, &mut self.ended, cx);
    }
}

/// The same headers in memory of their own. As they come, they hold on to the buffer that they were read into, and the
/// connection would have to allocate another one for every answer.
fn copied(mut headers: HeaderMap) -> HeaderMap {
    let bytes = headers.values().map(HeaderValue::len).sum();
    let mut text = BytesMut::with_capacity(bytes);
    headers.values().for_each(|value| text.extend_from_slice(value.as_bytes()));
    let mut text = text.freeze();
    for value in headers.values_mut() {
        let own = text.split_to(value.len());
        *value = HeaderValue::from_maybe_shared(own).expect("it was a header's value before");
    }
    headers
}

/// Reads and writes as far as it goes without waiting. The error is not lost: the answer or its body ends with it.
fn drive(driver: &mut Driver, ended: &mut bool, cx: &mut Context<'_>) {
    if !*ended {
        *ended = Pin::new(driver).poll(cx).is_ready();
    }
}
