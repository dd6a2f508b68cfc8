//! A server with the three calls that the bench makes, for tests: it forwards each message before it answers, so that
//! a test knows when everything has arrived.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use super::target::Target;
use super::wire::Connection;

/// How the fake departs from a good server.
#[derive(Clone, Copy)]
pub struct Behaviour {
    /// How often each message is delivered.
    pub delivers: usize,
    /// Every so manieth publish call is answered with 503 and not delivered.
    pub refuses_every: Option<u64>,
}

/// A good server.
pub const GOOD: Behaviour = Behaviour { delivers: 1, refuses_every: None };

/// Starts the fake; it ends with the test's runtime.
pub async fn start(behaviour: Behaviour) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
    let port = listener.local_addr().expect("the listener is bound").port();
    let shared = Arc::new(Shared { behaviour, endpoints: Mutex::new(Vec::new()), calls: AtomicU64::new(0) });
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(Connection::new(stream), Arc::clone(&shared)));
        }
    });
    Target::new(&format!("http://127.0.0.1:{port}"), "key_1").expect("the URL is valid")
}

struct Shared {
    behaviour: Behaviour,
    endpoints: Mutex<Vec<String>>,
    calls: AtomicU64,
}

async fn serve(mut connection: Connection<TcpStream>, shared: Arc<Shared>) {
    while connection.read_message().await.expect("the driver speaks HTTP") {
        let head = String::from_utf8(connection.head().to_vec()).expect("the head is text");
        assert!(head.contains("\r\nAuthorization: Bearer key_1\r\n"), "{head}");
        let body: Value = serde_json::from_slice(connection.body()).expect("the body is JSON");
        let path = head.split(' ').nth(1).expect("the head has a path");
        let (status, answer) = match path {
            "/api/v1/app/" => (201, r#"{"id":"app_1"}"#),
            "/api/v1/app/app_1/endpoint/" => {
                let url = body["url"].as_str().expect("an endpoint has an URL").to_owned();
                shared.endpoints.lock().unwrap_or_else(PoisonError::into_inner).push(url);
                (201, r#"{"id":"ep_1"}"#)
            }
            "/api/v1/app/app_1/msg/" => publish(&shared, &body).await,
            other => panic!("the bench called {other}"),
        };
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{answer}", answer.len());
        connection.write(answer.as_bytes()).await.expect("the driver reads");
    }
}

async fn publish(shared: &Shared, body: &Value) -> (u16, &'static str) {
    assert_eq!(body["eventType"], "bench.event");
    let call = shared.calls.fetch_add(1, Ordering::Relaxed) + 1;
    if shared.behaviour.refuses_every.is_some_and(|every| call.is_multiple_of(every)) {
        return (503, r#"{"code":"store_full","detail":"no room"}"#);
    }
    let endpoints = shared.endpoints.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for url in endpoints {
        let (authority, path) = url.trim_start_matches("http://").split_once('/').expect("an URL has a path");
        let mut receiver =
            Connection::new(TcpStream::connect(authority).await.expect("the receiver listens"));
        for _ in 0..shared.behaviour.delivers {
            let payload = body["payload"].to_string();
            let request =
                format!("POST /{path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{payload}", payload.len());
            receiver.write(request.as_bytes()).await.expect("the receiver reads");
            assert!(receiver.read_message().await.expect("the receiver answers"));
            assert_eq!(receiver.status(), Some(200));
        }
    }
    (202, r#"{"id":"msg_1"}"#)
}
