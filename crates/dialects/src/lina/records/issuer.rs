//! Issuers: whose OAuth access tokens open a store for reading. Klingel asks nobody on the network: the issuer's public
//! keys are handed over as a JWKS document (RFC 7517).
//!
//! An issuer and an audience together name one store, so that a token can never open another one.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use klingel_engine::Refusal;
use klingel_model::{AppId, Clock};
use klingel_store::{Expected, RecordChange, Store};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Kept, Place};

const KIND: &str = "lina.issuer";
/// Characters of an issuer or audience.
pub const TEXT_CHARS_MAX: usize = 500;
/// Bytes of a JWKS document.
pub const JWKS_BYTES_MAX: usize = 32 * 1024;
/// Keys of a JWKS document.
const KEYS_MAX: usize = 16;
/// Bytes of an RSA modulus: 2048 to 8192 bits.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;
/// Bytes of an RSA exponent.
const EXPONENT_BYTES: std::ops::RangeInclusive<usize> = 1..=8;
/// Bytes of a coordinate on the curve P-256.
const COORDINATE_BYTES: usize = 32;

/// What an operator of Klingel says of an issuer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Issuer {
    /// The claim `iss`, to the letter.
    #[serde(rename = "issuer")]
    pub name: String,
    /// What the claim `aud` must hold.
    pub audience: String,
    /// The issuer's public keys.
    pub jwks: Value,
}

/// A public key that verifies tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// For `RS256`.
    Rsa {
        /// The modulus, big-endian.
        n: Vec<u8>,
        /// The exponent, big-endian.
        e: Vec<u8>,
    },
    /// For `ES256`: the uncompressed point.
    P256(Vec<u8>),
}

impl PublicKey {
    /// The only algorithm that this key may be used with: what the token says of itself must agree.
    pub const fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "RS256",
            Self::P256(_) => "ES256",
        }
    }
}

impl Issuer {
    /// The key of this id.
    pub fn key(&self, kid: &str) -> Option<PublicKey> {
        let mut keys = self.jwks["keys"].as_array()?.iter();
        read(keys.find(|key| key["kid"] == kid)?).ok()
    }

    fn check(&self) -> Result<(), Refusal> {
        for (field, text) in [("issuer", &self.name), ("audience", &self.audience)] {
            if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
                return Err(Refusal::Invalid(field, format!("must have 1 to {TEXT_CHARS_MAX} characters")));
            }
        }
        let wrong = |why: String| Err(Refusal::Invalid("jwks", why));
        if self.jwks.to_string().len() > JWKS_BYTES_MAX {
            return wrong(format!("must have at most {JWKS_BYTES_MAX} bytes"));
        }
        let keys = self.jwks["keys"].as_array().filter(|keys| (1..=KEYS_MAX).contains(&keys.len()));
        let Some(keys) = keys else {
            return wrong(format!("must hold 1 to {KEYS_MAX} keys: {{\"keys\": […]}}"));
        };
        let mut kids = Vec::new();
        for key in keys {
            match key["kid"].as_str() {
                Some(kid) if !kid.is_empty() && !kids.contains(&kid) => kids.push(kid),
                _ => return wrong("every key must have a kid of its own".to_owned()),
            }
            if let Err(why) = read(key) {
                return wrong(why.to_owned());
            }
        }
        Ok(())
    }
}

/// Reads a key (RFC 7518 section 6).
fn read(key: &Value) -> Result<PublicKey, &'static str> {
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str()?).ok();
    if ["d", "p", "q", "k"].iter().any(|secret| !key[*secret].is_null()) {
        return Err("holds a private or shared key; hand over public keys only");
    }
    if key["use"].as_str().is_some_and(|purpose| purpose != "sig") {
        return Err("holds a key that is not for signatures");
    }
    match key["kty"].as_str() {
        Some("RSA") => match (bytes("n"), bytes("e")) {
            (Some(n), Some(e)) if MODULUS_BYTES.contains(&n.len()) && EXPONENT_BYTES.contains(&e.len()) => {
                Ok(PublicKey::Rsa { n, e })
            }
            _ => Err("holds an RSA key that cannot be read, or is shorter than 2048 bits"),
        },
        Some("EC") if key["crv"] == "P-256" => match (bytes("x"), bytes("y")) {
            (Some(x), Some(y)) if x.len() == COORDINATE_BYTES && y.len() == COORDINATE_BYTES => {
                Ok(PublicKey::P256([vec![4], x, y].concat()))
            }
            _ => Err("holds a key on P-256 that cannot be read"),
        },
        _ => Err("keys must be RSA, or EC on the curve P-256"),
    }
}

/// The id of an issuer with an audience.
pub fn id_of(issuer: &str, audience: &str) -> String {
    let digest = digest::digest(&digest::SHA256, format!("{issuer}\n{audience}").as_bytes());
    super::api_key::hex(digest.as_ref())
}

/// Takes an issuer, or its new keys. Gives its id.
///
/// Errors: `Invalid`, `Conflict` when another store has the same issuer and audience.
pub async fn save(
    store: &dyn Store,
    clock: &dyn Clock,
    app_id: AppId,
    issuer: &Issuer,
) -> Result<String, Refusal> {
    issuer.check()?;
    let id = id_of(&issuer.name, &issuer.audience);
    let known = store.records_with_key(KIND, &id).await.map_err(|error| Refusal::of(error, "issuer"))?;
    if known.iter().any(|record| record.app_id != app_id) {
        return Err(Refusal::Conflict(
            "another store takes tokens of this issuer and audience; give each store an audience of its own"
                .to_owned(),
        ));
    }
    let old = known.first().map(|record| record.updated_at);
    let place = Place { app_id, kind: KIND, key: id.clone(), partition: "" };
    super::change(store, vec![super::put(place, issuer, clock.now(), old)]).await?;
    Ok(id)
}

/// Every issuer of a store.
pub async fn list(store: &dyn Store, app_id: AppId) -> Result<Vec<Kept<Issuer>>, Refusal> {
    super::load_all(store, app_id, KIND, "").await
}

/// Its tokens open nothing any more, at once. Errors: `NotFound("issuer")`.
pub async fn forget(store: &dyn Store, app_id: AppId, id: &str) -> Result<(), Refusal> {
    let Some(kept) = super::load::<Issuer>(store, app_id, KIND, id).await? else {
        return Err(Refusal::NotFound("issuer"));
    };
    let expected = Expected::Version(kept.version);
    let change = RecordChange::Delete { app_id, kind: KIND.to_owned(), key: kept.key, expected };
    super::change(store, vec![change]).await
}

/// The store that takes tokens of this issuer and audience; `None` for nobody's, and for two at once.
pub async fn find(
    store: &dyn Store,
    issuer: &str,
    audience: &str,
) -> Result<Option<(AppId, Issuer)>, Refusal> {
    let found = store.records_with_key(KIND, &id_of(issuer, audience)).await;
    let mut found = found.map_err(|error| Refusal::of(error, "issuer"))?;
    match (found.pop(), found.is_empty()) {
        (Some(record), true) => Ok(Some((record.app_id, super::read::<Issuer>(record)?.document))),
        _ => Ok(None),
    }
}
