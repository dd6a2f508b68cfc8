//! Taking connections in: HTTP/1.1 with a limit on each step, and a stop that lets answers finish.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use klingel_api::PublishDoor;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use crate::alarm::{Alarm, Alarms};
use crate::config::Config;

/// Bytes of a request's head that are read; more is answered 431.
const HEAD_BYTES_MAX: usize = 64 * 1024;
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
                let connection = open.watch(converse(stream, peer, doors.clone(), limits));
                tokio::spawn(async move {
                    // How a client ends its connection is its own business; nothing of it is ours to repair.
                    let _ended = connection.await;
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

fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    doors: Doors,
    limits: Limits,
) -> http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::HttpService<Incoming, ResBody = Body, Error = Infallible, Future = Answering>,
> {
    if let Err(error) = stream.set_nodelay(true) {
        // The connection is gone already, or answers are merely slower.
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    let alarms = Alarms::default();
    let service = service_fn(move |request: Request<Incoming>| Answering {
        answer: doors.answer(request, peer),
        too_late: alarms.after(limits.request_timeout),
    });
    http1::Builder::new()
        .timer(Alarms::default())
        .header_read_timeout(limits.header_read_timeout)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
}

/// Who answers requests.
#[derive(Debug, Clone)]
pub struct Doors {
    /// Publish calls, if any are taken.
    pub publish: Option<PublishDoor>,
    /// Everything else.
    pub router: Router,
}

type Answer = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

impl Doors {
    fn answer(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Answer {
        if let Some(call) = self.publish.as_ref().and_then(|door| door.call(&request)) {
            return Box::pin(call.answer(request));
        }
        // Doors that know their callers by address find it here.
        request.extensions_mut().insert(ConnectInfo(peer));
        let answering = self.router.clone().call(request);
        Box::pin(async move {
            match answering.await {
                Ok(answer) => answer,
            }
        })
    }
}

/// An answer in the making, which has only so much time.
struct Answering {
    answer: Answer,
    too_late: Alarm,
}

impl Future for Answering {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(answer) = self.answer.as_mut().poll(context) {
            return Poll::Ready(Ok(answer));
        }
        Pin::new(&mut self.too_late).poll(context).map(|()| Ok(too_slow()))
    }
}

fn too_slow() -> Response<Body> {
    const ANSWER: &str = r#"{"code":"timeout","detail":"the request took longer than the setting request_timeout; whether it was done is unknown: repeat it with the same Idempotency-Key"}"#;
    let mut response = Response::new(Body::from(Bytes::from_static(ANSWER.as_bytes())));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
