//! The header `webhook-signature` (specification, section "Signature scheme").

use std::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use klingel_model::{SecretKey, SigningSecret};

/// Bytes of the longest item: `v1a`, comma, base64 of 64 bytes.
const ITEM_BYTES_MAX: usize = 4 + 88;

/// No signature can be made; the sentence is for the endpoint's owner and holds no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotSign {
    /// The endpoint has no secret that is still in force.
    NoSecret,
    /// A secret is not one of this scheme.
    ForeignSecret,
    /// A key pair whose halves do not belong together.
    BrokenKeyPair,
}

impl fmt::Display for CannotSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSecret => {
                "The endpoint has no signing secret that is still in force; rotate its secret to give it one."
            }
            Self::ForeignSecret => {
                "The endpoint's secret has a form that Standard Webhooks does not know; rotate it to whsec_… or whsk_…."
            }
            Self::BrokenKeyPair => {
                "The halves of the endpoint's key pair whsk_… do not belong together; rotate its secret."
            }
        })
    }
}

impl std::error::Error for CannotSign {}

/// The value of `webhook-signature` over `{id}.{timestamp_s}.{body}`: an item for each secret in the given order, one
/// space between two items and none at the end (a trailing space makes an empty item, which some receivers choke on).
pub fn header_value(
    secrets: &[&SigningSecret],
    id: &str,
    timestamp_s: &str,
    body: &[u8],
) -> Result<String, CannotSign> {
    if secrets.is_empty() {
        return Err(CannotSign::NoSecret);
    }
    let mut value = String::with_capacity(secrets.len() * (ITEM_BYTES_MAX + 1));
    for secret in secrets {
        if !value.is_empty() {
            value.push(' ');
        }
        match &secret.key {
            SecretKey::Symmetric(key) => {
                value.push_str("v1,");
                STANDARD.encode_string(hmac_sha256(key, id, timestamp_s, body), &mut value);
            }
            SecretKey::Ed25519(pair) => {
                let (seed, public) = pair.split_at(32);
                let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public)
                    .map_err(|_| CannotSign::BrokenKeyPair)?;
                value.push_str("v1a,");
                STANDARD.encode_string(pair.sign(&signed_bytes(id, timestamp_s, body)), &mut value);
            }
            SecretKey::Opaque(_) => return Err(CannotSign::ForeignSecret),
        }
    }
    Ok(value)
}

/// HMAC-SHA256 over the signed bytes, without putting them together: payloads may be large.
pub(super) fn hmac_sha256(key: &[u8], id: &str, timestamp_s: &str, body: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    context.update(id.as_bytes());
    context.update(b".");
    context.update(timestamp_s.as_bytes());
    context.update(b".");
    context.update(body);
    context.sign()
}

/// The signed bytes in one piece: Ed25519 reads them twice.
pub(super) fn signed_bytes(id: &str, timestamp_s: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(id.len() + timestamp_s.len() + body.len() + 2);
    bytes.extend_from_slice(id.as_bytes());
    bytes.push(b'.');
    bytes.extend_from_slice(timestamp_s.as_bytes());
    bytes.push(b'.');
    bytes.extend_from_slice(body);
    bytes
}
