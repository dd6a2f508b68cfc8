//! Plain values of JSON in a line of text, and back without a change.
//!
//! `12`, `true` and `null` are read as JSON; a text that looks like one of them stands in quotes. Everything else is a
//! text as it is.

use serde_json::Value;

/// The text of a plain value; `None` for arrays and objects.
pub(crate) fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if read(text) == *value => Some(text.clone()),
        Value::String(_) | Value::Bool(_) | Value::Number(_) | Value::Null => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The value of a text.
pub(crate) fn read(text: &str) -> Value {
    let text = text.trim();
    match serde_json::from_str(text) {
        Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::Null | Value::String(_))) => value,
        _ => Value::from(text),
    }
}

/// Several values, separated by commas; a text with a comma stands in quotes.
pub(crate) fn read_list(text: &str) -> Vec<Value> {
    if let Ok(Value::Array(items)) = serde_json::from_str(&format!("[{text}]")) {
        return items;
    }
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(read).collect()
}

/// Several values; `None` if one of them is no plain value.
pub(crate) fn shown_list(values: &[Value]) -> Option<String> {
    let texts: Vec<String> = values.iter().map(shown).collect::<Option<_>>()?;
    let plain = texts.join(", ");
    if read_list(&plain) == values {
        return Some(plain);
    }
    Some(values.iter().map(Value::to_string).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_values_come_back_as_they_were() {
        for value in
            [json!("a b"), json!("12"), json!(12), json!(1.5), json!(true), json!("true"), json!(null)]
        {
            assert_eq!(read(&shown(&value).unwrap()), value);
        }
        for value in [json!("\"quoted\""), json!("0123"), json!("{}"), json!("null")] {
            assert_eq!(read(&shown(&value).unwrap()), value);
        }
        assert_eq!(shown(&json!([])), None);
    }

    #[test]
    fn lists_come_back_as_they_were() {
        for list in [vec![json!("a"), json!("b c")], vec![json!("a, b"), json!(3)], vec![json!("12")], vec![]]
        {
            assert_eq!(read_list(&shown_list(&list).unwrap()), list);
        }
        assert_eq!(read_list("a, 12,, b"), [json!("a"), json!(12), json!("b")]);
        assert_eq!(shown_list(&[json!({})]), None);
    }
}
