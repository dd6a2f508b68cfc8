//! Reading what the host application hands over: entities, their ids, and the fairs they belong to.

use std::collections::BTreeMap;

use klingel_model::ChannelName;
use serde_json::Value;
use serde_json::value::RawValue;

/// Fairs that one change may name.
pub(super) const FAIRS_MAX: usize = 50;
/// Greatest id: receivers keep it in a signed number of 64 bits.
const ID_MAX: u64 = i64::MAX.unsigned_abs();

/// Something that was handed over is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The keys that lead to it.
    pub(super) path: Vec<String>,
    /// What is wrong, and what would be right.
    pub(super) reason: String,
}

impl Fault {
    /// A fault at a key.
    pub(super) fn at(key: &str, reason: impl Into<String>) -> Self {
        Self { path: vec![key.to_owned()], reason: reason.into() }
    }

    /// A fault of the whole.
    pub(super) fn whole(reason: impl Into<String>) -> Self {
        Self { path: Vec::new(), reason: reason.into() }
    }

    /// Where, in one text.
    pub(super) fn place(&self) -> String {
        self.path.join(".")
    }
}

/// The keys of a JSON object with their values as they were written.
pub(super) fn object(text: &[u8]) -> Result<BTreeMap<String, &RawValue>, Fault> {
    serde_json::from_slice(text).map_err(|why| Fault::whole(format!("must be a JSON object: {why}")))
}

/// An entity's id as a path or JSON text holds it: a whole number (facts E11).
pub(super) fn id(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|id| plain && *id <= ID_MAX)
}

/// An entity as the source gave it: an object whose `id`, if it has one, is the entity's.
pub(super) fn entity(text: &[u8], entity_id: u64) -> Result<Value, Fault> {
    let document = value(text)?;
    match document.get("id") {
        None => Ok(document),
        Some(found) if found.as_u64() == Some(entity_id) => Ok(document),
        Some(_) => Err(Fault::at("id", format!("must be {entity_id}, the number of the entity"))),
    }
}

/// Any JSON object.
pub(super) fn value(text: &[u8]) -> Result<Value, Fault> {
    match serde_json::from_slice(text) {
        Ok(document @ Value::Object(_)) => Ok(document),
        Ok(_) => Err(Fault::whole("must be a JSON object")),
        Err(why) => Err(Fault::whole(format!("must be a JSON object: {why}"))),
    }
}

/// The fairs in a JSON value: a number, a list of numbers, or `null` for none. Sorted, each once.
pub(super) fn fairs(value: &Value) -> Result<Vec<u64>, String> {
    let one = |value: &Value| {
        let id = value.as_u64().filter(|id| *id <= ID_MAX);
        id.ok_or_else(|| "must be the number of a fair, or a list of such numbers".to_owned())
    };
    let fairs = match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().map(one).collect::<Result<_, _>>()?,
        value => vec![one(value)?],
    };
    bounded(fairs)
}

/// Sorts fairs and leaves each once.
pub(super) fn bounded(mut fairs: Vec<u64>) -> Result<Vec<u64>, String> {
    fairs.sort_unstable();
    fairs.dedup();
    if fairs.len() > FAIRS_MAX {
        return Err(format!("names more than {FAIRS_MAX} fairs"));
    }
    Ok(fairs)
}

/// The channel that says which fair a message belongs to; the body has no place for it (facts E5).
pub(super) fn channel(fair: u64) -> ChannelName {
    ChannelName::new(&format!("event.{fair}")).expect("a word, a dot and digits")
}

/// The fair that a channel names, if it names one.
pub(super) fn fair_of(channel: &ChannelName) -> Option<u64> {
    id(channel.as_str().strip_prefix("event.")?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_whole_numbers() {
        assert_eq!(id("1"), Some(1));
        assert_eq!(id("9223372036854775807"), Some(ID_MAX));
        for wrong in ["", "-1", "+1", "01", "1.0", "1e3", "\"1\"", "null", "9223372036854775808", " 1"] {
            assert_eq!(id(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn fairs_are_a_number_or_a_list() {
        assert_eq!(fairs(&json!(7)), Ok(vec![7]));
        assert_eq!(fairs(&json!([9, 7, 9])), Ok(vec![7, 9]));
        assert_eq!(fairs(&json!(null)), Ok(vec![]));
        assert!(
            fairs(&json!("7")).is_err() && fairs(&json!([7, "8"])).is_err() && fairs(&json!(-1)).is_err()
        );
        let many: Vec<usize> = (0..=FAIRS_MAX).collect();
        assert!(fairs(&json!(many)).is_err_and(|why| why.contains("50")));
        assert_eq!(fair_of(&channel(7)), Some(7));
        assert_eq!(fair_of(&ChannelName::new("event.x").unwrap()), None);
    }
}
