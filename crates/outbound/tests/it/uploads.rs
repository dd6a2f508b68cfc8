//! Requests too large for the buffers on the way.

use std::sync::Arc;

use bytes::Bytes;
use klingel_engine::deliver::transport::Transport;
use klingel_outbound::ClientConfig;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::setup::{Names, client, open, open_client, request};

/// More than the system's buffers between two sockets on loopback hold.
const LARGE_BYTES: usize = 8 * 1024 * 1024;

#[tokio::test]
async fn a_refusal_before_the_end_of_a_large_request_counts() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut sent = request(&format!("http://{}/", listener.local_addr().unwrap()));
    sent.body = Bytes::from(vec![b'x'; LARGE_BYTES]);
    let client = open_client();
    let refusing = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 512]).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 413 Too Large\r\ncontent-length: 8\r\n\r\ntoo much").await.unwrap();
        // Closed with much unread, so that the system resets the connection and writing to it fails.
    };
    let (answer, ()) = tokio::join!(client.send(sent), refusing);
    let answer = answer.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (413, &b"too much"[..]));
}

#[tokio::test]
async fn a_large_request_goes_over_tls_to_its_end() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let (acceptor, ca_pem) = acceptor();
    let config = ClientConfig { extra_ca_pem: Some(ca_pem.into_bytes()), ..open() };
    let client = client(&config, &Names::none());
    let sending = async {
        for _ in 0..2 {
            let mut sent = request(&url);
            sent.body = Bytes::from(vec![b'x'; LARGE_BYTES]);
            assert_eq!(client.send(sent).await.unwrap().status, 200);
        }
    };
    let receiving = async {
        let (stream, _) = listener.accept().await.unwrap();
        let mut tls = acceptor.accept(stream).await.unwrap();
        for _ in 0..2 {
            let (mut request, mut piece) = (Vec::new(), vec![0; 16 * 1024]);
            let head = loop {
                let read = tls.read(&mut piece).await.unwrap();
                assert!(read > 0);
                request.extend_from_slice(&piece[..read]);
                if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
                    break end + 4;
                }
            };
            let mut body_bytes = request.len() - head;
            while body_bytes < LARGE_BYTES {
                let read = tls.read(&mut piece).await.unwrap();
                assert!(read > 0 && piece[..read].iter().all(|byte| *byte == b'x'));
                body_bytes += read;
            }
            assert_eq!(body_bytes, LARGE_BYTES);
            tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            tls.flush().await.unwrap();
        }
    };
    tokio::join!(sending, receiving);
}

/// For 127.0.0.1, with a certificate that is its own authority.
fn acceptor() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}
