//! `POST webhooks/{endpoint}/test`: the button *Test-Webhook*.
//!
//! Finds out how a webhook does before it is on, or why it gets nothing: the call goes out whatever its settings say.

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use klingel_engine::TestCall;

use super::log;
use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;
use crate::eventinsight::document::{self, Fault};
use crate::eventinsight::entity::{self, Action, EntityType};
use crate::eventinsight::wire;

/// The body is the pressing person's own user document, with its `id`; `?user=5` takes the user that is kept under
/// this number instead. Answers how it went, as an entry of the log.
pub(super) async fn test(call: Call, body: Bytes) -> Result<Response, Problem> {
    let payload = payload(&call, &body).await?;
    let endpoint = call.webhook().await?;
    let test = TestCall {
        event_type: entity::event_type(EntityType::User, Action::Test),
        payload,
        channels: Vec::new(),
        payload_until: None,
    };
    let (message, attempt) = call.engine.test_call_shaped(endpoint.app_id, endpoint.id, test).await?;
    Ok(json_of(StatusCode::OK, &log::opened(&attempt, Some(&message))))
}

async fn payload(call: &Call, body: &Bytes) -> Result<Bytes, Problem> {
    if let [number] = call.query("user")?[..] {
        let id = document::id(number).ok_or_else(|| Problem::query("user", "must be a whole number"))?;
        let user = EntityType::User;
        let store = &call.engine.world().store;
        let kept = store.record(call.application().id, user.record_kind(), &id.to_string()).await?;
        let kept = kept.ok_or_else(|| Problem::not_found("user"))?;
        return Ok(wire::envelope(user, id, Action::Test, Some(&kept.document)));
    }
    let document = document::value(body).map_err(Problem::body)?;
    let id = document.get("id").and_then(|id| document::id(&id.to_string()));
    let missing = || Problem::body(Fault::at("id", "must be there: the number of the person who tests"));
    let id = id.ok_or_else(missing)?;
    let text =
        std::str::from_utf8(body.trim_ascii()).map_err(|_| Problem::body(Fault::whole("must be UTF-8")))?;
    Ok(wire::envelope(EntityType::User, id, Action::Test, Some(text)))
}
