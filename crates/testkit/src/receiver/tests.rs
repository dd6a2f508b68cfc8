use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Answer, Receiver};
use crate::gate::Gate;

async fn post(receiver: &Receiver, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(receiver.address()).await.unwrap();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nx-own: 1\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn remembers_requests_in_order() {
    let receiver = Receiver::start().await;
    assert!(post(&receiver, "/a?b=c", "one").await.starts_with("HTTP/1.1 200 OK\r\n"));
    post(&receiver, "/second", "").await;
    let requests = receiver.wait_for(2).await;
    let seen: Vec<_> =
        requests.iter().map(|r| (r.order, r.connection, r.path.as_str(), &r.body[..])).collect();
    assert_eq!(seen, [(0, 0, "/a?b=c", &b"one"[..]), (1, 1, "/second", b"")]);
    assert_eq!(requests[0].headers["x-own"], "1");
    assert_eq!((receiver.count(), receiver.connections()), (2, 2));
    assert_eq!(receiver.take_requests().len(), 2);
    assert_eq!((receiver.requests().len(), receiver.count()), (0, 2));
}

#[tokio::test]
async fn answers_in_turn_then_by_the_script() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|received| Answer::status(if received.path == "/gone" { 410 } else { 204 }));
    receiver.answer_in_turn([Answer::status(503).header("retry-after", "7").body("later")]);
    let first = post(&receiver, "/gone", "").await;
    assert!(first.starts_with("HTTP/1.1 503 "), "{first}");
    assert!(first.contains("retry-after: 7\r\n") && first.ends_with("\r\n\r\nlater"), "{first}");
    assert!(post(&receiver, "/gone", "").await.starts_with("HTTP/1.1 410 "));
    assert!(post(&receiver, "/", "").await.starts_with("HTTP/1.1 204 "));
}

#[tokio::test]
async fn a_held_answer_waits_for_its_gate() {
    let receiver = Receiver::start().await;
    let gate = Gate::shut();
    receiver.answer_in_turn([Answer::status(200).hold(&gate)]);
    let held = post(&receiver, "/held", "");
    tokio::pin!(held);
    tokio::select! {
        answer = &mut held => panic!("answered before the gate was opened: {answer}"),
        requests = receiver.wait_for(1) => assert_eq!(requests[0].path, "/held"),
    }
    gate.open();
    assert!(held.await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn closing_cuts_open_connections_but_not_later_ones() {
    let receiver = Receiver::start().await;
    let mut idle = TcpStream::connect(receiver.address()).await.unwrap();
    idle.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    receiver.wait_for(1).await;
    receiver.close_connections();
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
    post(&receiver, "/", "").await;
    assert_eq!(receiver.count(), 2);
}
