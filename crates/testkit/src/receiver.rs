//! A well-behaved HTTP receiver on loopback that remembers what it got and answers as the test says.
//!
//! ```no_run
//! # async fn example() {
//! use klingel_testkit::receiver::{Answer, Receiver};
//!
//! let receiver = Receiver::start().await; // answers 200
//! receiver.answer_in_turn([Answer::status(503).header("retry-after", "1")]); // once, then 200 again
//! // … something posts to receiver.url("/hook") …
//! let requests = receiver.wait_for(2).await;
//! assert_eq!(requests[1].path, "/hook");
//! # }
//! ```

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::gate::Gate;

/// Requests that are remembered; what comes beyond is answered and counted only.
pub const REMEMBERED_REQUESTS_MAX: usize = 200_000;
/// Bytes of a request's body that are read; a larger one is answered 413.
pub const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long [`Receiver::wait_for`] waits before it declares the test failed.
pub const WAIT_MAX: Duration = Duration::from_mins(1);

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// Position in the order of arrival of the complete requests, from 0.
    pub order: u64,
    /// Which connection it came over, from 0.
    pub connection: u64,
    /// Its method.
    pub method: Method,
    /// Path and query, as they stood in the request line.
    pub path: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Bytes,
}

/// What to answer.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
    hold: Option<Gate>,
}

impl Answer {
    /// An empty answer with this status (200 to 599).
    pub fn status(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new(), hold: None }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a test names a valid header");
        self.headers.append(name, HeaderValue::from_str(value).expect("a test gives a valid header value"));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Answers only when the gate is open. The request is remembered before that.
    #[must_use]
    pub fn hold(mut self, gate: &Gate) -> Self {
        self.hold = Some(gate.clone());
        self
    }
}

type Script = Arc<dyn Fn(&Received) -> Answer + Send + Sync>;

struct State {
    requests: Vec<Received>,
    in_turn: VecDeque<Answer>,
    otherwise: Script,
}

struct Shared {
    state: Mutex<State>,
    arrived: watch::Sender<u64>,
    connections: watch::Sender<u64>,
    closings: watch::Sender<u64>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("only a test's own script could panic under this lock")
    }
}

/// A running receiver. It stops, and cuts its connections, when it is dropped.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Receiver {
    /// Starts one on a free port of 127.0.0.1, in the caller's runtime. It answers 200 until it is told otherwise.
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Starts one at this address, for instance where another was dropped.
    pub async fn start_at(address: SocketAddr) -> Self {
        Self::bind(address).await.expect("the address is free")
    }

    /// Starts one at this address, if it is free.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                requests: Vec::new(),
                in_turn: VecDeque::new(),
                otherwise: Arc::new(|_| Answer::status(200)),
            }),
            arrived: watch::Sender::new(0),
            connections: watch::Sender::new(0),
            closings: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT` and this path, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Every request that has no answer in turn is answered by this function.
    pub fn answer_with(&self, script: impl Fn(&Received) -> Answer + Send + Sync + 'static) {
        self.shared.state().otherwise = Arc::new(script);
    }

    /// The next requests get these answers, one each, in the order of arrival.
    pub fn answer_in_turn(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.state().in_turn.extend(answers);
    }

    /// Waits until `count` requests have arrived since the start, and gives all that are remembered.
    ///
    /// # Panics
    /// When fewer have come within [`WAIT_MAX`].
    pub async fn wait_for(&self, count: u64) -> Vec<Received> {
        let mut arrived = self.shared.arrived.subscribe();
        let enough = tokio::time::timeout(WAIT_MAX, arrived.wait_for(|seen| *seen >= count)).await;
        let came = enough.is_ok();
        drop(enough);
        assert!(came, "{} of {count} requests came within {WAIT_MAX:?}", self.count());
        self.requests()
    }

    /// All requests that are remembered, in the order of arrival.
    pub fn requests(&self) -> Vec<Received> {
        self.shared.state().requests.clone()
    }

    /// Takes the remembered requests away, for runs that would otherwise hold too many. Counts go on.
    pub fn take_requests(&self) -> Vec<Received> {
        std::mem::take(&mut self.shared.state().requests)
    }

    /// Requests that have arrived since the start.
    pub fn count(&self) -> u64 {
        *self.shared.arrived.borrow()
    }

    /// Connections that were opened since the start.
    pub fn connections(&self) -> u64 {
        *self.shared.connections.borrow()
    }

    /// Closes every open connection, as a receiver does that is tired of idle ones. New ones are accepted.
    pub fn close_connections(&self) {
        self.shared.closings.send_modify(|times| *times += 1);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
        self.close_connections();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let connection = *shared.connections.borrow();
        shared.connections.send_modify(|count| *count += 1);
        let closings = shared.closings.subscribe();
        tokio::spawn(converse(stream, connection, closings, Arc::clone(&shared)));
    }
}

async fn converse(
    stream: TcpStream,
    connection: u64,
    mut closings: watch::Receiver<u64>,
    shared: Arc<Shared>,
) {
    stream.set_nodelay(true).expect("a fresh connection takes the option");
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(request, connection, &shared).await) }
    });
    let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How the sender ends a connection is its business: what matters was remembered before.
        _ = serving => {}
        _ = closings.changed() => {}
    }
}

async fn answer(request: Request<Incoming>, connection: u64, shared: &Shared) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return write(Answer::status(413).header("connection", "close"));
    };
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let (method, headers, body) = (parts.method, parts.headers, body.to_bytes());
    let answer = {
        let mut state = shared.state();
        let order = *shared.arrived.borrow();
        let received = Received { order, connection, method, path, headers, body };
        let answer = state.in_turn.pop_front().unwrap_or_else(|| (state.otherwise)(&received));
        if state.requests.len() < REMEMBERED_REQUESTS_MAX {
            state.requests.push(received);
        }
        // Under the lock, so that who sees the count also finds the request.
        shared.arrived.send_modify(|count| *count += 1);
        answer
    };
    if let Some(gate) = &answer.hold {
        gate.pass().await;
    }
    write(answer)
}

fn write(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status.try_into().expect("a test gives a valid status");
    *response.headers_mut() = answer.headers;
    response
}

#[cfg(test)]
mod tests;
