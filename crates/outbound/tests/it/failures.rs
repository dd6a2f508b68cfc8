//! Answers that do not come, or not as HTTP, or not to their end.

use std::time::Instant;

use klingel_engine::deliver::transport::{Failure, Transport};
use klingel_model::ErrorClass;
use klingel_outbound::{Client, ClientConfig};
use klingel_testkit::hostile::{Hostile, HostileReceiver};

use crate::setup::{Names, SHORT, client, fail, open, open_client, request};

async fn failure_of(client: &Client, kind: Hostile) -> (HostileReceiver, Failure) {
    let receiver = HostileReceiver::start(kind).await;
    let failure = fail(client, &receiver.url("/hook?token=s3cr3t")).await;
    assert!(!failure.sentence.contains("s3cr3t"), "{}", failure.sentence);
    assert!(!failure.sentence.contains("/hook"), "{}", failure.sentence);
    (receiver, failure)
}

#[tokio::test]
async fn what_is_no_http_answer_is_told_as_such() {
    let kinds = [
        (Hostile::Raw(b"<html>HTTP/0.9 has no status line</html>".to_vec()), "not HTTP/1.1"),
        (Hostile::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), "not HTTP/1.1"),
        (Hostile::Raw(b"HTTP/1.1 20000 OK\r\n\r\n".to_vec()), "not HTTP/1.1"),
        (Hostile::Raw(b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n".to_vec()), "not HTTP/1.1"),
        (
            Hostile::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_vec()),
            "not HTTP/1.1",
        ),
        (Hostile::Raw(b"HTTP/1.1 200 OK\r\nx-cut: y".to_vec()), "in the middle of"),
        (Hostile::Raw(Vec::new()), "without an answer"),
        (Hostile::Close, "without an answer"),
        (Hostile::Reset, "without an answer"),
        (Hostile::EndlessHeaders, "more headers than are read"),
        (Hostile::EndlessHeaderLine, "more headers than are read"),
        (Hostile::HeaderLines(100), "more headers than are read"),
        (Hostile::InterimStorm, "more headers than are read"),
    ];
    let client = open_client();
    for (kind, part) in kinds {
        let (receiver, failure) = failure_of(&client, kind.clone()).await;
        assert_eq!((failure.class, failure.status), (ErrorClass::Http, 0), "{kind:?}: {}", failure.sentence);
        assert!(failure.sentence.contains(part), "{kind:?}: {}", failure.sentence);
        assert!(receiver.sent_bytes() < 16 * 1024 * 1024, "{kind:?}: {} bytes", receiver.sent_bytes());
        assert_eq!(receiver.connections(), 1, "{kind:?}: a fresh connection is not tried twice");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_kept_as_far_as_it_came() {
    let broken_chunk = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf!\r\nzz\r\n".to_vec();
    let client = open_client();
    for kind in [Hostile::HalfClosed, Hostile::ResetMidBody, Hostile::Raw(broken_chunk)] {
        let (_receiver, failure) = failure_of(&client, kind.clone()).await;
        assert_eq!(
            (failure.class, failure.status),
            (ErrorClass::Body, 200),
            "{kind:?}: {}",
            failure.sentence
        );
        // A reset may overtake what was sent before it.
        let reset = matches!(kind, Hostile::ResetMidBody);
        assert!(&failure.body[..] == b"half!" || (reset && failure.body.is_empty()), "{kind:?}");
    }
}

#[tokio::test]
async fn the_time_out_covers_everything_up_to_the_end_of_the_body() {
    let kinds = [
        (Hostile::Silent, 0, "did not answer within", ""),
        (Hostile::SilentInHeaders, 0, "did not answer within", ""),
        (Hostile::SilentInBody, 200, "began to answer with status 200", "half!"),
    ];
    let client = open_client();
    for (kind, status, part, body) in kinds {
        let receiver = HostileReceiver::start(kind.clone()).await;
        let mut sent = request(&receiver.url("/"));
        sent.timeout = SHORT;
        let failure = timed(client.send(sent)).await.unwrap_err();
        assert_eq!((failure.class, failure.status), (ErrorClass::Timeout, status), "{kind:?}");
        assert!(
            failure.sentence.contains(part) && failure.sentence.contains("200ms"),
            "{}",
            failure.sentence
        );
        assert_eq!(failure.body, body, "{kind:?}");
    }
}

#[tokio::test]
async fn a_connect_time_out_is_its_own() {
    let (client, deaf) = crate::setup::nobody_accepts().await;
    let failure = timed(client.send(request(&deaf.url("/")))).await.unwrap_err();
    assert_eq!(failure.class, ErrorClass::Connect, "{}", failure.sentence);
    assert!(failure.sentence.contains("connect time-out of 200ms"), "{}", failure.sentence);
}

#[tokio::test]
async fn a_tls_handshake_that_hangs_ends_with_the_connect_time_out() {
    let receiver = HostileReceiver::start(Hostile::Silent).await;
    let config = ClientConfig { connect_timeout: SHORT, ..open() };
    let url = format!("https://{}/", receiver.address());
    let failure = timed(client(&config, &Names::none()).send(request(&url))).await.unwrap_err();
    assert_eq!(failure.class, ErrorClass::Tls, "{}", failure.sentence);
}

#[tokio::test]
async fn a_port_nobody_listens_on_is_no_connection() {
    let receiver = HostileReceiver::start(Hostile::Silent).await;
    let url = receiver.url("/");
    drop(receiver);
    while std::net::TcpStream::connect(url["http://".len()..].trim_end_matches('/')).is_ok() {
        tokio::task::yield_now().await;
    }
    let failure = fail(&open_client(), &url).await;
    assert_eq!(failure.class, ErrorClass::Connect);
    assert!(failure.sentence.contains("nothing listens"), "{}", failure.sentence);
}

#[tokio::test]
async fn a_name_without_address_is_a_dns_failure() {
    let failure = fail(&open_client(), "https://nowhere.test/hook").await;
    assert_eq!(failure.class, ErrorClass::Dns);
    assert!(failure.sentence.contains("nowhere.test"), "{}", failure.sentence);
}

/// Fails a test whose client waits much longer than it should.
#[expect(
    clippy::disallowed_methods,
    reason = "real sockets keep real time, and time-outs are what is measured"
)]
async fn timed<T>(sending: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let outcome = sending.await;
    let took = began.elapsed();
    assert!(took >= SHORT && took < SHORT * 20, "took {took:?}");
    outcome
}
