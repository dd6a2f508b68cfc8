//! Strict JSON objects, read field by field.
//!
//! Every fault is named with the way to its field, all of them at once; a field that nobody asked for is a fault, too:
//! what Klingel does not honour it refuses. Values stay raw until a rule reads them, so that a payload keeps its bytes.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::value::RawValue;

use crate::entries::{self, object};
use crate::problem::{FieldFault, Problem};

/// Fields of a request's body, known or not.
const BODY_FIELDS_MAX: usize = 64;

/// What a request says of a field that may be left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// Nothing: leave it.
    Absent,
    /// `null`: clear it.
    Null,
    /// This.
    Value(T),
}

impl<T: Clone> Given<T> {
    /// Does to `target` what was said.
    pub(crate) fn apply(&self, target: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *target = None,
            Self::Value(value) => *target = Some(value.clone()),
        }
    }
}

/// Faults found so far, and where the reader is.
#[derive(Debug)]
pub(crate) struct Faults {
    at: Vec<Cow<'static, str>>,
    found: Vec<FieldFault>,
}

impl Faults {
    fn new() -> Self {
        Self { at: vec![Cow::Borrowed("body")], found: Vec::new() }
    }

    /// Notes a fault of the place the reader is at; gives `None` to go on with.
    pub(crate) fn add<T>(&mut self, kind: &'static str, msg: impl Into<Cow<'static, str>>) -> Option<T> {
        let loc = self.at.iter().map(|part| part.clone().into_owned()).collect();
        self.found.push(FieldFault { loc, msg: msg.into(), kind: kind.into() });
        None
    }

    /// Notes a fault further inside: `path` is keys and places joined with dots, empty for the place the reader is at.
    pub(crate) fn add_below<T>(
        &mut self,
        path: &str,
        kind: &'static str,
        msg: impl Into<Cow<'static, str>>,
    ) -> Option<T> {
        if path.is_empty() {
            return self.add(kind, msg);
        }
        let (part, rest) = path.split_once('.').unwrap_or((path, ""));
        self.inside(crate::rules::shortened(part), |faults| faults.add_below(rest, kind, msg))
    }

    /// Reads one level deeper.
    pub(crate) fn inside<T>(
        &mut self,
        part: impl Into<Cow<'static, str>>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.at.push(part.into());
        let value = read(self);
        self.at.pop();
        value
    }
}

/// The fields of a request's body.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    entries: Vec<(Cow<'a, str>, &'a RawValue)>,
    known: Vec<&'static str>,
    faults: Faults,
}

impl<'a> Fields<'a> {
    /// Reads a body that must be a JSON object.
    /// Errors: 400 when it is not JSON, 422 when it is not an object or names a field twice.
    pub(crate) fn of(body: &'a [u8]) -> Result<Self, Problem> {
        let mut faults = Faults::new();
        let entries = match entries::read(body, BODY_FIELDS_MAX) {
            Ok(entries) => entries,
            Err(error) if error.is_data() => return Err(not_an_object(body)),
            Err(error) => return Err(not_json(&error, body)),
        };
        match entries {
            Ok(entries) => Ok(Self { entries, known: Vec::new(), faults }),
            Err(fault) => {
                fault.note(&mut faults);
                Err(Problem::Fields(faults.found))
            }
        }
    }

    /// The same, but nothing at all stands for `{}`.
    pub(crate) fn of_optional(body: &'a [u8]) -> Result<Self, Problem> {
        if body.is_empty() {
            return Ok(Self { entries: Vec::new(), known: Vec::new(), faults: Faults::new() });
        }
        Self::of(body)
    }

    /// The fields of an object inside a body. Its faults are named from there.
    pub(crate) fn inside(raw: &'a RawValue, faults: &mut Faults) -> Option<Self> {
        let entries = object(raw, BODY_FIELDS_MAX, faults)?;
        Some(Self { entries, known: Vec::new(), faults: Faults { at: faults.at.clone(), found: Vec::new() } })
    }

    /// A field that may be absent, and cleared by `null`.
    pub(crate) fn given<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&'a RawValue, &mut Faults) -> Option<T>,
    ) -> Given<T> {
        self.known.push(name);
        let Some((_, raw)) = self.entries.iter().find(|(key, _)| key == name) else {
            return Given::Absent;
        };
        if raw.get() == "null" {
            return Given::Null;
        }
        match self.faults.inside(name, |faults| rule(raw, faults)) {
            Some(value) => Given::Value(value),
            None => Given::Absent,
        }
    }

    /// A field that may be absent or `null`, which means the same.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&'a RawValue, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        match self.given(name, rule) {
            Given::Value(value) => Some(value),
            Given::Absent | Given::Null => None,
        }
    }

    /// A field that may be absent but not `null`.
    pub(crate) fn changed<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&'a RawValue, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        match self.given(name, rule) {
            Given::Value(value) => Some(value),
            Given::Absent => None,
            Given::Null => self.faults.inside(name, |faults| {
                faults.add("type_error.none.not_allowed", "must not be null; leave the field out instead")
            }),
        }
    }

    /// A field that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&'a RawValue, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        if self.entries.iter().any(|(key, _)| key == name) {
            return self.changed(name, rule);
        }
        self.known.push(name);
        self.faults.inside(name, |faults| faults.add("value_error.missing", "this field is required"))
    }

    /// Gives what was built from the fields, if there was no fault.
    /// Errors: 422 with every fault, unknown fields included.
    pub(crate) fn finish<T>(mut self, built: Option<T>) -> Result<T, Problem> {
        self.refuse_unknown();
        match built {
            Some(built) if self.faults.found.is_empty() => Ok(built),
            _ => Err(Problem::Fields(self.faults.found)),
        }
    }

    /// The same for an object inside a body: the faults go to its parent.
    pub(crate) fn finish_inside<T>(mut self, built: Option<T>, parent: &mut Faults) -> Option<T> {
        self.refuse_unknown();
        let sound = self.faults.found.is_empty();
        parent.found.append(&mut self.faults.found);
        built.filter(|_| sound)
    }

    fn refuse_unknown(&mut self) {
        let known = &self.known;
        for (name, _) in self.entries.iter().filter(|(name, _)| !known.contains(&name.as_ref())) {
            let msg = if known.is_empty() {
                "unknown or unsupported field; none is taken here".to_owned()
            } else {
                format!("unknown or unsupported field; the fields are {}", known.join(", "))
            };
            let shown = crate::rules::shortened(name);
            self.faults.inside(shown, |faults| faults.add::<()>("value_error.extra", msg));
        }
    }
}

fn not_json(error: &serde_json::Error, body: &[u8]) -> Problem {
    let detail = if body.is_empty() {
        "the body is empty; send a JSON object".to_owned()
    } else {
        // The text of a syntax error names a place, and never a part of the body.
        format!("the body is not valid JSON: {error}")
    };
    Problem::new(StatusCode::BAD_REQUEST, "invalid_json", detail)
}

fn not_an_object(body: &[u8]) -> Problem {
    // A wrong type is reported before the rest is read: bytes that are no JSON at all shall be called so.
    match serde_json::from_slice::<&RawValue>(body) {
        Ok(_) => Problem::field(&["body"], "type_error.dict", "must be a JSON object"),
        Err(error) => not_json(&error, body),
    }
}
