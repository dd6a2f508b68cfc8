//! `GET /api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::wire::MessageAttemptOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Gives an attempt.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}",
    operation_id = "v1.message-attempt.get",
    tag = "Message Attempt",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("msg_id" = String, Path, description = "The message's id or eventId"),
        ("attempt_id" = String, Path, description = "Its id"),
    ),
    responses((status = 200, description = "The attempt", body = MessageAttemptOut))
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath((app, message, attempt)): InPath<(String, String, String)>,
) -> Result<Response, Problem> {
    let application = find::application(&api, caller.environment_id, &app).await?;
    let message = find::message(&api, application.id, &message).await?;
    let attempt = find::attempt(&api, application.id, message.id, &attempt).await?;
    Ok(answer::json(StatusCode::OK, &MessageAttemptOut::of(attempt, true)))
}
