//! Strange but complete answers: what is kept of them, and that none of them costs much.

use klingel_testkit::hostile::{Hostile, HostileReceiver};
use klingel_testkit::receiver::{Answer, Receiver};

use crate::setup::{open_client, send};

const KEPT: usize = 16 * 1024;
/// What the system's buffers between two sockets on loopback may swallow beyond what was read.
const BUFFERED_BYTES_MAX: u64 = 16 * 1024 * 1024;

#[tokio::test]
async fn endless_bodies_are_cut_and_the_status_counts() {
    let huge = 100 * 1024 * 1024;
    let client = open_client();
    for kind in [Hostile::EndlessBody, Hostile::HugeBody(huge), Hostile::CrumbledBody] {
        let receiver = HostileReceiver::start(kind.clone()).await;
        let response = send(&client, &receiver.url("/")).await.unwrap();
        assert_eq!(response.status, 200, "{kind:?}");
        let least = if matches!(kind, Hostile::CrumbledBody) { 8 * 1024 } else { KEPT };
        assert!((least..=KEPT).contains(&response.body.len()), "{kind:?}: {}", response.body.len());
        let sent = receiver.sent_bytes();
        assert!(sent < BUFFERED_BYTES_MAX, "{kind:?}: the receiver could send {sent} bytes");
        send(&client, &receiver.url("/")).await.unwrap();
        assert_eq!(receiver.connections(), 2, "{kind:?}: a connection with an unread rest is closed");
    }
}

#[tokio::test]
async fn bodies_are_kept_byte_for_byte() {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let broken_utf8 = b"\xff\xfe\xc3(\xed\xa0\x80\0\0".to_vec();
    let client = open_client();
    for body in [Vec::new(), vec![0; 1000], all_bytes, broken_utf8, vec![b'x'; KEPT]] {
        let receiver = HostileReceiver::start(Hostile::Body(body.clone())).await;
        assert_eq!(send(&client, &receiver.url("/")).await.unwrap().body, body);
    }
}

#[tokio::test]
async fn a_longer_body_is_cut_exactly() {
    let body: Vec<u8> = (0..60_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let receiver = Receiver::start().await;
    let whole = body.clone();
    receiver.answer_with(move |_| Answer::status(200).body(whole.clone()));
    let client = open_client();
    for _ in 0..2 {
        assert_eq!(send(&client, &receiver.url("/")).await.unwrap().body, body[..KEPT]);
    }
    assert_eq!(receiver.connections(), 1, "what was read to its end can be used again");
}

#[tokio::test]
async fn a_compressed_answer_is_not_expanded() {
    let receiver = HostileReceiver::start(Hostile::GzipBomb).await;
    let response = send(&open_client(), &receiver.url("/")).await.unwrap();
    assert_eq!(response.headers.text("content-encoding"), Some("gzip"));
    assert!(response.body.starts_with(&[0x1f, 0x8b]) && response.body.len() < KEPT);
}

#[tokio::test]
async fn redirects_are_answers_and_are_not_followed() {
    let client = open_client();
    let elsewhere = Receiver::start().await;
    for to in ["http://169.254.169.254/latest/meta-data/".to_owned(), elsewhere.url("/stolen")] {
        let receiver = HostileReceiver::start(Hostile::Redirect(to.clone())).await;
        let response = send(&client, &receiver.url("/")).await.unwrap();
        assert_eq!((response.status, response.headers.text("location").unwrap()), (301, to.as_str()));
    }
    for status in [302, 303, 307, 308] {
        let receiver = Receiver::start().await;
        receiver.answer_with(move |_| Answer::status(status).header("location", "/again"));
        assert_eq!(send(&client, &receiver.url("/")).await.unwrap().status, status);
        assert_eq!(receiver.count(), 1);
    }
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn an_interim_answer_before_the_real_one_is_passed_over() {
    let raw = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n".to_vec();
    let receiver = HostileReceiver::start(Hostile::Raw(raw)).await;
    assert_eq!(send(&open_client(), &receiver.url("/")).await.unwrap().status, 204);
}

#[tokio::test]
async fn an_answer_that_ends_with_the_connection_is_complete() {
    let receiver =
        HostileReceiver::start(Hostile::Raw(b"HTTP/1.0 200 OK\r\n\r\nold but whole".to_vec())).await;
    let response = send(&open_client(), &receiver.url("/")).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (200, &b"old but whole"[..]));
}

#[tokio::test]
async fn an_answer_before_the_request_was_read_counts() {
    let receiver = HostileReceiver::start(Hostile::AnswerEarly).await;
    let response = send(&open_client(), &receiver.url("/")).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (200, &b"early"[..]));
}

#[tokio::test]
async fn as_many_headers_as_are_allowed_are_taken() {
    let receiver = HostileReceiver::start(Hostile::HeaderLines(99)).await;
    let response = send(&open_client(), &receiver.url("/")).await.unwrap();
    assert_eq!(response.headers.len(), 100);
}

#[tokio::test]
async fn a_switch_of_protocols_nobody_asked_for_is_only_a_status() {
    let raw =
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: evil\r\n\r\nbytes".to_vec();
    let receiver = HostileReceiver::start(Hostile::Raw(raw)).await;
    match send(&open_client(), &receiver.url("/")).await {
        Ok(response) => assert_eq!(response.status, 101),
        Err(failure) => assert_eq!(failure.class, klingel_model::ErrorClass::Http, "{}", failure.sentence),
    }
}

#[tokio::test]
async fn a_second_answer_is_never_taken_for_the_next_requests() {
    let honest = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec();
    let forged = b"HTTP/1.1 299 Forged\r\ncontent-length: 0\r\n\r\n".to_vec();
    let receiver = HostileReceiver::start(Hostile::Raw([honest, forged].concat())).await;
    let client = open_client();
    for connections in 1..=3 {
        let response = send(&client, &receiver.url("/")).await.unwrap();
        assert_eq!((response.status, &response.body[..]), (200, &b"ok"[..]));
        assert_eq!(receiver.connections(), connections);
    }
}
