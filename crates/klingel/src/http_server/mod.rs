//! Taking connections in: HTTP/1.1 with a limit on each step, and a stop that lets answers finish.

use std::convert::Infallible;
use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use klingel_api::PublishDoor;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use self::before_hyper::BeforeHyper;
use crate::config::Config;

mod before_hyper;
mod reply;
mod time_limit;

/// Bytes of a request's head that are read; more is answered 431.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Memory that a publisher's connection keeps between two calls for each direction, in bytes.
const KEPT_BYTES_MAX: usize = 16 * 1024;
/// Pause after the system refused a connection, most often because no file is free: trying at once would only burn
/// processor time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a connection may do at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections open at once.
    pub connections_max: usize,
    /// For a request's head, the wait for it included.
    pub header_read_timeout: Duration,
    /// For a whole request.
    pub request_timeout: Duration,
}

impl From<&Config> for Limits {
    fn from(config: &Config) -> Self {
        Self {
            connections_max: config.connections_max,
            header_read_timeout: config.header_read_timeout,
            request_timeout: config.request_timeout,
        }
    }
}

/// Takes connections until `stop`, then gives what still has to finish: idle connections are closed, requests that
/// have begun are answered.
pub async fn accept(
    listener: TcpListener,
    doors: Doors,
    limits: Limits,
    stop: CancellationToken,
) -> GracefulShutdown {
    let free = Arc::new(Semaphore::new(limits.connections_max));
    let open = GracefulShutdown::new();
    loop {
        let next = async {
            let permit = Arc::clone(&free).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            () = stop.cancelled() => return open,
            next = next => next,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = Connection { peer, doors: doors.clone(), limits, stop: stop.clone() };
                let open = open.watcher();
                tokio::spawn(async move {
                    connection.converse(stream, open).await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken in; see open files in `klingel doctor`");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Who answers requests.
#[derive(Debug, Clone)]
pub struct Doors {
    /// Publish calls, if any are taken.
    pub publish: Option<PublishDoor>,
    /// Everything else.
    pub router: Router,
}

/// A caller's connection.
struct Connection {
    peer: SocketAddr,
    doors: Doors,
    limits: Limits,
    stop: CancellationToken,
}

impl Connection {
    /// Answers until one side ends it. `open` is held that long.
    async fn converse(self, mut stream: TcpStream, open: Watcher) {
        if let Err(error) = stream.set_nodelay(true) {
            // The connection is gone already, or answers are merely slower.
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let mut received = Vec::new();
        if let Some(door) = self.doors.publish.clone() {
            let before = BeforeHyper { door, limits: self.limits, stop: self.stop.clone() };
            match before.answer_calls(&mut stream).await {
                Some(bytes) => received = bytes,
                None => return,
            }
        }
        // Seldom, and so in a box of its own: what waits with every publisher shall be small.
        Box::pin(self.by_hyper(stream, received, open)).await;
    }

    /// Lets hyper read requests, and the router answer them. `received`: what was read of the first one.
    async fn by_hyper(self, stream: TcpStream, received: Vec<u8>, open: Watcher) {
        let (reading, writing) = stream.into_split();
        let stream = tokio::io::join(Cursor::new(received).chain(reading), writing);
        let service = service_fn(|request: Request<Incoming>| self.answer(request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_read_timeout)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        // How a client ends its connection is its own business; nothing of it is ours to repair.
        let _ended = open.watch(connection).await;
    }

    async fn answer(&self, mut request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        // Doors that know their callers by address find it here.
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let answering = self.doors.router.clone().call(request);
        match tokio::time::timeout(self.limits.request_timeout, answering).await {
            Ok(answered) => answered,
            Err(_) => Ok(too_slow().map(Body::from)),
        }
    }
}

fn too_slow() -> Response<Bytes> {
    const ANSWER: &str = r#"{"code":"timeout","detail":"the request took longer than the setting request_timeout; whether it was done is unknown: repeat it with the same Idempotency-Key"}"#;
    let mut response = Response::new(Bytes::from_static(ANSWER.as_bytes()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
