//! What a notification asks of a message: its site, its group, its event, and an advanced filter over what visitors
//! said. The rows are compiled to one of the engine's filters; labels are compared without regard to case, so both
//! sides are written in small letters.

use std::sync::Arc;

use klingel_engine::deliver::{UnfitSettings, Wishes};
use klingel_engine::fanout::filter::{Filter, Subject};
use klingel_model::Message;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::event::What;

/// Rows of an advanced filter.
pub(super) const ROWS_MAX: usize = 20;
/// Bytes of a notification's settings.
const SETTINGS_BYTES_MAX: usize = 16 * 1024;
/// Fields of a visitor that are no labels.
const OWN_FIELDS: [&str; 5] = ["name", "is_returning", "is_pre_registered", "is_remote", "host"];
const OPERATORS: [&str; 8] =
    ["equals", "not_equals", "contains", "not_contains", "is_set", "is_empty", "greater", "less"];

/// A notification's settings, in the form that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Only this site; `None`: any.
    #[serde(default)]
    pub(super) site: Option<i64>,
    /// Only this visitor group; `None`: any.
    #[serde(default)]
    pub(super) group: Option<i64>,
    /// `signin` or `signout`.
    pub(super) event: String,
    /// Only visitors that meet this.
    #[serde(default)]
    pub(super) filter: Option<Advanced>,
}

/// An advanced filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advanced {
    /// `all` rows must hold, or `any` of them.
    combine: String,
    /// The rows.
    rows: Vec<Row>,
}

/// A row: `{"field": "Company", "operator": "equals", "value": "Acme Ltd"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    field: String,
    operator: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

fn unfit(path: impl Into<String>, reason: impl Into<String>) -> UnfitSettings {
    UnfitSettings { path: path.into(), reason: reason.into() }
}

/// Reads and checks settings.
pub(super) fn parse(text: &str) -> Result<Settings, UnfitSettings> {
    if text.len() > SETTINGS_BYTES_MAX {
        return Err(unfit("", format!("longer than {SETTINGS_BYTES_MAX} bytes")));
    }
    let settings: Settings = serde_json::from_str(text).map_err(|error| unfit("", error.to_string()))?;
    if what(&settings.event).is_none() {
        return Err(unfit("event", "must be signin or signout: no other event has a webhook"));
    }
    for (path, id) in [("site", settings.site), ("group", settings.group)] {
        if id.is_some_and(|id| id < 1) {
            return Err(unfit(path, "must be an id above 0, or null for any"));
        }
    }
    compiled(&settings)?;
    Ok(settings)
}

fn what(event: &str) -> Option<What> {
    What::named(&format!("visitor.{event}"))
}

/// The filter that the rows stand for.
fn compiled(settings: &Settings) -> Result<Option<Filter>, UnfitSettings> {
    let Some(advanced) = &settings.filter else { return Ok(None) };
    let operator = match advanced.combine.as_str() {
        "all" => "$and",
        "any" => "$or",
        _ => return Err(unfit("filter.combine", "must be all or any")),
    };
    if advanced.rows.is_empty() || advanced.rows.len() > ROWS_MAX {
        return Err(unfit("filter.rows", format!("must hold 1 to {ROWS_MAX} rows")));
    }
    let mut rows = Vec::with_capacity(advanced.rows.len());
    for (place, row) in advanced.rows.iter().enumerate() {
        rows.push(row.compiled().map_err(|(name, why)| unfit(format!("filter.rows.{place}.{name}"), why))?);
    }
    let document = json!({ operator: rows }).to_string();
    Filter::parse(&document).map(Some).map_err(|invalid| unfit("filter", invalid.to_string()))
}

