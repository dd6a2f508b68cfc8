//! What was filled into a field, as the value of its document.

use klingel_engine::deliver::description::FieldKind;
use serde_json::{Map, Number, Value};

use super::{Placed, conditions, filter, scalar};
use crate::form::Form;
use crate::words::Words;

/// Pairs of a field of labelled texts.
const PAIRS_MAX: usize = 200;

/// Why something cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Nothing was filled in.
    Missing,
    /// More characters than this.
    TooLong(usize),
    /// No whole number in these bounds.
    Number(i64, i64),
    /// No list of whole numbers, or more than this.
    Numbers(usize),
    /// No JSON.
    Json,
}

impl Unfit {
    /// For whoever filled it in.
    pub(super) fn sentence(&self, words: Words) -> String {
        match self {
            Self::Missing => words.t("field-missing"),
            Self::TooLong(max) => words.count("field-too-long", *max),
            Self::Number(low, high) => {
                words.with("field-number", &[("low", &low.to_string()), ("high", &high.to_string())])
            }
            Self::Numbers(max) => words.count("field-numbers", *max),
            Self::Json => words.t("field-json"),
        }
    }
}

/// The value; `None`: left out.
pub(super) fn read(placed: &Placed, form: &Form) -> Result<Option<Value>, Unfit> {
    let name = placed.name.as_str();
    let filled = form.filled(name);
    let value = match placed.field.kind {
        FieldKind::Text(chars_max) => text(filled, chars_max)?,
        FieldKind::Url | FieldKind::Addresses | FieldKind::One(_) | FieldKind::OneRecord(_) => {
            filled.map(Value::from)
        }
        // As it is: white space may be part of it.
        FieldKind::Secret => form.one(name).filter(|text| !text.is_empty()).map(Value::from),
        FieldKind::Switch => Some(form.is_ticked(name).into()),
        FieldKind::Number(low, high) | FieldKind::Days(low, high) => number(filled, low, high)?,
        FieldKind::OneNumberedRecord(_) => number(filled, i64::MIN, i64::MAX)?,
        FieldKind::Some(_) | FieldKind::SomeRecords(_) => list(&form.all(name)),
        FieldKind::Numbers(max) => numbers(filled, max)?,
        FieldKind::Labelled => labelled(name, form),
        FieldKind::Filter => filter::document(&filter::shape_in(name, form)).map_err(|_| Unfit::Json)?,
        FieldKind::Conditions(known) => conditions::read(name, known, form),
        FieldKind::Json(bytes_max) => json(filled, bytes_max)?,
    };
    match value {
        None if placed.field.required => Err(Unfit::Missing),
        value => Ok(value),
    }
}

fn text(filled: Option<&str>, chars_max: usize) -> Result<Option<Value>, Unfit> {
    match filled {
        Some(text) if text.chars().count() > chars_max => Err(Unfit::TooLong(chars_max)),
        text => Ok(text.map(Value::from)),
    }
}

fn number(filled: Option<&str>, low: i64, high: i64) -> Result<Option<Value>, Unfit> {
    let Some(text) = filled else { return Ok(None) };
    let number = text.parse::<i64>().ok().filter(|number| (low..=high).contains(number));
    number.map(|number| Some(number.into())).ok_or(Unfit::Number(low, high))
}

fn list(chosen: &[&str]) -> Option<Value> {
    let chosen: Vec<Value> =
        chosen.iter().filter(|value| !value.is_empty()).map(|value| Value::from(*value)).collect();
    (!chosen.is_empty()).then(|| chosen.into())
}

fn numbers(filled: Option<&str>, max: usize) -> Result<Option<Value>, Unfit> {
    let Some(text) = filled else { return Ok(None) };
    let parts =
        text.split(|c: char| c == ',' || c == ';' || c.is_whitespace()).filter(|part| !part.is_empty());
    let numbers: Option<Vec<Value>> =
        parts.map(|part| part.parse::<u64>().ok().map(|number| Number::from(number).into())).collect();
    match numbers {
        Some(numbers) if numbers.len() <= max => Ok((!numbers.is_empty()).then(|| numbers.into())),
        _ => Err(Unfit::Numbers(max)),
    }
}

fn labelled(name: &str, form: &Form) -> Option<Value> {
    let mut fields = Map::new();
    for (label, value) in pairs(name, form) {
        if !label.is_empty() {
            fields.insert(label, scalar::read(&value));
        }
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

/// Labels and values as they were filled in, white space around them removed.
pub(crate) fn pairs(name: &str, form: &Form) -> Vec<(String, String)> {
    let (labels, values) = (form.all(&format!("{name}.label")), form.all(&format!("{name}.value")));
    let pair = |(label, value): (&str, &str)| (label.trim().to_owned(), value.trim().to_owned());
    labels
        .into_iter()
        .zip(values)
        .map(pair)
        .filter(|(label, value)| !(label.is_empty() && value.is_empty()))
        .take(PAIRS_MAX)
        .collect()
}

fn json(filled: Option<&str>, bytes_max: usize) -> Result<Option<Value>, Unfit> {
    match filled {
        Some(text) if text.len() > bytes_max => Err(Unfit::TooLong(bytes_max)),
        Some(text) => serde_json::from_str(text).map(Some).map_err(|_| Unfit::Json),
        None => Ok(None),
    }
}
