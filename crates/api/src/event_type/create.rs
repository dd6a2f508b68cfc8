//! `POST /api/v1/event-type`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_engine::Refusal;
use klingel_store::{Answer, Written};

use super::change;
use super::wire::{EventTypeIn, EventTypeOut};
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::problem::Problem;

/// Makes an event type. One of this name that is archived is brought back as it is described now.
#[utoipa::path(
    post,
    path = "/api/v1/event-type",
    operation_id = "v1.event-type.create",
    tag = "Event Type",
    params(
        ("idempotency-key" = Option<String>, Header, description = "The same key: done once, answered alike for 24 h"),
    ),
    request_body = EventTypeIn,
    responses((status = 201, description = "It was made", body = EventTypeOut))
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let EventTypeIn { name, rest } = EventTypeIn::read(&request.body)?;
    let environment_id = request.caller.environment_id;
    let made = rest.clone().into_new(name.clone(), &api, environment_id);
    let fresh = created(&EventTypeOut::of(made.clone(), true)?);
    match api.engine().add_event_type(made, request.once_with(&fresh)).await {
        Ok(written) => {
            api.inner.archived.forget(environment_id, &name);
            Ok(answer::written(written, fresh))
        }
        Err(taken @ Refusal::Taken(_)) => {
            let known = super::find(&api, environment_id, name.as_str()).await?;
            if !known.archived {
                return Err(taken.into());
            }
            let revived =
                change(&api, environment_id, name.as_str(), |event_type| rest.replace(event_type)).await?;
            let fresh = created(&EventTypeOut::of(revived, true)?);
            // Doing it twice changes nothing, so a crash between the two writes is harmless.
            let written = match request.once_with(&fresh) {
                Some(once) => api.engine().world().store.keep_answer(once).await?,
                None => Written::Fresh,
            };
            Ok(answer::written(written, fresh))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn created(event_type: &EventTypeOut) -> Answer {
    Answer { status: StatusCode::CREATED.as_u16(), body: answer::text(event_type) }
}
