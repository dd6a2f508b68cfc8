//! What one connection may do to the server.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::{House, PATIENCE};

/// Everything that comes until the server closes.
async fn until_closed(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    let reading = tokio::time::timeout(PATIENCE, connection.read_to_end(&mut answer)).await;
    match reading.expect("the server closes the connection") {
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => panic!("{error}"),
        _ => String::from_utf8_lossy(&answer).into_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_never_end_and_bodies_that_never_come_are_not_waited_for() {
    let house =
        House::new().with("KLINGEL_HEADER_READ_TIMEOUT", "200ms").with("KLINGEL_REQUEST_TIMEOUT", "200ms");
    let key = house.key("admin").await;
    let server = house.serve().await;

    let mut slow = server.connect().await;
    slow.write_all(b"GET /api/v1/health/ HTTP/1.1\r\nhost: x\r\nx-never: ").await.expect("it reads");
    assert!(!until_closed(slow).await.contains("200 OK"));

    let mut empty = server.connect().await;
    let head = format!(
        "POST /api/v1/app/ HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 10\r\n\r\n{{"
    );
    empty.write_all(head.as_bytes()).await.expect("it reads");
    let answer = until_closed(empty).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("request_timeout"), "{answer}");

    let mut endless = server.connect().await;
    let mut long = b"GET / HTTP/1.1\r\nhost: x\r\nx-long: ".to_vec();
    long.resize(256 * 1024, b'a');
    // It may close before everything is written.
    let _cut = endless.write_all(&long).await;
    let answer = until_closed(endless).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");

    assert!(server.api(&key).get("/health/").await.is_null(), "the server goes on");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_wait_until_one_is_closed() {
    let house = House::new().with("KLINGEL_CONNECTIONS_MAX", "1");
    let server = house.serve().await;
    let request = b"GET /api/v1/health/ HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut first = server.connect().await;
    first.write_all(request).await.expect("it reads");
    let mut byte = [0];
    first.read_exact(&mut byte).await.expect("the first is answered");

    let mut second = server.connect().await;
    second.write_all(request).await.expect("the system keeps it");
    tokio::select! {
        _ = second.read_exact(&mut byte) => panic!("the second was answered while the first was open"),
        () = async { first.write_all(request).await.expect("it reads"); first.read_exact(&mut [0; 64]).await.expect("still open"); } => {}
    }
    drop(first);
    let answered = tokio::time::timeout(PATIENCE, second.read_exact(&mut byte)).await;
    answered.expect("the second is answered now").expect("and not cut off");
    server.stop().await;
}
