//! `GET webhooks/{endpoint}`

use axum::response::Response;
use http::StatusCode;

use super::wire::webhook_out;
use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;

/// Answers the webhook.
pub(super) async fn show(call: Call) -> Result<Response, Problem> {
    call.query("")?;
    Ok(json_of(StatusCode::OK, &webhook_out(&call.webhook().await?)))
}
