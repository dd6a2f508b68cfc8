//! The demo's receiver: what a customer's server would do with the requests.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use klingel_dialects::demo;
use klingel_dialects::standard::verify::{Match, ReceiverKey, Signed, Untrusted, verify};
use klingel_model::SecretKey;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{PATHS, SCENES};
use crate::failure::Failure;
use crate::wiring::Machine;

/// Arrivals that wait to be shown; the receiver answers slower rather than pile up more.
const ARRIVALS_MAX: usize = 1024;
/// Bytes of a body that are read.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A request that came.
#[derive(Debug)]
pub struct Arrival {
    /// Header `webhook-id`.
    pub id: String,
    /// Which of the two endpoints.
    pub endpoint: usize,
    /// What the check of its signature gave.
    pub verified: Result<Match, Untrusted>,
}

/// A running receiver; it ends with the value.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    arrivals: mpsc::Receiver<Arrival>,
    /// What comes at the scenes' paths, until it is taken.
    scenes: Option<mpsc::Receiver<demo::Arrival>>,
    accepting: JoinHandle<()>,
}

struct Desk {
    keys: Vec<ReceiverKey>,
    machine: Machine,
    arrivals: mpsc::Sender<Arrival>,
    scenes: mpsc::Sender<demo::Arrival>,
}

impl Receiver {
    /// Starts one on a free port. It holds the secrets as a customer holds them.
    pub async fn start(secrets: &[SecretKey; 2], machine: Machine) -> Result<Self, Failure> {
        let wrong = |error: &dyn std::fmt::Display| {
            Failure::new(format!("the demo's receiver cannot start: {error}"))
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| wrong(&error))?;
        let address = listener.local_addr().map_err(|error| wrong(&error))?;
        let keys = secrets.iter().map(|secret| ReceiverKey::parse(&secret.for_receiver()));
        let keys = keys.collect::<Result<_, _>>().map_err(|error| wrong(&error))?;
        let (arrivals, seen) = mpsc::channel(ARRIVALS_MAX);
        let (scenes, seen_in_scenes) = mpsc::channel(ARRIVALS_MAX);
        let desk = Arc::new(Desk { keys, machine, arrivals, scenes });
        let accepting = tokio::spawn(accept(listener, desk));
        Ok(Self { address, arrivals: seen, scenes: Some(seen_in_scenes), accepting })
    }

    /// What comes at the scenes' paths; can be taken once.
    pub fn scenes(&mut self) -> Result<mpsc::Receiver<demo::Arrival>, Failure> {
        self.scenes.take().ok_or_else(|| Failure::new("the scenes have begun already"))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next request; waits for it.
    pub async fn next(&mut self) -> Arrival {
        self.arrivals.recv().await.expect("the accepting task holds the other end as long as this lives")
    }

    /// A request that has come already.
    pub fn seen_already(&mut self) -> Option<Arrival> {
        self.arrivals.try_recv().ok()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, desk: Arc<Desk>) {
    while let Ok((stream, _)) = listener.accept().await {
        let desk = Arc::clone(&desk);
        let service = service_fn(move |request| {
            let desk = Arc::clone(&desk);
            async move { Ok::<_, Infallible>(desk.answer(request).await) }
        });
        // The sender may end its connections as it likes.
        tokio::spawn(async move {
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

impl Desk {
    async fn answer(&self, request: Request<Incoming>) -> Response<Empty<Bytes>> {
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
            return status(StatusCode::PAYLOAD_TOO_LARGE);
        };
        let body = body.to_bytes();
        if parts.uri.path().starts_with(SCENES) {
            // The scene checks it by the vendor's rule; nobody looks any more when it is over.
            let _shown = self.scenes.send(demo::Arrival { headers: parts.headers, body }).await;
            return status(StatusCode::OK);
        }
        let Some(endpoint) = PATHS.iter().position(|path| *path == parts.uri.path()) else {
            return status(StatusCode::NOT_FOUND);
        };
        let id = text(&parts.headers, "webhook-id");
        let signed = Signed {
            id,
            timestamp_s: text(&parts.headers, "webhook-timestamp"),
            signature: text(&parts.headers, "webhook-signature"),
            body: &body,
        };
        let verified = verify(&self.keys[endpoint..=endpoint], &signed, self.machine.clock.now());
        let answer = if verified.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED };
        let arrival = Arrival { id: id.to_owned(), endpoint, verified };
        // Nobody looks any more when the demo ends.
        let _shown = self.arrivals.send(arrival).await;
        status(answer)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn status(status: StatusCode) -> Response<Empty<Bytes>> {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    response
}
