//! `GET /api/v1/app/{app_id}/msg/{msg_id}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::wire::MessageOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::problem::Problem;
use crate::query::Query;

/// Gives a message.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/msg/{msg_id}",
    operation_id = "v1.message.get",
    tag = "Message",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("msg_id" = String, Path, description = "Its id or eventId"),
        ("with_content" = Option<bool>, Query, description = "With its payload; true unless given"),
    ),
    responses((status = 200, description = "The message", body = MessageOut))
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath((app, message)): InPath<(String, String)>,
    mut query: Query,
) -> Result<Response, Problem> {
    let with_content = query.flag("with_content", true);
    query.finish()?;
    let application = find::application(&api, caller.environment_id, &app).await?;
    let message = find::message(&api, application.id, &message).await?;
    Ok(answer::json(StatusCode::OK, &MessageOut::of(&message, with_content)?))
}
