//! OAuth access tokens: JSON Web Tokens (RFC 7519) of an issuer that a store has been told of.
//!
//! The key decides the algorithm, and the token only has to agree with it: a token that calls for none, or for a shared
//! secret, opens nothing (RFC 8725 section 3.1).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use klingel_engine::Refusal;
use klingel_model::{AppId, Micros};
use klingel_store::Store;
use serde_json::Value;

use crate::lina::records::issuer::{self, Issuer, PublicKey};

/// Characters of a token.
const TOKEN_CHARS_MAX: usize = 8 * 1024;
/// Audiences of a token that are looked at.
const AUDIENCES_MAX: usize = 8;
/// Seconds that an issuer's clock may go before ours.
const SKEW_S: i64 = 60;

/// What a good token says.
#[derive(Debug, PartialEq, Eq)]
pub struct Token {
    /// Whose store it opens.
    pub app_id: AppId,
    /// Who shows it: the claim `operator_id`, otherwise `client_id`.
    pub operator: String,
    /// What it may read: the claim `scope`, separated by spaces or commas.
    pub scopes: Vec<String>,
}

/// Whether a text has the form of a token: three parts with dots between. API keys have no dots.
pub fn looks_like_one(text: &str) -> bool {
    text.split('.').count() == 3 && text.split('.').all(|part| !part.is_empty())
}

/// Reads and verifies a token; `None` for one that opens nothing, whatever is wrong with it.
pub async fn verified(store: &dyn Store, text: &str, now: Micros) -> Result<Option<Token>, Refusal> {
    let Some(unverified) = Unverified::read(text) else { return Ok(None) };
    for audience in unverified.audiences() {
        let Some(issuer) = unverified.claims["iss"].as_str() else { return Ok(None) };
        if let Some((app_id, issuer)) = issuer::find(store, issuer, audience).await? {
            return Ok(unverified.verify(&issuer, app_id, now.as_unix_s()));
        }
    }
    Ok(None)
}

/// A token as it came. Nothing of it is true yet.
struct Unverified<'a> {
    header: Value,
    claims: Value,
    /// What is signed.
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    fn read(text: &'a str) -> Option<Self> {
        if text.len() > TOKEN_CHARS_MAX {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let json = |part: &str| -> Option<Value> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self { header: json(header)?, claims: json(claims)?, signed, signature })
    }

    fn audiences(&self) -> Vec<&str> {
        match &self.claims["aud"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).take(AUDIENCES_MAX).collect(),
            _ => Vec::new(),
        }
    }

    fn verify(&self, issuer: &Issuer, app_id: AppId, now_s: i64) -> Option<Token> {
        let key = issuer.key(self.header["kid"].as_str()?)?;
        // Extensions that must be understood are not (RFC 7515 section 4.1.11).
        if self.header["alg"] != key.algorithm() || !self.header["crit"].is_null() {
            return None;
        }
        self.signed_by(&key).then_some(())?;
        let second = |claim: &str| self.claims[claim].as_f64();
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are exact for millions of years")]
        let now_s = (now_s as f64, (now_s + SKEW_S) as f64);
        let fresh = second("exp").is_some_and(|end| now_s.0 < end);
        let begun = self.claims["nbf"].is_null() || second("nbf").is_some_and(|begin| begin <= now_s.1);
        if !fresh || !begun {
            return None;
        }
        let operator = self.claims["operator_id"].as_str().or_else(|| self.claims["client_id"].as_str())?;
        let scope = self.claims["scope"].as_str().unwrap_or_default();
        let scopes = scope.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned);
        Some(Token { app_id, operator: operator.to_owned(), scopes: scopes.collect() })
    }

    fn signed_by(&self, key: &PublicKey) -> bool {
        let message = self.signed.as_bytes();
        let verified = match key {
            PublicKey::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, &self.signature)
            }
            PublicKey::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, &self.signature)
            }
        };
        verified.is_ok()
    }
}
