//! Keys to the management API (`klingel_<role>_` and 32 random bytes in base64url without padding) and passes to the
//! portal (`klp_` and as many).
//!
//! The text is shown once, when it is made. The store knows only its SHA-256: a key has 256 random bits, so a
//! slow hash would protect nothing and cost more than the request.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use klingel_model::{Dice, KeyDigest, Role};

/// Random bytes of a key or a pass.
pub const KEY_BYTES: usize = 32;

/// Makes a key: its text, to be shown once, and what the store keeps of it.
pub fn new_key(dice: &dyn Dice, role: Role) -> (String, KeyDigest) {
    let text = format!("klingel_{}_{}", role.as_str(), random(dice));
    let digest = digest(&text);
    (text, digest)
}

/// Makes the text of a link or a session of the portal, and what the store keeps of it. No character of it has to be
/// escaped in a URL or a cookie.
pub fn new_pass(dice: &dyn Dice) -> (String, KeyDigest) {
    let text = format!("klp_{}", random(dice));
    let digest = digest(&text);
    (text, digest)
}

fn random(dice: &dyn Dice) -> String {
    let mut bytes = [0u8; KEY_BYTES];
    dice.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 of a key's or pass's text, as the store looks it up.
pub fn digest(text: &str) -> KeyDigest {
    KeyDigest(sha256(&[text.as_bytes()]))
}

/// SHA-256 over the parts, one behind the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let sum = context.finish();
    let mut bytes = [0u8; 32];
    bytes.copy_from_slice(sum.as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Sevens;

    impl Dice for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn a_key_says_its_role_and_hashes_as_the_standard_says() {
        let (text, made) = new_key(&Sevens, Role::Publish);
        assert_eq!(text, "klingel_publish_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
        assert_eq!(digest(&text), made);
        let (text, made) = new_pass(&Sevens);
        assert_eq!(text, "klp_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
        assert_eq!(digest(&text), made);
        // FIPS 180-4, the example "abc", whole and in parts.
        let abc = [0xba, 0x78, 0x16, 0xbf];
        assert_eq!(sha256(&[b"abc"])[..4], abc);
        assert_eq!(sha256(&[b"a", b"bc"])[..4], abc);
    }
}
