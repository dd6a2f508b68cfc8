//! What a receiver does: checks a request by the specification's rule.
//!
//! Used by `klingel verify` and by the receiver of `klingel demo`; also the reference for whoever writes a receiver.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use klingel_engine::deliver::{Received, Verification};
use klingel_model::{Micros, SecretKey};

use super::sign::{hmac_sha256, signed_bytes};

/// How far a timestamp may lie from the receiver's clock, both ways: what all published libraries use.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// What a receiver holds of a secret. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum ReceiverKey {
    /// The shared secret, for `v1`.
    Symmetric(Vec<u8>),
    /// The public half of a key pair, for `v1a`.
    Ed25519([u8; 32]),
}

/// A text is no key of a receiver; the text itself is not repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidReceiverKey(String);

impl fmt::Display for InvalidReceiverKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidReceiverKey {}

impl ReceiverKey {
    /// Reads `whsec_…` (or the bare base64), `whpk_…`, or `whsk_…`, of which only the public half is kept.
    pub fn parse(text: &str) -> Result<Self, InvalidReceiverKey> {
        if let Some(public) = text.strip_prefix("whpk_") {
            let bytes = STANDARD.decode(public).ok().and_then(|bytes| bytes.try_into().ok());
            return bytes.map(Self::Ed25519).ok_or_else(|| {
                InvalidReceiverKey("whpk_ must be followed by the base64 of 32 bytes".to_owned())
            });
        }
        match SecretKey::parse(text).map_err(|invalid| InvalidReceiverKey(invalid.to_string()))? {
            SecretKey::Symmetric(bytes) => Ok(Self::Symmetric(bytes)),
            SecretKey::Ed25519(pair) => {
                let mut public = [0; 32];
                public.copy_from_slice(&pair[32..]);
                Ok(Self::Ed25519(public))
            }
            SecretKey::Opaque(_) => Err(InvalidReceiverKey("not a secret of Standard Webhooks".to_owned())),
        }
    }

    fn version(&self) -> &'static str {
        match self {
            Self::Symmetric(_) => "v1",
            Self::Ed25519(_) => "v1a",
        }
    }
}

impl fmt::Debug for ReceiverKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceiverKey({} <hidden>)", self.version())
    }
}

/// A request as far as its signature covers it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Header `webhook-id`.
    pub id: &'a str,
    /// Header `webhook-timestamp`.
    pub timestamp_s: &'a str,
    /// Header `webhook-signature`.
    pub signature: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Which of a header's items is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Its place in `webhook-signature`, from 1.
    pub item: usize,
    /// How many items there are.
    pub items: usize,
    /// `v1` or `v1a`.
    pub version: &'static str,
    /// The place of the matching key among the given ones, from 0.
    pub key: usize,
}

/// Why a request is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untrusted {
    /// The timestamp is not a number of seconds.
    Timestamp,
    /// The timestamp lies this far in the past, beyond the tolerance: perhaps a repetition by somebody else.
    TooOld(Duration),
    /// The timestamp lies this far in the future, beyond the tolerance.
    TooNew(Duration),
    /// No item has a version that fits the key.
    NoItemForKey(&'static str),
    /// Items have the right version, but none is right.
    Mismatch,
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tolerance = TOLERANCE.as_secs();
        match self {
            Self::Timestamp => f.write_str("webhook-timestamp is not a number of seconds since 1970"),
            Self::TooOld(age) => {
                write!(f, "webhook-timestamp is {} s old; {tolerance} s are tolerated", age.as_secs())
            }
            Self::TooNew(lead) => {
                write!(f, "webhook-timestamp is {} s ahead; {tolerance} s are tolerated", lead.as_secs())
            }
            Self::NoItemForKey(version) => {
                write!(f, "webhook-signature has no item of version {version}, which this secret needs")
            }
            Self::Mismatch => f.write_str(
                "no item of webhook-signature was made with this secret over exactly this id, timestamp and body",
            ),
        }
    }
}

impl std::error::Error for Untrusted {}

/// Checks the timestamp against `now`, then the signatures: one right item is enough, items of unknown versions are
/// passed over. Comparison takes the same time wherever two signatures differ.
pub fn verify(keys: &[ReceiverKey], signed: &Signed<'_>, now: Micros) -> Result<Match, Untrusted> {
    check_timestamp(signed.timestamp_s, now)?;
    verify_signature(keys, signed)
}

/// Checks the signatures only, for a request that is looked at later.
pub fn verify_signature(keys: &[ReceiverKey], signed: &Signed<'_>) -> Result<Match, Untrusted> {
    let items: Vec<(&str, &str)> =
        signed.signature.split_ascii_whitespace().filter_map(|item| item.split_once(',')).collect();
    let mut fitting = false;
    for (place, (version, signature)) in items.iter().enumerate() {
        for (key_place, key) in keys.iter().enumerate().filter(|(_, key)| key.version() == *version) {
            fitting = true;
            if STANDARD.decode(signature).is_ok_and(|bytes| is_right(key, signed, &bytes)) {
                return Ok(Match {
                    item: place + 1,
                    items: items.len(),
                    version: key.version(),
                    key: key_place,
                });
            }
        }
    }
    match keys.first() {
        Some(key) if !fitting => Err(Untrusted::NoItemForKey(key.version())),
        _ => Err(Untrusted::Mismatch),
    }
}

/// Checks a request as it came, with the secret that its sender holds.
pub(super) fn received(received: &Received<'_>, secret: &SecretKey, now: Micros) -> Verification {
    let Ok(key) = ReceiverKey::parse(&secret.reveal()) else { return Verification::Wrong };
    let header = |name: &str| received.header(name).unwrap_or_default();
    let signed = Signed {
        id: header("webhook-id"),
        timestamp_s: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: received.body,
    };
    if signed.signature.is_empty() {
        return Verification::Missing;
    }
    if verify_signature(&[key], &signed).is_err() {
        return Verification::Wrong;
    }
    match check_timestamp(signed.timestamp_s, now) {
        Ok(()) => Verification::Genuine,
        Err(Untrusted::TooOld(distance) | Untrusted::TooNew(distance)) => Verification::Stale(distance),
        Err(_) => Verification::Wrong,
    }
}

fn check_timestamp(timestamp_s: &str, now: Micros) -> Result<(), Untrusted> {
    let seconds: i64 = timestamp_s.parse().map_err(|_| Untrusted::Timestamp)?;
    let distance = Duration::from_secs(seconds.abs_diff(now.as_unix_s()));
    if distance <= TOLERANCE {
        Ok(())
    } else if seconds < now.as_unix_s() {
        Err(Untrusted::TooOld(distance))
    } else {
        Err(Untrusted::TooNew(distance))
    }
}

fn is_right(key: &ReceiverKey, signed: &Signed<'_>, signature: &[u8]) -> bool {
    match key {
        ReceiverKey::Symmetric(secret) => {
            let expected = hmac_sha256(secret, signed.id, signed.timestamp_s, signed.body);
            verify_slices_are_equal(expected.as_ref(), signature).is_ok()
        }
        ReceiverKey::Ed25519(public) => UnparsedPublicKey::new(&ED25519, public)
            .verify(&signed_bytes(signed.id, signed.timestamp_s, signed.body), signature)
            .is_ok(),
    }
}
