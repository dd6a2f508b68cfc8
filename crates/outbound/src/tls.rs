//! Whom TLS trusts: the platform's certificate authorities, or Mozilla's where the platform has none, and those that the
//! operator adds.

use std::fmt::Display;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::config::ConfigError;

/// Receivers whose TLS session is remembered, so that the next connection needs no full handshake.
const TLS_SESSIONS_MAX: usize = 4096;

/// The TLS configuration of all connections. `extra_ca_pem` is trusted beside the platform's authorities.
pub(crate) fn client_config(extra_ca_pem: Option<&[u8]>) -> Result<ClientConfig, ConfigError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let extra = extra_ca_pem.map(certificates).transpose()?.unwrap_or_default();
    let verifier = verifier(extra, &provider)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable("tls", error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::in_memory_sessions(TLS_SESSIONS_MAX);
    Ok(config)
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(unusable("extra_ca_pem", "holds no certificate in PEM form")),
        Err(error) => Err(unusable("extra_ca_pem", format!("is no valid PEM: {error}"))),
    }
}

fn verifier(
    extra: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, ConfigError> {
    // Asked without the extra ones first, because with them a platform that has none is not reported.
    match Verifier::new(Arc::clone(provider)) {
        Ok(platform) if extra.is_empty() => Ok(Arc::new(platform)),
        Ok(_) => Verifier::new_with_extra_roots(extra, Arc::clone(provider))
            .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>)
            .map_err(|error| unusable("extra_ca_pem", format!("holds an unusable certificate: {error}"))),
        Err(error) => {
            tracing::warn!(%error, "the platform has no certificate authorities; using the built-in ones");
            let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
            for certificate in extra {
                roots.add(certificate).map_err(|error| unusable("extra_ca_pem", error))?;
            }
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
                .build()
                .map(|verifier| verifier as Arc<dyn ServerCertVerifier>)
                .map_err(|error| unusable("extra_ca_pem", error))
        }
    }
}

fn unusable(setting: &'static str, problem: impl Display) -> ConfigError {
    ConfigError { setting, sentence: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use super::client_config;

    #[test]
    fn the_platform_or_the_built_in_authorities_will_do() {
        assert_eq!(client_config(None).unwrap().alpn_protocols, [b"http/1.1"]);
    }

    #[test]
    fn an_extra_authority_that_is_none_is_refused_by_name() {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "no pem", broken] {
            assert_eq!(client_config(Some(pem.as_bytes())).unwrap_err().setting, "extra_ca_pem", "{pem}");
        }
    }
}
