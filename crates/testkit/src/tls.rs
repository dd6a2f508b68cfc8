//! A receiver that speaks TLS, with a certificate by an authority of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Bytes of a request that are read at once.
const READ_BYTES: usize = 4096;

/// Answers `204` to everything over TLS. It stops when it is dropped.
#[derive(Debug)]
pub struct TlsReceiver {
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
    /// Starts one on a free port of 127.0.0.1, with a certificate for this name (or address).
    pub async fn start(certificate_for: &str) -> Self {
        const MADE: &str = "keys and certificates can be made";
        let mut authority = CertificateParams::new(Vec::new()).expect(MADE);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().expect(MADE)).expect(MADE);
        let key = KeyPair::generate().expect(MADE);
        let params =
            CertificateParams::new(vec![certificate_for.to_owned()]).expect("a test gives a valid name");
        let certificate = params.signed_by(&key, &authority).expect(MADE);
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows the usual versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).expect(MADE),
            )
            .expect("key and certificate belong together");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback port can be bound");
        let address = listener.local_addr().expect("a bound listener has an address");
        let accepting = tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config))));
        Self { address, ca_pem: authority.pem(), accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority that its certificate is from.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((tcp, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that does not trust this certificate ends the handshake.
            let Ok(mut tls) = acceptor.accept(tcp).await else { return };
            let mut request = [0; READ_BYTES];
            while tls.read(&mut request).await.is_ok_and(|read| read > 0) {
                if tls.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
                    return;
                }
            }
        });
    }
}
