//! `/portal/event-types/{name}`: one event type, its schemas with examples, and its end.

use askama::Template;
use axum::extract::{Path, State};
use http::{Method, StatusCode};
use klingel_model::{EventType, EventTypeName};
use serde_json::{Map, Value, json};

use super::event_types::PATH;
use super::schemas::{self, Typed};
use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::door::{Operator, Posted};
use crate::fault::Fault;
use crate::form::{FieldView, Form, Look};
use crate::frame::{Frame, Section};
use crate::management::{Call, Refused};
use crate::show::example::example;

#[derive(Debug, Template)]
#[template(path = "operate/event_type.html")]
struct Page {
    frame: Frame,
    action: String,
    name: String,
    archived: bool,
    deprecated: bool,
    version: String,
    fields: Vec<FieldView>,
    examples: Vec<(String, String)>,
    refused: String,
}

/// What the form holds.
#[derive(Debug)]
struct Filled {
    description: String,
    deprecated: bool,
    schemas: Vec<Typed>,
    refused: Option<Refused>,
}

/// The event type and its form.
pub(crate) async fn show(
    State(portal): State<Portal>,
    operator: Operator,
    Path(name): Path<String>,
) -> Answer {
    let event_type = find(&portal, &operator, &name).await?;
    let known = schemas::read(event_type.schemas_json.as_deref());
    let filled = Filled {
        description: event_type.description.clone(),
        deprecated: event_type.deprecated,
        schemas: known.iter().map(|(version, schema)| Typed::of(version, schema)).collect(),
        refused: None,
    };
    draw(&operator, &event_type, StatusCode::OK, filled)
}

async fn find(portal: &Portal, operator: &Operator, name: &str) -> Result<EventType, Fault> {
    let name = EventTypeName::new(name).map_err(|_| Fault::NotFound)?;
    portal.engine().reader().event_type(operator.environment_id, name).await?.ok_or(Fault::NotFound)
}

fn draw(operator: &Operator, event_type: &EventType, status: StatusCode, mut filled: Filled) -> Answer {
    let name = event_type.name.to_string();
    let mut frame = Frame::operator(operator, Section::EventTypes, "nav-event-types");
    let parent = frame.title.clone();
    frame = frame.below(PATH.to_owned(), parent);
    frame.title.clone_from(&name);
    let known = schemas::read(event_type.schemas_json.as_deref());
    let pretty = |schema| serde_json::to_string_pretty(&example(schema)).unwrap_or_default();
    let examples = known.iter().map(|(version, schema)| (version.clone(), pretty(schema))).collect();
    if !filled.schemas.iter().any(|schema| !known.contains_key(schema.version())) {
        filled.schemas.push(Typed::read(&next_version(&known), None));
    }
    let page = Page {
        action: format!("{PATH}/{name}"),
        name,
        archived: event_type.archived,
        deprecated: event_type.deprecated,
        version: event_type.updated_at.as_unix_us().to_string(),
        fields: fields(&frame, &filled),
        examples,
        refused: filled.refused.and_then(|refused| refused.sentence).unwrap_or_default(),
        frame,
    };
    page_with(status, &page)
}

/// A version that has no schema yet: the number after the largest one.
fn next_version(known: &Map<String, Value>) -> String {
    let numbers = known.keys().filter_map(|version| version.parse::<u32>().ok());
    numbers.max().map_or(1, |largest| largest.saturating_add(1)).to_string()
}

fn fields(frame: &Frame, filled: &Filled) -> Vec<FieldView> {
    let words = frame.words;
    let description = FieldView::new("description", words.t("event-types-description"), Look::Text);
    let mut fields = vec![
        description.value(&filled.description).required(),
        FieldView::new("deprecated", words.t("event-types-deprecate"), Look::Tick)
            .value(filled.deprecated.to_string())
            .hint(words.t("event-types-deprecate-hint")),
    ];
    for schema in &filled.schemas {
        let label = words.fill("event-types-schema-version", "version", schema.version());
        fields.push(schema.field(words, label));
    }
    let refused = filled.refused.iter().flat_map(|refused| &refused.fields);
    for (path, why) in refused {
        let wanted = path.strip_prefix("schemas.").map(|rest| rest.split('.').next().unwrap_or_default());
        let wanted = wanted.map_or_else(|| path.clone(), schemas::field_name);
        if let Some(field) = fields.iter_mut().find(|field| field.name == wanted) {
            field.error = words.t("operate-refused-field");
            field.detail.clone_from(why);
        }
    }
    fields
}

