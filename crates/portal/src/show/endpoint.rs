//! Endpoints in words: their name, how they do, what they want. All from the dialect's description.

use klingel_engine::deliver::description::{Choice, Conditions, Description, FieldKind};
use klingel_model::{Endpoint, EndpointState, EventTypeName};
use serde_json::Value;

use super::attempt::shown_url;
use super::time::Moment;
use crate::fields::{Known, Placed, Root, at, placed, scalar};
use crate::words::Words;

/// Names that a line lists before it only counts.
const NAMES_MAX: usize = 6;

/// How an endpoint does.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// Colour of its badge: `good`, `bad`, `warn`.
    pub(crate) class: &'static str,
    /// In a word.
    pub(crate) text: String,
    /// Since when.
    pub(crate) since: Option<Moment>,
    /// Why, in a sentence of the engine's; empty: unknown or nobody's doing but its owner's.
    pub(crate) why: String,
}

/// How it does.
pub(crate) fn state(words: Words, endpoint: &Endpoint) -> State {
    let health = &endpoint.health;
    match endpoint.state() {
        EndpointState::Healthy => {
            State { class: "good", text: words.t("endpoint-healthy"), since: None, why: String::new() }
        }
        EndpointState::Failing => State {
            class: "bad",
            text: words.t("endpoint-failing"),
            since: health.failing_since.map(|at| Moment::of(words, at)),
            why: String::new(),
        },
        EndpointState::Disabled => {
            let by_klingel = health.disabled_at.is_some();
            let text = if by_klingel { "endpoint-switched-off" } else { "endpoint-disabled" };
            State {
                class: "warn",
                text: words.t(text),
                since: health.disabled_at.map(|at| Moment::of(words, at)),
                why: health.disabled_reason.clone().unwrap_or_default(),
            }
        }
    }
}

/// The endpoint's settings; `Null` if there are none.
pub(crate) fn settings(endpoint: &Endpoint) -> Value {
    let text = endpoint.dialect_settings_json.as_deref();
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The endpoint as fields see it.
fn document(endpoint: &Endpoint) -> Value {
    serde_json::json!({
        "url": endpoint.url, "description": endpoint.description, "disabled": endpoint.disabled,
        "settings": settings(endpoint),
    })
}

/// What people call it: the first text of its settings, its description, or its URL.
pub(crate) fn title(description: &Description, endpoint: &Endpoint) -> String {
    let document = document(endpoint);
    let fields = placed(Root::Endpoint, description.endpoint_form);
    let texts = fields.iter().filter(|placed| matches!(placed.field.kind, FieldKind::Text(_)));
    let mut named = texts.filter_map(|placed| at(&document, &placed.name).as_str());
    let named = named.find(|text| !text.is_empty()).map(str::to_owned);
    named
        .or_else(|| Some(endpoint.description.clone()).filter(|text| !text.is_empty()))
        .unwrap_or_else(|| shown_url(&endpoint.url))
}

/// Which messages it wants, in words.
pub(crate) fn wants(words: Words, description: &Description, endpoint: &Endpoint, known: &Known) -> String {
    let document = document(endpoint);
    let fields = placed(Root::Endpoint, description.endpoint_form);
    let mut parts = Vec::new();
    for placed in fields.iter().filter(|placed| placed.name.starts_with("settings.")) {
        match placed.field.kind {
            FieldKind::Switch if at(&document, &placed.name) == true => {
                parts.push(words.of(placed.field.label).to_owned());
            }
            FieldKind::One(_)
            | FieldKind::Some(_)
            | FieldKind::OneRecord(_)
            | FieldKind::OneNumberedRecord(_) => {
                parts.extend(value(words, placed, &document, known));
            }
            _ => {}
        }
    }
    if let Some(types) = &endpoint.event_types {
        let names: Vec<&str> = types.iter().take(NAMES_MAX).map(EventTypeName::as_str).collect();
        let more = if types.len() > NAMES_MAX { ", …" } else { "" };
        parts.push(format!("{}{more}", names.join(", ")));
    } else if parts.is_empty() {
        parts.push(words.t("endpoint-all-types"));
    }
    parts.join(" · ")
}

/// What is filled into a field, in words; `None`: nothing, or nothing for a line.
pub(crate) fn value(words: Words, placed: &Placed, document: &Value, known: &Known) -> Option<String> {
    let value = at(document, &placed.name);
    let of = |choices: &[Choice], value: &Value| {
        let choice = choices.iter().find(|choice| Some(choice.value) == value.as_str());
        choice.map_or_else(
            || scalar::shown(value).unwrap_or_default(),
            |choice| words.of(choice.label).to_owned(),
        )
    };
    let text = match placed.field.kind {
        FieldKind::Secret => return None,
        FieldKind::Switch => words.t(if value == true { "endpoint-yes" } else { "endpoint-no" }),
        _ if value.is_null() => return None,
        FieldKind::One(choices) => of(choices, value),
        FieldKind::Some(choices) => list(value, |item| of(choices, item)),
        FieldKind::OneRecord(kind) | FieldKind::OneNumberedRecord(kind) => {
            known.name(kind, &scalar::shown(value).unwrap_or_default()).to_owned()
        }
        FieldKind::SomeRecords(kind) => {
            list(value, |item| known.name(kind, item.as_str().unwrap_or_default()).to_owned())
        }
        FieldKind::Numbers(_) => list(value, ToString::to_string),
        FieldKind::Conditions(conditions) => {
            let row = |row: &Value| condition_text(words, conditions, row);
            let rows = value["rows"].as_array().map(|rows| rows.iter().map(row).collect::<Vec<_>>());
            let combine = of(conditions.combine, &value["combine"]);
            format!("{combine}: {}", rows.unwrap_or_default().join("; "))
        }
        FieldKind::Url => shown_url(value.as_str().unwrap_or_default()),
        FieldKind::Labelled | FieldKind::Filter | FieldKind::Json(_) => value.to_string(),
        FieldKind::Text(_) | FieldKind::Addresses | FieldKind::Number(..) | FieldKind::Days(..) => {
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        }
    };
    (!text.is_empty()).then_some(text)
}

/// A row of a dialect's own conditions, in words.
pub(crate) fn condition_text(words: Words, conditions: &Conditions, row: &Value) -> String {
    let label = |choices: &[Choice], value: &Value| {
        let choice = choices.iter().find(|known| Some(known.value) == value.as_str());
        choice
            .map_or(value.as_str().unwrap_or_default().to_owned(), |choice| words.of(choice.label).to_owned())
    };
    let (field, operator) =
        (label(conditions.fields, &row["field"]), label(conditions.operators, &row["operator"]));
    let value = &row["value"];
    let value = if value.is_null() { String::new() } else { scalar::shown(value).unwrap_or_default() };
    format!("{field} {operator} {value}").trim_end().to_owned()
}

fn list(value: &Value, one: impl Fn(&Value) -> String) -> String {
    value.as_array().map(|items| items.iter().map(one).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

/// Everything its owner has filled in, with the fields' words.
pub(crate) fn facts(
    words: Words,
    description: &Description,
    endpoint: &Endpoint,
    known: &Known,
) -> Vec<(String, String)> {
    let document = document(endpoint);
    let fields = placed(Root::Endpoint, description.endpoint_form);
    let fact = |placed: &Placed| {
        Some((words.of(placed.field.label).to_owned(), value(words, placed, &document, known)?))
    };
    fields.iter().filter_map(fact).collect()
}
