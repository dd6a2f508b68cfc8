//! `DELETE webhooks/{endpoint}`

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::eventinsight::answer::Problem;
use crate::eventinsight::call::Call;

/// Answers `204`; what is still owed to the webhook is dropped.
pub(super) async fn delete(call: Call) -> Result<Response, Problem> {
    call.query("")?;
    let endpoint = call.webhook().await?;
    call.engine.delete_endpoint(endpoint.app_id, endpoint.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