/// Takes the form. A schema whose text was emptied is removed.
pub(crate) async fn change(
    State(portal): State<Portal>,
    Path(name): Path<String>,
    posted: Posted<Operator>,
) -> Answer {
    let Posted { seat: operator, form, .. } = posted;
    let event_type = find(&portal, &operator, &name).await?;
    unchanged(&event_type, &form)?;
    let mut filled = Filled {
        description: form.filled("description").unwrap_or_default().to_owned(),
        deprecated: form.is_ticked("deprecated"),
        schemas: typed(&form, &schemas::read(event_type.schemas_json.as_deref())),
        refused: None,
    };
    let Ok(all) = collected(&filled.schemas) else {
        return draw(&operator, &event_type, StatusCode::UNPROCESSABLE_ENTITY, filled);
    };
    let all = if all.is_empty() { Value::Null } else { Value::Object(all) };
    let body = json!({ "description": filled.description, "deprecated": filled.deprecated, "schemas": all });
    match patch(&portal, &operator, &event_type, body).await? {
        Ok(()) => {
            portal.note_of_operator(&operator, None, "event_type.change", &name).await?;
            see_other(&format!("{PATH}/{}", event_type.name))
        }
        Err(refused) => {
            filled.refused = Some(refused);
            draw(&operator, &event_type, StatusCode::UNPROCESSABLE_ENTITY, filled)
        }
    }
}

fn unchanged(event_type: &EventType, form: &Form) -> Result<(), Fault> {
    let version = form.one("version").and_then(|text| text.parse().ok());
    if version == Some(event_type.updated_at.as_unix_us()) { Ok(()) } else { Err(Fault::Changed) }
}

/// The schemas of the form: those that are known, and a new one.
fn typed(form: &Form, known: &Map<String, Value>) -> Vec<Typed> {
    let new = next_version(known);
    let versions = known.keys().chain([&new]);
    versions.map(|version| Typed::read(version, form.one(&schemas::field_name(version)))).collect()
}

fn collected(typed: &[Typed]) -> Result<Map<String, Value>, ()> {
    let mut all = Map::new();
    for schema in typed {
        if let Some(value) = schema.value()? {
            all.insert(schema.version().to_owned(), value);
        }
    }
    Ok(all)
}

async fn patch(
    portal: &Portal,
    operator: &Operator,
    event_type: &EventType,
    body: Value,
) -> Result<Result<(), Refused>, Fault> {
    let path = format!("/api/v1/event-type/{}/", event_type.name);
    let call = Call { method: Method::PATCH, path: &path, body, idempotency_key: None };
    Ok(portal.call(operator.environment_id, call).await?.map(|_| ()))
}

/// Archives the event type, or brings it back.
pub(crate) async fn archive(
    State(portal): State<Portal>,
    Path(name): Path<String>,
    posted: Posted<Operator>,
) -> Answer {
    let Posted { seat: operator, form, .. } = posted;
    let event_type = find(&portal, &operator, &name).await?;
    unchanged(&event_type, &form)?;
    let archived = !event_type.archived;
    if let Err(refused) = patch(&portal, &operator, &event_type, json!({ "archived": archived })).await? {
        return Err(Fault::Conflict(refused.sentence.unwrap_or_default()));
    }
    let action = if archived { "event_type.archive" } else { "event_type.restore" };
    portal.note_of_operator(&operator, None, action, &name).await?;
    see_other(&format!("{PATH}/{name}"))
}

/// Deletes the event type for good, when its name was typed in.
pub(crate) async fn delete(
    State(portal): State<Portal>,
    Path(name): Path<String>,
    posted: Posted<Operator>,
) -> Answer {
    let Posted { seat: operator, form, .. } = posted;
    let event_type = find(&portal, &operator, &name).await?;
    if form.filled("confirm") != Some(event_type.name.as_str()) {
        return Err(Fault::Conflict(format!("type {name} to delete the event type")));
    }
    let path = format!("/api/v1/event-type/{name}/?expunge=true");
    let call = Call { method: Method::DELETE, path: &path, body: Value::Null, idempotency_key: None };
    if let Err(refused) = portal.call(operator.environment_id, call).await? {
        return Err(Fault::Conflict(refused.sentence.unwrap_or_default()));
    }
    portal.note_of_operator(&operator, None, "event_type.delete", &name).await?;
    see_other(PATH)
}
