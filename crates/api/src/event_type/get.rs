//! `GET /api/v1/event-type/{event_type_name}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::wire::EventTypeOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::InPath;
use crate::problem::Problem;

/// Gives an event type with its schemas.
#[utoipa::path(
    get,
    path = "/api/v1/event-type/{event_type_name}",
    operation_id = "v1.event-type.get",
    tag = "Event Type",
    params(("event_type_name" = String, Path, description = "Its name")),
    responses((status = 200, description = "The event type", body = EventTypeOut))
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath(name): InPath<String>,
) -> Result<Response, Problem> {
    let event_type = super::find(&api, caller.environment_id, &name).await?;
    Ok(answer::json(StatusCode::OK, &EventTypeOut::of(event_type, true)?))
}
