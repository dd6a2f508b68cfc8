//! Reads a JSON object field by field and collects everything that is wrong with it, unknown fields included.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::problem::{Faults, Problem};

/// Largest id: the last whole number that JavaScript keeps exactly.
pub(super) const ID_MAX: i64 = (1 << 53) - 1;

/// An object under reading. Take every field, then [`Fields::finish`].
#[derive(Debug)]
pub(super) struct Fields {
    left: BTreeMap<String, Box<RawValue>>,
    prefix: String,
    faults: Faults,
}

impl Fields {
    /// The object in a request's body.
    pub(super) fn of(body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_slice(body) {
            Ok(left) => Ok(Self { left, prefix: String::new(), faults: Faults::new() }),
            Err(error) => Err(Problem::field("body", format!("The body is no JSON object: {error}."))),
        }
    }

    /// Notes what is wrong with a field.
    pub(super) fn fault(&mut self, name: &str, why: impl Into<String>) {
        self.faults.entry(format!("{}{name}", self.prefix)).or_default().push(why.into());
    }

    /// A field that may be absent or null.
    pub(super) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &str,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> Option<T> {
        let raw = self.left.remove(name)?;
        if raw.get() == "null" {
            return None;
        }
        let read = serde_json::from_str::<T>(raw.get())
            .map_err(|error| format!("The {name} field cannot be read: {error}."));
        match read.and_then(|value| check(&value).map(|()| value)) {
            Ok(value) => Some(value),
            Err(why) => {
                self.fault(name, why);
                None
            }
        }
    }

    /// A field that must be there.
    pub(super) fn required<T: DeserializeOwned>(
        &mut self,
        name: &str,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> Option<T> {
        if self.is_absent(name) {
            self.left.remove(name);
            self.fault(name, format!("The {name} field is required."));
            return None;
        }
        self.optional(name, check)
    }

    /// An id that stands in the path; the body may repeat it.
    pub(super) fn known_id(&mut self, known: i64) -> i64 {
        self.optional("id", |id: &i64| {
            if *id == known { Ok(()) } else { Err(format!("The id must be {known}, as in the path.")) }
        });
        known
    }

    /// Whether a field is absent or null.
    pub(super) fn is_absent(&self, name: &str) -> bool {
        self.left.get(name).is_none_or(|raw| raw.get() == "null")
    }

    /// An object inside; `None` if it is absent or wrong.
    pub(super) fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let raw = self.left.remove(name)?;
        if raw.get() == "null" {
            return None;
        }
        let Ok(left) = serde_json::from_str(raw.get()) else {
            self.fault(name, format!("The {name} field must be an object."));
            return None;
        };
        let mut inner = Self { left, prefix: format!("{}{name}.", self.prefix), faults: Faults::new() };
        let value = read(&mut inner);
        inner.refuse_rest();
        let fine = inner.faults.is_empty();
        self.faults.append(&mut inner.faults);
        value.filter(|_| fine)
    }

    fn refuse_rest(&mut self) {
        for name in std::mem::take(&mut self.left).into_keys() {
            self.fault(&name, format!("The {name} field is unknown."));
        }
    }

    /// What was read, unless something is wrong.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<T, Problem> {
        self.refuse_rest();
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            None if self.faults.is_empty() => {
                Err(Problem::field("body", "The body lacks something that is required."))
            }
            _ => Err(Problem::Fields(self.faults)),
        }
    }
}

/// An id of a site, group, visit or person.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "checks get a reference to what was read, whatever it is"
)]
pub(super) fn id(id: &i64) -> Result<(), String> {
    if (1..=ID_MAX).contains(id) { Ok(()) } else { Err(format!("An id must lie between 1 and {ID_MAX}.")) }
}

/// A text of at most `chars_max` characters.
pub(super) fn text(chars_max: usize) -> impl FnOnce(&String) -> Result<(), String> {
    move |text| {
        if text.chars().count() <= chars_max {
            Ok(())
        } else {
            Err(format!("The text must have at most {chars_max} characters."))
        }
    }
}

/// The same, and not empty.
pub(super) fn name(chars_max: usize) -> impl FnOnce(&String) -> Result<(), String> {
    move |name| {
        if name.trim().is_empty() {
            Err("The text must not be empty.".to_owned())
        } else {
            text(chars_max)(name)
        }
    }
}

/// Anything that can be read.
#[expect(clippy::unnecessary_wraps, reason = "it stands where a check can fail")]
pub(super) fn any<T>(_: &T) -> Result<(), String> {
    Ok(())
}
