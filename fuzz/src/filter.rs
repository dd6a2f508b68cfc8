//! Filter documents: what is read judges every message without failing, and its opposite judges the other way.

use klingel_engine::fanout::filter::{FILTER_BYTES_MAX, Filter, Subject};
use serde_json::{Value, json};

/// Reads it and tries it on some messages.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(filter) = Filter::parse(text) else { return };
    assert!(text.len() <= FILTER_BYTES_MAX, "a longer document was taken");
    let payloads = [
        json!({ "a": 1, "b": [1, "x", null], "c": { "d": "text", "e": false }, "": {} }),
        json!([1, 2]),
        Value::Null,
    ];
    let opposite = Filter::parse(&format!(r#"{{"$not":{text}}}"#));
    for payload in payloads.iter().map(Some).chain([None]) {
        for channels in [&[][..], &["a", "b"]] {
            let subject = Subject { event_type: "visitor.signin", channels, payload };
            let matches = filter.matches(&subject);
            assert_eq!(matches, filter.explain(&subject).is_ok());
            // One level deeper may be one too many.
            if let Ok(opposite) = &opposite {
                assert_ne!(matches, opposite.matches(&subject), "{text}");
            }
        }
    }
}
