//! Receivers that misbehave, each in one way: every attempt ends in time and is recorded, memory stays bounded, and no
//! other endpoint notices.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use klingel_testkit::hostile::{DeafReceiver, Hostile, HostileReceiver};
use klingel_testkit::receiver::{Answer, Receiver};
use klingel_testkit::tls::TlsReceiver;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::Api;
use crate::server::{House, Server};

/// What an attempt may take, here.
const TIMEOUT: Duration = Duration::from_millis(700);
/// An attempt is over this soon, on a machine that is busy with other things.
const ENDED_WITHIN_MS: u64 = 2_000;
/// A healthy endpoint of the same message has it this soon.
const PROMPT: Duration = Duration::from_secs(2);
/// What the default of `answer_kept_bytes_max` keeps, as base64.
const KEPT_TEXT_BYTES_MAX: usize = 16 * 1024 * 4 / 3 + 4;
/// By how much all of them together may raise the server's peak of memory.
const GROWTH_KIB_MAX: u64 = 48 * 1024;

/// What is recorded: status of the answer and class of the error.
type Recorded = (u16, Option<&'static str>);

const TAKEN: Recorded = (200, None);
const NO_HTTP: Recorded = (0, Some("http"));
const LATE: Recorded = (0, Some("timeout"));
/// Taken or not: both are right.
const EITHER: Recorded = (1, None);

/// Each way to misbehave, and what is recorded of it.
fn ways() -> Vec<(&'static str, Hostile, Recorded)> {
    let second = Duration::from_secs(1);
    let tick = Duration::from_millis(2);
    let slow_body = format!("HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n{}", "x".repeat(9000));
    vec![
        ("one byte a second", Hostile::Trickle(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), second), LATE),
        ("a body that drips", Hostile::Trickle(slow_body.into_bytes(), tick), (200, Some("timeout"))),
        ("interim answers that drip", Hostile::Trickle(b"HTTP/1.1 102 P\r\n\r\n".repeat(500), tick), LATE),
        ("interim answers, a storm", Hostile::InterimStorm, NO_HTTP),
        ("endless headers", Hostile::EndlessHeaders, NO_HTTP),
        ("an endless header line", Hostile::EndlessHeaderLine, NO_HTTP),
        ("10,000 headers", Hostile::HeaderLines(10_000), NO_HTTP),
        ("an endless body", Hostile::EndlessBody, TAKEN),
        ("an endless body of crumbs", Hostile::CrumbledBody, TAKEN),
        ("a body of 100 MiB", Hostile::HugeBody(100 * 1024 * 1024), TAKEN),
        ("a gzip bomb", Hostile::GzipBomb, TAKEN),
        ("NUL bytes", Hostile::Body(vec![0; 1000]), TAKEN),
        ("invalid UTF-8", Hostile::Body(b"\xff\xfe\xc3(\xed\xa0\x80\0".to_vec()), TAKEN),
        ("half-closed in the body", Hostile::HalfClosed, (200, Some("body"))),
        ("reset in the body", Hostile::ResetMidBody, (200, Some("body"))),
        ("reset before an answer", Hostile::Reset, NO_HTTP),
        ("closed before an answer", Hostile::Close, NO_HTTP),
        ("closed at once", Hostile::CloseAtOnce, NO_HTTP),
        ("accepted, then nothing", Hostile::Silent, LATE),
        ("nothing behind the first header", Hostile::SilentInHeaders, LATE),
        ("nothing behind half a body", Hostile::SilentInBody, (200, Some("timeout"))),
        ("HTTP/0.9", Hostile::Raw(b"<html>no status line</html>".to_vec()), NO_HTTP),
        ("garbage", Hostile::Raw((0..=255).cycle().take(5000).collect()), NO_HTTP),
        (
            "a redirect to a metadata address",
            Hostile::Redirect("http://169.254.169.254/latest/meta-data/".to_owned()),
            (301, Some("http")),
        ),
    ]
}

