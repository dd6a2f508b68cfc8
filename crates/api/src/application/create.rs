//! `POST /api/v1/app`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_store::{Answer, AppRef};

use super::wire::{ApplicationIn, ApplicationOut};
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::problem::Problem;
use crate::query::Query;

/// Makes an application. With `get_if_exists`, an application that has the `uid` already is given instead of 409.
#[utoipa::path(
    post,
    path = "/api/v1/app",
    operation_id = "v1.application.create",
    tag = "Application",
    params(
        ("get_if_exists" = Option<bool>, Query, description = "Give the application that has this `uid`, if there is one"),
        ("idempotency-key" = Option<String>, Header, description = "The same key: done once, answered alike for 24 h"),
    ),
    request_body = ApplicationIn,
    responses(
        (status = 200, description = "It exists already", body = ApplicationOut),
        (status = 201, description = "It was made", body = ApplicationOut),
    )
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    mut query: Query,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let get_if_exists = query.flag("get_if_exists", false);
    query.finish()?;
    let engine = api.engine();
    let application = ApplicationIn::read(&request.body, &engine.settings().limits)?;
    if get_if_exists && let Some(uid) = &application.uid {
        // A repeated request gets the answer it got before, 201 included.
        if let Some(key) = request.once.clone()
            && let Some(answer) = engine.world().store.answer_of(key).await?
        {
            return Ok(answer::written(klingel_store::Written::Replay(answer.clone()), answer));
        }
        let named = AppRef::Uid(uid.clone());
        if let Some(known) = engine.reader().application(request.caller.environment_id, named).await? {
            return Ok(answer::json(StatusCode::OK, &ApplicationOut::from(known)));
        }
    }
    let application = application.into_new(&api, request.caller.environment_id);
    let fresh = Answer {
        status: StatusCode::CREATED.as_u16(),
        body: answer::text(&ApplicationOut::from(application.clone())),
    };
    let written = engine.add_application(application, request.once_with(&fresh)).await?;
    Ok(answer::written(written, fresh))
}
