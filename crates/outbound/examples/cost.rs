//! Measures the processor time of a request: this crate's client beside hyper-util's, on Linux.
//!
//! `cargo run --release -p klingel-outbound --example cost`
//!
//! A name as argument (`klingel`, `hyper-util`) measures that one only.
//!
//! The client has a thread of its own and the receiver another; only the client's thread is counted, system calls
//! included.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use klingel_engine::deliver::Headers;
use klingel_engine::deliver::transport::{OutboundRequest, Transport};
use klingel_outbound::{Client, ClientConfig, GuardConfig};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const REQUESTS: u32 = 200_000;
const TIMEOUT: Duration = Duration::from_secs(15);

fn main() {
    let url: Arc<str> = format!("http://{}/hook?tenant=1", receiver()).into();
    for in_flight in [1, 16, 64] {
        run("klingel", in_flight, || (own_client(), Arc::clone(&url)), send_by_own);
        run("hyper-util", in_flight, || (legacy_client(), Arc::clone(&url)), send_by_legacy);
    }
}

fn own_client() -> Arc<Client> {
    let guard = GuardConfig { allow_private_networks: true, ..GuardConfig::default() };
    let client = Client::new(&ClientConfig { guard, ..ClientConfig::default() });
    Arc::new(client.expect("the settings are valid"))
}

async fn send_by_own((client, url): (Arc<Client>, Arc<str>)) -> u16 {
    let request = OutboundRequest { url, headers: headers(), body: body(), timeout: TIMEOUT };
    client.send(request).await.expect("the receiver answers").status
}

type LegacyClient = legacy::Client<HttpConnector, Full<Bytes>>;

fn legacy_client() -> LegacyClient {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    legacy::Client::builder(TokioExecutor::new()).build(connector)
}

async fn send_by_legacy((client, url): (LegacyClient, Arc<str>)) -> u16 {
    let mut request = Request::post(&*url).body(Full::new(body())).expect("the request is valid");
    *request.headers_mut() = HeaderMap::from(&headers());
    let sending = async {
        let answer = client.request(request).await.expect("the receiver answers");
        let status = answer.status().as_u16();
        answer.into_body().collect().await.expect("the answer has an end");
        status
    };
    tokio::time::timeout(TIMEOUT, sending).await.expect("the receiver is quick")
}

fn body() -> Bytes {
    Bytes::from_static(&[b'x'; 1024])
}

/// The headers of a signed message.
fn headers() -> Headers {
    let mut headers = Headers::with_capacity(4, 192);
    for (name, value) in [
        ("content-type", "application/json"),
        ("webhook-id", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"),
        ("webhook-timestamp", "1674087231"),
        ("webhook-signature", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
    ] {
        headers.append(name, value).expect("they are ASCII");
    }
    headers
}

/// Sends all requests, so many at a time, and prints what it took.
fn run<C, F>(
    name: &str,
    in_flight: u32,
    client: impl FnOnce() -> C,
    send: impl Fn(C) -> F + Copy + Send + 'static,
) where
    C: Clone + Send + 'static,
    F: Future<Output = u16> + Send,
{
    if std::env::args().nth(1).is_some_and(|only| only != name) {
        return;
    }
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    runtime.block_on(async {
        let client = client();
        // Opens the connections, so that they are not counted.
        turn(&client, in_flight, in_flight * 20, send).await;
        let before = thread_ns();
        turn(&client, in_flight, REQUESTS, send).await;
        let each = Duration::from_nanos(thread_ns() - before) / REQUESTS;
        println!("{name:>10}, {in_flight:>2} at a time: {each:.1?} of processor time a request");
    });
}

async fn turn<C, F>(client: &C, in_flight: u32, requests: u32, send: impl Fn(C) -> F + Copy + Send + 'static)
where
    C: Clone + Send + 'static,
    F: Future<Output = u16> + Send,
{
    let sending: Vec<_> = (0..in_flight)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                for _ in 0..requests / in_flight {
                    assert_eq!(send(client.clone()).await, 200);
                }
            })
        })
        .collect();
    for task in sending {
        task.await.expect("no request fails");
    }
}

/// Nanoseconds this thread has run.
fn thread_ns() -> u64 {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").expect("this is Linux");
    let first = statistics.split(' ').next().expect("the file has three fields");
    first.parse().expect("the first field is a number")
}

/// Answers 200 on a thread of its own, for as long as the program runs.
fn receiver() -> SocketAddr {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port is free");
    let address = listener.local_addr().expect("a bound listener has an address");
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
        runtime.block_on(async {
            listener.set_nonblocking(true).expect("a listener takes the option");
            let listener = TcpListener::from_std(listener).expect("the listener is one of tokio's now");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)),
                );
            }
        });
    });
    address
}

async fn answer(request: Request<hyper::body::Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // A sender that leaves early is no concern of the receiver's.
    let _ = request.into_body().collect().await;
    Ok(Response::new(Full::new(Bytes::from_static(b"ok"))))
}
