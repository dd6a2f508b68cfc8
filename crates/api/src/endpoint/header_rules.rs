//! Which headers an endpoint may have of its own.
//!
//! A header of the owner's must not change how the request is framed, routed or verified: what the transport or a
//! signature writes is refused, and so is everything that could smuggle a second header or request.

use std::collections::BTreeMap;

use klingel_engine::Limits;
use serde_json::value::RawValue;

use crate::entries::object;
use crate::fields::Faults;
use crate::rules;

/// Headers that the transport, the dialect or the connection writes.
const REFUSED: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
/// Families of such headers.
const REFUSED_PREFIXES: &[&str] = &["proxy-", "svix-", "webhook-", "klingel-"];
/// Parts of names whose values are not shown again.
const SENSITIVE_PARTS: &[&str] =
    &["auth", "cookie", "token", "secret", "password", "passwd", "api-key", "apikey"];

/// Bytes of a header's name.
const NAME_BYTES_MAX: usize = 128;

/// Whether a header's value is kept from those who read the list.
pub(crate) fn is_sensitive(name: &str) -> bool {
    SENSITIVE_PARTS.iter().any(|part| name.contains(part))
}

/// Headers by name in lower case; `None` where the value was `null` and `null` is allowed.
pub(crate) fn headers(
    limits: &Limits,
    null_allowed: bool,
) -> impl FnOnce(&RawValue, &mut Faults) -> Option<BTreeMap<String, Option<String>>> {
    let (headers_max, bytes_max) = (limits.endpoint_headers_max, limits.endpoint_header_bytes_max);
    // A change may name headers to take away beside as many to keep.
    let entries_max = if null_allowed { 2 * headers_max } else { headers_max };
    move |raw, faults| {
        let mut headers = BTreeMap::new();
        let mut sound = true;
        for (name, value) in object(raw, entries_max, faults)? {
            let lower = name.to_ascii_lowercase();
            let read = faults.inside(rules::shortened(&name), |faults| {
                if let Some(fault) = fault_of_name(&lower) {
                    return faults.add("value_error.header", fault);
                }
                if headers.contains_key(&lower) {
                    let msg = "occurs twice; upper and lower case are the same here";
                    return faults.add("value_error.duplicate", msg);
                }
                if null_allowed && value.get() == "null" {
                    return Some(None);
                }
                header_value(value, bytes_max, faults).map(Some)
            });
            match read {
                Some(value) => {
                    headers.insert(lower, value);
                }
                None => sound = false,
            }
        }
        sound.then_some(headers)
    }
}

fn fault_of_name(lower: &str) -> Option<&'static str> {
    // RFC 9110 section 5.6.2: a token.
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if lower.is_empty() || lower.len() > NAME_BYTES_MAX || !lower.bytes().all(token) {
        return Some("is no header name: 1 to 128 letters, digits and !#$%&'*+-.^_`|~");
    }
    if REFUSED.contains(&lower) || REFUSED_PREFIXES.iter().any(|prefix| lower.starts_with(prefix)) {
        return Some("is written by Klingel itself and cannot be set");
    }
    None
}

fn header_value(raw: &RawValue, bytes_max: usize, faults: &mut Faults) -> Option<String> {
    let text = rules::string(raw, faults)?;
    if text.len() > bytes_max {
        let msg = format!("must have at most {bytes_max} bytes (endpoint_header_bytes_max)");
        return faults.add("value_error.any_str.max_length", msg);
    }
    let visible = |b: u8| b.is_ascii_graphic() || b == b' ' || b == b'\t';
    if !text.bytes().all(visible) || text.trim_matches([' ', '\t']) != text {
        let msg = "may hold visible ASCII, and spaces inside: no line breaks, no other control characters";
        return faults.add("value_error.header", msg);
    }
    Some(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_smuggle_are_refused() {
        for refused in [
            "",
            "host",
            "transfer-encoding",
            "content-length",
            "webhook-id",
            "svix-signature",
            "proxy-authorization",
            "a b",
            "a:b",
            "a\r\nb",
            "a\0",
            "ä",
            "keep-alive",
            "te",
            "upgrade",
            "expect",
            "klingel-x",
        ] {
            assert!(fault_of_name(refused).is_some(), "{refused:?}");
        }
        for taken in ["x-api-key", "authorization", "cookie", "accept", "x-webhook-id"] {
            assert_eq!(fault_of_name(taken), None, "{taken}");
        }
    }

    #[test]
    fn values_of_credentials_are_sensitive() {
        for name in ["authorization", "x-api-key", "cookie", "x-auth-token", "my-secret", "x-apikey"] {
            assert!(is_sensitive(name), "{name}");
        }
        assert!(!is_sensitive("x-tenant"));
    }
}
