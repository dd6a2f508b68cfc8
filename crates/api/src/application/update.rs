//! `PUT /api/v1/app/{app_id}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_store::AppRef;

use super::change;
use super::wire::{ApplicationIn, ApplicationOut};
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Puts an application in the place of the one that the path names. If there is none and the path holds a uid, it is
/// made with this uid. A `uid` that the body leaves out stays.
#[utoipa::path(
    put,
    path = "/api/v1/app/{app_id}",
    operation_id = "v1.application.update",
    tag = "Application",
    params(("app_id" = String, Path, description = "Its id or uid")),
    request_body = ApplicationIn,
    responses(
        (status = 200, description = "It was replaced", body = ApplicationOut),
        (status = 201, description = "It was made", body = ApplicationOut),
    )
)]
pub(crate) async fn update(
    State(api): State<ApiState>,
    InPath(app): InPath<String>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let environment_id = request.caller.environment_id;
    let engine = api.engine();
    let mut wanted = ApplicationIn::read(&request.body, &engine.settings().limits)?;
    let named = find::app_ref(&app)?;
    if engine.reader().application(environment_id, named.clone()).await?.is_none()
        && let AppRef::Uid(uid) = named
    {
        if wanted.uid.as_ref().is_some_and(|chosen| *chosen != uid) {
            let msg = "must be the uid of the path, as there is no application with that one yet";
            return Err(Problem::field(&["body", "uid"], "value_error", msg));
        }
        wanted.uid = Some(uid);
        let made = wanted.into_new(&api, environment_id);
        engine.add_application(made.clone(), None).await?;
        return Ok(answer::json(StatusCode::CREATED, &ApplicationOut::from(made)));
    }
    let application = change(&api, environment_id, &app, |application| {
        if wanted.uid.is_some() {
            application.uid.clone_from(&wanted.uid);
        }
        application.name.clone_from(&wanted.name);
        application.rate_limit_per_s = wanted.throttle_rate;
        application.metadata.clone_from(&wanted.metadata);
        application.dialect.clone_from(&wanted.dialect);
    })
    .await?;
    Ok(answer::json(StatusCode::OK, &ApplicationOut::from(application)))
}
