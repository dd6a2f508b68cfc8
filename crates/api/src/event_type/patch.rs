//! `PATCH /api/v1/event-type/{event_type_name}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::change;
use super::wire::{EventTypeOut, EventTypePatch};
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::find::InPath;
use crate::problem::Problem;

/// Changes the fields of an event type that the body names.
#[utoipa::path(
    patch,
    path = "/api/v1/event-type/{event_type_name}",
    operation_id = "v1.event-type.patch",
    tag = "Event Type",
    params(("event_type_name" = String, Path, description = "Its name")),
    request_body = EventTypePatch,
    responses((status = 200, description = "The event type as it is now", body = EventTypeOut))
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    InPath(name): InPath<String>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let patch = EventTypePatch::read(&request.body)?;
    let event_type = change(&api, request.caller.environment_id, &name, |event_type| {
        if let Some(description) = &patch.description {
            event_type.description.clone_from(description);
        }
        event_type.archived = patch.archived.unwrap_or(event_type.archived);
        event_type.deprecated = patch.deprecated.unwrap_or(event_type.deprecated);
        patch.feature_flag.apply(&mut event_type.feature_flag);
        patch.schemas.apply(&mut event_type.schemas_json);
    })
    .await?;
    Ok(answer::json(StatusCode::OK, &EventTypeOut::of(event_type, true)?))
}
