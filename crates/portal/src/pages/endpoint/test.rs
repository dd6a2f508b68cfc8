//! `…/endpoints/{endpoint_id}/test`: sends one request now and shows the answer.
//!
//! Either an example of an event type, or a message that the application had before, in its own form; where the vendor
//! has a test of its own, that one.

use axum::extract::State;
use http::Method;
use klingel_engine::TestCall;
use klingel_engine::deliver::description;
use klingel_model::{Attempt, AttemptId, MessageId};
use klingel_store::{AttemptFilter, MessageRef, Order, Page};
use serde_json::{Value, json};

use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::door::{AtEndpoint, Posted};
use crate::fault::Fault;
use crate::form::{FieldView, Form, Look, Pick};
use crate::management::{Call, Refused};
use crate::show::time::Moment;

/// Messages that are offered.
const MESSAGES: usize = 10;
/// Event types that are offered.
const EVENT_TYPES: usize = 50;

/// What can be sent: the latest messages, then examples.
pub(super) async fn picks(portal: &Portal, at: &AtEndpoint) -> Result<Vec<Pick>, Fault> {
    let words = at.tenant.visit.words;
    let reader = portal.engine().reader();
    let page = Page { limit: MESSAGES, after: None, order: Order::Descending };
    let latest =
        reader.messages(at.tenant.application.id, page, klingel_store::MessageFilter::default()).await?;
    let mut picks: Vec<Pick> = latest
        .items
        .iter()
        .map(|message| Pick {
            value: message.id.to_string(),
            label: format!("{} · {}", message.event_type, Moment::of(words, message.created_at)),
            chosen: false,
        })
        .collect();
    let page = Page { limit: EVENT_TYPES, after: None, order: Order::Ascending };
    let types = reader.event_types(at.tenant.environment_id(), page, false).await?;
    picks.extend(types.items.iter().map(|event_type| Pick {
        value: format!("type:{}", event_type.name),
        label: words.fill("test-example-of", "name", event_type.name.as_str()),
        chosen: false,
    }));
    Ok(picks)
}

/// What the vendor's own test asks for, if it has one.
pub(super) fn own(portal: &Portal, at: &AtEndpoint) -> Option<FieldView> {
    let test = portal.description(&at.tenant.application.dialect).test?;
    let words = at.tenant.visit.words;
    let field = FieldView::new("document", words.of(test.label), Look::Area);
    Some(field.hint(words.of(test.hint)).value(test.example).required())
}

/// Sends it.
pub(super) async fn test(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let Posted { seat: at, form, .. } = posted;
    let attempt = match portal.description(&at.tenant.application.dialect).test {
        Some(test) => vendors_own(&portal, &at, &test, &form).await?,
        None => chosen(&portal, &at, &form).await?,
    };
    let subject = format!("{} {}", at.endpoint.id, attempt.id);
    portal.note(&at.tenant, "endpoint.test", &subject).await?;
    let tested = format!("{}?message={}&attempt={}#tested", super::href(&at), attempt.message_id, attempt.id);
    see_other(&tested)
}

/// The vendor's operation keeps message and attempt, and names the attempt.
async fn vendors_own(
    portal: &Portal,
    at: &AtEndpoint,
    test: &description::Test,
    form: &Form,
) -> Result<Attempt, Fault> {
    let document = serde_json::from_str(form.filled("document").unwrap_or_default())
        .map_err(|_| Fault::Conflict(at.tenant.visit.words.t("field-json")))?;
    let (app, id) = (&at.tenant.application, at.endpoint.id);
    let below = test.path.replace("{endpoint}", &id.to_string());
    let path = format!("/api/v1/app/{}/{}/{below}", app.id, app.dialect);
    let call = Call { method: Method::POST, path: &path, body: document, idempotency_key: None };
    let told = portal.call(at.tenant.environment_id(), call).await?.map_err(refusal)?;
    let made: AttemptId = told["id"].as_str().and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    let page = Page { limit: MESSAGES, after: None, order: Order::Descending };
    let reader = portal.engine().reader();
    let latest = reader.attempts_of_endpoint(app.id, id, page, AttemptFilter::default()).await?;
    latest.items.into_iter().find(|attempt| attempt.id == made).ok_or(Fault::NotFound)
}

async fn chosen(portal: &Portal, at: &AtEndpoint, form: &Form) -> Result<Attempt, Fault> {
    let chosen = form.filled("send").or_else(|| form.filled("type").map(|_| "type")).unwrap_or_default();
    let example = match chosen {
        "type" => form.filled("type"),
        chosen => chosen.strip_prefix("type:"),
    };
    match example {
        Some(event_type) => send_example(portal, at, event_type).await,
        None => send_again(portal, at, chosen).await,
    }
}

fn refusal(refused: Refused) -> Fault {
    let first = refused.fields.first().map(|(path, why)| format!("{path} {why}"));
    Fault::Conflict(refused.sentence.or(first).unwrap_or_default())
}

async fn send_again(portal: &Portal, at: &AtEndpoint, chosen: &str) -> Result<Attempt, Fault> {
    let id: MessageId = chosen.parse().map_err(|_| Fault::NotFound)?;
    let app_id = at.tenant.application.id;
    let found = portal.engine().reader().message(app_id, MessageRef::Id(id)).await?;
    let message = found.ok_or(Fault::NotFound)?;
    let gone = || Fault::Conflict("the payload of this message has been deleted".to_owned());
    let call = TestCall {
        event_type: message.event_type,
        payload: message.payload.ok_or_else(gone)?,
        channels: message.channels.to_vec(),
        payload_until: message.payload_until,
    };
    let (_, attempt) = portal.engine().test_call_shaped(app_id, at.endpoint.id, call).await?;
    Ok(attempt)
}

async fn send_example(portal: &Portal, at: &AtEndpoint, event_type: &str) -> Result<Attempt, Fault> {
    let app_id = at.tenant.application.id;
    let path = format!("/api/v1/app/{app_id}/endpoint/{}/send-example", at.endpoint.id);
    let body = json!({ "eventType": event_type });
    let call = Call { method: Method::POST, path: &path, body, idempotency_key: None };
    let told = portal.call(at.tenant.environment_id(), call).await?;
    let told: Value = told.map_err(refusal)?;
    let message_id: MessageId = told["id"].as_str().and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    let page = Page { limit: 1, after: None, order: Order::Descending };
    let reader = portal.engine().reader();
    let attempts = reader.attempts_of_message(app_id, message_id, page, AttemptFilter::default()).await?;
    attempts.items.into_iter().next().ok_or(Fault::NotFound)
}