impl Row {
    fn compiled(&self) -> Result<Value, (&'static str, String)> {
        let wanted = || match &self.value {
            Some(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => Ok(value),
            _ => Err(("value", format!("{} needs a text, a number or a boolean", self.operator))),
        };
        let (held, condition) = match self.operator.as_str() {
            "equals" => (true, json!({ "$in": spellings(wanted()?) })),
            "not_equals" => (false, json!({ "$in": spellings(wanted()?) })),
            "contains" | "not_contains" => match wanted()? {
                Value::String(text) => (self.operator == "contains", json!({ "$contains": text })),
                _ => return Err(("value", "must be a text".to_owned())),
            },
            "is_set" | "is_empty" => {
                (self.operator == "is_set", json!({ "$exist": true, "$nin": ["", null] }))
            }
            "greater" | "less" => match wanted()? {
                Value::Number(number) => {
                    (true, json!({ if self.operator == "greater" { "$gt" } else { "$lt" }: number }))
                }
                _ => return Err(("value", "must be a number".to_owned())),
            },
            _ => return Err(("operator", format!("must be one of {}", OPERATORS.join(", ")))),
        };
        let somewhere = self.somewhere(&condition)?;
        Ok(if held { somewhere } else { json!({ "$not": somewhere }) })
    }

    /// The condition on the field, wherever a field of this name stands.
    fn somewhere(&self, condition: &Value) -> Result<Value, (&'static str, String)> {
        let label = |group: &str, label: &str| json!({"payload": {group: {small(label): condition}}});
        if OWN_FIELDS.contains(&self.field.as_str()) {
            return Ok(json!({"payload": {self.field.as_str(): condition}}));
        }
        let name = self
            .field
            .split_once('.')
            .filter(|(group, _)| matches!(*group, "additional" | "personal_fields"));
        match name {
            Some((_, "")) => Err(("field", "must name a label behind the dot".to_owned())),
            Some((group, name)) => Ok(label(group, name)),
            None if self.field.is_empty() => Err(("field", "must not be empty".to_owned())),
            None => {
                Ok(json!({"$or": [label("additional", &self.field), label("personal_fields", &self.field)]}))
            }
        }
    }
}

/// A value as forms write it, which know only texts, and as visitors' answers hold it.
fn spellings(value: &Value) -> Vec<Value> {
    let other = match value {
        Value::String(text) => {
            serde_json::from_str::<Value>(text).ok().filter(|read| read.is_number() || read.is_boolean())
        }
        value => Some(value.to_string().into()),
    };
    std::iter::once(value.clone()).chain(other).collect()
}

/// A label as both sides write it. The mark before it keeps a label that begins with `$` from being an operator.
fn small(label: &str) -> String {
    format!(":{}", label.trim().to_lowercase())
}

/// A notification's wishes, ready to be asked.
struct Wanted {
    what: &'static str,
    site: Option<String>,
    group: Option<String>,
    filter: Option<Filter>,
}

/// What a notification without settings wants: everything, as any endpoint; with settings that cannot be read: nothing.
pub(super) fn wishes(settings: Option<&str>) -> Option<Arc<dyn Wishes>> {
    let read = parse(settings?).and_then(|settings| Ok((compiled(&settings)?, settings)));
    Some(match read {
        Ok((filter, settings)) => Arc::new(Wanted {
            what: what(&settings.event).map_or("", What::as_str),
            site: settings.site.map(|id| format!("site.{id}")),
            group: settings.group.map(|id| format!("group.{id}")),
            filter,
        }),
        Err(error) => {
            tracing::error!(
                path = error.path,
                "the stored settings of a notification cannot be read; it gets no messages"
            );
            Arc::new(Wanted { what: "", site: None, group: None, filter: None })
        }
    })
}

impl Wishes for Wanted {
    fn want(&self, message: &Message) -> bool {
        let marked = |mark: &Option<String>| {
            mark.as_ref().is_none_or(|mark| message.channels.iter().any(|channel| channel.as_str() == mark))
        };
        if message.event_type.as_str() != self.what || !marked(&self.site) || !marked(&self.group) {
            return false;
        }
        let Some(filter) = &self.filter else { return true };
        let Some(payload) = message.payload.as_ref() else { return false };
        let Ok(body) = serde_json::from_slice::<Value>(payload) else { return false };
        let seen = seen(&body);
        filter.matches(&Subject { event_type: self.what, channels: &[], payload: Some(&seen) })
    }
}

/// The visitor as filters see him.
fn seen(body: &Value) -> Value {
    let visitor = &body["visitor"];
    let labels = |group: &str| -> Value {
        let fields = visitor[group].as_object();
        fields
            .into_iter()
            .flatten()
            .map(|(label, value)| (small(label), value.clone()))
            .collect::<Map<_, _>>()
            .into()
    };
    let mut seen = Map::new();
    for name in ["name", "is_returning", "is_pre_registered", "is_remote"] {
        seen.insert(name.to_owned(), visitor[name].clone());
    }
    seen.insert("host".to_owned(), body["visiting"]["name"].clone());
    seen.insert("additional".to_owned(), labels("additional"));
    seen.insert("personal_fields".to_owned(), labels("personal_fields"));
    seen.into()
}
