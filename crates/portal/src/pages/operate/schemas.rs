//! JSON Schemas in forms: a text per version, and an example of what each describes.

use serde_json::{Map, Value};

use crate::form::{FieldView, Look};
use crate::words::Words;

/// The version of an event type's first schema.
pub(super) const FIRST_VERSION: &str = "1";

/// A schema as it was typed in.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    version: String,
    text: String,
    /// Where the text stops being a JSON object; empty: it is one, or there is none.
    fault: String,
}

/// The field of a version's schema.
pub(super) fn field_name(version: &str) -> String {
    format!("schema.{version}")
}

impl Typed {
    /// Reads what was typed in.
    pub(super) fn read(version: &str, text: Option<&str>) -> Self {
        let mut typed = Self {
            version: version.to_owned(),
            text: text.unwrap_or_default().to_owned(),
            fault: String::new(),
        };
        match serde_json::from_str::<Map<String, Value>>(&typed.text) {
            Err(error) if !typed.text.trim().is_empty() => typed.fault = error.to_string(),
            _ => {}
        }
        typed
    }

    /// A schema that is there already.
    pub(super) fn of(version: &str, schema: &Value) -> Self {
        // A value can always be written: its keys are texts.
        let text = serde_json::to_string_pretty(schema).unwrap_or_default();
        Self { version: version.to_owned(), text, fault: String::new() }
    }

    /// The schema; `None` if nothing was typed in.
    pub(super) fn value(&self) -> Result<Option<Value>, ()> {
        match (self.text.trim().is_empty(), self.fault.is_empty()) {
            (true, _) => Ok(None),
            (false, true) => serde_json::from_str(&self.text).map(Some).map_err(|_| ()),
            (false, false) => Err(()),
        }
    }

    /// As the form draws it.
    pub(super) fn field(&self, words: Words, label: String) -> FieldView {
        let version = if self.version.is_empty() { FIRST_VERSION } else { &self.version };
        let mut field = FieldView::new(field_name(version), label, Look::Area).value(&self.text);
        field.hint = words.t("event-types-schema-hint");
        if !self.fault.is_empty() {
            field.error = words.t("event-types-schema-wrong");
            field.detail.clone_from(&self.fault);
        }
        field
    }

    /// Its version.
    pub(super) fn version(&self) -> &str {
        &self.version
    }
}

/// An event type's schemas by version; text that is no object has none.
pub(super) fn read(schemas_json: Option<&str>) -> Map<String, Value> {
    schemas_json.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
