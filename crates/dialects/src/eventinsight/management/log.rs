//! `GET webhooks/{endpoint}/log`, `GET webhooks/{endpoint}/log/{attempt}`: the log overview.

use axum::response::Response;
use http::StatusCode;
use klingel_model::{Attempt, AttemptStatus, Endpoint, Message};
use klingel_store::{AttemptFilter, Error, MessageRef, Order, Page, Reader};
use serde_json::{Value, json};

use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;
use crate::eventinsight::entity;

/// Requests that the log shows (facts E9).
const ENTRIES: usize = 10;

/// Answers `{"data": [entry…]}`: the last ten requests, newest first, tests and retries included.
pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    call.query("")?;
    let entries = overview(call.engine.reader(), &call.webhook().await?).await?;
    Ok(json_of(StatusCode::OK, &json!({"data": entries})))
}

/// Answers one entry with its request and its answer; 404 for what the log does not show (any more).
pub(super) async fn open(call: Call) -> Result<Response, Problem> {
    call.query("")?;
    let (reader, wanted) = (call.engine.reader(), call.param("attempt"));
    let latest = latest(reader, &call.webhook().await?).await?;
    let attempt = latest.into_iter().find(|attempt| attempt.id.to_string() == wanted);
    let attempt = attempt.ok_or_else(|| Problem::not_found("request in the log"))?;
    let message = message(reader, &attempt).await?;
    Ok(json_of(StatusCode::OK, &opened(&attempt, message.as_ref())))
}

/// The log overview of a webhook.
pub(in crate::eventinsight) async fn overview(
    reader: &dyn Reader,
    endpoint: &Endpoint,
) -> Result<Vec<Value>, Error> {
    let mut entries = Vec::with_capacity(ENTRIES);
    for attempt in latest(reader, endpoint).await? {
        let message = message(reader, &attempt).await?;
        entries.push(entry(&attempt, message.as_ref()));
    }
    Ok(entries)
}

async fn latest(reader: &dyn Reader, endpoint: &Endpoint) -> Result<Vec<Attempt>, Error> {
    let page = Page { limit: ENTRIES, after: None, order: Order::Descending };
    let every = AttemptFilter::default();
    Ok(reader.attempts_of_endpoint(endpoint.app_id, endpoint.id, page, every).await?.items)
}

async fn message(reader: &dyn Reader, attempt: &Attempt) -> Result<Option<Message>, Error> {
    reader.message(attempt.app_id, MessageRef::Id(attempt.message_id)).await
}

/// Time, action, entity, status, duration.
fn entry(attempt: &Attempt, message: Option<&Message>) -> Value {
    let about = message.and_then(|message| entity::of_event_type(message.event_type.as_str()));
    let body = message.and_then(|message| message.payload.as_deref());
    let body: Option<Value> = body.and_then(|body| serde_json::from_slice(body).ok());
    json!({
        "id": attempt.id.to_string(),
        "time": attempt.started_at.to_rfc3339(),
        "action_type": about.map(|(_, action)| action.word()),
        "entity_type": about.map(|(entity, _)| entity.word()),
        "entity_id": body.as_ref().and_then(|body| body.get("entity_id")),
        "success": attempt.status == AttemptStatus::Success,
        "status": (attempt.response_status > 0).then_some(attempt.response_status),
        "duration_ms": u64::try_from(attempt.duration.as_millis()).unwrap_or(u64::MAX),
        "error": attempt.error,
    })
}

/// An entry with its request and its answer. Bodies are texts, as they went over the wire; `null` once deleted. The
/// webhook's own headers, which may hold credentials, are not shown.
pub(super) fn opened(attempt: &Attempt, message: Option<&Message>) -> Value {
    let sent = message.and_then(|message| message.payload.as_deref()).map(String::from_utf8_lossy);
    let mut entry = entry(attempt, message);
    entry["request"] = json!({
        "method": "POST",
        "url": &*attempt.url,
        "headers": {"content-type": "application/json"},
        "body": sent,
    });
    entry["answer"] = match attempt.response_status {
        0 => Value::Null,
        status => json!({"status": status, "body": String::from_utf8_lossy(&attempt.response_body)}),
    };
    entry
}
