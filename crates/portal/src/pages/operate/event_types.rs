//! `/portal/event-types`: the catalogue of event types, and the form for a new one.

use askama::Template;
use axum::extract::State;
use http::{Method, StatusCode};
use klingel_model::{EventType, EventTypeName};
use klingel_store::{Order, Page as ListPage};
use serde_json::json;

use super::schemas::{self, Typed};
use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::asked::Asked;
use crate::door::{Operator, Posted};
use crate::form::{FieldView, Look};
use crate::frame::{Frame, Section};
use crate::management::{Call, Refused};
use crate::once::ONCE_FIELD;
use crate::show::time::Moment;

pub(super) const PATH: &str = "/portal/event-types";
/// Event types of one page.
const ROWS: usize = 100;

#[derive(Debug, Template)]
#[template(path = "operate/event_types.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
    archived_too: bool,
    fields: Vec<FieldView>,
    once: String,
    refused: String,
    example: String,
}

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    description: String,
    archived: bool,
    deprecated: bool,
    schema: bool,
    changed: Moment,
}

/// A form that was not accepted, to be shown again.
#[derive(Debug, Default)]
struct Filled {
    name: String,
    description: String,
    schema: Typed,
    refused: Option<Refused>,
}

/// The list by name, and the form.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    draw(&portal, &operator, &asked, StatusCode::OK, Filled::default()).await
}

async fn draw(
    portal: &Portal,
    operator: &Operator,
    asked: &Asked,
    status: StatusCode,
    filled: Filled,
) -> Answer {
    let after = asked.one("after").and_then(|text| EventTypeName::new(text).ok());
    let wanted = ListPage { limit: ROWS, after, order: Order::Ascending };
    let archived_too = asked.one("archived").is_some();
    let reader = portal.engine().reader();
    let found = reader.event_types(operator.environment_id, wanted, archived_too).await?;
    let frame = Frame::operator(operator, Section::EventTypes, "nav-event-types");
    let page = Page {
        rows: found.items.into_iter().map(|event_type| row(&frame, event_type)).collect(),
        next: found.resume.map(|name| asked.onward(PATH, "after", name.as_str())),
        archived_too,
        refused: filled.refused.as_ref().and_then(|refused| refused.sentence.clone()).unwrap_or_default(),
        fields: fields(&frame, &filled),
        once: portal.new_once(),
        example: format!(
            "curl -H \"Authorization: Bearer $KEY\" -H \"Content-Type: application/json\" \
             -d '{{\"name\": \"order.created\", \"description\": \"An order was placed\"}}' \
             {}/api/v1/event-type/",
            portal.settings().public_url
        ),
        frame,
    };
    page_with(status, &page)
}

fn fields(frame: &Frame, filled: &Filled) -> Vec<FieldView> {
    let words = frame.words;
    let name = FieldView::new("name", words.t("event-types-name"), Look::Text).value(&filled.name);
    let description = FieldView::new("description", words.t("event-types-description"), Look::Text);
    let mut fields = vec![
        name.hint(words.t("event-types-name-hint")).required(),
        description.value(&filled.description).required(),
        filled.schema.field(words, words.t("event-types-schema")),
    ];
    if let Some(refused) = &filled.refused {
        for (field, key) in fields.iter_mut().zip(["name", "description", "schemas"]) {
            if let Some(why) = refused.at(key) {
                field.error = words.t("operate-refused-field");
                why.clone_into(&mut field.detail);
            }
        }
    }
    fields
}

fn row(frame: &Frame, event_type: EventType) -> Row {
    Row {
        href: format!("{PATH}/{}", event_type.name),
        name: event_type.name.to_string(),
        description: event_type.description,
        archived: event_type.archived,
        deprecated: event_type.deprecated,
        schema: event_type.schemas_json.is_some(),
        changed: Moment::of(frame.words, event_type.updated_at),
    }
}

/// Makes an event type.
pub(crate) async fn make(State(portal): State<Portal>, posted: Posted<Operator>) -> Answer {
    let Posted { seat: operator, form, .. } = posted;
    let text = |name| form.filled(name).unwrap_or_default().to_owned();
    let mut filled = Filled {
        name: text("name"),
        description: text("description"),
        schema: Typed::read(schemas::FIRST_VERSION, form.one(&schemas::field_name(schemas::FIRST_VERSION))),
        refused: None,
    };
    let (unfit, asked) = (StatusCode::UNPROCESSABLE_ENTITY, Asked::default());
    let Ok(schema) = filled.schema.value() else {
        return draw(&portal, &operator, &asked, unfit, filled).await;
    };
    let mut body = json!({ "name": filled.name, "description": filled.description });
    if let Some(schema) = schema {
        body["schemas"] = json!({ schemas::FIRST_VERSION: schema });
    }
    let call = Call {
        method: Method::POST,
        path: "/api/v1/event-type/",
        body,
        idempotency_key: form.filled(ONCE_FIELD),
    };
    match portal.call(operator.environment_id, call).await? {
        Ok(_) => {
            portal.note_of_operator(&operator, None, "event_type.create", &filled.name).await?;
            see_other(&format!("{PATH}/{}", filled.name))
        }
        Err(refused) => {
            filled.refused = Some(refused);
            draw(&portal, &operator, &asked, unfit, filled).await
        }
    }
}
