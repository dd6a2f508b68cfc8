//! `POST /api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend`

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use klingel_store::Answer;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::answer;
use crate::auth::Publish;
use crate::body::Submitted;
use crate::fields::Fields;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// An empty object.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmptyResponse {}

/// Sends a message to an endpoint once more, beside what the schedule does. Errors: 409 when the endpoint is disabled
/// or the payload has been deleted.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend",
    operation_id = "v1.message-attempt.resend",
    tag = "Message Attempt",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("msg_id" = String, Path, description = "The message's id or eventId"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("idempotency-key" = Option<String>, Header, description = "The same key: done once, answered alike for 24 h"),
    ),
    responses((status = 202, description = "It will be sent", body = EmptyResponse))
)]
pub(crate) async fn resend(
    State(api): State<ApiState>,
    InPath((app, message, endpoint)): InPath<(String, String, String)>,
    request: Submitted<Publish>,
) -> Result<Response, Problem> {
    Fields::of_optional(&request.body)?.finish(Some(()))?;
    let application = find::application(&api, request.caller.environment_id, &app).await?;
    let message = find::message(&api, application.id, &message).await?;
    if message.payload.is_none() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "conflict",
            "the payload of this message has been deleted, so it cannot be sent again",
        ));
    }
    let endpoint = find::endpoint_ref(&endpoint)?;
    let fresh = Answer { status: StatusCode::ACCEPTED.as_u16(), body: Bytes::from_static(b"{}") };
    let once = request.once_with(&fresh);
    let written = api.engine().resend(application.id, message.id, endpoint, once).await?;
    Ok(answer::written(written, fresh))
}
