//! Ten thousand publishers at once, each on a connection of its own.

use std::collections::BTreeSet;

use klingel_testkit::gate::Gate;
use klingel_testkit::receiver::Receiver;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::publishers::Answers;
use crate::server::House;

/// Publishers.
const PUBLISHERS: usize = 10_000;
/// Files that are needed beside their connections.
const OTHER_FILES: u64 = 500;
/// Connections that are being made at a time: more than the system keeps for a listener would be dropped.
const CONNECTING: usize = 500;

/// As many as files may be open in a process; fewer only where the system forbids ten thousand.
fn publishers() -> usize {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("the limit may be used up");
    let files = maximum.map_or(usize::MAX, |files| usize::try_from(files - OTHER_FILES).expect("it fits"));
    PUBLISHERS.min(files)
}

/// Posts one message when the gate opens; the id when it was accepted.
async fn publish(mut stream: TcpStream, key: String, gate: Gate, seen: Answers) -> Option<String> {
    let body = json!({ "eventType": "a.b", "payload": {} }).to_string();
    let request = format!(
        "POST /api/v1/app/app/msg/ HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    gate.pass().await;
    let mut answer = String::new();
    let written = stream.write_all(request.as_bytes()).await;
    if written.is_err() || stream.read_to_string(&mut answer).await.is_err() {
        seen.note(0);
        return None;
    }
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    seen.note(status);
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let accepted: Value = serde_json::from_str(body).ok()?;
    Some(accepted["id"].as_str().filter(|_| status == 202)?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_publishers_at_once_are_answered_and_every_promise_is_kept() {
    let publishers = publishers();
    let house = House::new()
        .with("KLINGEL_CONNECTIONS_MAX", (publishers + 10).to_string())
        .with("KLINGEL_HEADER_READ_TIMEOUT", "5m")
        .with("KLINGEL_REQUEST_TIMEOUT", "5m");
    let receiver = Receiver::start().await;
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    api.endpoint("app", &json!({ "url": receiver.url("/hook"), "maxInFlight": 100 })).await;

    let (gate, seen, mut crowd) = (Gate::shut(), Answers::default(), JoinSet::new());
    let mut left = publishers;
    while left > 0 {
        let mut connecting = JoinSet::new();
        for _ in 0..left.min(CONNECTING) {
            let address = server.base.trim_start_matches("http://").to_owned();
            connecting.spawn(async move { TcpStream::connect(address).await.expect("the system takes it") });
        }
        for stream in connecting.join_all().await {
            crowd.spawn(publish(stream, key.clone(), gate.clone(), seen.clone()));
            left -= 1;
        }
    }
    gate.open();
    let accepted: BTreeSet<String> = crowd.join_all().await.into_iter().flatten().collect();
    let requests = receiver.wait_for(accepted.len() as u64).await;
    let id = |headers: &http::HeaderMap| headers["webhook-id"].to_str().expect("ASCII").to_owned();
    let arrived: BTreeSet<String> = requests.iter().map(|request| id(&request.headers)).collect();
    let lost = accepted.difference(&arrived).count();
    println!(
        "{publishers} publishers at once: they saw {seen}; of {} accepted messages {lost} were lost; {} repetitions; \
         peak of memory {} MiB",
        accepted.len(),
        requests.len() - arrived.len(),
        server.memory_peak_kib() / 1024
    );
    assert_eq!((accepted.len(), lost), (publishers, 0), "nobody was turned away, nothing was lost");
    server.stop().await;
}
