//! `DELETE users/{id}`, `DELETE companies/{id}`: the entity is gone.

use axum::response::Response;
use http::StatusCode;
use klingel_engine::Refusal;
use klingel_store::Error;
use serde_json::json;

use super::kept::{Kept, TRIES_MAX};
use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;
use crate::eventinsight::entity::{Action, EntityType};

/// `?event=7,8` names the fairs that are told, and without it those named before are. Answers
/// `202 {"action": "delete", "message": id}`, or 404 for what is not kept, and then nothing is sent.
pub(super) async fn delete(call: Call, entity: EntityType) -> Result<Response, Problem> {
    let id = call.entity_id()?;
    let named = call.fairs()?;
    for _ in 0..TRIES_MAX {
        let kept = Kept::read(&call, entity, id).await?;
        if kept.record.is_none() {
            return Err(Problem::not_found(entity.word()));
        }
        let fairs = named.as_deref().unwrap_or(&kept.fairs);
        match kept.tell(&call, Action::Delete, None, fairs, kept.removed(&call)).await {
            Ok(accepted) => {
                let told = json!({"action": "delete", "message": accepted.message.id.to_string()});
                return Ok(json_of(StatusCode::ACCEPTED, &told));
            }
            Err(Refusal::Conflict(_)) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::of(Error::Changed, entity.word()).into())
}
