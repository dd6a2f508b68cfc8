//! `GET webhooks/{endpoint}/log`, `GET webhooks/{endpoint}/log/{attempt}`: the log overview.

use axum::response::Response;
use http::StatusCode;
use klingel_model::{Attempt, AttemptStatus, Message};
use klingel_store::{AttemptFilter, MessageRef, Order, Page};
use serde_json::{Value, json};

use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;
use crate::eventinsight::entity;

/// Requests that the log shows (facts E9).
const ENTRIES: usize = 10;

/// Answers `{"data": [entry…]}`: the last ten requests, newest first, tests and retries included.
pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    call.query("")?;
    let mut entries = Vec::with_capacity(ENTRIES);
    for attempt in latest(&call).await? {
        let message = message(&call, &attempt).await?;
        entries.push(entry(&attempt, message.as_ref()));
    }
    Ok(json_of(StatusCode::OK, &json!({"data": entries})))
}

/// Answers one entry with its request and its answer; 404 for what the log does not show (any more).
pub(super) async fn open(call: Call) -> Result<Response, Problem> {
    call.query("")?;
    let wanted = call.param("attempt");
    let attempt = latest(&call).await?.into_iter().find(|attempt| attempt.id.to_string() == wanted);
    let attempt = attempt.ok_or_else(|| Problem::not_found("request in the log"))?;
    let message = message(&call, &attempt).await?;
    Ok(json_of(StatusCode::OK, &opened(&attempt, message.as_ref())))
}

async fn latest(call: &Call) -> Result<Vec<Attempt>, Problem> {
    let endpoint = call.webhook().await?;
    let page = Page { limit: ENTRIES, after: None, order: Order::Descending };
    let every = AttemptFilter::default();
    Ok(call.engine.reader().attempts_of_endpoint(endpoint.app_id, endpoint.id, page, every).await?.items)
}

async fn message(call: &Call, attempt: &Attempt) -> Result<Option<Message>, Problem> {
    let named = MessageRef::Id(attempt.message_id);
    Ok(call.engine.reader().message(attempt.app_id, named).await?)
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
