//! The house's filter documents in rows: *field, operator, value*, combined by all or any.
//!
//! What rows cannot say (`$not`, nested `$or`, keys with a dot) is edited as JSON.

use serde_json::{Map, Value, json};

use super::conditions::{Filled, SPARE_ROWS, of_form};
use super::{Source, at, scalar};
use crate::form::{Form, Look, Pick, Row, RowsLook};
use crate::words::Words;

/// Rows of a form.
const ROWS_MAX: usize = 50;
/// Empty rows after somebody asked for more.
const MORE_ROWS: usize = 3;
/// Fields of a message that rows may begin with.
const FIELDS: [&str; 3] = ["eventType", "channels", "payload"];

/// Operator in the form, in the document, key of its words.
const OPERATORS: [(&str, &str, &str); 13] = [
    ("eq", "$eq", "filter-eq"),
    ("neq", "$neq", "filter-neq"),
    ("in", "$in", "filter-in"),
    ("nin", "$nin", "filter-nin"),
    ("contains", "$contains", "filter-contains"),
    ("startsWith", "$startsWith", "filter-starts-with"),
    ("endsWith", "$endsWith", "filter-ends-with"),
    ("gt", "$gt", "filter-gt"),
    ("gte", "$gte", "filter-gte"),
    ("lt", "$lt", "filter-lt"),
    ("lte", "$lte", "filter-lte"),
    ("exists", "$exist", "filter-exists"),
    ("missing", "$exist", "filter-missing"),
];

/// A filter as a form shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// In rows; whether any of them is enough.
    Rows(bool, Vec<Filled>),
    /// As JSON text.
    Json(String),
}

/// How a document is shown.
pub(crate) fn shape_of(document: &Value) -> Shape {
    if document.is_null() {
        return Shape::Rows(false, Vec::new());
    }
    match rows_of(document) {
        Some((any, rows)) if rows.len() <= ROWS_MAX => Shape::Rows(any, rows),
        _ => Shape::Json(serde_json::to_string_pretty(document).unwrap_or_default()),
    }
}

/// What was filled in.
pub(crate) fn shape_in(name: &str, form: &Form) -> Shape {
    if form.one(&format!("{name}.mode")) == Some("json") {
        return Shape::Json(form.one(&format!("{name}.json")).unwrap_or_default().to_owned());
    }
    Shape::Rows(form.one(&format!("{name}.combine")) == Some("any"), of_form(name, form))
}

/// The document of a shape; `Ok(None)`: no filter. Errors: a text that is no JSON.
pub(crate) fn document(shape: &Shape) -> Result<Option<Value>, String> {
    match shape {
        Shape::Rows(_, rows) if rows.is_empty() => Ok(None),
        Shape::Rows(_, rows) if rows.len() == 1 => Ok(Some(condition(&rows[0]))),
        Shape::Rows(any, rows) => {
            let all: Vec<Value> = rows.iter().map(condition).collect();
            Ok(Some(if *any { json!({ "$or": all }) } else { json!({ "$and": all }) }))
        }
        Shape::Json(text) if text.trim().is_empty() => Ok(None),
        Shape::Json(text) => serde_json::from_str(text).map(Some).map_err(|error| error.to_string()),
    }
}

/// The document of a single row.
pub(crate) fn condition(row: &Filled) -> Value {
    let test = match row.operator.as_str() {
        "exists" => json!({"$exist": true}),
        "missing" => json!({"$exist": false}),
        "in" | "nin" => json!({format!("${}", row.operator): scalar::read_list(&row.value)}),
        // Parts of texts are texts, whatever they look like.
        "startsWith" | "endsWith" => json!({format!("${}", row.operator): row.value}),
        "" | "eq" => scalar::read(&row.value),
        operator => json!({format!("${operator}"): scalar::read(&row.value)}),
    };
    row.field.split('.').rev().fold(test, |below, key| {
        let mut level = Map::new();
        level.insert(key.trim().to_owned(), below);
        Value::Object(level)
    })
}

/// A row in words.
pub(crate) fn row_text(words: Words, row: &Filled) -> String {
    let operator = OPERATORS.iter().find(|(known, _, _)| *known == row.operator);
    let (operator, takes_value) = operator.map_or((String::new(), true), |(known, _, key)| {
        (words.t(key), !matches!(*known, "exists" | "missing"))
    });
    let value = if takes_value { row.value.as_str() } else { "" };
    format!("{} {operator} {value}", row.field).trim_end().to_owned()
}

fn rows_of(document: &Value) -> Option<(bool, Vec<Filled>)> {
    let fields = document.as_object()?;
    let (any, parts) = match (fields.len(), fields.get("$or"), fields.get("$and")) {
        (1, Some(parts), _) => (true, parts.as_array()?.iter().collect()),
        (1, _, Some(parts)) => (false, parts.as_array()?.iter().collect()),
        _ => (false, vec![document]),
    };
    let mut rows = Vec::new();
    for part in parts {
        let before = rows.len();
        flat(&mut Vec::new(), part, &mut rows)?;
        // Several conditions in one part of an `$or` must hold together, which rows cannot say.
        if any && rows.len() != before + 1 {
            return None;
        }
    }
    Some((any, rows))
}

