//! `POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/send-example`

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use klingel_engine::TestCall;
use klingel_model::{EventTypeName, Micros};
use klingel_store::{Answer, Once, Written};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::ApiState;
use crate::answer;
use crate::auth::Publish;
use crate::body::Submitted;
use crate::fields::Fields;
use crate::find::{self, InPath};
use crate::message::wire::MessageOut;
use crate::problem::Problem;
use crate::rules;

/// What kind of message is to be sent.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct EventExampleIn {
    /// The event type. The first example of its newest schema is sent; without one, a small payload that names it.
    #[schema(value_type = String, pattern = "^[a-zA-Z0-9\\-_.]+$", max_length = 256)]
    event_type: EventTypeName,
}

impl EventExampleIn {
    fn read(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let event_type = fields.required("eventType", rules::event_type);
        fields.finish(event_type.map(|event_type| Self { event_type }))
    }
}

/// Sends an example message to this endpoint, once and at once, even when the endpoint is disabled or would not want
/// it. Answers with the message when the endpoint has answered or not; how it went is its attempt.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/send-example",
    operation_id = "v1.endpoint.send-example",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("idempotency-key" = Option<String>, Header, description = "The same key: done once, answered alike for 24 h"),
    ),
    request_body = EventExampleIn,
    responses((status = 200, description = "It was sent", body = MessageOut))
)]
pub(crate) async fn send_example(
    State(api): State<ApiState>,
    InPath((app, endpoint)): InPath<(String, String)>,
    request: Submitted<Publish>,
) -> Result<Response, Problem> {
    let EventExampleIn { event_type } = EventExampleIn::read(&request.body)?;
    let environment_id = request.caller.environment_id;
    let (application, endpoint) = find::app_and_endpoint(&api, environment_id, &app, &endpoint).await?;
    let engine = api.engine();
    if let Some(key) = &request.once
        && let Some(before) = engine.answer_of(key.clone()).await?
    {
        return Ok(answer::written(Written::Replay(before.clone()), before));
    }
    let known = engine.reader().event_type(environment_id, event_type.clone()).await?;
    if known.as_ref().is_some_and(|known| known.archived) {
        let msg = format!("the event type {event_type} is archived; bring it back or use another");
        return Err(Problem::field(&["body", "eventType"], "value_error", msg));
    }
    let schemas = known.and_then(|known| known.schemas_json);
    let now = engine.world().clock.now();
    let payload = schemas.as_deref().and_then(example).unwrap_or_else(|| small(&event_type, now));
    let call = TestCall { event_type, payload, channels: Vec::new(), payload_until: None };
    let (message, _) = engine.test_call(application.id, endpoint.id, call).await?;
    let fresh =
        Answer { status: StatusCode::OK.as_u16(), body: answer::text(&MessageOut::of(&message, true)?) };
    let written = match request.once {
        Some(key) => engine.keep_answer(Once { key, answer: fresh.clone() }).await?,
        None => Written::Fresh,
    };
    Ok(answer::written(written, fresh))
}

/// What is read of a schema.
#[derive(Deserialize)]
struct Examples<'a> {
    #[serde(borrow, default)]
    examples: Vec<&'a RawValue>,
}

/// The first example of the newest schema that has one: an object, byte for byte. Versions are numbers.
fn example(schemas: &str) -> Option<Bytes> {
    let versions: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(schemas).ok()?;
    let mut versions: Vec<_> = versions.into_iter().collect();
    versions.sort_by_key(|(version, _)| version.parse::<u64>().unwrap_or(0));
    versions.into_iter().rev().find_map(|(_, schema)| {
        let schema: Examples<'_> = serde_json::from_str(schema.get()).ok()?;
        let first = schema.examples.first()?.get();
        first.starts_with('{').then(|| Bytes::copy_from_slice(first.as_bytes()))
    })
}

/// The form that Standard Webhooks recommends for payloads.
fn small(event_type: &EventTypeName, now: Micros) -> Bytes {
    let payload = json!({"type": event_type.as_str(), "timestamp": now.to_rfc3339(), "data": {}});
    payload.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_schema_with_an_example_gives_it() {
        let table = [
            (r#"{"1":{"examples":[{"a": 1.50}, {}]}}"#, Some(r#"{"a": 1.50}"#)),
            (r#"{"1":{"examples":[{"a":1}]},"2":{"examples":[{"a":2}]}}"#, Some(r#"{"a":2}"#)),
            (r#"{"9":{"examples":[{"a":9}]},"10":{"examples":[{"a":10}]}}"#, Some(r#"{"a":10}"#)),
            (r#"{"1":{"examples":[{"a":1}]},"2":{"type":"object"}}"#, Some(r#"{"a":1}"#)),
            (r#"{"1":{"examples":["a text"]}}"#, None),
            (r#"{"1":{"examples":{}}}"#, None),
            (r#"{"1":{}}"#, None),
            ("{}", None),
        ];
        for (schemas, wanted) in table {
            assert_eq!(example(schemas).as_deref(), wanted.map(str::as_bytes), "{schemas}");
        }
    }
}
