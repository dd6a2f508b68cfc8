//! A dialect's own conditions in rows: `{"combine": …, "rows": [{"field", "operator", "value"}, …]}`.

use klingel_engine::deliver::description::{Choice, Conditions};
use serde_json::{Map, Value, json};

use super::{Source, at, scalar};
use crate::form::{Form, Pick, Row, RowsLook};
use crate::words::Words;

/// Empty rows that a form offers beyond those that are filled in.
pub(super) const SPARE_ROWS: usize = 1;

/// What is in a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filled {
    /// Field.
    pub(crate) field: String,
    /// Operator.
    pub(crate) operator: String,
    /// Value, as text.
    pub(crate) value: String,
}

/// How these conditions are drawn.
pub(super) fn look(words: Words, name: &str, conditions: &Conditions, source: Source<'_>) -> RowsLook {
    let (combine, filled, spare) = match source {
        Source::Document(document) => {
            let (combine, filled) = of_document(at(document, name));
            (combine, filled, SPARE_ROWS)
        }
        Source::Form(form) => (
            form.one(&format!("{name}.combine")).unwrap_or_default().to_owned(),
            of_form(name, form),
            SPARE_ROWS,
        ),
    };
    let picks = |choices: &[Choice], chosen: &str| -> Vec<Pick> {
        let pick = |choice: &Choice| Pick {
            value: choice.value.to_owned(),
            label: words.of(choice.label).to_owned(),
            chosen: choice.value == chosen,
        };
        choices.iter().map(pick).collect()
    };
    let rows = filled.len().saturating_add(spare).min(conditions.rows_max);
    let row = |filled: &Filled| Row {
        field: filled.field.clone(),
        operators: picks(conditions.operators, &filled.operator),
        value: filled.value.clone(),
    };
    let empty = Filled::default();
    RowsLook {
        combine: picks(conditions.combine, &combine),
        suggestions: picks(conditions.fields, ""),
        rows: filled.iter().chain(std::iter::repeat(&empty)).take(rows).map(row).collect(),
        is_filter: false,
    }
}

fn of_document(value: &Value) -> (String, Vec<Filled>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let row = |row: &Value| Filled {
        field: text(&row["field"]),
        operator: text(&row["operator"]),
        value: if row["value"].is_null() {
            String::new()
        } else {
            scalar::shown(&row["value"]).unwrap_or_default()
        },
    };
    let rows = value["rows"].as_array().map(|rows| rows.iter().map(row).collect());
    (text(&value["combine"]), rows.unwrap_or_default())
}

/// Rows of which something is filled in; a row without a field is none.
pub(crate) fn of_form(name: &str, form: &Form) -> Vec<Filled> {
    let all = |part: &str| form.all(&format!("{name}.{part}"));
    let (fields, operators, values) = (all("field"), all("operator"), all("value"));
    let row = |(place, field): (usize, &&str)| Filled {
        field: field.trim().to_owned(),
        operator: operators.get(place).copied().unwrap_or_default().to_owned(),
        value: values.get(place).copied().unwrap_or_default().trim().to_owned(),
    };
    fields.iter().enumerate().map(row).filter(|row| !row.field.is_empty()).collect()
}

/// The document; `None` without a row.
pub(super) fn read(name: &str, conditions: &Conditions, form: &Form) -> Option<Value> {
    let rows: Vec<Value> = of_form(name, form).iter().map(|filled| row(conditions, filled)).collect();
    let first = conditions.combine.first().map_or("", |choice| choice.value);
    let combine = form.filled(&format!("{name}.combine")).unwrap_or(first);
    (!rows.is_empty()).then(|| json!({"combine": combine, "rows": rows}))
}

fn row(conditions: &Conditions, filled: &Filled) -> Value {
    let mut row = Map::new();
    row.insert("field".to_owned(), filled.field.as_str().into());
    row.insert("operator".to_owned(), filled.operator.as_str().into());
    if !conditions.without_value.contains(&filled.operator.as_str()) {
        row.insert("value".to_owned(), scalar::read(&filled.value));
    }
    Value::Object(row)
}
