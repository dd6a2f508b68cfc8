//! `PUT /api/v1/event-type/{event_type_name}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::EventTypeName;

use super::change;
use super::wire::{EventTypeOut, EventTypeUpdate};
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::find::InPath;
use crate::problem::Problem;

/// Puts an event type in the place of the one of this name, or makes it.
#[utoipa::path(
    put,
    path = "/api/v1/event-type/{event_type_name}",
    operation_id = "v1.event-type.update",
    tag = "Event Type",
    params(("event_type_name" = String, Path, description = "Its name")),
    request_body = EventTypeUpdate,
    responses(
        (status = 200, description = "It was replaced", body = EventTypeOut),
        (status = 201, description = "It was made", body = EventTypeOut),
    )
)]
pub(crate) async fn update(
    State(api): State<ApiState>,
    InPath(name): InPath<String>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let environment_id = request.caller.environment_id;
    let wanted = EventTypeUpdate::read(&request.body)?;
    let name = EventTypeName::new(&name).map_err(|why| {
        Problem::field(&["path", "event_type_name"], "value_error.str.regex", why.to_string())
    })?;
    if api.engine().reader().event_type(environment_id, name.clone()).await?.is_none() {
        let made = wanted.into_new(name.clone(), &api, environment_id);
        api.engine().add_event_type(made.clone(), None).await?;
        api.inner.archived.forget(environment_id, &name);
        return Ok(answer::json(StatusCode::CREATED, &EventTypeOut::of(made, true)?));
    }
    let event_type =
        change(&api, environment_id, name.as_str(), |event_type| wanted.replace(event_type)).await?;
    Ok(answer::json(StatusCode::OK, &EventTypeOut::of(event_type, true)?))
}
