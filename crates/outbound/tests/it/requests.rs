//! What the receiver sees.

use bytes::Bytes;
use http::{HeaderName, Method};
use klingel_engine::deliver::transport::Transport;
use klingel_model::ErrorClass;
use klingel_testkit::receiver::Receiver;

use crate::setup::{Names, client, fail, open, open_client, request};

#[tokio::test]
async fn a_request_arrives_byte_for_byte() {
    let receiver = Receiver::start().await;
    let body: Vec<u8> = (0..=255).cycle().take(1024 * 1024).collect();
    let mut sent = request(&receiver.url("/hook/%7Eme;v=1?a=b&c=%20d"));
    sent.body = Bytes::from(body.clone());
    sent.headers.append("webhook-id", "msg_1").unwrap();
    open_client().send(sent).await.unwrap();
    let got = &receiver.wait_for(1).await[0];
    assert_eq!((&got.method, got.path.as_str()), (&Method::POST, "/hook/%7Eme;v=1?a=b&c=%20d"));
    assert_eq!(got.headers["webhook-id"], "msg_1");
    assert_eq!(got.headers["host"], receiver.address().to_string());
    assert_eq!(got.headers["content-length"], "1048576");
    assert!(got.headers["user-agent"].to_str().unwrap().starts_with("Klingel/"));
    assert!(!got.headers.contains_key("accept-encoding"));
    assert_eq!(got.body, body);
}

#[tokio::test]
async fn an_empty_body_says_so() {
    let receiver = Receiver::start().await;
    let mut sent = request(&receiver.url("/"));
    sent.body = Bytes::new();
    open_client().send(sent).await.unwrap();
    assert_eq!(receiver.wait_for(1).await[0].headers["content-length"], "0");
}

#[tokio::test]
async fn headers_cannot_smuggle_a_second_request() {
    let receiver = Receiver::start().await;
    let mut sent = request(&receiver.url("/"));
    for (name, value) in [
        ("host", "internal.example"),
        ("content-length", "0"),
        ("transfer-encoding", "chunked"),
        ("connection", "upgrade, x-inner"),
        ("upgrade", "h2c"),
        ("te", "trailers"),
        ("trailer", "x-late"),
        ("expect", "100-continue"),
        ("keep-alive", "timeout=1"),
        ("proxy-connection", "keep-alive"),
        ("accept-encoding", "gzip"),
    ] {
        sent.headers.append(name, value).unwrap();
    }
    sent.body = Bytes::from_static(b"POST /second HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
    open_client().send(sent.clone()).await.unwrap();
    let got = receiver.wait_for(1).await;
    let mut names: Vec<_> = got[0].headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-length", "host", "user-agent"]);
    assert_eq!((got.len(), &got[0].body), (1, &sent.body));
}

#[tokio::test]
async fn user_and_password_of_the_url_become_basic_authentication() {
    let receiver = Receiver::start().await;
    let url = format!("http://Aladdin:open%20sesame@{}/", receiver.address());
    open_client().send(request(&url)).await.unwrap();
    let got = &receiver.wait_for(1).await[0];
    assert_eq!(got.headers["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_eq!(got.headers["host"], receiver.address().to_string());
}

#[tokio::test]
async fn the_host_header_is_the_urls_and_not_the_addresss() {
    let receiver = Receiver::start().await;
    let names = Names::of("xn--bcher-kva.test", &["127.0.0.1"]);
    let port = receiver.address().port();
    client(&open(), &names).send(request(&format!("http://Bücher.test:{port}/"))).await.unwrap();
    assert_eq!(receiver.wait_for(1).await[0].headers["host"], format!("xn--bcher-kva.test:{port}"));
}

#[tokio::test]
async fn a_url_that_is_none_cannot_be_sent_to() {
    let client = open_client();
    for url in ["", "/hook", "example.com/hook", "ftp://example.com/", "http:///", "mailto:a@b.example"] {
        let failure = fail(&client, url).await;
        assert!(
            matches!(failure.class, ErrorClass::Unsendable | ErrorClass::Dns),
            "{url}: {:?} {}",
            failure.class,
            failure.sentence
        );
    }
}