fn flat<'a>(path: &mut Vec<&'a str>, value: &'a Value, rows: &mut Vec<Filled>) -> Option<()> {
    let Value::Object(fields) = value else {
        return push(path, "eq", scalar::shown(value)?, rows);
    };
    if fields.is_empty() && !path.is_empty() {
        return None;
    }
    for (key, below) in fields {
        if let Some((operator, _, _)) = OPERATORS.iter().find(|(_, known, _)| known == key) {
            let (operator, value) = match (*operator, below) {
                ("exists", Value::Bool(true)) => ("exists", String::new()),
                ("exists", Value::Bool(false)) => ("missing", String::new()),
                ("in" | "nin", Value::Array(values)) => (*operator, scalar::shown_list(values)?),
                ("startsWith" | "endsWith", Value::String(text)) => (*operator, text.clone()),
                (operator, value) => (operator, scalar::shown(value)?),
            };
            push(path, operator, value, rows)?;
        } else if key.starts_with('$') || key.contains('.') || key.trim() != key || key.is_empty() {
            return None;
        } else {
            path.push(key);
            flat(path, below, rows)?;
            path.pop();
        }
    }
    Some(())
}

fn push(path: &[&str], operator: &str, value: String, rows: &mut Vec<Filled>) -> Option<()> {
    let row = Filled { field: path.join("."), operator: operator.to_owned(), value };
    (!path.is_empty()).then(|| rows.push(row))
}

/// How it is drawn, and the text of the JSON editor.
pub(crate) fn look(words: Words, name: &str, source: Source<'_>) -> (Look, String) {
    let (shape, spare) = match source {
        Source::Document(document) => (shape_of(at(document, name)), SPARE_ROWS),
        Source::Form(form) => {
            let asked = form.one("redraw").and_then(|asked| asked.strip_prefix(name)).unwrap_or_default();
            let spare = if asked == ".rows" { MORE_ROWS } else { SPARE_ROWS };
            (turned(shape_in(name, form), asked), spare)
        }
    };
    match shape {
        Shape::Json(text) => (Look::FilterJson, text),
        Shape::Rows(any, filled) => (Look::Rows(rows(words, any, &filled, spare)), String::new()),
    }
}

/// The other way of editing, if somebody asked for it and it is possible.
fn turned(shape: Shape, asked: &str) -> Shape {
    match (asked, document(&shape)) {
        (".json", Ok(document)) => {
            let document = document.unwrap_or_else(|| json!({}));
            Shape::Json(serde_json::to_string_pretty(&document).unwrap_or_default())
        }
        (".table", Ok(document)) => shape_of(&document.unwrap_or_default()),
        _ => shape,
    }
}

fn rows(words: Words, any: bool, filled: &[Filled], spare: usize) -> RowsLook {
    let pick = |value: &str, key: &str, chosen| Pick { value: value.to_owned(), label: words.t(key), chosen };
    let operators = |chosen: &str| -> Vec<Pick> {
        OPERATORS.iter().map(|(value, _, key)| pick(value, key, *value == chosen)).collect()
    };
    let row = |filled: &Filled| Row {
        field: filled.field.clone(),
        operators: operators(&filled.operator),
        value: filled.value.clone(),
    };
    let empty = Filled::default();
    RowsLook {
        combine: vec![pick("all", "filter-all", !any), pick("any", "filter-any", any)],
        suggestions: FIELDS
            .iter()
            .map(|field| Pick { value: (*field).to_owned(), label: String::new(), chosen: false })
            .collect(),
        rows: filled
            .iter()
            .chain(std::iter::repeat(&empty))
            .take(filled.len().saturating_add(spare).min(ROWS_MAX.max(filled.len())))
            .map(row)
            .collect(),
        is_filter: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(document: &Value) -> Option<Value> {
        match shape_of(document) {
            shape @ Shape::Rows(..) => super::document(&shape).unwrap(),
            Shape::Json(_) => None,
        }
    }

    #[test]
    fn rows_say_what_the_document_says() {
        for document in [
            json!({"eventType": "user.new"}),
            json!({"payload": {"amount": {"$gte": 100}}}),
            json!({"$or": [{"channels": {"$contains": "berlin"}}, {"payload": {"urgent": true}}]}),
            json!({"$and": [{"payload": {"a": {"b": {"$exist": false}}}}, {"payload": {"a": {"c": "12"}}}]}),
            json!({"payload": {"role": {"$in": ["a", 3, "b, c"]}}}),
            json!({"payload": {"zip": {"$startsWith": "12"}}}),
        ] {
            assert_eq!(back(&document), Some(document.clone()), "{document}");
        }
        let merged = json!({"eventType": "a", "payload": {"x": 1, "y": {"$gt": 2, "$lt": 5}}});
        let apart = json!({"$and": [
            {"eventType": "a"}, {"payload": {"x": 1}},
            {"payload": {"y": {"$gt": 2}}}, {"payload": {"y": {"$lt": 5}}},
        ]});
        assert_eq!(back(&merged), Some(apart));
    }

    #[test]
    fn what_rows_cannot_say_is_edited_as_json() {
        for document in [
            json!({"$not": {"eventType": "a"}}),
            json!({"$or": [{"eventType": "a", "payload": {"x": 1}}]}),
            json!({"payload": {"a.b": 1}}),
            json!({"payload": {"list": [1, 2]}}),
            json!({"payload": {}}),
            json!({"eventType": "a", "$or": [{"payload": {"x": 1}}]}),
        ] {
            assert!(matches!(shape_of(&document), Shape::Json(_)), "{document}");
        }
    }
}
