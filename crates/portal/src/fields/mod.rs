//! Forms that come as data: a dialect's [`Field`]s and a JSON document become the fields of a page, and what was filled
//! in becomes the document again.
//!
//! A field's name in the page is its path in the document (`settings.triggers.user.new`), so that the API's faults find
//! their fields. [`read`] refuses only what cannot be written as JSON; every rule of the dialect stands in the API.

use klingel_engine::deliver::description::Field;
use serde_json::{Map, Value};

use crate::form::{FieldView, Form, Marks};
use crate::management::Refused;
use crate::words::Words;

pub(crate) mod conditions;
pub(crate) mod filter;
mod read;
pub(crate) mod records;
pub(crate) mod scalar;
mod view;
pub(crate) mod waits;

#[cfg(test)]
mod tests;

pub(crate) use read::pairs;
pub(crate) use records::Known;

/// What the names of fields mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// Paths in the document itself.
    Document,
    /// Paths in an endpoint's `settings`, or in the endpoint where they begin with a dot.
    Endpoint,
}

/// Where the fields' contents come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    /// A document that is kept.
    Document(&'a Value),
    /// A form that is shown again.
    Form(&'a Form),
}

/// A field with its place in the page's form.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// Its name in the form: its path in the document.
    pub(crate) name: String,
    /// The field.
    pub(crate) field: Field,
}

/// These fields in their places.
pub(crate) fn placed(root: Root, fields: &[Field]) -> Vec<Placed> {
    let name = |field: &Field| match (root, field.name.strip_prefix('.')) {
        (Root::Endpoint, Some(own)) => own.to_owned(),
        (Root::Endpoint, None) => format!("settings.{}", field.name),
        (Root::Document, _) => field.name.to_owned(),
    };
    fields.iter().map(|field| Placed { name: name(field), field: *field }).collect()
}

/// The fields as a page draws them.
pub(crate) fn views(words: Words, fields: &[Placed], source: Source<'_>, known: &Known) -> Vec<FieldView> {
    fields.iter().map(|placed| view::view(words, placed, source, known)).collect()
}

/// Writes what was filled in over `document`. Errors: what cannot be written, by field.
pub(crate) fn fill(words: Words, fields: &[Placed], form: &Form, document: &mut Value) -> Result<(), Marks> {
    let mut marks = Marks::new();
    for placed in fields {
        match read::read(placed, form) {
            Ok(value) => put(document, &placed.name, value),
            Err(unfit) => {
                marks.insert(placed.name.clone(), (unfit.sentence(words), String::new()));
            }
        }
    }
    if marks.is_empty() { Ok(()) } else { Err(marks) }
}

/// Sets marks beside their fields.
pub(crate) fn mark(views: &mut [FieldView], marks: &Marks) {
    for view in views {
        if let Some((error, detail)) = marks.get(&view.name) {
            view.error.clone_from(error);
            view.detail.clone_from(detail);
        }
    }
}

/// Sets what the API refused beside the fields it named; what belongs to none of them is given back as sentences.
pub(crate) fn refuse(words: Words, views: &mut [FieldView], refused: &Refused) -> Vec<String> {
    let mut left: Vec<String> = refused.sentence.iter().cloned().collect();
    for (path, why) in &refused.fields {
        let place = views.iter_mut().find(|view| {
            let below = path.strip_prefix(view.name.as_str());
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        match place {
            Some(view) if view.error.is_empty() => {
                view.error = words.t("field-refused");
                view.detail.clone_from(why);
            }
            Some(_) => {}
            None => left.push(format!("{path}: {why}")),
        }
    }
    left
}

/// What stands at this path; `Null` if nothing does.
pub(crate) fn at<'a>(document: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(document, |value, part| &value[part])
}

/// Writes at this path; nothing is left out of the document.
pub(crate) fn put(document: &mut Value, path: &str, value: Option<Value>) {
    let mut here = document;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let Value::Object(fields) = here else { return };
        if parts.peek().is_none() {
            match value {
                Some(value) => fields.insert(part.to_owned(), value),
                None => fields.remove(part),
            };
            return;
        }
        here = fields.entry(part).or_insert(Value::Null);
    }
}
