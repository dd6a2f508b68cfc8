//! Receivers with certificates good and bad.

use std::net::SocketAddr;
use std::sync::Arc;

use klingel_model::ErrorClass;
use klingel_outbound::ClientConfig;
use klingel_testkit::hostile::{Hostile, HostileReceiver};
use klingel_testkit::receiver::Receiver;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::setup::{Names, client, fail, open, send};

const NAME: &str = "secure.test";

/// Answers `204` to everything over TLS.
struct TlsReceiver {
    address: SocketAddr,
    ca_pem: String,
    accepting: JoinHandle<()>,
}

impl Drop for TlsReceiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl TlsReceiver {
    /// With a certificate for this name (or address) by an authority of its own.
    async fn start(certificate_for: &str) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![certificate_for.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config))));
        Self { address, ca_pem: authority.pem(), accepting }
    }

    fn url(&self) -> String {
        format!("https://{NAME}:{}/", self.address.port())
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((tcp, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that does not trust this certificate ends the handshake.
            let Ok(mut tls) = acceptor.accept(tcp).await else { return };
            let mut request = [0; 4096];
            while tls.read(&mut request).await.is_ok_and(|read| read > 0) {
                if tls.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
                    return;
                }
            }
        });
    }
}

fn trusting(ca_pem: &str) -> ClientConfig {
    ClientConfig { extra_ca_pem: Some(ca_pem.as_bytes().to_vec()), ..open() }
}

fn names() -> Arc<Names> {
    Names::of(NAME, &["127.0.0.1"])
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    let receiver = TlsReceiver::start(NAME).await;
    let failure = fail(&client(&open(), &names()), &receiver.url()).await;
    assert_eq!(failure.class, ErrorClass::Tls);
    assert!(failure.sentence.contains("extra_ca_pem"), "{}", failure.sentence);
}

#[tokio::test]
async fn an_authority_of_the_operators_is_trusted() {
    let receiver = TlsReceiver::start(NAME).await;
    let names = names();
    let client = client(&trusting(&receiver.ca_pem), &names);
    for _ in 0..3 {
        assert_eq!(send(&client, &receiver.url()).await.unwrap().status, 204);
    }
    assert_eq!(names.asked().len(), 1, "TLS connections are used again");
}

#[tokio::test]
async fn a_certificate_for_an_address_is_trusted_for_that_address() {
    let receiver = TlsReceiver::start("127.0.0.1").await;
    let client = client(&trusting(&receiver.ca_pem), &Names::none());
    assert_eq!(send(&client, &format!("https://{}/", receiver.address)).await.unwrap().status, 204);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    let receiver = TlsReceiver::start("other.test").await;
    let failure = fail(&client(&trusting(&receiver.ca_pem), &names()), &receiver.url()).await;
    assert_eq!(failure.class, ErrorClass::Tls);
    assert!(failure.sentence.contains("another host name"), "{}", failure.sentence);
}

#[tokio::test]
async fn a_port_without_tls_is_told_as_such() {
    let plain = Receiver::start().await;
    let failure = fail(&client(&open(), &Names::none()), &format!("https://{}/", plain.address())).await;
    assert_eq!(failure.class, ErrorClass::Tls, "{}", failure.sentence);
    assert!(failure.sentence.contains("does not speak TLS"), "{}", failure.sentence);
    assert_eq!(plain.count(), 0);
    let silent = HostileReceiver::start(Hostile::AnswerEarly).await;
    let failure = fail(&client(&open(), &Names::none()), &format!("https://{}/", silent.address())).await;
    assert_eq!(failure.class, ErrorClass::Tls, "{}", failure.sentence);
}

#[tokio::test]
async fn plain_http_to_a_tls_port_is_no_http_answer() {
    let receiver = TlsReceiver::start(NAME).await;
    let failure = fail(&client(&open(), &names()), &format!("http://{}/", receiver.address)).await;
    assert_eq!(failure.class, ErrorClass::Http, "{}", failure.sentence);
}
