//! Passwords of the portal's operators: argon2id (RFC 9106), kept as PHC text.
//!
//! Hashing is slow on purpose and takes [`MEMORY_KIB`] for its time. Call it on a thread that may block, and only for
//! few at once.

use std::fmt;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use klingel_model::Dice;

/// Fewest characters of a password (NIST SP 800-63B-4 asks for 15 where nothing else is asked for, and lets no rule on
/// kinds of characters stand in for length).
pub const PASSWORD_CHARS_MIN: usize = 15;
/// Most bytes of a password; longer ones are refused unhashed.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// Memory of one hash, in KiB; with [`PASSES`] one of the pairs of the OWASP Password Storage Cheat Sheet.
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes; one, because a log-in is a single thread's work.
const LANES: u32 = 1;
/// Random bytes of a salt (RFC 9106 section 3.1).
const SALT_BYTES: usize = 16;

/// Why a text is no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnfitPassword {
    /// Fewer than [`PASSWORD_CHARS_MIN`] characters.
    TooShort,
    /// More than [`PASSWORD_BYTES_MAX`] bytes.
    TooLong,
}

impl fmt::Display for UnfitPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort => write!(f, "a password needs at least {PASSWORD_CHARS_MIN} characters"),
            Self::TooLong => write!(f, "a password may have at most {PASSWORD_BYTES_MAX} bytes"),
        }
    }
}

impl std::error::Error for UnfitPassword {}

/// The hash of a new password, for [`Operator::password_hash`](klingel_model::Operator::password_hash).
pub fn hash(password: &str, dice: &dyn Dice) -> Result<String, UnfitPassword> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(UnfitPassword::TooShort);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(UnfitPassword::TooLong);
    }
    let mut salt = [0; SALT_BYTES];
    dice.fill(&mut salt);
    Ok(hash_with(password, &salt))
}

/// Whether this is the password of that hash. Without a hash (nobody has this name) it takes as long and is `false`,
/// so that the answer's time does not tell which names exist. A text that is no hash is met by no password.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    if password.len() > PASSWORD_BYTES_MAX {
        return false;
    }
    if let Some(hash) = hash {
        argon2().verify_password(password.as_bytes(), hash).is_ok()
    } else {
        std::hint::black_box(hash_with(password, &[0; SALT_BYTES]));
        false
    }
}

fn hash_with(password: &str, salt: &[u8]) -> String {
    let hash = argon2().hash_password_with_salt(password.as_bytes(), salt);
    hash.expect("salt and password are within argon2's bounds").to_string()
}

fn argon2() -> Argon2<'static> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the constants are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Fixed;

    const PASSWORD: &str = "eine lange Klingelleitung";

    #[test]
    fn a_password_meets_its_own_hash_only() {
        let made = hash(PASSWORD, &Fixed(7)).unwrap();
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"), "{made}");
        assert!(verify(PASSWORD, Some(&made)));
        assert!(!verify("eine lange Klingelleitunh", Some(&made)));
        assert!(!verify(PASSWORD, None));
        assert!(!verify(PASSWORD, Some("$argon2id$garbled")));
        assert_ne!(hash(PASSWORD, &Fixed(8)).unwrap(), made);
    }

    #[test]
    fn length_is_bounded_on_both_sides() {
        assert_eq!(hash("äöüäöüäöüäöüäö", &Fixed(7)), Err(UnfitPassword::TooShort));
        assert_eq!(hash(&"x".repeat(PASSWORD_BYTES_MAX + 1), &Fixed(7)), Err(UnfitPassword::TooLong));
        assert!(!verify(&"x".repeat(PASSWORD_BYTES_MAX + 1), None));
    }
}
