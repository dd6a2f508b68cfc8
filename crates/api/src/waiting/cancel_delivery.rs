//! `POST /api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/cancel`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::CanceledOut;
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::fields::Fields;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Drops what waits of a message for an endpoint, its retries included. A request under way ends, and is recorded.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/cancel",
    operation_id = "v1.message-attempt.cancel",
    tag = "Message Attempt",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("msg_id" = String, Path, description = "The message's id or eventId"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
    ),
    responses((status = 200, description = "It was dropped", body = CanceledOut))
)]
pub(crate) async fn cancel_delivery(
    State(api): State<ApiState>,
    InPath((app, message, endpoint)): InPath<(String, String, String)>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    Fields::of_optional(&request.body)?.finish(Some(()))?;
    let environment_id = request.caller.environment_id;
    let (application, endpoint) = find::app_and_endpoint(&api, environment_id, &app, &endpoint).await?;
    let message = find::message(&api, application.id, &message).await?;
    let canceled = api.engine().cancel_delivery(application.id, message.id, endpoint.id).await?;
    Ok(answer::json(StatusCode::OK, &CanceledOut { canceled, more: false }))
}
