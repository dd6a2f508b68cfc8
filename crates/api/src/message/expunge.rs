//! `DELETE /api/v1/app/{app_id}/msg/{msg_id}/content`

use axum::extract::State;
use axum::response::Response;

use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Manage};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Deletes a message's payload. It cannot be sent any more from now on, not even where it is still owed.
#[utoipa::path(
    delete,
    path = "/api/v1/app/{app_id}/msg/{msg_id}/content",
    operation_id = "v1.message.expunge-content",
    tag = "Message",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("msg_id" = String, Path, description = "Its id or eventId"),
    ),
    responses((status = 204, description = "Its payload is gone"))
)]
pub(crate) async fn expunge(
    State(api): State<ApiState>,
    caller: Caller<Manage>,
    InPath((app, message)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let application = find::application(&api, caller.environment_id, &app).await?;
    let message = find::message(&api, application.id, &message).await?;
    api.engine().expunge_payload(application.id, message.id).await?;
    Ok(answer::no_content())
}