/// The receivers, kept alive, with a name, a URL and what is recorded.
struct Crowd {
    members: Vec<(&'static str, String, Recorded)>,
    _kept: (Vec<HostileReceiver>, TlsReceiver, DeafReceiver),
}

impl Crowd {
    async fn gather() -> Self {
        let (mut members, mut kept) = (Vec::new(), Vec::new());
        for (name, way, recorded) in ways() {
            let receiver = HostileReceiver::start(way).await;
            members.push((name, receiver.url("/hook"), recorded));
            kept.push(receiver);
        }
        let (untrusted, deaf) = (TlsReceiver::start("127.0.0.1").await, DeafReceiver::start().await);
        let [plain, hanging] = [Hostile::AnswerEarly, Hostile::Silent].map(HostileReceiver::start);
        for (name, receiver) in [("no TLS at all", plain.await), ("TLS that hangs", hanging.await)] {
            members.push((name, format!("https://{}/", receiver.address()), (0, Some("tls"))));
            kept.push(receiver);
        }
        let untrusted_url = format!("https://{}/", untrusted.address());
        // Whether it is taken as the answer depends on who is faster; it must not be taken for another request's.
        let early = HostileReceiver::start(Hostile::AnswerEarly).await;
        members.push(("an answer before the request", early.url("/hook"), EITHER));
        kept.push(early);
        members.push(("a certificate of nobody's", untrusted_url, (0, Some("tls"))));
        members.push(("nobody takes the connection", deaf.url("/"), (0, Some("connect"))));
        members.push(("nobody listens", "http://127.0.0.1:1/".to_owned(), (0, Some("connect"))));
        Self { members, _kept: (kept, untrusted, deaf) }
    }
}

type Arrivals = Arc<Mutex<BTreeMap<String, Vec<Instant>>>>;

/// A receiver that takes everything and notes when.
async fn healthy() -> (Receiver, Arrivals) {
    let (receiver, arrivals) = (Receiver::start().await, Arrivals::default());
    let book = Arc::clone(&arrivals);
    receiver.answer_with(move |request| {
        let mut book = book.lock().expect("nothing panics under it");
        book.entry(request.path.clone()).or_default().push(Instant::now());
        Answer::status(200)
    });
    (receiver, arrivals)
}

struct Seen {
    accepted: Instant,
    attempt: Value,
}

/// Sends one message to a hostile and a healthy endpoint, and waits for the record of the hostile one.
async fn meet(api: &Api, app: String, hostile: String, healthy: String) -> Seen {
    api.application(&app, &[]).await;
    let endpoint = api.endpoint(&app, &json!({ "url": hostile, "retrySchedule": [] })).await;
    api.endpoint(&app, &json!({ "url": healthy })).await;
    api.accepted(&app, &json!({})).await;
    let accepted = Instant::now();
    let attempt = api.recorded(&app, &endpoint, 1).await.remove(0);
    Seen { accepted, attempt }
}

async fn start() -> (House, Server, Api) {
    let house = House::new()
        .with("KLINGEL_ATTEMPT_TIMEOUT_MAX", format!("{}ms", TIMEOUT.as_millis()))
        .with("KLINGEL_CONNECT_TIMEOUT", "400ms");
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    (house, server, api)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hostile_receiver_ends_in_a_record_and_harms_nobody() {
    let ((_house, server, api), (receiver, arrivals)) = (start().await, healthy().await);
    let before_kib = server.memory_peak_kib();
    let crowd = Crowd::gather().await;
    let meetings = crowd.members.iter().enumerate().map(|(place, (_, url, _))| {
        meet(&api, format!("app{place}"), url.clone(), receiver.url(&format!("/{place}")))
    });
    let seen = join_all(meetings).await;
    receiver.wait_for(crowd.members.len() as u64).await;

    println!("{:34}{:>8} {:10}{:>8}{:>8}  healthy neighbour", "receiver", "status", "error", "ms", "kept");
    for (place, (name, _, (status, class))) in crowd.members.iter().enumerate() {
        let Seen { accepted, attempt } = &seen[place];
        let took_ms = attempt["responseDurationMs"].as_u64().expect("a number");
        let kept = attempt["response"].as_str().expect("a text").len();
        let book = arrivals.lock().expect("nothing panics under it");
        let copies = &book[&format!("/{place}")];
        let after = copies[0].saturating_duration_since(*accepted);
        let error = attempt["errorClass"].as_str();
        println!(
            "{name:34}{:>8} {:10}{took_ms:>8}{kept:>8}  {} copy after {} ms",
            attempt["responseStatusCode"],
            error.unwrap_or("-"),
            copies.len(),
            after.as_millis()
        );
        let recorded = (attempt["responseStatusCode"].as_u64(), error);
        let right = if (*status, *class) == EITHER {
            recorded == (Some(200), None) || recorded == (Some(0), Some("http"))
        } else {
            recorded == (Some(u64::from(*status)), *class)
        };
        assert!(right, "{name}: {recorded:?}");
        assert!(took_ms <= ENDED_WITHIN_MS, "{name}: {took_ms} ms");
        assert!(kept <= KEPT_TEXT_BYTES_MAX, "{name}: {kept} bytes are kept");
        assert!(copies.len() == 1 && after <= PROMPT, "{name}: {} copies, {after:?}", copies.len());
    }
    let after_kib = server.memory_peak_kib();
    println!("peak of memory: {before_kib} KiB before, {after_kib} KiB after");
    assert!(after_kib <= before_kib + GROWTH_KIB_MAX);
    server.stop().await;
}
