//! Publish calls over a connection: the door that answers most of them and the router that answers the rest are the
//! same to whoever calls.

use std::collections::BTreeMap;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::House;

/// Status line and headers of an answer, but for those that differ from one request to the next.
fn head(answer: &str) -> (String, BTreeMap<String, String>) {
    let mut lines = answer.split("\r\n");
    let status = lines.next().unwrap_or_default().to_owned();
    let headers = lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": "));
    let mut headers: BTreeMap<_, _> =
        headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for name in ["x-request-id", "date"] {
        assert!(headers.remove(name).is_some(), "{name} is missing: {answer}");
    }
    (status, headers)
}

#[tokio::test(flavor = "multi_thread")]
async fn door_and_router_write_the_same_heads() {
    let house = House::new().with("KLINGEL_REQUEST_TIMEOUT", "1s");
    let key = house.key("admin").await;
    let server = house.serve().await;
    server.api(&key).post("/app/", &json!({"name": "N", "uid": "a"})).await;
    let address = server.base.trim_start_matches("http://");
    // All on one connection, so that its timers are used again.
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    for (body, status) in [(r#"{"eventType":"x","payload":{}}"#, "202"), ("{", "400"), ("[]", "422")] {
        let mut heads = Vec::new();
        for app in ["a", "%61"] {
            let length = body.len();
            let request = format!(
                "POST /api/v1/app/{app}/msg HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            connection.write_all(request.as_bytes()).await.expect("it reads");
            heads.push(head(&one_answer(&mut connection).await));
        }
        assert!(heads[0].0.contains(status), "{heads:?}");
        assert_eq!(heads[0], heads[1]);
    }

    // The door's requests have their time as well.
    let half = format!(
        "POST /api/v1/app/a/msg HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 10\r\n\r\n{{"
    );
    connection.write_all(half.as_bytes()).await.expect("it reads");
    let answer = one_answer(&mut connection).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("request_timeout"), "{answer}");
    server.stop().await;
}

/// Reads an answer of a known length.
async fn one_answer(connection: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
            let length: usize = length.and_then(|text| text.parse().ok()).expect("every answer has a length");
            if body.len() >= length {
                return text;
            }
        }
        let read = connection.read_buf(&mut answer).await.expect("it answers");
        assert!(read > 0, "closed after {text}");
    }
}
