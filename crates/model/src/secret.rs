//! Signing secrets in the text form of Standard Webhooks 1.0.0: `whsec_`, `whsk_` and `whpk_` before base64.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::dice::Dice;
use crate::time::Micros;

/// Fewest bytes of a symmetric secret.
pub const SYMMETRIC_BYTES_MIN: usize = 24;
/// Most bytes of a symmetric secret.
pub const SYMMETRIC_BYTES_MAX: usize = 75;

/// The key itself. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretKey {
    /// HMAC-SHA256 key, 24 to 75 bytes (the specification recommends 24 to 64; peers take up to 100 base64 characters).
    Symmetric(Vec<u8>),
    /// Ed25519 private key: 32 bytes of seed, 32 bytes of public key.
    Ed25519([u8; 64]),
    /// A key whose form only the application's dialect knows, such as a shared pass phrase.
    Opaque(String),
}

/// One of an endpoint's secrets and how long it still signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSecret {
    /// The key.
    pub key: SecretKey,
    /// From this instant it signs no more; `None` for the current one.
    pub expires_at: Option<Micros>,
}

/// A text is not a secret. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidSecret {
    /// What follows the prefix is not standard base64 with padding.
    Base64,
    /// Wrong number of bytes.
    Length(usize),
}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64 => f.write_str("not standard base64 with padding behind the prefix whsec_ or whsk_"),
            Self::Length(n) => write!(
                f,
                "{n} bytes; whsec_ takes {SYMMETRIC_BYTES_MIN} to {SYMMETRIC_BYTES_MAX} bytes, whsk_ takes 64"
            ),
        }
    }
}

impl std::error::Error for InvalidSecret {}

impl SecretKey {
    /// A new symmetric secret of 32 random bytes.
    pub fn generate(dice: &dyn Dice) -> Self {
        let mut bytes = vec![0u8; 32];
        dice.fill(&mut bytes);
        Self::Symmetric(bytes)
    }

    /// Reads `whsec_…` (or the bare base64) or `whsk_…`.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        if let Some(private) = text.strip_prefix("whsk_") {
            let bytes = STANDARD.decode(private).map_err(|_| InvalidSecret::Base64)?;
            let length = bytes.len();
            return Ok(Self::Ed25519(bytes.try_into().map_err(|_| InvalidSecret::Length(length))?));
        }
        let bytes = STANDARD
            .decode(text.strip_prefix("whsec_").unwrap_or(text))
            .map_err(|_| InvalidSecret::Base64)?;
        if !(SYMMETRIC_BYTES_MIN..=SYMMETRIC_BYTES_MAX).contains(&bytes.len()) {
            return Err(InvalidSecret::Length(bytes.len()));
        }
        Ok(Self::Symmetric(bytes))
    }

    /// The text that [`SecretKey::parse`] reads. It is the secret: show it only to its owner.
    pub fn reveal(&self) -> String {
        match self {
            Self::Symmetric(bytes) => format!("whsec_{}", STANDARD.encode(bytes)),
            Self::Ed25519(bytes) => format!("whsk_{}", STANDARD.encode(bytes)),
            Self::Opaque(text) => text.clone(),
        }
    }

    /// What the receiver needs: the secret itself, or the public half `whpk_…` of a key pair.
    pub fn for_receiver(&self) -> String {
        match self {
            Self::Ed25519(bytes) => format!("whpk_{}", STANDARD.encode(&bytes[32..])),
            _ => self.reveal(),
        }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Symmetric(_) => "whsec_<hidden>",
            Self::Ed25519(_) => "whsk_<hidden>",
            Self::Opaque(_) => "<hidden>",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::tests::Counting;

    #[test]
    fn text_there_and_back() {
        let key = SecretKey::generate(&Counting::default());
        assert_eq!(SecretKey::parse(&key.reveal()), Ok(key.clone()));
        assert_eq!(SecretKey::parse(key.reveal().strip_prefix("whsec_").unwrap()), Ok(key));
    }

    #[test]
    fn a_key_pair_shows_its_receiver_only_the_public_half() {
        // Vector 3 of the Standard Webhooks reference libraries.
        let key = SecretKey::parse(
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
        )
        .unwrap();
        assert_eq!(key.for_receiver(), "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
        assert!(!format!("{key:?}").contains("6Xb"));
    }

    #[test]
    fn refuses_short_long_and_garbled() {
        assert_eq!(SecretKey::parse("whsec_AAAA"), Err(InvalidSecret::Length(3)));
        assert_eq!(SecretKey::parse("whsec_not base64"), Err(InvalidSecret::Base64));
        assert_eq!(SecretKey::parse("whsk_AAAA"), Err(InvalidSecret::Length(3)));
    }
}
