//! The entries of JSON objects: names as text, values raw, no name twice, and no more than there may be.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::fields::Faults;
use crate::rules::shortened;

/// Names and raw values, in the order they were written in.
pub(crate) type EntryList<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// The entries of a whole text, which must be an object and nothing else.
/// Errors: the reader's, when it is no JSON or no object; a fault, when a name occurs twice or there are too many.
pub(crate) fn read(
    text: &[u8],
    entries_max: usize,
) -> Result<Result<EntryList<'_>, EntryFault>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let entries = reader.deserialize_map(Entries(entries_max))?;
    reader.end()?;
    Ok(entries)
}

/// The entries of an object inside a body, at most `entries_max`, no name twice.
pub(crate) fn object<'a>(
    raw: &'a RawValue,
    entries_max: usize,
    faults: &mut Faults,
) -> Option<EntryList<'a>> {
    let mut reader = serde_json::Deserializer::from_str(raw.get());
    match reader.deserialize_map(Entries(entries_max)) {
        Ok(Ok(entries)) => Some(entries),
        Ok(Err(fault)) => {
            fault.note(faults);
            None
        }
        Err(_) => faults.add("type_error.dict", "must be a JSON object"),
    }
}

struct Entries(usize);

/// What is wrong with the entries of an object.
pub(crate) enum EntryFault {
    /// More than this.
    TooMany(usize),
    /// This name occurs twice.
    Twice(String),
}

impl EntryFault {
    /// Notes it at the place the reader is at.
    pub(crate) fn note(self, faults: &mut Faults) {
        match self {
            Self::TooMany(max) => {
                faults.add::<()>("value_error", format!("must have at most {max} entries"));
            }
            Self::Twice(name) => faults.inside(shortened(&name), |faults| {
                faults.add::<()>("value_error.duplicate", "this name occurs twice");
            }),
        }
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for Entries {
    type Value = Result<EntryList<'de>, EntryFault>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut entries: EntryList<'de> = Vec::with_capacity(8);
        let mut fault = None;
        while let Some((Key(name), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
            // Read to the end even so: whether it is JSON at all is said first.
            if fault.is_some() {
                continue;
            }
            if entries.iter().any(|(known, _)| *known == name) {
                fault = Some(EntryFault::Twice(name.into_owned()));
            } else if entries.len() == self.0 {
                fault = Some(EntryFault::TooMany(self.0));
            } else {
                entries.push((name, value));
            }
        }
        Ok(fault.map_or(Ok(entries), Err))
    }
}
