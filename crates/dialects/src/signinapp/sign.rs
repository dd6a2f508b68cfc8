//! The header `x-signinapp-webhook-signature`: `t=<unix seconds>,s1=<hex HMAC-SHA256 of t, a dot and the body>`.

use std::fmt::Write as _;
use std::time::Duration;

use aws_lc_rs::hmac;
use http::header::HeaderName;
use klingel_engine::deliver::{Received, Verification};
use klingel_model::{Micros, SecretKey};

/// The header's name.
pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("x-signinapp-webhook-signature");

/// The header's value.
pub(super) fn header_value(secret: &str, timestamp_s: i64, body: &[u8]) -> String {
    let mut value = format!("t={timestamp_s},s1=");
    for byte in mac(secret, &timestamp_s.to_string(), body).as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(value, "{byte:02x}");
    }
    value
}

fn mac(secret: &str, timestamp_s: &str, body: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
    context.update(timestamp_s.as_bytes());
    context.update(b".");
    context.update(body);
    context.sign()
}

/// How far `t` may lie from the receiver's clock; the vendor's recipes leave it to the receiver, peers use as much.
const TOLERANCE: Duration = Duration::from_mins(5);

/// Checks a request as it came, its age included.
pub(super) fn received(received: &Received<'_>, secret: &SecretKey, now: Micros) -> Verification {
    let Some(header) = received.header(SIGNATURE.as_str()) else { return Verification::Missing };
    let Some(at_s) = part(header, "t").and_then(|text| text.parse::<i64>().ok()) else {
        return Verification::Missing;
    };
    if !is_signed(header, secret, received.body) {
        return Verification::Wrong;
    }
    let distance = Duration::from_secs(at_s.abs_diff(now.as_unix_s()));
    if distance <= TOLERANCE { Verification::Genuine } else { Verification::Stale(distance) }
}

fn part<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Checks a header as a receiver does, in the same time wherever two signatures differ. The age of `t` is left to the
/// caller.
pub fn is_signed(header: &str, secret: &SecretKey, body: &[u8]) -> bool {
    let (Some(timestamp_s), Some(signature)) = (part(header, "t"), part(header, "s1")) else { return false };
    let mut bytes = Vec::with_capacity(32);
    for pair in signature.as_bytes().chunks(2) {
        let digits = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2);
        let Some(byte) = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) else { return false };
        bytes.push(byte);
    }
    let expected = mac(&secret.reveal(), timestamp_s, body);
    aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_ref(), &bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "MySharedSecret";
    const AT: i64 = 1_644_316_744;

    #[test]
    fn vectors_made_with_other_tools_come_out() {
        let table: [(&[u8], &str); 2] = [
            (
                br#"{"event":"visitor.signin"}"#,
                "b3e45fcf238ab1980b06add0a49d402ea6c4717437767d9efc8b943b910bf6b4",
            ),
            (
                include_str!("golden/1-signin.json").trim_end().as_bytes(),
                "c4d92242972b96583d4df648495db6e6906ad52ebec3f5f7aac57941d394a30b",
            ),
        ];
        for (body, expected) in table {
            let header = header_value(SECRET, AT, body);
            assert_eq!(header, format!("t={AT},s1={expected}"));
            assert!(is_signed(&header, &SecretKey::Opaque(SECRET.to_owned()), body));
        }
    }

    #[test]
    fn a_request_is_judged_with_its_age() {
        let key = SecretKey::Opaque(SECRET.to_owned());
        let mut headers = http::HeaderMap::new();
        let judge = |headers: &http::HeaderMap, body: &[u8], now_s: i64| {
            received(&Received { headers, body }, &key, Micros::from_unix_us(now_s * 1_000_000))
        };
        assert_eq!(judge(&headers, b"{}", AT), Verification::Missing);
        headers.insert(SIGNATURE, header_value(SECRET, AT, b"{}").parse().unwrap());
        assert_eq!(judge(&headers, b"{}", AT + 300), Verification::Genuine);
        assert_eq!(judge(&headers, b"{}", AT + 301), Verification::Stale(Duration::from_secs(301)));
        assert_eq!(judge(&headers, b"{ }", AT), Verification::Wrong);
    }

    #[test]
    fn forgeries_are_refused() {
        let key = SecretKey::Opaque(SECRET.to_owned());
        let header = header_value(SECRET, AT, b"{}");
        assert!(!is_signed(&header, &key, b"{ }"));
        assert!(!is_signed(&header, &SecretKey::Opaque("other".to_owned()), b"{}"));
        assert!(!is_signed(&header.replace("t=16", "t=17"), &key, b"{}"));
        for garbage in ["", "t=1", "s1=00", "t=1,s1=zz", "t=1,s1=é", "t=1,s1="] {
            assert!(!is_signed(garbage, &key, b"{}"), "{garbage}");
        }
    }
}
