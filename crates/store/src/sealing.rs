//! Secrets and headers at rest: XChaCha20-Poly1305 under a master key.
//!
//! A sealed text is `version (1 byte) ‖ nonce (24) ‖ ciphertext ‖ tag (16)`. The owner's id is authenticated with
//! it, so that a row's secret cannot be moved to another row.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use klingel_model::Dice;

/// Bytes of a master key.
pub const MASTER_KEY_BYTES: usize = 32;
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// Seals and opens. Holds the master key; `Debug` does not show it.
#[derive(Clone)]
pub struct Sealer(XChaCha20Poly1305);

/// A sealed text cannot be opened: another master key, another owner, or damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotOpen;

impl fmt::Display for CannotOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sealed under another master key, or damaged; check the setting master_key_file")
    }
}

impl std::error::Error for CannotOpen {}

impl Sealer {
    /// A sealer with this master key.
    pub fn new(master_key: &[u8; MASTER_KEY_BYTES]) -> Self {
        Self(XChaCha20Poly1305::new(master_key.into()))
    }

    /// Seals `text` for `owner`.
    pub fn seal(&self, owner: &[u8], text: &[u8], dice: &dyn Dice) -> Vec<u8> {
        let mut nonce = [0u8; NONCE_BYTES];
        dice.fill(&mut nonce);
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), Payload { msg: text, aad: owner })
            .expect("a text far below 256 GiB can always be sealed");
        let mut out = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    /// Opens what was sealed for `owner`.
    pub fn open(&self, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let (version, rest) = sealed.split_first().ok_or(CannotOpen)?;
        if *version != VERSION || rest.len() < NONCE_BYTES {
            return Err(CannotOpen);
        }
        let (nonce, text) = rest.split_at(NONCE_BYTES);
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| CannotOpen)?;
        self.0.decrypt(&XNonce::from(nonce), Payload { msg: text, aad: owner }).map_err(|_| CannotOpen)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(<hidden>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed;
    impl Dice for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn opens_only_for_its_owner_and_key() {
        let sealer = Sealer::new(&[1; 32]);
        let closed = sealer.seal(b"ep_1", b"whsec_x", &Fixed);
        assert_eq!(sealer.open(b"ep_1", &closed).unwrap(), b"whsec_x");
        assert_eq!(sealer.open(b"ep_2", &closed), Err(CannotOpen));
        assert_eq!(Sealer::new(&[2; 32]).open(b"ep_1", &closed), Err(CannotOpen));
        assert_eq!(sealer.open(b"ep_1", &closed[..20]), Err(CannotOpen));
        assert!(!closed.windows(6).any(|w| w == b"whsec_"));
    }
}
