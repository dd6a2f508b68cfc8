//! `DELETE /api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}/content`

use axum::extract::State;
use axum::response::Response;

use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Manage};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Deletes what is kept of an attempt's answer.
#[utoipa::path(
    delete,
    path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}/content",
    operation_id = "v1.message-attempt.expunge-content",
    tag = "Message Attempt",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("msg_id" = String, Path, description = "The message's id or eventId"),
        ("attempt_id" = String, Path, description = "Its id"),
    ),
    responses((status = 204, description = "The answer is gone"))
)]
pub(crate) async fn expunge(
    State(api): State<ApiState>,
    caller: Caller<Manage>,
    InPath((app, message, attempt)): InPath<(String, String, String)>,
) -> Result<Response, Problem> {
    let application = find::application(&api, caller.environment_id, &app).await?;
    let message = find::message(&api, application.id, &message).await?;
    let attempt = find::attempt(&api, application.id, message.id, &attempt).await?;
    api.engine().expunge_answer(application.id, message.id, attempt.id).await?;
    Ok(answer::no_content())
}
