//! Publish calls over a connection: the door that answers most of them and the router that answers the rest are the
//! same to whoever calls.

use std::collections::BTreeMap;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::{House, PATIENCE, Server};

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

fn request(app: &str, key: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /api/v1/app/{app}/msg HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

async fn write(connection: &mut TcpStream, text: &str) {
    connection.write_all(text.as_bytes()).await.expect("it reads");
}

const MESSAGE: &str = r#"{"eventType":"x","payload":{"n":1}}"#;

/// A server with an application `a`, and a key.
async fn serve(house: &House) -> (Server, String) {
    let key = house.key("admin").await;
    let server = house.serve().await;
    server.api(&key).post("/app/", &json!({"name": "N", "uid": "a"})).await;
    (server, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn door_and_router_write_the_same_heads() {
    let house = House::new();
    let (server, key) = serve(&house).await;
    let (mut by_door, mut by_router) = (server.connect().await, server.connect().await);
    for (body, status) in [(MESSAGE, "202"), ("{", "400"), ("[]", "422")] {
        let mut heads = Vec::new();
        for (connection, app) in [(&mut by_door, "a"), (&mut by_router, "%61")] {
            write(connection, &request(app, &key, body)).await;
            heads.push(head(&one_answer(connection).await));
        }
        assert!(heads[0].0.contains(status), "{heads:?}");
        assert_eq!(heads[0], heads[1]);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_pieces_several_at_once_and_other_requests_behind_them_are_answered_in_order() {
    let house = House::new();
    let (server, key) = serve(&house).await;
    let mut connection = server.connect().await;
    let call = request("a", &key, MESSAGE);
    let (head, body) = call.split_at(call.len() - MESSAGE.len());
    for piece in [&head[..10], &head[10..], &body[..5], &body[5..]] {
        write(&mut connection, piece).await;
        tokio::task::yield_now().await;
    }
    assert!(one_answer(&mut connection).await.starts_with("HTTP/1.1 202"), "in pieces");

    let get = "GET /api/v1/app/a/msg HTTP/1.1\r\nhost: x\r\nauthorization: Bearer none\r\n\r\n";
    write(&mut connection, &format!("{call}{call}{get}{call}")).await;
    for status in ["202", "202", "401", "202"] {
        let answer = one_answer(&mut connection).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
    }
    assert_eq!(server.api(&key).get("/app/a/msg/").await["data"].as_array().map(Vec::len), Some(4));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_have_their_limits_whoever_reads_them() {
    let house =
        House::new().with("KLINGEL_REQUEST_TIMEOUT", "300ms").with("KLINGEL_HEADER_READ_TIMEOUT", "300ms");
    let (server, key) = serve(&house).await;
    let mut slow = server.connect().await;
    let whole = request("a", &key, MESSAGE);
    write(&mut slow, &whole[..whole.len() - 1]).await;
    let answer = one_answer(&mut slow).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("request_timeout"), "{answer}");

    let mut large = server.connect().await;
    let head = request("a", &key, "").replace("content-length: 0", "content-length: 99999999");
    write(&mut large, &head).await;
    assert!(one_answer(&mut large).await.starts_with("HTTP/1.1 413"));

    let mut waiting = server.connect().await;
    write(&mut waiting, &whole).await;
    assert!(one_answer(&mut waiting).await.starts_with("HTTP/1.1 202"));
    let closed = tokio::time::timeout(PATIENCE, waiting.read(&mut [0])).await;
    assert_eq!(closed.expect("who says nothing is not waited for").expect("it is closed in order"), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_closes_the_connections_of_publishers_at_once() {
    let house = House::new().with("KLINGEL_SHUTDOWN_DEADLINE", "1h");
    let (server, key) = serve(&house).await;
    let mut connection = server.connect().await;
    write(&mut connection, &request("a", &key, MESSAGE)).await;
    assert!(one_answer(&mut connection).await.starts_with("HTTP/1.1 202"));
    let output = server.stop().await;
    assert!(!output.contains("cut off"), "{output}");
    assert_eq!(connection.read(&mut [0]).await.expect("it is closed in order"), 0);
}

/// Reads an answer of a known length, and not a byte beyond it.
async fn one_answer(connection: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    loop {
        answer.push(connection.read_u8().await.expect("it answers"));
        if !answer.ends_with(b"\r\n\r\n") {
            continue;
        }
        let head = String::from_utf8_lossy(&answer).into_owned();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let mut body = vec![0; length.and_then(|text| text.parse().ok()).expect("every answer has a length")];
        connection.read_exact(&mut body).await.expect("the body is whole");
        return head + &String::from_utf8_lossy(&body);
    }
}
