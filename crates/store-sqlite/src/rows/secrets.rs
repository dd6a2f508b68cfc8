//! An endpoint's secrets as bytes, before they are sealed.
//!
//! For each: kind (1 byte: 0 symmetric, 1 Ed25519, 2 opaque) ‖ whether it expires (1 byte) ‖ when (8 bytes,
//! microseconds, big-endian) ‖ length (4 bytes, big-endian) ‖ key.

use klingel_model::{Micros, SecretKey, SigningSecret};

use crate::fault::{Fault, corrupt};

/// The bytes of these secrets.
pub(crate) fn encode(secrets: &[SigningSecret]) -> Vec<u8> {
    let mut out = Vec::new();
    for secret in secrets {
        let (kind, key) = match &secret.key {
            SecretKey::Symmetric(bytes) => (0, bytes.as_slice()),
            SecretKey::Ed25519(bytes) => (1, bytes.as_slice()),
            SecretKey::Opaque(text) => (2, text.as_bytes()),
        };
        out.extend([kind, u8::from(secret.expires_at.is_some())]);
        out.extend(secret.expires_at.unwrap_or_default().as_unix_us().to_be_bytes());
        out.extend(u32::try_from(key.len()).expect("a key is far shorter than 4 GiB").to_be_bytes());
        out.extend(key);
    }
    out
}

/// The secrets in bytes that [`encode`] made.
pub(crate) fn decode(mut bytes: &[u8]) -> Result<Vec<SigningSecret>, Fault> {
    let mut secrets = Vec::new();
    while !bytes.is_empty() {
        let (secret, rest) = decode_one(bytes).ok_or_else(|| corrupt("endpoint", "garbled secrets"))?;
        secrets.push(secret);
        bytes = rest;
    }
    Ok(secrets)
}

fn decode_one(bytes: &[u8]) -> Option<(SigningSecret, &[u8])> {
    let ([kind, expires], bytes) = bytes.split_first_chunk::<2>()?;
    let (at, bytes) = bytes.split_first_chunk::<8>()?;
    let (length, bytes) = bytes.split_first_chunk::<4>()?;
    let (key, rest) = bytes.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let key = match kind {
        0 => SecretKey::Symmetric(key.to_vec()),
        1 => SecretKey::Ed25519(key.try_into().ok()?),
        2 => SecretKey::Opaque(String::from_utf8(key.to_vec()).ok()?),
        _ => return None,
    };
    let expires_at = (*expires == 1).then(|| Micros::from_unix_us(i64::from_be_bytes(*at)));
    Some((SigningSecret { key, expires_at }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_there_and_back_and_garbled_ones_are_told() {
        let secrets = vec![
            SigningSecret { key: SecretKey::Symmetric(vec![7; 40]), expires_at: None },
            SigningSecret { key: SecretKey::Ed25519([9; 64]), expires_at: Some(Micros::from_unix_us(-5)) },
            SigningSecret { key: SecretKey::Opaque("über".to_owned()), expires_at: None },
        ];
        let bytes = encode(&secrets);
        assert_eq!(decode(&bytes).unwrap(), secrets);
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
        assert_eq!(decode(&[]).unwrap(), []);
    }
}
