//! `GET users/{id}`, `GET companies/{id}`: the document as the source gave it last.

use axum::response::Response;
use http::StatusCode;

use super::kept::Kept;
use crate::eventinsight::answer::{Problem, text_of};
use crate::eventinsight::call::Call;
use crate::eventinsight::entity::EntityType;

/// Byte for byte as it was put; 404 for what is not kept.
pub(super) async fn show(call: Call, entity: EntityType) -> Result<Response, Problem> {
    let id = call.entity_id()?;
    call.query("")?;
    let kept = Kept::read(&call, entity, id).await?;
    let record = kept.record.ok_or_else(|| Problem::not_found(entity.word()))?;
    Ok(text_of(StatusCode::OK, record.document))
}
