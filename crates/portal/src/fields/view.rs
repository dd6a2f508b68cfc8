//! A field with what is in it, as templates draw it.

use klingel_engine::deliver::description::{Choice, FieldKind};
use serde_json::Value;

use super::{Known, Placed, Source, at, conditions, filter, read, scalar};
use crate::form::{FieldView, Look, Pick};
use crate::words::Words;

/// Empty pairs that a form offers.
const SPARE_PAIRS: usize = 2;
/// Empty pairs after somebody asked for more.
const MORE_PAIRS: usize = 6;

/// Draws a field.
pub(super) fn view(words: Words, placed: &Placed, source: Source<'_>, known: &Known) -> FieldView {
    let (name, field) = (placed.name.as_str(), &placed.field);
    let text = |shown: fn(&Value) -> String| match source {
        Source::Document(document) => shown(at(document, name)),
        Source::Form(form) => form.one(name).unwrap_or_default().to_owned(),
    };
    let chosen = || chosen(name, source);
    let (look, value) = match field.kind {
        FieldKind::Text(_) | FieldKind::Addresses => (Look::Text, text(plain)),
        FieldKind::Url => (Look::Url, text(plain)),
        FieldKind::Secret => (Look::Secret, String::new()),
        FieldKind::Switch => (Look::Tick, ticked(name, source)),
        FieldKind::Number(low, high) | FieldKind::Days(low, high) => (Look::Number(low, high), text(plain)),
        FieldKind::Numbers(_) => (Look::Text, text(numbers)),
        FieldKind::Json(_) => (Look::Area, text(pretty)),
        FieldKind::One(choices) => {
            (Look::One(one(words, field.required, picks(words, choices), &chosen())), String::new())
        }
        FieldKind::Some(choices) => (Look::Some(some(picks(words, choices), &chosen())), String::new()),
        FieldKind::OneRecord(kind) | FieldKind::OneNumberedRecord(kind) => {
            (Look::One(one(words, field.required, records(known, kind), &chosen())), String::new())
        }
        FieldKind::SomeRecords(kind) => (Look::Some(some(records(known, kind), &chosen())), String::new()),
        FieldKind::Labelled => (Look::Pairs(pairs(name, source)), String::new()),
        FieldKind::Filter => filter::look(words, name, source),
        FieldKind::Conditions(known) => {
            (Look::Rows(conditions::look(words, name, known, source)), String::new())
        }
    };
    let mut view = FieldView::new(name, words.of(field.label), look);
    view.value = value;
    view.required = field.required;
    if let Some(hint) = field.hint {
        words.of(hint).clone_into(&mut view.hint);
    }
    view
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn numbers(value: &Value) -> String {
    value.as_array().map(|items| items.iter().map(plain).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

fn pretty(value: &Value) -> String {
    if value.is_null() { String::new() } else { serde_json::to_string_pretty(value).unwrap_or_default() }
}

fn ticked(name: &str, source: Source<'_>) -> String {
    let ticked = match source {
        Source::Document(document) => at(document, name).as_bool().unwrap_or_default(),
        Source::Form(form) => form.is_ticked(name),
    };
    ticked.to_string()
}

fn chosen(name: &str, source: Source<'_>) -> Vec<String> {
    match source {
        Source::Document(document) => match at(document, name) {
            Value::Array(items) => items.iter().map(plain).collect(),
            Value::Null => Vec::new(),
            value => vec![plain(value)],
        },
        Source::Form(form) => form.all(name).into_iter().map(str::to_owned).collect(),
    }
}

fn picks(words: Words, choices: &[Choice]) -> Vec<Pick> {
    let pick = |choice: &Choice| Pick {
        value: choice.value.to_owned(),
        label: words.of(choice.label).to_owned(),
        chosen: false,
    };
    choices.iter().map(pick).collect()
}

fn records(known: &Known, kind: &str) -> Vec<Pick> {
    let pick =
        |(key, name): &(String, String)| Pick { value: key.clone(), label: name.clone(), chosen: false };
    known.of(kind).iter().map(pick).collect()
}

/// What is kept and not offered any more stays chosen, so that saving a form changes nothing unseen.
fn some(mut picks: Vec<Pick>, chosen: &[String]) -> Vec<Pick> {
    for value in chosen.iter().filter(|value| !value.is_empty()) {
        match picks.iter_mut().find(|pick| pick.value == *value) {
            Some(pick) => pick.chosen = true,
            None => picks.push(Pick { value: value.clone(), label: value.clone(), chosen: true }),
        }
    }
    picks
}

fn one(words: Words, required: bool, picks: Vec<Pick>, chosen: &[String]) -> Vec<Pick> {
    let mut picks = some(picks, chosen);
    if !required || picks.is_empty() {
        let none = !picks.iter().any(|pick| pick.chosen);
        picks.insert(0, Pick { value: String::new(), label: words.t("field-none"), chosen: none });
    }
    picks
}

fn pairs(name: &str, source: Source<'_>) -> Vec<(String, String)> {
    let (mut pairs, spare) = match source {
        Source::Document(document) => {
            let fields = at(document, name).as_object();
            let pair = |(label, value): (&String, &Value)| Some((label.clone(), scalar::shown(value)?));
            (fields.map(|fields| fields.iter().filter_map(pair).collect()).unwrap_or_default(), SPARE_PAIRS)
        }
        Source::Form(form) => {
            let asked = form.one("redraw").and_then(|asked| asked.strip_prefix(name)) == Some(".rows");
            (read::pairs(name, form), if asked { MORE_PAIRS } else { SPARE_PAIRS })
        }
    };
    pairs.extend(std::iter::repeat_n((String::new(), String::new()), spare));
    pairs
}
