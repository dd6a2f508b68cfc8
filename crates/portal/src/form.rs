//! Forms: what was filled in, and the fields as templates draw them.

use std::collections::BTreeMap;

/// Fields of a form that are read.
const FIELDS_MAX: usize = 4000;

/// What was filled in, in the order of the form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`; `None` if it is more than a form of ours can be.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let mut pairs = Vec::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if pairs.len() == FIELDS_MAX {
                return None;
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Some(Self(pairs))
    }

    /// The first value of this name.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first value of this name without white space around it; `None` if nothing is left.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.one(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// All values of this name.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Whether a box is ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.one(name).is_some()
    }
}

/// How a field is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    /// One line.
    Text,
    /// One line with an address.
    Url,
    /// A whole number between these.
    Number(i64, i64),
    /// A date with a time, in UTC.
    Instant,
    /// Not shown while it is typed.
    Secret,
    /// Several lines.
    Area,
    /// A box to tick.
    Tick,
    /// One of these.
    One(Vec<Pick>),
    /// Any of these.
    Some(Vec<Pick>),
    /// Labels and texts.
    Pairs(Vec<(String, String)>),
    /// Conditions in rows.
    Rows(RowsLook),
    /// A filter that rows cannot say, as JSON.
    FilterJson,
}

/// Conditions in rows of field, operator and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowsLook {
    /// How rows are combined.
    pub(crate) combine: Vec<Pick>,
    /// Fields that are offered; others can be typed in.
    pub(crate) suggestions: Vec<Pick>,
    /// The rows, empty ones at the end.
    pub(crate) rows: Vec<Row>,
    /// Whether it can be edited as JSON, too.
    pub(crate) is_filter: bool,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// What is looked at.
    pub(crate) field: String,
    /// How it is compared.
    pub(crate) operators: Vec<Pick>,
    /// With what.
    pub(crate) value: String,
}

/// A value to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pick {
    /// In the form.
    pub(crate) value: String,
    /// For people.
    pub(crate) label: String,
    /// Whether it is chosen.
    pub(crate) chosen: bool,
}

/// A field as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldView {
    /// In the form, and in the fragment of a link to it.
    pub(crate) name: String,
    /// What stands beside it.
    pub(crate) label: String,
    /// A sentence of help; empty: none.
    pub(crate) hint: String,
    /// How it is drawn.
    pub(crate) look: Look,
    /// What is in it.
    pub(crate) value: String,
    /// Whether it must be filled in.
    pub(crate) required: bool,
    /// What is wrong with it, in the reader's language; empty: nothing.
    pub(crate) error: String,
    /// The same in the words of the interface, for whoever has to look it up; empty: none.
    pub(crate) detail: String,
}

impl FieldView {
    /// An empty field.
    pub(crate) fn new(name: impl Into<String>, label: impl Into<String>, look: Look) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            hint: String::new(),
            look,
            value: String::new(),
            required: false,
            error: String::new(),
            detail: String::new(),
        }
    }

    /// With a sentence of help.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With something in it; of a choice, that is chosen.
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        if let Look::One(picks) | Look::Some(picks) = &mut self.look {
            for pick in picks {
                pick.chosen = pick.value == self.value;
            }
        }
        self
    }

    /// That must be filled in.
    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The id of the element.
    pub(crate) fn id(&self) -> String {
        format!("field-{}", self.name.replace(['.', '/'], "-"))
    }

    /// Whether the box is ticked.
    pub(crate) fn is_ticked(&self) -> bool {
        self.value == "true"
    }

    /// What describes the field to those who do not see it.
    pub(crate) fn described_by(&self) -> String {
        let id = self.id();
        match (self.hint.is_empty(), self.error.is_empty()) {
            (true, true) => String::new(),
            (false, true) => format!("{id}-hint"),
            (true, false) => format!("{id}-error"),
            (false, false) => format!("{id}-error {id}-hint"),
        }
    }
}

/// Marks by the names of fields, for forms that are shown again.
pub(crate) type Marks = BTreeMap<String, (String, String)>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_keeps_every_value_in_its_order() {
        let form = Form::read(b"a=1&b=+x%20y+&a=2&empty=").unwrap();
        assert_eq!(form.one("a"), Some("1"));
        assert_eq!(form.all("a"), ["1", "2"]);
        assert_eq!(form.filled("b"), Some("x y"));
        assert_eq!(form.filled("empty"), None);
        assert!(form.is_ticked("empty") && !form.is_ticked("c"));
    }

    #[test]
    fn a_form_without_end_is_refused() {
        assert!(Form::read("a=1&".repeat(FIELDS_MAX + 1).as_bytes()).is_none());
    }
}
