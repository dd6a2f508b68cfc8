//! `PUT webhooks/{endpoint}`

use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;

use super::wire::{WebhookIn, webhook_out};
use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;

/// Puts what was filled in in the place of what was there. Answers the webhook; 409 when somebody else changed it at
/// the same time.
pub(super) async fn update(call: Call, body: Bytes) -> Result<Response, Problem> {
    call.query("")?;
    let wanted = WebhookIn::read(&body, &call.engine.settings().limits)?;
    let mut endpoint = call.webhook().await?;
    let expected = endpoint.updated_at;
    wanted.fill(&mut endpoint);
    let now = call.engine.world().clock.now();
    endpoint.updated_at = now.max(expected.plus(Duration::from_micros(1)));
    call.engine.replace_endpoint(endpoint.clone(), expected, None).await?;
    Ok(json_of(StatusCode::OK, &webhook_out(&endpoint)))
}
