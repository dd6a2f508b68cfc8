//! Payloads: their shape for everybody, their values on request.
//!
//! Payloads hold personal data. A page shows which fields there are and of what kind; the values come with a click
//! that is written to the audit log.

use serde_json::{Map, Value};

/// Bytes of a payload that are shown.
const SHOWN_BYTES_MAX: usize = 64 * 1024;
/// What stands for a text.
const TEXT: &str = "•••";

/// The payload with its values hidden; what is no JSON is hidden as a whole.
pub(crate) fn masked(payload: &[u8]) -> String {
    match serde_json::from_slice::<Value>(payload) {
        Ok(value) => cut(serde_json::to_string_pretty(&hidden(value)).unwrap_or_else(|_| TEXT.to_owned())),
        Err(_) => format!("{TEXT} ({} B)", payload.len()),
    }
}

/// The payload as it is; JSON with line breaks.
pub(crate) fn revealed(payload: &[u8]) -> String {
    match serde_json::from_slice::<Value>(payload).and_then(|value| serde_json::to_string_pretty(&value)) {
        Ok(text) => cut(text),
        Err(_) => cut(String::from_utf8_lossy(payload).into_owned()),
    }
}

fn hidden(value: Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Value::from(TEXT),
        Value::Array(items) => Value::Array(items.into_iter().map(hidden).collect()),
        Value::Object(fields) => Value::Object(
            fields.into_iter().map(|(name, value)| (name, hidden(value))).collect::<Map<_, _>>(),
        ),
    }
}

fn cut(mut text: String) -> String {
    if text.len() > SHOWN_BYTES_MAX {
        text.truncate(text.floor_char_boundary(SHOWN_BYTES_MAX));
        text.push_str("\n…");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fields_are_shown_and_values_are_not() {
        let text = masked(br#"{"user":{"name":"Ada","age":36,"tags":["a"],"left":null}}"#);
        for shown in ["user", "name", "age", "tags", "null"] {
            assert!(text.contains(shown), "{text}");
        }
        for hidden in ["Ada", "36", "\"a\""] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert_eq!(masked(b"Ada"), "••• (3 B)");
    }

    #[test]
    fn a_long_payload_is_cut_between_characters() {
        let text = revealed("ä".repeat(SHOWN_BYTES_MAX).as_bytes());
        assert!(text.len() < SHOWN_BYTES_MAX + 8 && text.ends_with('…'));
    }
}
