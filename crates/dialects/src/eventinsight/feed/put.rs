//! `PUT users/{id}`, `PUT companies/{id}`: this is how the entity is now.

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use klingel_engine::Refusal;
use klingel_store::Error;
use serde_json::{Value, json};

use super::kept::{Kept, TRIES_MAX, trimmed};
use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;
use crate::eventinsight::document;
use crate::eventinsight::entity::{Action, EntityType};

/// The body is the entity's document, byte for byte what webhooks get as `result`; `?event=7,8` names its fairs, and
/// without it those named before stay. Answers `202 {"action": "new" | "update", "message": id}`, or
/// `200 {"action": null, "message": null}` when the value is the same as before and nothing is sent.
pub(super) async fn put(call: Call, entity: EntityType, body: Bytes) -> Result<Response, Problem> {
    let id = call.entity_id()?;
    let named = call.fairs()?;
    let wanted = document::entity(&body, id).map_err(Problem::body)?;
    let body = trimmed(&body);
    let text =
        std::str::from_utf8(&body).map_err(|_| Problem::body(document::Fault::whole("must be UTF-8")))?;
    let mut tries = 0;
    loop {
        tries += 1;
        match once(&call, entity, id, named.as_deref(), &wanted, text).await? {
            Some(response) => return Ok(response),
            None if tries < TRIES_MAX => {}
            None => return Err(Refusal::of(Error::Changed, entity.word()).into()),
        }
    }
}

/// One try; `None` if somebody else changed the entity meanwhile.
async fn once(
    call: &Call,
    entity: EntityType,
    id: u64,
    named: Option<&[u64]>,
    wanted: &Value,
    text: &str,
) -> Result<Option<Response>, Problem> {
    let kept = Kept::read(call, entity, id).await?;
    let fairs = named.unwrap_or(&kept.fairs);
    let mut records = Vec::new();
    if fairs != kept.fairs {
        records.push(kept.put_fairs(call, fairs));
    }
    let action = match &kept.record {
        None => Action::New,
        Some(old) if serde_json::from_str::<Value>(&old.document).is_ok_and(|old| old == *wanted) => {
            if !records.is_empty() {
                call.engine.world().store.change_records(records).await?;
            }
            return Ok(Some(json_of(StatusCode::OK, &json!({"action": null, "message": null}))));
        }
        Some(_) => Action::Update,
    };
    records.push(kept.put(call, text.to_owned()));
    match kept.tell(call, action, Some(text), fairs, records).await {
        Ok(accepted) => {
            let told = json!({"action": action.word(), "message": accepted.message.id.to_string()});
            Ok(Some(json_of(StatusCode::ACCEPTED, &told)))
        }
        Err(Refusal::Conflict(_)) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}
