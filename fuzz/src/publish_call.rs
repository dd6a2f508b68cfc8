//! The bytes of a connection: what is taken for a publish call is one to hyper as well, with the same headers and the
//! same body, and the next request begins at the same place.

use std::cell::RefCell;
use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use klingel_api::{Received, read_call};
use tokio::io::AsyncWriteExt as _;
use tokio::runtime::Runtime;

const BODY_BYTES_MAX: usize = 1000;

/// A request as hyper reads it.
#[derive(Debug)]
struct Seen {
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

/// The requests that hyper reads in these bytes.
async fn by_hyper(data: &[u8]) -> Vec<Seen> {
    let (mut ours, theirs) = tokio::io::duplex(data.len() + 64 * 1024);
    ours.write_all(data).await.expect("there is room");
    ours.shutdown().await.expect("a pipe can be ended");
    let seen = RefCell::new(Vec::new());
    let service = service_fn(async |request: Request<Incoming>| {
        let (parts, body) = request.into_parts();
        if let Ok(body) = body.collect().await {
            let target = format!("{} {}", parts.method, parts.uri);
            seen.borrow_mut().push(Seen { target, headers: parts.headers, body: body.to_bytes() });
        }
        Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
    });
    // What else is in the bytes may be anything.
    let _ended = http1::Builder::new().half_close(true).serve_connection(TokioIo::new(theirs), service).await;
    seen.into_inner()
}

/// Reads the first request both ways.
pub fn run(data: &[u8]) {
    thread_local! {
        static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime can be made");
    }
    let Received::Call { target, call, bytes } = read_call(data, BODY_BYTES_MAX) else { return };
    assert!(bytes <= data.len() && call.body.len() <= BODY_BYTES_MAX);
    for cut in (1..bytes).step_by(7) {
        assert!(matches!(read_call(&data[..cut], BODY_BYTES_MAX), Received::Part), "{cut} bytes are a part");
    }
    let alone = RUNTIME.with(|runtime| runtime.block_on(by_hyper(&data[..bytes])));
    let [seen] = &alone[..] else { panic!("hyper reads {alone:?}") };
    let header = |name| seen.headers.get(name).map(|value| value.as_bytes());
    assert_eq!(seen.target, format!("POST {target}"));
    assert_eq!(header("authorization"), call.authorization);
    assert_eq!(header("idempotency-key"), call.idempotency_key);
    assert_eq!(seen.body, call.body);
    let together = RUNTIME.with(|runtime| runtime.block_on(by_hyper(data)));
    assert_eq!(together.first().map(|first| &first.body), Some(&seen.body));
}
